"""Lists. No primitive changes its argument: each gives a new list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from progsynth.lang.primitive import primitive
from progsynth.lang.values import INT_MAX, INT_MIN, equal, order_key

kernel = partial(primitive, user=False)

Items = list[Any]
copying = partial(kernel, fuel="len(xs) // 32", cells="1 + len(xs)")
updating = partial(kernel, fuel="len(xs) // 32", cells="1")

# ------------------------------------------------------------------------- as a sequence


@kernel(
    "(xs: list[a]) -> int",
    name="len.list",
    surface="len",
    python="len({xs})",
    examples=[("len([4, 5])", "2")],
)
def len_list(xs: Items) -> int:
    """The number of items."""
    return len(xs)


@kernel(
    "(xs: list[a], i: int) -> a",
    name="item.list",
    surface="_[_]",
    python="{xs}[{i}]",
    examples=[("[4, 5, 6][1]", "5"), ("[4, 5, 6][-1]", "6")],
)
def item_list(xs: Items, i: int) -> Any:
    """The item at position i, counted from the end when negative. Fails with index."""
    return xs[i]


@kernel(
    "(xs: list[a], start: int, stop: int) -> list[a]",
    name="slice.list",
    surface="_[_:_]",
    python="{xs}[{start}:{stop}]",
    fuel="len(xs[start:stop]) // 32",
    cells="1 + len(xs[start:stop])",
    examples=[("[1, 2, 3, 4][1:3]", "[2, 3]"), ("[1, 2, 3][-2:9]", "[2, 3]")],
)
def slice_list(xs: Items, start: int, stop: int) -> Items:
    """The items from position `start` up to, not including, `stop`."""
    return xs[start:stop]


@kernel(
    "(xs: list[a], start: int) -> list[a]",
    name="slice_from.list",
    surface="_[_:]",
    python="{xs}[{start}:]",
    fuel="len(xs[start:]) // 32",
    cells="1 + len(xs[start:])",
    examples=[("[1, 2, 3][1:]", "[2, 3]")],
)
def slice_from_list(xs: Items, start: int) -> Items:
    """The items from position `start` on."""
    return xs[start:]


@kernel(
    "(xs: list[a], stop: int) -> list[a]",
    name="slice_to.list",
    surface="_[:_]",
    python="{xs}[:{stop}]",
    fuel="len(xs[:stop]) // 32",
    cells="1 + len(xs[:stop])",
    examples=[("[1, 2, 3][:-1]", "[1, 2]")],
)
def slice_to_list(xs: Items, stop: int) -> Items:
    """The items up to, not including, position `stop`."""
    return xs[:stop]


@copying(
    "(xs: list[a], start: int, stop: int, step: int) -> list[a]",
    name="slice_by.list",
    surface="_[_:_:_]",
    python="{xs}[{start}:{stop}:{step}]",
    cost=3,
    examples=[("[1, 2, 3, 4, 5][0:4:2]", "[1, 3]"), ("[1, 2, 3, 4][3:0:-1]", "[4, 3, 2]")],
)
def slice_by_list(xs: Items, start: int, stop: int, step: int) -> Items:
    """Every step-th item from `start` up to, not including, `stop`. Step 0: domain."""
    return xs[start:stop:step]


@copying(
    "(xs: list[a], start: int, step: int) -> list[a]",
    name="slice_from_by.list",
    surface="_[_::_]",
    python="{xs}[{start}::{step}]",
    cost=3,
    examples=[("[1, 2, 3, 4][1::2]", "[2, 4]")],
)
def slice_from_by_list(xs: Items, start: int, step: int) -> Items:
    """Every step-th item from `start` on. Step 0: domain."""
    return xs[start::step]


@copying(
    "(xs: list[a], stop: int, step: int) -> list[a]",
    name="slice_to_by.list",
    surface="_[:_:_]",
    python="{xs}[:{stop}:{step}]",
    cost=3,
    examples=[("[1, 2, 3, 4][:3:2]", "[1, 3]")],
)
def slice_to_by_list(xs: Items, stop: int, step: int) -> Items:
    """Every step-th item up to, not including, `stop`. Step 0: domain."""
    return xs[:stop:step]


@copying(
    "(xs: list[a], step: int) -> list[a]",
    name="slice_all_by.list",
    surface="_[::_]",
    python="{xs}[::{step}]",
    cost=2,
    examples=[("[1, 2, 3][::2]", "[1, 3]"), ("[1, 2, 3][::-1]", "[3, 2, 1]")],
)
def slice_all_by_list(xs: Items, step: int) -> Items:
    """Every step-th item, from the end when the step is negative. Step 0: domain."""
    return xs[::step]


@kernel(
    "(xs: list[a], ys: list[a]) -> list[a]",
    name="concat.list",
    surface="_ + _",
    python="{xs} + {ys}",
    fuel="(len(xs) + len(ys)) // 32",
    cells="1 + len(ys)",
    examples=[("[1] + [2, 3]", "[1, 2, 3]")],
)
def concat_list(xs: Items, ys: Items) -> Items:
    """One list behind the other."""
    return xs + ys


@kernel(
    "(xs: list[a], k: int) -> list[a]",
    name="repeat.list",
    surface="_ * _",
    python="{xs} * {k}",
    # len(xs) * k may pass 64 bits; where it does, it passes every limit on fuel
    fuel="len(xs) * max(k, 0) // 32",
    cells="1 + len(xs) * max(k, 0)",
    examples=[("[1, 2] * 2", "[1, 2, 1, 2]"), ("[1] * -1", "[]")],
)
def repeat_list(xs: Items, k: int) -> Items:
    """The list k times over; empty when k is negative."""
    return xs * k


@copying(
    "(xs: list[a]) -> list[a]",
    name="reverse.list",
    surface="reverse",
    python="{xs}[::-1]",
    examples=[("reverse([1, 2, 3])", "[3, 2, 1]")],
)
def reverse_list(xs: Items) -> Items:
    """The items from last to first."""
    return xs[::-1]


# ------------------------------------------------------------------------------ updates


@updating(
    "(xs: list[a], x: a) -> list[a]",
    python="[*{xs}, {x}]",
    examples=[("append([1, 2], 3)", "[1, 2, 3]")],
)
def append(xs: Items, x: Any) -> Items:
    """The list with one more item at its end."""
    return [*xs, x]


@updating(
    "(xs: list[a], i: int, x: a) -> list[a]",
    name="put.list",
    surface="put",
    examples=[("put([1, 2, 3], 1, 9)", "[1, 9, 3]"), ("put([1, 2, 3], -1, 9)", "[1, 2, 9]")],
)
def put_list(xs: Items, i: int, x: Any) -> Items:
    """The list with x at position i. Fails with index outside the list."""
    changed = xs[:]
    changed[i] = x
    return changed


@updating(
    "(xs: list[a], i: int, x: a) -> list[a]",
    cost=2,
    examples=[("insert([1, 2], 1, 9)", "[1, 9, 2]"), ("insert([1, 2], 5, 9)", "[1, 2, 9]")],
)
def insert(xs: Items, i: int, x: Any) -> Items:
    """The list with x before position i; at an end where i is outside, as in Python."""
    return [*xs[:i], x, *xs[i:]]


@updating(
    "(xs: list[a], i: int) -> list[a]",
    name="delete.list",
    surface="delete",
    cost=2,
    examples=[("delete([1, 2, 3], 1)", "[1, 3]"), ("delete([1, 2, 3], -1)", "[1, 2]")],
)
def delete_list(xs: Items, i: int) -> Items:
    """The list without the item at position i. Fails with index outside the list."""
    rest = xs[:]
    del rest[i]
    return rest


# ---------------------------------------------------------------------------- searching


@kernel(
    "(x: a, xs: list[a]) -> bool where a: equal",
    name="in.list",
    surface="_ in _",
    python="{x} in {xs}",
    fuel="size(xs) // 32",
    examples=[("2 in [1, 2]", "True"), ("3 in [1, 2]", "False")],
)
def in_list(x: Any, xs: Items) -> bool:
    """Is one of the items equal to x?"""
    return any(equal(item, x) for item in xs)


@kernel(
    "(xs: list[a], x: a) -> int where a: equal",
    name="index.list",
    surface="index",
    python="{xs}.index({x})",
    fuel="size(xs) // 32",
    cost=2,
    examples=[("index([5, 6, 6], 6)", "1")],
)
def index_list(xs: Items, x: Any) -> int:
    """The position of the first item equal to x. Fails with domain when there is none."""
    for position, item in enumerate(xs):
        if equal(item, x):
            return position
    raise ValueError("no such item")


@kernel(
    "(xs: list[a], x: a) -> int where a: equal",
    name="count.list",
    surface="count",
    python="{xs}.count({x})",
    fuel="size(xs) // 32",
    examples=[("count([1, 2, 1], 1)", "2")],
)
def count_list(xs: Items, x: Any) -> int:
    """How many items are equal to x."""
    return sum(equal(item, x) for item in xs)


# -------------------------------------------------------------------------------- order


@kernel(
    "(xs: list[a]) -> list[a] where a: ordered",
    name="sort.list",
    surface="sort",
    python="sorted({xs})",
    fuel="size(xs)",
    cells="1 + len(xs)",
    examples=[("sort([3, 1, 2])", "[1, 2, 3]"), ('sort(["b", "a", "ab"])', '["a", "ab", "b"]')],
)
def sort_list(xs: Items) -> Items:
    """The items from smallest to largest; equal ones keep their order, NaN comes last."""
    if xs and isinstance(xs[0], int | str):
        return sorted(xs)  # their own order is `order_key`'s
    return sorted(xs, key=order_key)


@kernel(
    "(f: (a) -> b, xs: list[a]) -> list[a] where b: ordered",
    python="sorted({xs}, key={f})",
    fuel="size(xs)",
    cells="1 + len(xs)",
    examples=[("sort_by(lambda x: -x, [3, 1, 2])", "[3, 2, 1]")],
)
def sort_by(f: Callable[[Any], Any], xs: Items) -> Items:
    """The items in the order of what f gives of them; equal ones keep their order.

    f is called once for each item, from left to right.
    """
    keys = [order_key(f(x)) for x in xs]
    return [xs[i] for i in sorted(range(len(xs)), key=keys.__getitem__)]


@kernel(
    "(xs: list[a]) -> a where a: ordered",
    name="min.list",
    surface="min",
    python="min({xs})",
    fuel="size(xs) // 32",
    examples=[("min([3, 1, 2])", "1")],
)
def min_list(xs: Items) -> Any:
    """The first item in the order of `sort`. Fails with domain when there are none."""
    return min(xs, key=order_key)


@kernel(
    "(xs: list[a]) -> a where a: ordered",
    name="max.list",
    surface="max",
    python="max({xs})",
    fuel="size(xs) // 32",
    examples=[("max([3, 1, 2])", "3")],
)
def max_list(xs: Items) -> Any:
    """The last item in the order of `sort`, the first of equal ones. Domain when there are none."""
    return max(xs, key=order_key)


def key_of(value: Any) -> Any:
    """A hashable key: two values of one ordered type are equal if and only if their keys are."""
    if isinstance(value, float) and value != value:
        return object()  # NaN equals nothing, not even itself
    if isinstance(value, list | tuple):
        return tuple([key_of(item) for item in value])
    return value


@kernel(
    "(xs: list[a]) -> list[a] where a: ordered",
    name="unique.list",
    surface="unique",
    fuel="size(xs)",
    cells="1 + len(xs)",
    examples=[("unique([3, 1, 3, 1])", "[3, 1]")],
)
def unique_list(xs: Items) -> Items:
    """The items without those that are equal to an earlier one."""
    first: dict[Any, Any] = {}
    for x in xs:
        first.setdefault(key_of(x), x)
    return list(first.values())


# --------------------------------------------------------------------- making and pairing

# stop - start may pass 64 bits in these formulas; where it does, it passes every limit


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
    """The integers from 0 up to, not including, `stop`."""
    return list(range(stop))


@kernel(
    "(start: int, stop: int) -> list[int]",
    name="range.start",
    surface="range",
    python="list(range({start}, {stop}))",
    fuel="max(stop - start, 0) // 32",
    cells="1 + max(stop - start, 0)",
    examples=[("range(2, 5)", "[2, 3, 4]")],
)
def range_start(start: int, stop: int) -> list[int]:
    """The integers from `start` up to, not including, `stop`."""
    return list(range(start, stop))


STEPS = "max((stop - start) // (step or 1) + 1, 0)"  # at most one too many


@kernel(
    "(start: int, stop: int, step: int) -> list[int]",
    name="range.step",
    surface="range",
    python="list(range({start}, {stop}, {step}))",
    cost=2,
    fuel=f"{STEPS} // 32",
    cells=f"1 + {STEPS}",
    examples=[("range(0, 7, 3)", "[0, 3, 6]"), ("range(3, 0, -1)", "[3, 2, 1]")],
)
def range_step(start: int, stop: int, step: int) -> list[int]:
    """Every step-th integer from `start` up to, not including, `stop`. Step 0: domain."""
    return list(range(start, stop, step))


@kernel(
    "(xs: list[a], ys: list[b]) -> list[tuple[a, b]]",
    name="zip.two",
    surface="zip",
    python="list(zip({xs}, {ys}))",
    fuel="3 * min(len(xs), len(ys)) // 32",
    cells="1 + 3 * min(len(xs), len(ys))",
    examples=[('zip([1, 2], ["a", "b"])', '[(1, "a"), (2, "b")]'), ("len(zip([1], [1, 2]))", "1")],
)
def zip_two(xs: Items, ys: Items) -> list[tuple[Any, Any]]:
    """The pairs of items at equal positions, as many as the shorter list has."""
    return list(zip(xs, ys, strict=False))


@kernel(
    "(xs: list[a]) -> list[tuple[int, a]]",
    name="enumerate.list",
    surface="enumerate",
    python="list(enumerate({xs}))",
    fuel="3 * len(xs) // 32",
    cells="1 + 3 * len(xs)",
    examples=[('enumerate(["a", "b"])', '[(0, "a"), (1, "b")]')],
)
def enumerate_list(xs: Items) -> list[tuple[int, Any]]:
    """The pairs of position and item."""
    return list(enumerate(xs))


@kernel(
    "(xss: list[list[a]]) -> list[a]",
    python="[x for xs in {xss} for x in xs]",
    fuel="size(xss) // 32",
    cells="size(xss)",
    examples=[("flatten([[1], [], [2, 3]])", "[1, 2, 3]")],
)
def flatten(xss: list[Items]) -> Items:
    """The items of all the lists, in order."""
    return [x for xs in xss for x in xs]


# ---------------------------------------------------------------------------------- sums


@kernel(
    "(xs: list[int]) -> int",
    name="sum.int",
    surface="sum",
    python="sum({xs})",
    fuel="len(xs) // 32",
    examples=[("sum([1, 2, 3])", "6"), ("sum(range(0))", "0")],
)
def sum_int(xs: list[int]) -> int:
    """The sum, added from left to right. Overflow where a partial sum is outside 64 bits."""
    total = 0
    for x in xs:
        total += x
        if not INT_MIN <= total <= INT_MAX:
            raise OverflowError("an integer outside 64 bits")
    return total


@kernel(
    "(xs: list[float]) -> float",
    name="sum.float",
    surface="sum",
    fuel="len(xs) // 32",
    examples=[("sum([0.5, 0.25])", "0.75")],
)
def sum_float(xs: list[float]) -> float:
    """The sum, added from left to right, starting with 0.0 (Python's own rounds less)."""
    total = 0.0
    for x in xs:
        total += x
    return total


@kernel(
    "(xs: list[int]) -> int",
    name="product.int",
    surface="product",
    fuel="len(xs) // 32",
    cost=2,
    examples=[("product([2, 3, 4])", "24"), ("product(range(0))", "1")],
)
def product_int(xs: list[int]) -> int:
    """The product, from left to right. Overflow where a partial product is outside 64 bits."""
    result = 1
    for x in xs:
        result *= x
        if not INT_MIN <= result <= INT_MAX:
            raise OverflowError("an integer outside 64 bits")
    return result


@kernel(
    "(xs: list[float]) -> float",
    name="product.float",
    surface="product",
    fuel="len(xs) // 32",
    cost=2,
    examples=[("product([2.0, 0.25])", "0.5")],
)
def product_float(xs: list[float]) -> float:
    """The product, from left to right, starting with 1.0."""
    result = 1.0
    for x in xs:
        result *= x
    return result


# ------------------------------------------------------------------------ with functions

# Each call of a function given to a primitive is charged one unit of fuel when it is made.


@kernel(
    "(f: (a) -> b, xs: list[a]) -> list[b]",
    name="map",
    python="[{f}(x) for x in {xs}]",
    cells="1 + len(xs)",
    examples=[("map(lambda x: x * x, [1, 2, 3])", "[1, 4, 9]")],
)
def map_list(f: Callable[[Any], Any], xs: Items) -> Items:
    """What f gives of each item."""
    return [f(x) for x in xs]


@kernel(
    "(f: (a) -> bool, xs: list[a]) -> list[a]",
    name="filter",
    python="[x for x in {xs} if {f}(x)]",
    cells="1 + len(xs)",
    examples=[("filter(lambda x: x > 1, [1, 2, 3])", "[2, 3]")],
)
def filter_list(f: Callable[[Any], bool], xs: Items) -> Items:
    """The items of which f holds."""
    return [x for x in xs if f(x)]


@kernel(
    "(f: (b, a) -> b, init: b, xs: list[a]) -> b",
    cost=2,
    examples=[("fold(lambda total, x: total * 10 + x, 0, [1, 2, 3])", "123")],
)
def fold(f: Callable[[Any, Any], Any], init: Any, xs: Items) -> Any:
    """Start with `init` and replace it by f(it, item) for each item, from left to right."""
    result = init
    for x in xs:
        result = f(result, x)
    return result
