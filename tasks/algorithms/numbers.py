"""Algorithms on numbers."""

from __future__ import annotations

import math
from random import Random

from .algorithm import Algorithm, Draw, Inputs


def between(lowest: int, highest: int) -> Draw:
    """One number from `lowest` to `highest`."""
    return lambda rng: (rng.randint(lowest, highest),)


def is_prime(n: int) -> bool:
    """Has n no divisor but 1 and itself, and is it above 1?"""
    return n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1))


def _maybe_prime(lowest: int, highest: int) -> Draw:
    """A number, half of the time the next prime from there on."""

    def draw(rng: Random) -> Inputs:
        n = rng.randint(lowest, highest)
        if rng.random() < 0.5:
            while not is_prime(n):
                n += 1
        return (n,)

    return draw


def fibonacci(n: int) -> int:
    """The n-th of 0, 1, 1, 2, 3, 5, ..., where 0 is number 0."""
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def collatz_length(n: int) -> int:
    """How many numbers there are from n to 1, both counted, when odd ones become 3n + 1."""
    length = 1
    while n != 1:
        n = 3 * n + 1 if n % 2 else n // 2
        length += 1
    return length


def _two(highest: int) -> Draw:
    return lambda rng: (rng.randint(1, highest), rng.randint(1, highest))


def _power(largest: int, highest: int) -> Draw:
    return lambda rng: (rng.randint(0, largest), rng.randint(0, highest), rng.randint(2, largest))


ALGORITHMS = (
    Algorithm(
        name="is prime",
        request="int -> bool",
        params=("n",),
        description="has the number no divisor but 1 and itself, and is it above 1",
        answer=is_prime,
        edges=((0,), (1,), (2,), (3,), (4,), (9,), (25,), (49,)),
        small=_maybe_prime(0, 100),
        large=_maybe_prime(200, 10_000),
        num_test=50,
        fuel=1_000_000,
    ),
    Algorithm(
        name="primes up to n",
        request="int -> list[int]",
        params=("n",),
        description="all primes from 2 to n, upwards",
        answer=lambda n: [p for p in range(n + 1) if is_prime(p)],
        edges=((0,), (1,), (2,), (3,), (4,), (9,), (25,)),
        small=between(0, 60),
        large=between(3_000, 6_000),
        num_test=5,
        fuel=40_000_000,
        cells=40_000_000,
    ),
    Algorithm(
        name="least common multiple",
        request="(int, int) -> int",
        params=("a", "b"),
        description="the least number from 1 that is a multiple of both",
        answer=math.lcm,
        edges=((1, 1), (2, 3), (4, 6), (6, 3)),
        small=_two(30),
        large=_two(3_000),
        num_test=50,
        fuel=10_000_000,
        cells=10_000_000,
    ),
    Algorithm(
        name="integer square root",
        request="int -> int",
        params=("n",),
        description="the largest number whose square is not above n",
        answer=math.isqrt,
        edges=((0,), (1,), (3,), (4,), (24,), (25,)),
        small=between(0, 200),
        large=between(20_000, 1_000_000),
        num_test=50,
        withheld=("isqrt", "sqrt", "pow.float", "exp"),
        fuel=2_000_000,
        cells=2_000_000,
    ),
    Algorithm(
        name="power modulo",
        request="(int, int, int) -> int",
        params=("a", "b", "m"),
        description="the remainder of a to the power of b, divided by m",
        answer=pow,
        edges=((2, 0, 3), (3, 1, 5), (2, 10, 7), (0, 3, 4)),
        small=_power(20, 10),
        large=_power(2_000, 1_000),
        num_test=50,
        withheld=("pow.int",),
    ),
    Algorithm(
        name="binary digits",
        request="int -> list[int]",
        params=("n",),
        description="the digits of a number from 1 in base two, the highest first",
        answer=lambda n: [int(digit) for digit in f"{n:b}"],
        edges=((1,), (2,), (3,), (4,), (8,)),
        small=between(1, 100),
        large=between(101, 10_000),
        num_test=50,
    ),
    Algorithm(
        name="fibonacci",
        request="int -> int",
        params=("n",),
        description="number n of 0, 1, 1, 2, 3, 5, ..., where 0 is number 0",
        answer=fibonacci,
        edges=tuple((n,) for n in range(12)),
        small=between(0, 44),
        large=between(45, 92),
        num_test=40,
    ),
    Algorithm(
        name="collatz length",
        request="int -> int",
        params=("n",),
        description="how many numbers from n to 1, both counted, if n goes to n // 2 or 3 n + 1",
        answer=collatz_length,
        edges=((1,), (2,), (3,), (4,), (5,), (6,), (7,), (8,)),
        small=between(1, 60),
        large=between(100, 6_000),
        num_test=50,
    ),
)
