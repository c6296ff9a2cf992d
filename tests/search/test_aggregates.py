"""Bodies under aggregates, over both banks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run
from progsynth.lang.term import Var
from progsynth.lang.types import BOOL, INT, parse_type
from progsynth.registry import pack
from progsynth.search.aggregates import Shape, shapes
from progsynth.search.aimed import AimedBank
from progsynth.search.fast.aimed import AimedFastBank
from progsynth.search.fast.fragment import restrict
from progsynth.search.fast.memory import Sizes
from progsynth.search.goal import Goal
from progsynth.search.kernels import Kernels
from progsynth.search.levels import Levels
from progsynth.search.reductions import Settings, reduced
from progsynth.search.space import Constant, Space
from progsynth.search.universe import make_space
from tests.search.test_nested import found, search

pytestmark = pytest.mark.timeout(900)  # the first to run compiles the kernels

Rows = list[tuple[Any, ...]]
TEXTS: Rows = [("mat",), ("on a sea",), ("zebra",), ("tryst",), ("bee",), ("oui oui",), ("",)]
PAIRS: Rows = [
    ([1, 5, 2], [4, 4, 4]),
    ([0, -3], [2, 1]),
    ([7], [3]),
    ([2, 2, 9, 1], [1, 0, 4, 8]),
    ([], []),
]

# request, examples' inputs, what is meant, primitives, other inputs
TASKS: dict[str, tuple[str, Rows, Callable[..., Any], tuple[str, ...], Rows]] = {
    "a count in a text": (
        "(s: str) -> str",
        TEXTS,
        lambda s: "There are " + str(sum(c in "eas" for c in s)) + " of them",
        ("count_if", "chars", "_ in _", "str", "_ + _", "len"),
        [("a sea of eels",)],
    ),
    "a sum of products": (
        "(xs: list[int], ys: list[int]) -> int",
        PAIRS,
        lambda xs, ys: sum((x - y) * (x - y) for x, y in zip(xs, ys, strict=True)),
        ("sum", "zip_with", "_ - _", "_ * _", "len"),
        [([5, 6], [1, 9])],
    ),
    "all, of what is outside": (
        "(s: str, t: str) -> bool",
        [("ab", "cab"), ("aab", "abc"), ("", "x"), ("xy", "yz"), ("oo", "oolo"), ("lol", "ol")]
        + [("abba", "aabb"), ("abba", "abc"), ("noon", "onno"), ("tot", "toto")],
        lambda s, t: all(s.count(c) <= t.count(c) for c in s),
        ("all", "chars", "count", "_ <= _", "_ < _"),
        [("deeded", "eeeddd"), ("noon", "no")],
    ),
    "made of a sum": (
        "(ws: list[str]) -> str",
        [(["a" * n, "bc", "d" * (n // 2)],) for n in (0, 1, 2, 3, 5, 6, 9, 10)],
        lambda ws: chr(97 + sum(map(len, ws)) % 9),
        ("sum_by", "len", "_ + _", "_ % _", "chr"),
        [(["some", "words"],)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("fast", [False, True], ids=["in Python", "compiled"])
@pytest.mark.parametrize("name", TASKS)
def test_aggregates_are_found_and_right_beyond_the_examples(name: str, fast: bool) -> None:
    request, inputs, meaning, allowed, others = TASKS[name]
    examples = [(*row, meaning(*row)) for row in inputs]
    given = ("eas", 9, 97)
    candidate, used = found(search(request, examples, allowed, fast=fast, given=given), 1_500_000)
    assert candidate is not None, used
    for row in (*inputs, *others):
        assert run(candidate.program, row, pack(), Limits()) == meaning(*row)


def of_numbers() -> tuple[Space, Goal, Settings, dict[str, Shape]]:
    numbers = parse_type("list[int]")
    rows = (([3, 1, 3],), ([],), ([2, 8, 1],), ([1, 1],), ([5],))
    goal = Goal((numbers,), INT, rows, (0,) * 5)
    constants = [Constant(n, INT, 1) for n in (0, 1, 2)]
    space, _ = restrict(make_space(pack(), (numbers,), INT, constants), pack())
    known = {
        shape.reduction: shape
        for symbol, shape in shapes(space, goal.params)
        if shape.body.scope.own == (INT,) and shape.body.scope.closed and len(shape.call.args) == 2
        and shape.body.type in (BOOL, INT)
    }  # fmt: skip
    settings = Settings(
        goal, next(iter(known.values())).body.scope, [tuple(row[0] for row in rows)]
    )
    return space, goal, settings, known


PLAIN: dict[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "any": any,
    "all": all,
    "first": lambda xs: next((i for i, x in enumerate(xs) if x), -1),
    "max": lambda xs: max(xs, default=np.nan),
    "min": lambda xs: min(xs, default=np.nan),
}


@pytest.mark.parametrize("kind", PLAIN)
def test_reductions_of_matrices_are_those_of_the_lists(kind: str) -> None:
    _, goal, settings, _ = of_numbers()
    assert settings.examples == [0, 1, 2, 3, 4]
    items = [row[0] for row in settings.rows]
    draws = np.random.default_rng(3)
    values = draws.integers(0, 2, (20, len(items))).astype(np.float64)
    for row, came_to in zip(values, reduced(kind, values, settings), strict=True):
        by_item = dict(zip(items, row.tolist(), strict=True))
        plain = [PLAIN[kind]([by_item[x] for x in xs]) for (xs,) in goal.rows]
        np.testing.assert_array_equal(came_to, np.array(plain, np.float64))


def test_both_banks_give_the_same_numbers_of_a_cell() -> None:
    space, *_ = of_numbers()
    goal = Goal((INT,), INT, ((2**40,), (0,), (-7,)), (0, 0, 0))
    limits = Limits()
    slow = AimedBank(space, pack(), Kernels(pack(), limits), goal, {}, 10_000)
    fast = AimedFastBank(space, pack(), goal, {}, Sizes(1 << 22, 3, 3, 300, 5), lambda _: True)
    for symbol in (space.symbol(space.top((INT,)), t) for t in (INT, BOOL)):
        made = []
        for aimed in (slow, fast):
            for _ in Levels(space, aimed.bank, symbol, keep_root=True).fill(3):
                pass
            values, entries = aimed.numbers(symbol, 3)
            assert len(values) == len(entries) > 0
            assert aimed.term(entries[0]) != Var(0)
            made.append(sorted(map(str, values.tolist())))
        assert made[0] == made[1]
