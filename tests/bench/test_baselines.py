"""The baselines: enumeration tries all programs in order of cost, random search only draws."""

from __future__ import annotations

from collections import Counter

import pytest

from progsynth.bench.enumeration import Enumeration, enumeration
from progsynth.bench.methods import BASELINES, METHODS, method_of
from progsynth.bench.single_call import is_single_call
from progsynth.lang.read import read_program
from progsynth.lang.term import Term
from progsynth.registry import pack
from progsynth.search.brute_force import all_terms
from progsynth.search.genetic import GeneticSearch
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Candidate
from progsynth.search.space import Space
from progsynth.search.universe import make_space
from progsynth.solve import SEARCHES, solve
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

SUM_OF_TWO = Task.from_pairs("sum", [((1, 2), 3), ((5, 5), 10), ((0, 7), 7)])
FEW = ("add.int", "mul.int", "len.list", "map", "sum.int", "fold")


def problem_of(task: Task, *names: str) -> Problem:
    problem = make_problem(make_setting(task))
    return Problem(
        **{f: getattr(problem, f) for f in Problem.__dataclass_fields__ if f != "allowed"},
        allowed=names,
    )


class Trying(Enumeration):
    """Enumeration that notes the terms it tries."""

    def __init__(self, space: Space, problem: Problem):
        super().__init__(space, problem)
        self.tried: list[tuple[int, Term]] = []

    def _tried(self, term: Term, cost: int) -> Candidate | None:
        self.tried.append((cost, term))
        return super()._tried(term, cost)


@pytest.mark.parametrize(
    "task",
    [SUM_OF_TWO, Task.from_pairs("nothing", [([3, 1], [-7]), ([4], [99, 2])])],
    ids=["numbers", "lists with lambdas"],
)
def test_enumeration_tries_every_program_once_in_order_of_cost(task: Task) -> None:
    problem = problem_of(task, *FEW)
    space = make_space(problem.dsl, problem.types, problem.result, (), allowed=FEW)
    search = Trying(space, problem)
    while search.level < 6:
        search.ask(Allowance(None, 0.0, clock=lambda: 1.0))
    root = space.symbol(space.top(problem.types), problem.result)
    expected = [(cost, term) for cost in range(1, 6) for term in all_terms(space, root, cost)]
    found = [(cost, term) for cost, term in search.tried if cost < 6]
    assert len(expected) > 50
    assert [cost for cost, _ in found] == sorted(cost for cost, _ in found)
    assert Counter(found) == Counter(expected)


def test_enumeration_finds_the_cheapest_and_keeps_to_its_budget() -> None:
    result = solve(SUM_OF_TWO, search=enumeration, seconds=None, executions=20_000)
    assert result.solved and result.search == "enumeration"
    assert "n + m" in (result.program or "")
    short = solve(SUM_OF_TWO, search=enumeration, seconds=None, executions=5)
    assert (short.solved, short.stop_reason) == (False, "executions")
    assert short.executions < 20 and short.program is not None


def test_enumeration_says_so_when_its_memory_is_full() -> None:
    problem = make_problem(make_setting(Task.from_pairs("odd", [([1], 17), ([2, 3], 91)])))
    space = make_space(problem.dsl, problem.types, problem.result, ())
    search = Enumeration(space, problem, max_terms=500)
    while not search.exhausted:
        search.ask(Allowance(None, None))
    assert "terms fill the memory" in search.notes[0]


def test_random_search_draws_every_program_anew() -> None:
    method = method_of("random")
    assert callable(method)
    search = method(make_problem(make_setting(SUM_OF_TWO)), 0)
    assert isinstance(search, GeneticSearch)
    settings = search.settings
    assert settings.fresh == 1.0
    assert (settings.elite, settings.crossovers, settings.fits, settings.local) == (0, 0, 0, 0)


def test_the_baselines_are_there_beside_the_searches_of_solve() -> None:
    assert set(SEARCHES) | {"random", "enumeration"} == set(METHODS)
    assert {name: method_of(name) for name in SEARCHES if name not in BASELINES} == {
        name: name for name in SEARCHES if name not in BASELINES
    }


@pytest.mark.parametrize(
    ("body", "single"),
    [
        ("sort(xs)", True),
        ("map(lambda x: x + 1, xs)", True),
        ("map(lambda x: (x + 1) * 2, xs)", False),
        ("reverse(sort(xs))", False),
        ("xs", True),
        ("xs + [1]", False),
    ],
)
def test_single_calls(body: str, single: bool) -> None:
    program = read_program(f"def f(xs: list[int]) -> list[int]:\n    return {body}\n", pack())
    assert is_single_call(program) == single
