"""Costs by a guide: what it expects somewhere keeps its cost, what it does not is dearer."""

from __future__ import annotations

from dataclasses import replace

from progsynth.grammar.guide import GrammarGuide, UniformGuide
from progsynth.grammar.weights import fit
from progsynth.lang.read import read_program
from progsynth.registry import pack
from progsynth.search.best_first import best_first
from progsynth.search.bottom_up import space_of
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance
from progsynth.search.typed_rules import rules_for
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

PACK = pack("origami")
TASK = Task.from_pairs(
    "zeros away",
    [([0, 4, 0, 0, 7], [4, 7]), ([0], []), ([3, 0], [3]), ([], []), ([0, 5, 5], [5, 5])],
    request="list[int] -> list[int]",
    pack="origami",
)
PROBLEM = make_problem(make_setting(TASK))
SEEN = """def f(xs: list[int]) -> list[int]:
    return fold(xs, [], lambda x, ys: ys if x == 0 else cons(0, ys))
"""


def taught() -> Problem:
    programs = [(rules_for(PROBLEM), read_program(SEEN, PACK))] * 9
    return replace(PROBLEM, guide=GrammarGuide(fit(programs, PACK)))


def test_what_is_not_expected_is_dearer_and_nothing_is_cheaper() -> None:
    before, after = space_of(PROBLEM), space_of(taught())
    extra = {
        one.name: other.cost - one.cost
        for type_, some in before.instances.items()
        for one, other in zip(some, after.instances[type_], strict=True)
    }
    assert extra["fold"] == extra["cons"] == extra["eq"] == 0
    assert extra["unfold"] > 0
    assert extra["cdr"] > 0
    assert min(extra.values()) == 0


def test_a_guide_that_knows_nothing_changes_nothing() -> None:
    known = space_of(PROBLEM)
    assert space_of(replace(PROBLEM, guide=UniformGuide())).instances == known.instances


BOUND = 8_000


def executions(problem: Problem, method: object) -> int:
    assert callable(method)
    search, used = method(problem, 0), 0
    while True:
        batch = search.ask(Allowance(None, 1_000))
        used += batch.executions
        if batch.candidates or used > BOUND:
            return used


def test_a_search_finds_with_it_what_it_does_not_without() -> None:
    assert executions(taught(), best_first()) < BOUND < executions(PROBLEM, best_first())
