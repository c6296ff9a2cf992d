"""Primitives on numbers.

What the default pack has as well keeps its name and its charges (`add.int`), so that the VM
runs it.
"""

from __future__ import annotations

from functools import partial
from math import isqrt

from progsynth.lang.primitive import primitive
from progsynth.lang.values import int64

kernel = partial(primitive, user=False)


@kernel(
    "(a: int, b: int) -> int",
    name="add.int",
    surface="_ + _",
    python="{a} + {b}",
    examples=[("2 + 3", "5")],
)
def add(a: int, b: int) -> int:
    """The sum: `+`. Fails with overflow outside 64 bits."""
    return int64(a + b)


@kernel(
    "(a: int, b: int) -> int",
    name="sub.int",
    surface="_ - _",
    python="{a} - {b}",
    examples=[("2 - 3", "-1")],
)
def subtract(a: int, b: int) -> int:
    """The difference: `-`. Fails with overflow outside 64 bits."""
    return int64(a - b)


@kernel(
    "(a: int, b: int) -> int",
    name="mul.int",
    surface="_ * _",
    python="{a} * {b}",
    examples=[("-2 * 3", "-6")],
)
def multiply(a: int, b: int) -> int:
    """The product: `*`. Fails with overflow outside 64 bits."""
    return int64(a * b)


@kernel(
    "(a: int, b: int) -> int",
    name="mod.int",
    surface="_ % _",
    python="{a} % {b}",
    examples=[("7 % 3", "1")],
)
def modulo(a: int, b: int) -> int:
    """The remainder: `mod`. Its sign is that of b. Fails with zero."""
    return a % b


SMALLER = "min(size(a), size(b)) // 32"  # what the default pack charges for comparing


@kernel(
    "(a: int, b: int) -> bool",
    name="gt",
    surface="_ > _",
    python="{a} > {b}",
    fuel=SMALLER,
    examples=[("2 > 1", "True")],
)
def greater(a: int, b: int) -> bool:
    """Is a above b? `gt?`."""
    return a > b


@kernel(
    "(a: int, b: int) -> bool",
    name="eq",
    surface="_ == _",
    python="{a} == {b}",
    fuel=SMALLER,
    examples=[("2 == 2", "True")],
)
def equals(a: int, b: int) -> bool:
    """Are the two numbers the same? `eq?`."""
    return a == b


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
