"""Integers of 64 bits and floats."""

from __future__ import annotations

import math
from functools import partial

from progsynth.lang.primitive import primitive
from progsynth.lang.values import int64

kernel = partial(primitive, user=False)

# ------------------------------------------------------------------------------ integers


@kernel(
    "(a: int, b: int) -> int",
    name="add.int",
    surface="_ + _",
    python="{a} + {b}",
    examples=[("2 + 3", "5")],
)
def add_int(a: int, b: int) -> int:
    """The sum. Fails with overflow outside 64 bits."""
    return int64(a + b)


@kernel(
    "(a: int, b: int) -> int",
    name="sub.int",
    surface="_ - _",
    python="{a} - {b}",
    examples=[("2 - 3", "-1")],
)
def sub_int(a: int, b: int) -> int:
    """The difference. Fails with overflow outside 64 bits."""
    return int64(a - b)


@kernel(
    "(a: int, b: int) -> int",
    name="mul.int",
    surface="_ * _",
    python="{a} * {b}",
    examples=[("-2 * 3", "-6")],
)
def mul_int(a: int, b: int) -> int:
    """The product. Fails with overflow outside 64 bits."""
    return int64(a * b)


@kernel(
    "(a: int, b: int) -> int",
    name="floordiv.int",
    surface="_ // _",
    python="{a} // {b}",
    examples=[("7 // 2", "3"), ("-7 // 2", "-4")],
)
def floordiv_int(a: int, b: int) -> int:
    """The quotient, rounded down. Fails with zero, and with overflow for `-2**63 // -1`."""
    return int64(a // b)


@kernel(
    "(a: int, b: int) -> int",
    name="mod.int",
    surface="_ % _",
    python="{a} % {b}",
    examples=[("7 % 3", "1"), ("-7 % 3", "2"), ("7 % -3", "-2")],
)
def mod_int(a: int, b: int) -> int:
    """The remainder of `//`; its sign is that of `b`. Fails with zero."""
    return a % b


@kernel(
    "(a: int, b: int) -> int",
    name="pow.int",
    surface="_ ** _",
    python="{a} ** {b}",
    cost=2,
    examples=[("2 ** 10", "1024"), ("(-3) ** 3", "-27"), ("0 ** 0", "1")],
)
def pow_int(a: int, b: int) -> int:
    """The power. Fails with domain for a negative exponent, with overflow outside 64 bits."""
    if b < 0:
        raise ValueError("a negative exponent")
    if a in (0, 1):
        return a if b else 1
    if a == -1:
        return -1 if b % 2 else 1
    if b > 63:
        raise OverflowError("an integer outside 64 bits")
    return int64(a**b)


@kernel(
    "(a: int, b: int) -> float",
    name="div.int",
    surface="_ / _",
    python="float({a}) / float({b})",
    examples=[("7 / 2", "3.5")],
)
def div_int(a: int, b: int) -> float:
    """The quotient as a float: both are made floats first. Fails with zero."""
    return float(a) / float(b)


@kernel(
    "(a: int) -> int",
    name="neg.int",
    surface="-_",
    python="-{a}",
    examples=[("-(2 + 3)", "-5")],
)
def neg_int(a: int) -> int:
    """The number with its sign changed. Fails with overflow for -2**63."""
    return int64(-a)


@kernel(
    "(a: int) -> int",
    name="abs.int",
    surface="abs",
    python="abs({a})",
    examples=[("abs(-3)", "3")],
)
def abs_int(a: int) -> int:
    """The number without its sign. Fails with overflow for -2**63."""
    return int64(abs(a))


@kernel(
    "(a: int, b: int) -> int",
    name="min.int",
    surface="min",
    python="min({a}, {b})",
    examples=[("min(2, 1)", "1")],
)
def min_int(a: int, b: int) -> int:
    """The smaller of two integers."""
    return b if b < a else a


@kernel(
    "(a: int, b: int) -> int",
    name="max.int",
    surface="max",
    python="max({a}, {b})",
    examples=[("max(2, 1)", "2")],
)
def max_int(a: int, b: int) -> int:
    """The larger of two integers."""
    return b if b > a else a


@kernel(
    "(b: bool) -> int",
    name="int.bool",
    surface="int",
    python="int({b})",
    cost=2,
    examples=[("int(True)", "1"), ("int(False)", "0")],
)
def int_bool(b: bool) -> int:
    """1 for True, 0 for False."""
    return int(b)


@kernel(
    "(x: float) -> int",
    name="int.float",
    surface="int",
    python="int({x})",
    cost=2,
    examples=[("int(2.9)", "2"), ("int(-2.9)", "-2")],
)
def int_float(x: float) -> int:
    """The whole part. Fails with domain for NaN and infinity, with overflow outside 64 bits."""
    return int64(int(finite(x)))


# -------------------------------------------------------------------------------- floats


def finite(x: float) -> float:
    """The number itself; ValueError for NaN and infinity."""
    if math.isfinite(x):
        return x
    raise ValueError("not a finite number")


@kernel(
    "(a: float, b: float) -> float",
    name="add.float",
    surface="_ + _",
    python="{a} + {b}",
    examples=[("0.5 + 1.5", "2.0")],
)
def add_float(a: float, b: float) -> float:
    """The sum."""
    return a + b


@kernel(
    "(a: float, b: float) -> float",
    name="sub.float",
    surface="_ - _",
    python="{a} - {b}",
    examples=[("0.5 - 1.5", "-1.0")],
)
def sub_float(a: float, b: float) -> float:
    """The difference."""
    return a - b


@kernel(
    "(a: float, b: float) -> float",
    name="mul.float",
    surface="_ * _",
    python="{a} * {b}",
    examples=[("0.5 * 3.0", "1.5")],
)
def mul_float(a: float, b: float) -> float:
    """The product."""
    return a * b


@kernel(
    "(a: float, b: float) -> float",
    name="div.float",
    surface="_ / _",
    python="{a} / {b}",
    examples=[("1.0 / 4.0", "0.25")],
)
def div_float(a: float, b: float) -> float:
    """The quotient. Fails with zero."""
    return a / b


@kernel(
    "(a: float, b: float) -> float",
    name="floordiv.float",
    surface="_ // _",
    python="{a} // {b}",
    cost=2,
    examples=[("-7.5 // 2.0", "-4.0")],
)
def floordiv_float(a: float, b: float) -> float:
    """The quotient, rounded down, as Python does it. Fails with zero."""
    return a // b


@kernel(
    "(a: float, b: float) -> float",
    name="mod.float",
    surface="_ % _",
    python="{a} % {b}",
    cost=2,
    examples=[("-7.5 % 2.0", "0.5")],
)
def mod_float(a: float, b: float) -> float:
    """The remainder of `//`; its sign is that of `b`. Fails with zero."""
    return a % b


@kernel(
    "(a: float, b: float) -> float",
    name="pow.float",
    surface="_ ** _",
    cost=2,
    examples=[("2.0 ** 3.0", "8.0"), ("4.0 ** 0.5", "2.0")],
)
def pow_float(a: float, b: float) -> float:
    """The power. Fails with zero for `0.0 ** -1.0`, with domain for `(-1.0) ** 0.5`."""
    if a == 0.0 and b < 0.0:
        raise ZeroDivisionError("zero to a negative power")
    try:
        return math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0.0 and b % 2.0 == 1.0 else math.inf


@kernel(
    "(a: float) -> float",
    name="neg.float",
    surface="-_",
    python="-{a}",
    examples=[("-(0.5 + 1.0)", "-1.5")],
)
def neg_float(a: float) -> float:
    """The number with its sign changed."""
    return -a


@kernel(
    "(a: float) -> float",
    name="abs.float",
    surface="abs",
    python="abs({a})",
    examples=[("abs(-0.5)", "0.5")],
)
def abs_float(a: float) -> float:
    """The number without its sign."""
    return abs(a)


@kernel(
    "(a: float, b: float) -> float",
    name="min.float",
    surface="min",
    python="min({a}, {b})",
    examples=[("min(2.0, 1.5)", "1.5")],
)
def min_float(a: float, b: float) -> float:
    """The smaller of two floats: `b` if `b < a`, else `a`."""
    return b if b < a else a


@kernel(
    "(a: float, b: float) -> float",
    name="max.float",
    surface="max",
    python="max({a}, {b})",
    examples=[("max(2.0, 1.5)", "2.0")],
)
def max_float(a: float, b: float) -> float:
    """The larger of two floats: `b` if `b > a`, else `a`."""
    return b if b > a else a


@kernel("(x: float) -> float", cost=2, examples=[("sqrt(6.25)", "2.5")])
def sqrt(x: float) -> float:
    """The square root. Fails with domain for a negative number."""
    return math.sqrt(x)


@kernel("(x: float) -> float", cost=3, examples=[("exp(0.0)", "1.0")])
def exp(x: float) -> float:
    """Euler's number to the power x; infinity where that is too large for a float."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


@kernel("(x: float) -> float", cost=3, examples=[("log(1.0)", "0.0")])
def log(x: float) -> float:
    """The natural logarithm. Fails with domain unless the number is above zero."""
    return math.log(x)


@kernel("(x: float) -> float", cost=3, examples=[("sin(0.0)", "0.0")])
def sin(x: float) -> float:
    """The sine of an angle in radians. Fails with domain for infinity."""
    return math.sin(x)


@kernel("(x: float) -> float", cost=3, examples=[("cos(0.0)", "1.0")])
def cos(x: float) -> float:
    """The cosine of an angle in radians. Fails with domain for infinity."""
    return math.cos(x)


@kernel("(x: float) -> int", cost=2, examples=[("floor(-1.5)", "-2")])
def floor(x: float) -> int:
    """The largest integer not above x. Fails as `int(x)` does."""
    return int64(math.floor(finite(x)))


@kernel("(x: float) -> int", cost=2, examples=[("ceil(-1.5)", "-1")])
def ceil(x: float) -> int:
    """The smallest integer not below x. Fails as `int(x)` does."""
    return int64(math.ceil(finite(x)))


@kernel(
    "(x: float) -> int",
    name="round",
    python="round({x})",
    cost=2,
    examples=[("round(2.5)", "2"), ("round(3.5)", "4"), ("round(-0.7)", "-1")],
)
def round_float(x: float) -> int:
    """The nearest integer, the even one of two equally near. Fails as `int(x)` does."""
    return int64(round(finite(x)))


@kernel(
    "(n: int) -> float",
    name="float.int",
    surface="float",
    python="float({n})",
    cost=2,
    examples=[("float(3)", "3.0")],
)
def float_int(n: int) -> float:
    """The integer as a float, the nearest one beyond 2**53."""
    return float(n)
