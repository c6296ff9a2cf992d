"""Of many examples a search looks at few, and at those that refute what is right on these."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run
from progsynth.lang.term import Function, Program, Term
from progsynth.lang.types import INT, Type, parse_signature
from progsynth.registry import pack
from progsynth.search.bottom_up import bottom_up
from progsynth.search.course import BottomUp
from progsynth.search.fast.method import fast_bottom_up
from progsynth.search.goal import Goal
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Allowance, Candidate, Search
from progsynth.search.telling import CHOSEN, FEW, MOST, Telling, choose, spread
from progsynth.search.turns import InTurns, Later

pytestmark = pytest.mark.timeout(900)  # the first to run compiles the kernels

METHODS = {"in Python": bottom_up, "compiled": fast_bottom_up()}


def goal(meaning: Callable[[int], Any], rows: range, result: Type = INT, misses: int = 0) -> Goal:
    inputs = tuple((n,) for n in rows)
    return Goal((INT,), result, inputs, tuple(map(meaning, rows)), misses=misses)


def problem(meaning: Callable[[int], int], rows: range) -> Problem:
    read = parse_signature("(n: int) -> int")

    def wrap(term: Term, cost: int) -> Candidate:
        return Candidate(Program((Function("f", read.names, read.types, read.result, term),)), cost)

    asked = goal(meaning, rows)
    return Problem(
        read.types, read.result, asked.rows, asked.expected, pack(), wrap, read.types, read.result,
        Limits(),
    )  # fmt: skip


def course(search: Search) -> BottomUp:
    found = search.searches[0] if isinstance(search, InTurns) else search
    found = found.made if isinstance(found, Later) else found
    assert isinstance(found, BottomUp)
    return found


@pytest.mark.parametrize("count", [1, 2, 3, 7, 50])
def test_spread_out_items_are_all_there_and_begin_with_both_ends(count: int) -> None:
    found = spread(list(range(count)))
    assert sorted(found) == list(range(count))
    assert found[:2] == [0, count - 1][:count]


def test_few_examples_are_all_looked_at_and_so_are_those_of_which_some_may_be_wrong() -> None:
    few = Telling(goal(abs, range(FEW)), pack(), Limits())
    assert few.chosen == list(range(FEW))
    noisy = Telling(goal(abs, range(100), misses=3), pack(), Limits())
    assert noisy.chosen == list(range(100))


def test_of_many_examples_each_kind_of_output_is_looked_at() -> None:
    rare = goal(lambda n: n == 77, range(-100, 100))
    chosen = choose(rare, CHOSEN)
    assert len(chosen) == CHOSEN
    assert 177 in chosen
    assert {0, 199} <= set(chosen) or {0, 199} & set(chosen)


def test_counterexamples_are_added_one_by_one_and_later_several_at_once() -> None:
    telling = Telling(goal(lambda n: n, range(200)), pack(), Limits())
    sizes = [len(telling.chosen)]
    while telling.add([i for i in range(200) if i not in telling.chosen]):
        sizes.append(len(telling.chosen))
    steps = [later - sooner for sooner, later in pairwise(sizes)]
    assert steps[:4] == [1, 1, 1, 2]
    assert sizes[-1] == MOST


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_what_is_handed_out_is_right_on_all_examples(method: Method) -> None:
    # Most outputs are n; the clamp shows on few examples.
    asked = problem(lambda n: min(n, 96), range(100))
    search = method(asked, 0)
    looked_at = set(course(search).telling.chosen)
    found: tuple[Candidate, ...] = ()
    for _ in range(100):
        batch = search.ask(Allowance(20_000, None))
        found = batch.candidates
        if found:
            break
    assert [run(found[0].program, row, pack()) for row in asked.inputs] == list(asked.outputs)
    assert looked_at < set(course(search).telling.chosen)
    assert course(search).passes > 1


@pytest.mark.parametrize("bound", [500, 5_000, 60_000])
@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_executions_stay_close_to_what_is_allowed(method: Method, bound: int) -> None:
    search = course(method(problem(lambda n: n**3 % 1009, range(40)), 0))
    for _ in range(3):
        batch = search.ask(Allowance(bound, None))
        assert not batch.candidates
        assert bound <= batch.executions < 1.1 * bound + 1_000
