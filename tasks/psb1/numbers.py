"""The problems about single numbers: what is asked, our own edge cases, how inputs are drawn."""

from __future__ import annotations

import random

from .errors import (
    EditsAndLetter,
    edits_and_numbers,
    gap_and_edits,
    rounded_gap_and_edits,
    wrong,
)
from .problem import Inputs, Problem

# ------------------------------------------------------------------------ what is right


def _size_word(n: int) -> str:
    if n < 1000:
        return "small"
    return "large" if n >= 2000 else ""


def _lines(numbers: range | list[int]) -> str:
    return "\n".join(map(str, numbers))


def _collatz(n: int) -> int:
    terms = 1
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        terms += 1
    return terms


def _even_squares(n: int) -> str:
    return _lines([root * root for root in range(2, 100, 2) if root * root < n])


def _wallis(n: int) -> float:
    value = 1.0
    for i in range(1, n + 1):
        even, odd = i // 2 * 2 + 2, (i + 1) // 2 * 2 + 1
        value *= even / odd
    return round(value, 5)


def _digits(n: int) -> str:
    backwards = list(str(abs(n))[::-1])
    if n < 0:
        backwards[-1] = f"-{backwards[-1]}"
    return "\n".join(backwards)


def _grade(a: int, b: int, c: int, d: int, score: int) -> str:
    bounds = zip("ABCD", (a, b, c, d), strict=True)
    letter = next((letter for letter, bound in bounds if score >= bound), "F")
    return f"Student has a {letter} grade."


# ------------------------------------------------------------------------------- drawing


def _near_a_threshold(rng: random.Random) -> Inputs:
    return (rng.choice((1000, 2000)) + rng.randint(-10, 9),)


def _loop(rng: random.Random) -> Inputs:
    start, step = rng.randrange(-500, 500), rng.randint(1, 10)
    return start, start + 1 + rng.randrange(20 * step), step


def _signed(rng: random.Random) -> Inputs:
    """A number of one to ten digits, all counts alike, of either sign."""
    count = rng.randint(1, 10)
    size = rng.randrange(10 ** (count - 1) if count > 1 else 0, 10**count)
    return (rng.choice((1, -1)) * size,)


def _grading(rng: random.Random) -> Inputs:
    return *sorted(rng.sample(range(101), 4), reverse=True), rng.randint(0, 100)


def _numbers(rng: random.Random, count: int, low: int = -100) -> Inputs:
    return tuple(rng.choices(range(low, 101), k=count))


def _with_equal(rng: random.Random, count: int, others: int) -> Inputs:
    """`count` equal numbers among `others` of any kind, in any order."""
    found = [*_numbers(rng, 1) * count, *_numbers(rng, others)]
    rng.shuffle(found)
    return tuple(found)


# ---------------------------------------------------------------------------- the problems

NUMBERS = (
    Problem(
        name="number-io",
        request="(int, float) -> float",
        params="n x",
        description="the sum of an integer and a float",
        answer=lambda n, x: n + x,
        draws=[(1, lambda rng: (rng.randint(-100, 100), rng.uniform(-100, 100)))],
        edges=[],
        num_train=25,
        num_test=1000,
        tolerance=2.5e-7,  # 4 places of numbers up to 200
        error=rounded_gap_and_edits,
    ),
    Problem(
        name="small-or-large",
        request="int -> str",
        params="n",
        description='"small" below 1000, "large" from 2000, else nothing',
        answer=_size_word,
        draws=[(8, _near_a_threshold), (92, lambda rng: (rng.randint(-10_000, 10_000),))],
        edges=[(n,) for n in (-10_000, 0, 999, 1000, 1001, 1500, 1999, 2000, 2001, 10_000)],
        num_train=100,
        num_test=1000,
        constants=("small", "large"),
    ),
    Problem(
        name="for-loop-index",
        request="(int, int, int) -> str",
        params="start end step",
        description="the numbers from start, step apart, below end, one a line",
        answer=lambda start, end, step: _lines(range(start, end, step)),
        draws=[(1, _loop)],
        edges=[(-1, 1, 1), (-2, 7, 3), (-30, 31, 10), (-14, 9, 4), (-99, 1, 7)],
        num_train=100,
        num_test=1000,
        constants=("\n",),
    ),
    Problem(
        name="collatz-numbers",
        request="int -> int",
        params="n",
        description="how many terms the Collatz sequence from n has, n and 1 included",
        answer=_collatz,
        draws=[(1, lambda rng: (rng.randint(1, 10_000),))],
        edges=[(n,) for n in (*range(1, 9), 16, 27, 8192, 10_000)],
        num_train=200,
        num_test=2000,
    ),
    Problem(
        name="even-squares",
        request="int -> str",
        params="n",
        description="the even squares from 4 that are below n, one a line",
        answer=_even_squares,
        draws=[(1, lambda rng: (rng.randint(1, 9999),))],
        edges=[(n,) for n in (1, 3, 4, 5, 10, 16, 17, 100, 101, 9604, 9605, 9999)],
        num_train=100,
        num_test=1000,
        constants=("\n",),
        error=edits_and_numbers,
    ),
    Problem(
        name="wallis-pi",
        request="int -> float",
        params="n",
        description="2/3 * 4/3 * 4/5 * 6/5 * ..., the first n factors, to 5 places",
        answer=_wallis,
        draws=[(1, lambda rng: (rng.randint(1, 200),))],
        edges=[(n,) for n in (*range(1, 9), 50, 199, 200)],
        num_train=150,
        num_test=50,
        tolerance=1e-3,
        error=gap_and_edits,
    ),
    Problem(
        name="sum-of-squares",
        request="int -> int",
        params="n",
        description="1 * 1 + 2 * 2 + ... + n * n",
        answer=lambda n: sum(i * i for i in range(1, n + 1)),
        draws=[(1, lambda rng: (rng.randint(1, 100),))],
        edges=[(1,), (2,), (3,), (10,), (100,)],
        num_train=50,
        num_test=100,
        all_inputs=[(n,) for n in range(1, 101)],
    ),
    Problem(
        name="digits",
        request="int -> str",
        params="n",
        description="the digits from the last to the first, one a line; the first has the sign",
        answer=_digits,
        draws=[(1, _signed)],
        edges=[(n,) for n in (0, 7, -7, 10, -10, 4096, -531, 1_000_000, -1_234_567_890)],
        num_train=100,
        num_test=1000,
        constants=("\n",),
    ),
    Problem(
        name="grade",
        request="(int, int, int, int, int) -> str",
        params="a b c d score",
        description="the grade of a score: a is the least that is worth an A, and so on; else F",
        answer=_grade,
        draws=[(1, _grading)],
        edges=[
            *((60, 45, 30, 15, score) for score in (61, 60, 59, 46, 45, 44, 31, 30, 29)),
            *((60, 45, 30, 15, score) for score in (16, 15, 14, 0, 100)),
            *((100, 75, 50, 0, score) for score in (100, 99, 0)),
        ],
        num_train=200,
        num_test=2000,
        constants=("Student has a ", " grade.", "A", "B", "C", "D", "F"),
        error=EditsAndLetter(14),
    ),
    Problem(
        name="median",
        request="(int, int, int) -> int",
        params="a b c",
        description="the middle one of three numbers",
        answer=lambda *numbers: sorted(numbers)[1],
        draws=[
            (60, lambda rng: _numbers(rng, 3)),
            (30, lambda rng: _with_equal(rng, 2, 1)),
            (10, lambda rng: _numbers(rng, 1) * 3),
        ],
        edges=[],
        num_train=100,
        num_test=1000,
        error=wrong,
    ),
    Problem(
        name="smallest",
        request="(int, int, int, int) -> int",
        params="a b c d",
        description="the smallest of four numbers",
        answer=lambda *numbers: min(numbers),
        draws=[
            (20, lambda rng: _numbers(rng, 4, 0)),
            (10, lambda rng: _with_equal(rng, 3, 1)),
            (5, lambda rng: _numbers(rng, 1) * 4),
            (60, lambda rng: _numbers(rng, 4)),
        ],
        edges=[(0, 1, 2, 3), (3, 2, 1, 0), (-5, 5, -5, 5), (7, 7, 7, 7), (100, -100, 99, -99)],
        num_train=100,
        num_test=1000,
        error=wrong,
    ),
)
