"""Primitives on lists. What the default pack has as well is taken from there."""

from __future__ import annotations

from functools import partial
from typing import Any

from progsynth.lang.primitive import primitive

from ..default import lists as default

kernel = partial(primitive, user=False)

Items = list[Any]

length = default.len_list.written(
    "length",
    doc="The number of items: `length`.",
    examples=[("length([4, 5])", "2")],
)

range_stop = default.range_stop.written(
    "range",
    doc="The integers from 0 up to, not including, `stop`: `range`.",
    examples=[("range(3)", "[0, 1, 2]"), ("range(-1)", "[]")],
)

map_list = default.map_list.written(
    "map",
    doc="What f gives of each item: `map`.",
    examples=[("map(lambda x: x * x, [1, 2, 3])", "[1, 4, 9]")],
)


@kernel(
    "(i: int, xs: list[a]) -> a",
    name="index",
    examples=[("index(1, [4, 5, 6])", "5")],
)
def index(i: int, xs: Items) -> Any:
    """The item at position i: `index`. Fails with index outside the list, below 0 too."""
    if i < 0:
        raise IndexError(i)
    return xs[i]


@kernel(
    "(x: a, xs: list[a]) -> list[a]",
    name="cons",
    python="[{x}, *{xs}]",
    fuel="len(xs) // 32",
    cells="1",
    examples=[("cons(1, [2, 3])", "[1, 2, 3]")],
)
def cons(x: Any, xs: Items) -> Items:
    """The list with one more item in front: `cons`."""
    return [x, *xs]


@kernel(
    "(xs: list[a]) -> list[a]",
    name="cdr",
    fuel="len(xs) // 32",
    cells="len(xs)",
    examples=[("cdr([4, 5, 6])", "[5, 6]")],
)
def cdr(xs: Items) -> Items:
    """All items but the first: `cdr`. Fails with index when there is none."""
    if not xs:
        raise IndexError(0)
    return xs[1:]
