"""Operations on lists of integers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate

from progsynth.lang.primitive import primitive
from progsynth.lang.values import INT_MAX, INT_MIN

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


@kernel(
    "(xs: list[int]) -> int",
    name="min.list",
    surface="Minimum",
    python="min({xs})",
    fuel="size(xs) // 32",
    examples=[("Minimum([3, 1, 2])", "1")],
)
def minimum(xs: Ints) -> int:
    """The smallest item. Fails with domain when there are none."""
    return min(xs)


@kernel(
    "(xs: list[int]) -> int",
    name="max.list",
    surface="Maximum",
    python="max({xs})",
    fuel="size(xs) // 32",
    examples=[("Maximum([3, 1, 2])", "3")],
)
def maximum(xs: Ints) -> int:
    """The largest item. Fails with domain when there are none."""
    return max(xs)


@kernel(
    "(xs: list[int]) -> list[int]",
    name="reverse.list",
    surface="Reverse",
    python="{xs}[::-1]",
    fuel="len(xs) // 32",
    cells="1 + len(xs)",
    examples=[("Reverse([1, 2, 3])", "[3, 2, 1]")],
)
def reverse(xs: Ints) -> Ints:
    """The items from last to first."""
    return xs[::-1]


@kernel(
    "(xs: list[int]) -> list[int]",
    name="sort.list",
    surface="Sort",
    python="sorted({xs})",
    fuel="size(xs)",
    cells="1 + len(xs)",
    examples=[("Sort([3, 1, 2])", "[1, 2, 3]")],
)
def sort(xs: Ints) -> Ints:
    """The items from smallest to largest."""
    return sorted(xs)


@kernel(
    "(xs: list[int]) -> int",
    name="sum.int",
    surface="Sum",
    python="sum({xs})",
    fuel="len(xs) // 32",
    examples=[("Sum([1, 2, 3])", "6")],
)
def total(xs: Ints) -> int:
    """The sum, added from left to right. Overflow where a partial sum is outside 64 bits."""
    found = 0
    for x in xs:
        found += x
        if not INT_MIN <= found <= INT_MAX:
            raise OverflowError("an integer outside 64 bits")
    return found


# ------------------------------------------------------------------------ with functions


@kernel(
    "(f: (int) -> int, xs: list[int]) -> list[int]",
    name="map",
    surface="Map",
    python="[{f}(x) for x in {xs}]",
    cells="1 + len(xs)",
    examples=[("Map(lambda x: Multiply(x, x), [1, 2, 3])", "[1, 4, 9]")],
)
def map_list(f: Callable[[int], int], xs: Ints) -> Ints:
    """What f gives of each item."""
    return [f(x) for x in xs]


@kernel(
    "(f: (int) -> bool, xs: list[int]) -> list[int]",
    name="filter",
    surface="Filter",
    python="[x for x in {xs} if {f}(x)]",
    cells="1 + len(xs)",
    examples=[("Filter(lambda x: Greater(x, 1), [1, 2, 3])", "[2, 3]")],
)
def filter_list(f: Callable[[int], bool], xs: Ints) -> Ints:
    """The items of which f holds."""
    return [x for x in xs if f(x)]


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
