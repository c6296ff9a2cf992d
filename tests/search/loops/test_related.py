"""Loops over a range, found from examples that are one turn apart."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest

import progsynth as ps
from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run
from progsynth.search.loops.ground import Ground
from progsynth.search.loops.related import Related
from progsynth.search.loops.search import loops
from progsynth.search.run import Allowance
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

Answer = Callable[..., Any]


def odd_added_even_taken(n: int) -> int:
    return sum(i if i % 2 else -2 * i for i in range(1, n + 1))


def shrinking(n: int) -> float:
    value = 1.0
    for i in range(1, n + 1):
        value *= i / (i + 2)
    return value


def doubled_and_more(n: int, k: int) -> int:
    value = 1
    for _ in range(n):
        value = value * 2 + k
    return value


def lengthened(n: int) -> str:
    return "".join("ab"[i % 2] for i in range(n))


# the answer, the arguments of its examples, and others to be judged by
CASES: dict[str, tuple[Answer, list[tuple[int, ...]], list[tuple[int, ...]]]] = {
    "added, one way or the other": (
        odd_added_even_taken,
        [(n,) for n in range(1, 16)],
        [(99,), (200,)],
    ),
    "multiplied by a share": (shrinking, [(n,) for n in range(1, 14)], [(40,), (41,)]),
    "of what was before": (
        doubled_and_more,
        [(n, k) for n in range(6) for k in (1, 3, 4)],
        [(20, 7), (0, 9)],
    ),
    "a text made longer": (lengthened, [(n,) for n in range(12)], [(31,), (0,)]),
}


def ground_of(name: str) -> Ground:
    answer, rows, _ = CASES[name]
    pairs = [(row, answer(*row)) for row in rows]
    constants = ("a", "b") if isinstance(pairs[0][1], str) else ()
    task = Task.from_pairs(name, pairs, constants=constants)
    return Ground(make_problem(make_setting(task)), 0, 100_000)


@pytest.mark.parametrize("name", CASES)
def test_the_loop_is_found_and_right_further_on(name: str) -> None:
    ground = ground_of(name)
    answer, _, others = CASES[name]
    found = next(one for one in Related(ground).at(2) if one is not None)
    program = ground.problem.program(found.term)
    limits = Limits(1_000_000, 1_000_000)
    for row in others:
        assert run(program, row, ps.pack(), limits) == pytest.approx(answer(*row))


def test_what_is_found_is_right_on_all_examples_by_the_interpreter() -> None:
    ground = ground_of("of what was before")
    limits = Limits(1_000_000, 1_000_000)
    found = list(islice((one for one in Related(ground).at(2) if one is not None), 2))
    assert found
    for one in found:
        program = ground.problem.program(one.term)
        rows = zip(ground.inputs, ground.outputs, strict=True)
        assert all(run(program, row, ps.pack(), limits) == output for row, output in rows)


def test_examples_that_are_further_apart_show_nothing() -> None:
    pairs = [((n,), odd_added_even_taken(n)) for n in range(1, 40, 3)]
    ground = Ground(make_problem(make_setting(Task.from_pairs("apart", pairs))), 0, 100_000)
    assert list(Related(ground).at(2)) == []


def test_the_search_has_them() -> None:
    answer, rows, _ = CASES["multiplied by a share"]
    task = Task.from_pairs("share", [(row, answer(*row)) for row in rows])
    search = loops(max_executions=400_000)(make_problem(make_setting(task)), 0)
    while not search.exhausted:
        if search.ask(Allowance(20_000, None)).candidates:
            return
    pytest.fail("nothing was found")
