"""Operations on numbers.

What the default pack has as well keeps its name and its charges (`add.int`), so that the VM
runs it.
"""

from __future__ import annotations

from functools import partial

from progsynth.lang.primitive import primitive
from progsynth.lang.values import int64

kernel = partial(primitive, user=False)


@kernel(
    "(a: int, b: int) -> int",
    name="add.int",
    surface="Add",
    python="{a} + {b}",
    examples=[("Add(2, 3)", "5")],
)
def add(a: int, b: int) -> int:
    """The sum. Fails with overflow outside 64 bits."""
    return int64(a + b)


@kernel(
    "(a: int, b: int) -> int",
    name="sub.int",
    surface="Subtract",
    python="{a} - {b}",
    examples=[("Subtract(2, 3)", "-1")],
)
def subtract(a: int, b: int) -> int:
    """The difference. Fails with overflow outside 64 bits."""
    return int64(a - b)


@kernel(
    "(a: int, b: int) -> int",
    name="mul.int",
    surface="Multiply",
    python="{a} * {b}",
    examples=[("Multiply(-2, 3)", "-6")],
)
def multiply(a: int, b: int) -> int:
    """The product. Fails with overflow outside 64 bits."""
    return int64(a * b)


@kernel(
    "(a: int, b: int) -> int",
    name="floordiv.int",
    surface="IntDivide",
    python="{a} // {b}",
    examples=[("IntDivide(7, 2)", "3"), ("IntDivide(-7, 2)", "-4")],
)
def int_divide(a: int, b: int) -> int:
    """The quotient, rounded down. Fails with zero, and with overflow for -2**63 and -1."""
    return int64(a // b)


@kernel(
    "(a: int, b: int) -> int",
    name="min.int",
    surface="Min",
    python="min({a}, {b})",
    examples=[("Min(2, 1)", "1")],
)
def smaller(a: int, b: int) -> int:
    """The smaller of two numbers."""
    return min(a, b)


@kernel(
    "(a: int, b: int) -> int",
    name="max.int",
    surface="Max",
    python="max({a}, {b})",
    examples=[("Max(2, 1)", "2")],
)
def larger(a: int, b: int) -> int:
    """The larger of two numbers."""
    return max(a, b)


SMALLER = "min(size(a), size(b)) // 32"  # what the default pack charges for comparing


@kernel(
    "(a: int, b: int) -> bool",
    name="gt",
    surface="Greater",
    python="{a} > {b}",
    fuel=SMALLER,
    examples=[("Greater(2, 1)", "True")],
)
def greater(a: int, b: int) -> bool:
    """Is a above b?"""
    return a > b


@kernel(
    "(a: int, b: int) -> bool",
    name="lt",
    surface="Less",
    python="{a} < {b}",
    fuel=SMALLER,
    examples=[("Less(2, 1)", "False")],
)
def less(a: int, b: int) -> bool:
    """Is a below b?"""
    return a < b


@kernel(
    "(a: int, b: int) -> bool",
    name="eq",
    surface="Equal",
    python="{a} == {b}",
    fuel=SMALLER,
    examples=[("Equal(2, 2)", "True")],
)
def equals(a: int, b: int) -> bool:
    """Are the two numbers the same?"""
    return a == b
