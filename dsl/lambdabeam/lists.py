"""Operations on lists of integers. What the default pack has as well is taken from there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate

from progsynth.lang.primitive import primitive

from ..default import lists as default

kernel = partial(primitive, user=False)

Ints = list[int]


@kernel(
    "(i: int, xs: list[int]) -> int",
    name="Access",
    python="{xs}[{i}]",
    examples=[("Access(1, [4, 5, 6])", "5"), ("Access(-1, [4, 5, 6])", "6")],
)
def access(i: int, xs: Ints) -> int:
    """The item at position i, counted from the end when negative. Fails with index."""
    return xs[i]


@kernel(
    "(n: int, xs: list[int]) -> list[int]",
    name="Take",
    python="{xs}[:{n}]",
    fuel="len(xs[:n]) // 32",
    cells="1 + len(xs[:n])",
    examples=[("Take(2, [4, 5, 6])", "[4, 5]"), ("Take(-1, [4, 5, 6])", "[4, 5]")],
)
def take(n: int, xs: Ints) -> Ints:
    """The first n items; all but the last -n when n is negative."""
    return xs[:n]


@kernel(
    "(n: int, xs: list[int]) -> list[int]",
    name="Drop",
    python="{xs}[{n}:]",
    fuel="len(xs[n:]) // 32",
    cells="1 + len(xs[n:])",
    examples=[("Drop(2, [4, 5, 6])", "[6]"), ("Drop(-1, [4, 5, 6])", "[6]")],
)
def drop(n: int, xs: Ints) -> Ints:
    """All but the first n items; the last -n when n is negative."""
    return xs[n:]


minimum = default.min_list.written(
    "Minimum",
    signature="(xs: list[int]) -> int",
    doc="The smallest item. Fails with domain when there are none.",
    examples=[("Minimum([3, 1, 2])", "1")],
)

maximum = default.max_list.written(
    "Maximum",
    signature="(xs: list[int]) -> int",
    doc="The largest item. Fails with domain when there are none.",
    examples=[("Maximum([3, 1, 2])", "3")],
)

reverse = default.reverse_list.written(
    "Reverse",
    signature="(xs: list[int]) -> list[int]",
    doc="The items from last to first.",
    examples=[("Reverse([1, 2, 3])", "[3, 2, 1]")],
)

sort = default.sort_list.written(
    "Sort",
    signature="(xs: list[int]) -> list[int]",
    doc="The items from smallest to largest.",
    examples=[("Sort([3, 1, 2])", "[1, 2, 3]")],
)

total = default.sum_int.written(
    "Sum",
    doc="The sum, added from left to right. Overflow where a partial sum is outside 64 bits.",
    examples=[("Sum([1, 2, 3])", "6")],
)

# ------------------------------------------------------------------------ with functions

map_list = default.map_list.written(
    "Map",
    signature="(f: (int) -> int, xs: list[int]) -> list[int]",
    doc="What f gives of each item.",
    examples=[("Map(lambda x: Multiply(x, x), [1, 2, 3])", "[1, 4, 9]")],
)

filter_list = default.filter_list.written(
    "Filter",
    signature="(f: (int) -> bool, xs: list[int]) -> list[int]",
    doc="The items of which f holds.",
    examples=[("Filter(lambda x: Greater(x, 1), [1, 2, 3])", "[2, 3]")],
)


@kernel(
    "(f: (int, int) -> int, xs: list[int], ys: list[int]) -> list[int]",
    name="zip_with",
    surface="ZipWith",
    python="[{f}(x, y) for x, y in zip({xs}, {ys})]",
    cells="1 + min(len(xs), len(ys))",
    examples=[("ZipWith(lambda x, y: Add(x, y), [1, 2], [10, 20, 30])", "[11, 22]")],
)
def zip_with(f: Callable[[int, int], int], xs: Ints, ys: Ints) -> Ints:
    """What f gives of the items at equal positions, as many as the shorter list has."""
    return [f(x, y) for x, y in zip(xs, ys, strict=False)]


@kernel(
    "(f: (int, int) -> int, xs: list[int]) -> list[int]",
    name="Scanl1",
    cells="1 + len(xs)",
    examples=[("Scanl1(lambda x, y: Add(x, y), [1, 2, 3])", "[1, 3, 6]")],
)
def scanl1(f: Callable[[int, int], int], xs: Ints) -> Ints:
    """The running results: the first item, then each time f(result so far, next item)."""
    return list(accumulate(xs, f))
