"""The problems about single numbers: what is asked, our own edge cases, how inputs are drawn."""

from __future__ import annotations

import math
import random

from ..psb1.errors import each_gap
from ..psb1.problem import Inputs, Problem

NUM_TRAIN, NUM_TEST = 200, 2000  # of every problem of PSB2

# ------------------------------------------------------------------------ what is right


def _bounced(start: float, first: float, bounces: int) -> float:
    distance, height, ratio = 0.0, start, first / start
    for _ in range(bounces):
        distance += height + height * ratio
        height *= ratio
    return distance


def _coins(cents: int) -> tuple[int, int, int, int]:
    quarters, rest = divmod(cents, 25)
    dimes, rest = divmod(rest, 10)
    nickels, pennies = divmod(rest, 5)
    return pennies, nickels, dimes, quarters


def _chance_to_win(n: int, m: int) -> float:
    return sum(min(face - 1, m) for face in range(1, n + 1)) / (n * m)


def _fizz_buzz(n: int) -> str:
    return "Fizz" * (n % 3 == 0) + "Buzz" * (n % 5 == 0) or str(n)


def _snow(hours: int, snow: float, rate: float, melt: float) -> float:
    for _ in range(hours):
        snow = snow * (1 - melt) + rate
    return snow


def _squares(n: int) -> str:
    return "".join(str(int(digit) ** 2) for digit in str(n))


# ------------------------------------------------------------------------------- drawing


def _fall(rng: random.Random) -> Inputs:
    start = rng.uniform(1, 100)
    return start, rng.uniform(1, start), rng.randint(1, 20)


def _equal_dice(rng: random.Random) -> Inputs:
    sides = rng.randint(1, 1000)
    return sides, sides


def _dice(rng: random.Random) -> Inputs:
    return rng.randint(1, 1000), rng.randint(1, 1000)


def _weather(rng: random.Random) -> Inputs:
    return rng.randint(0, 20), rng.uniform(0, 20), rng.uniform(0, 10), rng.random()


# ---------------------------------------------------------------------------- the problems

NUMBERS = (
    Problem(
        name="bouncing-balls",
        request="(float, float, int) -> float",
        params="start first bounces",
        description="how far a ball goes that falls from start and rises to first, then in ratio",
        answer=_bounced,
        draws=[(1, _fall)],
        edges=[(1.5, 1.0, 1), (2.0, 1.0, 2), (99.5, 1.0, 20), (99.5, 99.0, 20), (50.0, 25.0, 3)],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        tolerance=1e-7,  # 3 places of numbers up to 4000
    ),
    Problem(
        name="coin-sums",
        request="int -> tuple[int, int, int, int]",
        params="cents",
        description="the fewest pennies, nickels, dimes and quarters that make so many cents",
        answer=_coins,
        draws=[(1, lambda rng: (rng.randint(1, 10_000),))],
        edges=[(n,) for n in (*range(1, 12), 15, 20, 24, 25, 26, 30, 49, 50, 99, 100, 10_000)],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        constants=(1, 5, 10, 25),
        error=each_gap,
    ),
    Problem(
        name="dice-game",
        request="(int, int) -> float",
        params="n m",
        description="the chance that a die of n sides shows more than one of m sides",
        answer=_chance_to_win,
        draws=[(10, _equal_dice), (175, _dice)],
        edges=[(1, 1), (1, 6), (6, 1), (2, 3), (3, 2), (6, 6), (5, 6), (6, 5), (1000, 1)],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        tolerance=5e-4,
    ),
    Problem(
        name="fizz-buzz",
        request="int -> str",
        params="n",
        description="Fizz for multiples of 3, Buzz for those of 5, FizzBuzz for both, else n",
        answer=_fizz_buzz,
        draws=[(1, lambda rng: (rng.randint(1, 1_000_000),))],
        edges=[(n,) for n in (*range(1, 17), 99, 100, 101, 999_990, 1_000_000)],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        constants=("Fizz", "Buzz", "FizzBuzz", 3, 5),
    ),
    Problem(
        name="gcd",
        request="(int, int) -> int",
        params="a b",
        description="the greatest common divisor",
        answer=math.gcd,
        draws=[(1, lambda rng: (rng.randint(1, 1_000_000), rng.randint(1, 1_000_000)))],
        edges=[(1, 1), (12, 18), (18, 12), (7, 7), (5, 1_000_000), (46_368, 28_657)],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
    ),
    Problem(
        name="snow-day",
        request="(int, float, float, float) -> float",
        params="hours snow rate melt",
        description="the snow after some hours; in each a share of it melts, then more falls",
        answer=_snow,
        draws=[(1, _weather)],
        edges=[
            (0, 5.0, 1.0, 0.5),
            (1, 5.0, 1.0, 0.5),
            (20, 0.0, 0.0, 0.0),
            (20, 19.0, 9.5, 0.0),
            (20, 19.0, 0.0, 0.9),
            (3, 0.0, 2.5, 0.25),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        tolerance=2e-6,  # 3 places of numbers up to 220
    ),
    Problem(
        name="square-digits",
        request="int -> str",
        params="n",
        description="the squares of the digits, one behind the other",
        answer=_squares,
        draws=[(1, lambda rng: (rng.randint(0, 1_000_000),))],
        edges=[(n,) for n in (*range(11), 19, 44, 90, 305, 6789, 1_000_000)],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
    ),
)
