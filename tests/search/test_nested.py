"""Bodies of lambdas that are searched for by themselves, over both banks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run
from progsynth.lang.term import Function, Program, Term
from progsynth.lang.types import parse_signature
from progsynth.registry import pack
from progsynth.search import bottom_up, nested
from progsynth.search.constants import mine
from progsynth.search.course import BottomUp
from progsynth.search.fast.fragment import restrict
from progsynth.search.fast.search import search_for as compiled
from progsynth.search.goal import Goal
from progsynth.search.run import Allowance, Candidate
from progsynth.search.universe import make_space
from progsynth.task import Example

pytestmark = pytest.mark.timeout(900)  # the first to run compiles the kernels

Rows = list[tuple[Any, ...]]
LISTS: Rows = [
    ([4, 2, 5, 6, 3],),
    ([15, 14, 7, 26, 24, 21],),
    ([-42, 25, -39, 0, 34, 12, 55, -14],),
    ([8, 31, -6, -9],),
]
NEGATIVE: Rows = [
    ([-11, 7, -3, -8, 2, -9, 12, 5],),
    ([-5, 3, -1, -7, -2, 9],),
    ([-15, -4, 1, 8],),
    ([-21, 6],),
    ([7, -17],),
]

# request, examples' inputs, what is meant, primitives, other inputs
TASKS: dict[str, tuple[str, Rows, Callable[..., Any], tuple[str, ...], Rows]] = {
    "one number for another": (
        "(xs: list[int], a: int, b: int) -> list[int]",
        [([7, 2, 4, 6, 4, 2], 4, -1), ([-6, -3, 4, 3, -5, -3], -3, 7), ([18, 27, 5, 27], 27, 99)],
        lambda xs, a, b: [b if x == a else x for x in xs],
        ("map", "_ == _", "_ + _"),
        [([1, 2, 1], 1, 5)],
    ),
    "odd ones times ten": (
        "(xs: list[int]) -> list[int]",
        LISTS,
        lambda xs: [x * 10 if x % 2 == 1 else x for x in xs],
        ("map", "_ % _", "_ == _", "_ * _"),
        [([1, 2, 3, 4, 5, 60, 71],)],
    ),
    "odd and negative ones": (
        "(xs: list[int]) -> list[int]",
        NEGATIVE,
        lambda xs: [x for x in xs if x % 2 == 1 and x < 0],
        ("filter", "_ % _", "_ == _", "_ < _"),
        [([1, -2, -3, 4, -55],)],
    ),
    "long words backwards": (
        "(s: str) -> str",
        [("stop and spinning words",), ("hello the world of them",), ("a bell rings at seven",)],
        lambda s: " ".join(w[::-1] if len(w) >= 5 else w for w in s.split(" ")),
        ("map", "words", "join", "reverse", "len", "_ < _"),
        [("these are long words",)],
    ),
}  # fmt: skip


def search(
    request: str,
    examples: Rows,
    allowed: tuple[str, ...] | None,
    *,
    fast: bool,
    bodies: bool = True,
    given: tuple[Any, ...] = (),
) -> BottomUp:
    read, dsl = parse_signature(request), pack()
    rows = tuple(example[:-1] for example in examples)
    outputs = tuple(example[-1] for example in examples)
    mined = mine(read.types, read.result, list(map(Example, rows, outputs)), given)
    space = make_space(dsl, read.types, read.result, mined, allowed=allowed)
    goal = Goal(read.types, read.result, rows, outputs)

    def wrap(term: Term, cost: int) -> Candidate:
        return Candidate(Program((Function("f", read.names, read.types, read.result, term),)), cost)

    if fast:
        return compiled(restrict(space, dsl)[0], dsl, goal, wrap, bodies=bodies)
    return bottom_up.search_for(space, dsl, goal, wrap, bodies=bodies)


def found(made: BottomUp, executions: int) -> tuple[Candidate | None, int]:
    """The first program, and the executions used."""
    spent = 0
    while spent < executions and not made.exhausted:
        batch = made.ask(Allowance(executions - spent, None))
        spent += batch.executions
        if batch.candidates:
            return batch.candidates[0], spent
    return None, spent


@pytest.mark.parametrize("fast", [False, True], ids=["in Python", "compiled"])
@pytest.mark.parametrize("name", TASKS)
def test_bodies_that_decide_are_found_and_right_beyond_the_examples(name: str, fast: bool) -> None:
    request, inputs, meaning, allowed, others = TASKS[name]
    examples = [(*row, meaning(*row)) for row in inputs]
    candidate, used = found(search(request, examples, allowed, fast=fast), 600_000)
    assert candidate is not None
    for row in (*inputs, *others):
        assert run(candidate.program, row, pack(), Limits()) == meaning(*row)
    without = search(request, examples, allowed, fast=fast, bodies=False)
    assert found(without, used) == (None, pytest.approx(used, rel=0.2))


# request, examples
SMALL: dict[str, tuple[str, Rows]] = {
    "a number twice": ("(n: int) -> int", [(1, 2), (3, 6), (4, 8)]),
    "the first item": ("(xs: list[int]) -> int", [([2, 9], 2), ([7, 5, 1], 7), ([4, 4], 4)]),
    "a text backwards": ("(s: str) -> str", [("ab", "ba"), ("xyz", "zyx"), ("q", "q")]),
}


@pytest.mark.parametrize("fast", [False, True], ids=["in Python", "compiled"])
@pytest.mark.parametrize("name", SMALL)
def test_small_programs_come_before_anything_is_searched_for_by_itself(
    name: str, fast: bool
) -> None:
    request, examples = SMALL[name]
    candidate, used = found(search(request, examples, None, fast=fast), 300)
    assert candidate is not None, used
    without, alone = found(search(request, examples, None, fast=fast, bodies=False), 300)
    assert without is not None
    assert (candidate.program, used) == (without.program, alone)


@pytest.mark.parametrize("name", ["one number for another", "long words backwards"])
def test_calls_without_news_need_not_be_asked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request, inputs, meaning, allowed, _ = TASKS[name]
    examples = [(*row, meaning(*row)) for row in inputs]
    candidate, used = found(search(request, examples, allowed, fast=False), 300_000)
    assert candidate is not None
    monkeypatch.setattr(nested._Place, "has_news", True)
    again, as_many = found(search(request, examples, allowed, fast=False), 300_000)
    assert again is not None
    assert (again.program, as_many) == (candidate.program, used)
