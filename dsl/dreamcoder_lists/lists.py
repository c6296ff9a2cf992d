"""Primitives on lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from progsynth.lang.primitive import primitive

kernel = partial(primitive, user=False)

Items = list[Any]


@kernel(
    "(xs: list[a]) -> int",
    name="len.list",
    surface="length",
    python="len({xs})",
    examples=[("length([4, 5])", "2")],
)
def length(xs: Items) -> int:
    """The number of items: `length`."""
    return len(xs)


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


@kernel(
    "(stop: int) -> list[int]",
    name="range.stop",
    surface="range",
    python="list(range({stop}))",
    fuel="max(stop, 0) // 32",
    cells="1 + max(stop, 0)",
    examples=[("range(3)", "[0, 1, 2]"), ("range(-1)", "[]")],
)
def range_stop(stop: int) -> list[int]:
    """The integers from 0 up to, not including, `stop`: `range`."""
    return list(range(stop))


@kernel(
    "(f: (a) -> b, xs: list[a]) -> list[b]",
    name="map",
    python="[{f}(x) for x in {xs}]",
    cells="1 + len(xs)",
    examples=[("map(lambda x: x * x, [1, 2, 3])", "[1, 4, 9]")],
)
def map_list(f: Callable[[Any], Any], xs: Items) -> Items:
    """What f gives of each item: `map`."""
    return [f(x) for x in xs]
