"""Loops that give the first number at which something holds."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

import progsynth as ps
from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run
from progsynth.search.loops.ground import Found, Ground
from progsynth.search.loops.indexing import Indexing, indices
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

Answer = Callable[..., int]
Rows = list[tuple[Any, ...]]


def least_multiple_above(n: int, k: int) -> int:
    return n // k + 1


def until_it_exceeds(xs: list[int]) -> int:
    """How many items it takes until their sum is above 9."""
    total, count = 0, 0
    while total <= 9:
        total, count = total + xs[count], count + 1
    return count


def position_of_the_debt(xs: list[int]) -> int:
    """Where the sum first falls below zero."""
    total = 0
    for place, x in enumerate(xs):
        total += x
        if total < 0:
            return place
    raise AssertionError("there is such a place")


def long_lists(low: int, high: int, last: int) -> Rows:
    rng = Random(f"{low} {high}")
    return [
        ([rng.randint(low, high) for _ in range(rng.randint(0, 9))] + [last],) for _ in range(30)
    ]


# the answer, the arguments of its examples, others to be judged by, has it a running value?
CASES: dict[str, tuple[Answer, Rows, Rows, bool]] = {
    "multiple": (
        least_multiple_above,
        [(n, k) for n in (0, 3, 7, 20, 24) for k in (1, 2, 5)],
        [(1000, 7)],
        False,
    ),
    "exceeds": (until_it_exceeds, long_lists(0, 4, 50), [([10],), ([3, 3, 3, 1, 9],)], True),
    "debt": (position_of_the_debt, long_lists(-2, 4, -60), [([-1],), ([5, -5, 0, -1],)], True),
}


def found_in(name: str) -> tuple[Ground, Found]:
    answer, rows, _, is_running = CASES[name]
    task = Task.from_pairs(name, [(row, answer(*row)) for row in rows])
    ground = Ground(make_problem(make_setting(task)), 0, 100_000)
    starts = ground.numbers((0,)) if is_running else [None]
    kinds = [Indexing(ground, index, start) for index in indices(ground) for start in starts]
    every = (one for cost in range(3, 12) for kind in kinds for one in kind.at(cost))
    return ground, next(one for one in every if one is not None)


@pytest.mark.parametrize("name", CASES)
def test_the_loop_is_found_and_right_on_others(name: str) -> None:
    ground, found = found_in(name)
    answer, rows, others, _ = CASES[name]
    program = ground.problem.program(found.term)
    limits = Limits(1_000_000, 1_000_000)
    for row in (*rows, *others):
        assert run(program, row, ps.pack(), limits) == answer(*row)


def test_an_index_makes_no_fewer_than_no_turns() -> None:
    task = Task.from_pairs("minus", [((n,), n - 1) for n in range(8)])
    ground = Ground(make_problem(make_setting(task)), 0, 100_000)
    assert all(min(index.turns) >= 0 for index in indices(ground))
    assert len(indices(ground)) == 1
