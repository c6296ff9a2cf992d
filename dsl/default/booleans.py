"""Truth values, and the comparisons that give them."""

from __future__ import annotations

from functools import partial
from typing import Any

from progsynth.lang.primitive import primitive
from progsynth.lang.values import equal

kernel = partial(primitive, user=False)

SMALLER = "min(size(a), size(b)) // 32"


@kernel(
    "(b: bool) -> bool",
    name="not",
    surface="not _",
    python="not {b}",
    examples=[("not True", "False")],
)
def not_(b: bool) -> bool:
    """True for False, False for True."""
    return not b


@kernel(
    "(a: a, b: a) -> bool where a: equal",
    name="eq",
    surface="_ == _",
    python="{a} == {b}",
    fuel=SMALLER,
    examples=[("[1, 2] == [1, 2]", "True"), ('{1: "a", 2: "b"} == {2: "b", 1: "a"}', "True")],
)
def eq(a: Any, b: Any) -> bool:
    """Are the two equal? NaN equals nothing; the order of a dict's entries does not matter."""
    return equal(a, b)


@kernel(
    "(a: a, b: a) -> bool where a: equal",
    name="ne",
    surface="_ != _",
    python="{a} != {b}",
    fuel=SMALLER,
    examples=[("[1, 2] != [2, 1]", "True")],
)
def ne(a: Any, b: Any) -> bool:
    """Do the two differ?"""
    return not equal(a, b)


def deciding(a: Any, b: Any) -> tuple[Any, Any]:
    """The scalars that decide the order of two values of one type: lexicographic, item by item.

    Where one sequence begins with the other, their lengths decide.
    """
    while isinstance(a, list | tuple):
        for x, y in zip(a, b, strict=False):
            if not equal(x, y):
                a, b = x, y
                break
        else:
            return len(a), len(b)
    return a, b


@kernel(
    "(a: a, b: a) -> bool where a: ordered",
    name="lt",
    surface="_ < _",
    python="{a} < {b}",
    fuel=SMALLER,
    examples=[("1 < 2", "True"), ('"ab" < "b"', "True"), ("[1, 5] < [1]", "False")],
)
def lt(a: Any, b: Any) -> bool:
    """Is `a` before `b`? False when the items that decide are NaN."""
    x, y = deciding(a, b)
    return bool(x < y)


@kernel(
    "(a: a, b: a) -> bool where a: ordered",
    name="le",
    surface="_ <= _",
    python="{a} <= {b}",
    fuel=SMALLER,
    examples=[("2 <= 2", "True"), ("(1, 3) <= (1, 2)", "False")],
)
def le(a: Any, b: Any) -> bool:
    """Is `a` before or equal to `b`? False when the items that decide are NaN."""
    x, y = deciding(a, b)
    return bool(x <= y)


@kernel(
    "(a: a, b: a) -> bool where a: ordered",
    name="gt",
    surface="_ > _",
    python="{a} > {b}",
    fuel=SMALLER,
    examples=[("2 > 1", "True")],
)
def gt(a: Any, b: Any) -> bool:
    """Is `a` behind `b`? False when the items that decide are NaN."""
    x, y = deciding(a, b)
    return bool(x > y)


@kernel(
    "(a: a, b: a) -> bool where a: ordered",
    name="ge",
    surface="_ >= _",
    python="{a} >= {b}",
    fuel=SMALLER,
    examples=[('"b" >= "a"', "True")],
)
def ge(a: Any, b: Any) -> bool:
    """Is `a` behind or equal to `b`? False when the items that decide are NaN."""
    x, y = deciding(a, b)
    return bool(x >= y)
