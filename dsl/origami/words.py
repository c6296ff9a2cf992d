"""The primitives: what is taken from other packs means the same there."""

from __future__ import annotations

from functools import partial
from typing import Any

from progsynth.lang.primitive import primitive
from progsynth.lang.values import int64

from ..dreamcoder_lists import lists, numbers

kernel = partial(primitive, user=False)

cons = lists.cons
tail = lists.cdr.written(
    "tail",
    doc="All items but the first. Fails with index when there is none.",
    examples=[("tail([4, 5, 6])", "[5, 6]")],
)

equals = numbers.equals


@kernel(
    "(xs: list[a]) -> a",
    name="head",
    examples=[("head([4, 5])", "4")],
)
def head(xs: list[Any]) -> Any:
    """The first item. Fails with index when there is none."""
    return xs[0]


@kernel(
    "(xs: list[a]) -> bool",
    name="is_empty",
    examples=[("is_empty([4])", "False")],
)
def is_empty(xs: list[Any]) -> bool:
    """Are there no items?"""
    return not xs


@kernel(
    "(n: int) -> int",
    name="up",
    examples=[("up(4)", "5")],
)
def up(n: int) -> int:
    """The number after n. Fails with overflow outside 64 bits."""
    return int64(n + 1)


@kernel(
    "(n: int) -> int",
    name="down",
    examples=[("down(4)", "3")],
)
def down(n: int) -> int:
    """The number before n. Fails with overflow outside 64 bits."""
    return int64(n - 1)
