"""Programs that treat items by themselves: found, and right on other inputs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import pytest

import progsynth as ps
from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run
from progsynth.search.items.search import Items
from progsynth.search.run import Allowance, Candidate
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

Answer = Callable[..., Any]
LETTERS = "abcxyz?."


def word(rng: Random, most: int, letters: str = LETTERS) -> str:
    return "".join(rng.choice(letters) for _ in range(rng.randrange(most + 1)))


def numbers(rng: Random) -> list[int]:
    return [rng.randrange(-2, 4) for _ in range(rng.randrange(6))]


def stressed(s: str) -> str:
    return "".join("..." if c == "?" else c for c in s)


def falls(xs: list[int]) -> int:
    return sum(x for x, y in pairwise(xs) if y < x)


def higher(xs: list[int]) -> int:
    return sum(max(x, y) for x, y in pairwise(xs))


def tally(xs: list[int]) -> str:
    return "there are " + str(sum(x * x for x in xs)) + " points"


CHOSEN = "a sum over neighbours of what a condition chooses"

CASES: dict[str, tuple[Answer, Callable[[Random], tuple[Any, ...]], tuple[Any, ...]]] = {
    "a text of pieces of different lengths": (
        stressed,
        lambda rng: (word(rng, 8),),
        ("?", "..."),
    ),
    "a sum over neighbours": (higher, lambda rng: (numbers(rng),), ()),
    "a number in a text": (tally, lambda rng: (numbers(rng),), ("there are ", " points")),
    CHOSEN: (falls, lambda rng: (numbers(rng),), ()),
}


def task_of(name: str, count: int = 80) -> Task:
    answer, draw, constants = CASES[name]
    rng = Random(7)
    rows = [draw(rng) for _ in range(count)]
    return Task.from_pairs("task", [(row, answer(*row)) for row in rows], constants=constants)


def first_of(search: Items, most: int = 800_000) -> Candidate | None:
    while not search.exhausted and search.executions < most:
        batch = search.ask(Allowance(20_000, None))
        if batch.candidates:
            return batch.candidates[0]
    return None


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name == CHOSEN else ()) for name in CASES],
)
def test_the_program_is_found_and_right_on_other_inputs(name: str) -> None:
    found = first_of(Items(make_problem(make_setting(task_of(name)))))
    assert found is not None
    answer, draw, _ = CASES[name]
    rng = Random(8)
    for _ in range(40):
        row = draw(rng)
        assert run(found.program, row, ps.pack(), Limits()) == answer(*row)


def test_where_no_list_goes_with_the_outputs_it_is_soon_over() -> None:
    pairs = [((n,), n * n + 3) for n in range(1, 12)]
    search = Items(make_problem(make_setting(Task.from_pairs("task", pairs))))
    assert first_of(search) is None
    assert search.exhausted and search.bodies == []


def test_allowances_do_not_change_what_is_found() -> None:
    problem = make_problem(make_setting(task_of("a sum over neighbours")))
    one, other = Items(problem), Items(problem)
    found = first_of(one)
    batch = other.ask(Allowance(800_000, None))
    assert found is not None and batch.candidates
    assert batch.candidates[0].program == found.program
