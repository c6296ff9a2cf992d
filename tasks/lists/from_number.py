"""Families whose input is a number: lists made of it, and numbers computed from it."""

from __future__ import annotations

from itertools import accumulate

from .draw import Family, up_to
from .each import is_prime, singles

LIST, NUMBER, QUESTION = "int -> list[int]", "int -> int", "int -> bool"

_N = ("n",)


def fibonacci(n: int) -> int:
    """The n-th of 0, 1, 1, 2, 3, 5, ..., where 0 is number 0."""
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


_TO_LIST = up_to(25, 80)

FAMILIES = (
    Family("0 up to n", LIST, lambda n: list(range(n + 1)), _TO_LIST, params=_N),
    Family(
        "n down to {}",
        LIST,
        lambda n, k: list(range(n, k - 1, -1)),
        _TO_LIST,
        singles(0, 1),
        params=_N,
    ),
    Family(
        "multiples of {} below n",
        LIST,
        lambda n, k: list(range(0, n, k)),
        _TO_LIST,
        singles(2, 3, 5),
        params=_N,
    ),
    Family(
        "the first n powers of 2",
        LIST,
        lambda n: [2**i for i in range(n)],
        up_to(25, 60),
        params=_N,
    ),
    Family("the first n squares", LIST, lambda n: [i * i for i in range(n)], _TO_LIST, params=_N),
    Family("n times {}", LIST, lambda n, k: [k] * n, _TO_LIST, singles(1, 4), params=_N),
    Family(
        "divisors of n",
        LIST,
        lambda n: [d for d in range(1, n + 1) if n % d == 0],
        up_to(40, 120, least=1),
        params=_N,
    ),
    Family(
        "primes below n", LIST, lambda n: [p for p in range(n) if is_prime(p)], _TO_LIST, params=_N
    ),
    Family("digits of n", LIST, lambda n: [int(c) for c in str(n)], up_to(999, 10**9), params=_N),
    Family(
        "the first n triangular numbers",
        LIST,
        lambda n: list(accumulate(range(1, n + 1))),
        _TO_LIST,
        params=_N,
    ),
    Family("sum of 0 up to n", NUMBER, lambda n: n * (n + 1) // 2, up_to(40, 500), params=_N),
    Family(
        "sum of squares up to n",
        NUMBER,
        lambda n: sum(i * i for i in range(n + 1)),
        up_to(40, 500),
        params=_N,
    ),
    Family("fibonacci number n", NUMBER, fibonacci, up_to(25, 80), params=_N),
    Family(
        "sum of the digits of n",
        NUMBER,
        lambda n: sum(map(int, str(n))),
        up_to(999, 10**9),
        params=_N,
    ),
    Family(
        "how many divisors n has",
        NUMBER,
        lambda n: sum(n % d == 0 for d in range(1, n + 1)),
        up_to(40, 200, least=1),
        params=_N,
    ),
    Family("is n prime", QUESTION, is_prime, up_to(60, 200), params=_N),
    Family(
        "is n a multiple of 3 or 5",
        QUESTION,
        lambda n: n % 3 == 0 or n % 5 == 0,
        up_to(60, 500),
        params=_N,
    ),
)
