"""Families that do something with each item: change it, ask about it, keep it or not."""

from __future__ import annotations

import itertools
from math import isqrt

from .draw import Family, a_list, few_values, reaching

LISTS, FLAGS = "list[int] -> list[int]", "list[int] -> list[bool]"


def singles(*numbers: int) -> tuple[tuple[int, ...], ...]:
    """Settings of one number each."""
    return tuple((n,) for n in numbers)


def is_prime(n: int) -> bool:
    """Has n no divisor but 1 and itself, and is it above 1?"""
    return n > 1 and all(n % d for d in range(2, isqrt(n) + 1))


def is_square(n: int) -> bool:
    """Is n the square of an integer?"""
    return n >= 0 and isqrt(n) ** 2 == n


_ANY = a_list()
_WIDE = a_list(near=False)

CHANGED = (
    Family("add {}", LISTS, lambda xs, k: [x + k for x in xs], _WIDE, singles(1, 2, 5, 7, 10)),
    Family("subtract {}", LISTS, lambda xs, k: [x - k for x in xs], _WIDE, singles(1, 2, 3, 6)),
    Family("multiply by {}", LISTS, lambda xs, k: [x * k for x in xs], _WIDE, singles(4, 6, 7, 10)),
    Family("modulo {}", LISTS, lambda xs, k: [x % k for x in xs], _WIDE, singles(6, 7, 8, 10)),
    Family("divide by {}", LISTS, lambda xs, k: [x // k for x in xs], _WIDE, singles(2, 3, 4, 5)),
    Family("{} minus each", LISTS, lambda xs, k: [k - x for x in xs], _WIDE, singles(1, 10, 20)),
    Family("to the power of {}", LISTS, lambda xs, k: [x**k for x in xs], _WIDE, singles(2, 3)),
    Family(
        "add {} modulo {}",
        LISTS,
        lambda xs, k, n: [(x + k) % n for x in xs],
        _WIDE,
        ((1, 4), (1, 6), (2, 5), (2, 7), (3, 5), (3, 10), (4, 6), (5, 8)),
    ),
    Family(
        "{} times each plus {}",
        LISTS,
        lambda xs, k, n: [k * x + n for x in xs],
        _WIDE,
        ((2, 1), (2, 3), (3, 1), (3, 2), (5, 1)),
    ),
    Family("at most {}", LISTS, lambda xs, k: [min(x, k) for x in xs], _ANY, singles(5, 8, 12)),
    Family("at least {}", LISTS, lambda xs, k: [max(x, k) for x in xs], _ANY, singles(3, 6, 9)),
    Family("distance to {}", LISTS, lambda xs, k: [abs(x - k) for x in xs], _ANY, singles(4, 7, 9)),
    Family(
        "{} where there was {}",
        LISTS,
        lambda xs, new, old: [new if x == old else x for x in xs],
        _ANY,
        ((0, 3), (1, 0), (5, 2), (7, 4), (9, 1)),
    ),
    Family(
        "item {} in every place",
        LISTS,
        lambda xs, k: [xs[k]] * len(xs),
        reaching(),
        singles(0, 2, 3, 5),
    ),
    Family(
        "add {} to the multiples of {}",
        LISTS,
        lambda xs, k, n: [x + k if x % n == 0 else x for x in xs],
        _WIDE,
        ((1, 2), (1, 3), (10, 2), (4, 5)),
    ),
    Family("squares of all, doubled", LISTS, lambda xs: [2 * x * x for x in xs], _ANY),
    Family("even ones halved", LISTS, lambda xs: [x if x % 2 else x // 2 for x in xs], _ANY),
    Family("minus the smallest", LISTS, lambda xs: [x - min(xs) for x in xs], a_list(1)),
    Family("the largest minus each", LISTS, lambda xs: [max(xs) - x for x in xs], a_list(1)),
    Family("plus the first", LISTS, lambda xs: [x + xs[0] for x in xs], a_list(1)),
    Family("times its position", LISTS, lambda xs: [i * x for i, x in enumerate(xs)], _ANY),
    Family("plus its position", LISTS, lambda xs: [i + x for i, x in enumerate(xs)], _ANY),
    Family("how often each occurs", LISTS, lambda xs: [xs.count(x) for x in xs], few_values()),
)

ASKED = (
    Family("is it over {}", FLAGS, lambda xs, k: [x > k for x in xs], _ANY, singles(2, 5, 9)),
    Family("is it under {}", FLAGS, lambda xs, k: [x < k for x in xs], _ANY, singles(3, 6, 8)),
    Family("is it {}", FLAGS, lambda xs, k: [x == k for x in xs], _ANY, singles(1, 2, 5, 6)),
    Family(
        "is it a multiple of {}",
        FLAGS,
        lambda xs, k: [x % k == 0 for x in xs],
        _WIDE,
        singles(2, 5, 6, 7),
    ),
    Family("is it prime", FLAGS, lambda xs: [is_prime(x) for x in xs], _ANY),
    Family("is it the largest", FLAGS, lambda xs: [x == max(xs) for x in xs], few_values()),
    Family("is it there twice", FLAGS, lambda xs: [xs.count(x) > 1 for x in xs], few_values()),
)

KEPT = (
    Family(
        "keep those over {}", LISTS, lambda xs, k: [x for x in xs if x > k], _ANY, singles(5, 7, 9)
    ),
    Family(
        "keep those under {}", LISTS, lambda xs, k: [x for x in xs if x < k], _ANY, singles(4, 6, 8)
    ),
    Family(
        "keep multiples of {}",
        LISTS,
        lambda xs, k: [x for x in xs if x % k == 0],
        _WIDE,
        singles(3, 4, 5, 7),
    ),
    Family(
        "remove multiples of {}",
        LISTS,
        lambda xs, k: [x for x in xs if x % k],
        _WIDE,
        singles(4, 5, 6),
    ),
    Family(
        "remove every {}", LISTS, lambda xs, k: [x for x in xs if x != k], _ANY, singles(1, 2, 4, 7)
    ),
    Family(
        "keep {} to {}",
        LISTS,
        lambda xs, a, b: [x for x in xs if a <= x <= b],
        _ANY,
        ((2, 6), (3, 9), (5, 12)),
    ),
    Family(
        "keep remainders {} of {}",
        LISTS,
        lambda xs, r, k: [x for x in xs if x % k == r],
        _WIDE,
        ((1, 3), (2, 3), (1, 4), (3, 5)),
    ),
    Family("keep squares of integers", LISTS, lambda xs: [x for x in xs if is_square(x)], _ANY),
    Family("remove primes", LISTS, lambda xs: [x for x in xs if not is_prime(x)], _ANY),
    Family("keep those over the first", LISTS, lambda xs: [x for x in xs if x > xs[0]], a_list(1)),
    Family("keep those under the last", LISTS, lambda xs: [x for x in xs if x < xs[-1]], a_list(1)),
    Family(
        "keep those over the mean",
        LISTS,
        lambda xs: [x for x in xs if x * len(xs) > sum(xs)],
        a_list(1),
    ),
    Family(
        "keep those that come once",
        LISTS,
        lambda xs: [x for x in xs if xs.count(x) == 1],
        few_values(),
    ),
    Family(
        "keep those over the one before",
        LISTS,
        lambda xs: [b for a, b in itertools.pairwise(xs) if b > a],
        _ANY,
    ),
)

FAMILIES = (*CHANGED, *ASKED, *KEPT)
