"""Primitives on numbers. What the default pack has as well is taken from there."""

from __future__ import annotations

from functools import partial
from math import isqrt

from progsynth.lang.primitive import primitive

from ..default import booleans
from ..default import numbers as default

kernel = partial(primitive, user=False)

add = default.add_int.written(
    "_ + _",
    doc="The sum: `+`. Fails with overflow outside 64 bits.",
    examples=[("2 + 3", "5")],
)

subtract = default.sub_int.written(
    "_ - _",
    doc="The difference: `-`. Fails with overflow outside 64 bits.",
    examples=[("2 - 3", "-1")],
)

multiply = default.mul_int.written(
    "_ * _",
    doc="The product: `*`. Fails with overflow outside 64 bits.",
    examples=[("-2 * 3", "-6")],
)

modulo = default.mod_int.written(
    "_ % _",
    doc="The remainder: `mod`. Its sign is that of b. Fails with zero.",
    examples=[("7 % 3", "1")],
)

greater = booleans.gt.written(
    "_ > _",
    signature="(a: int, b: int) -> bool",
    doc="Is a above b? `gt?`.",
    examples=[("2 > 1", "True")],
)

equals = booleans.eq.written(
    "_ == _",
    signature="(a: int, b: int) -> bool",
    doc="Are the two numbers the same? `eq?`.",
    examples=[("2 == 2", "True")],
)


@kernel(
    "(n: int) -> bool",
    name="is_square",
    examples=[("is_square(9)", "True"), ("is_square(-9)", "False")],
)
def is_square(n: int) -> bool:
    """Is the number the square of an integer? `is-square`."""
    return n >= 0 and isqrt(n) ** 2 == n


LARGEST_PRIME = 199


@kernel(
    "(n: int) -> bool",
    name="is_prime",
    examples=[("is_prime(7)", "True"), ("is_prime(211)", "False")],
)
def is_prime(n: int) -> bool:
    """Is the number one of the primes up to 199? `is-prime`; like theirs, it knows no others."""
    return 1 < n <= LARGEST_PRIME and all(n % d for d in range(2, isqrt(n) + 1))
