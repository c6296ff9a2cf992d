"""The problems about lists: what is asked, our own edge cases, how inputs are drawn."""

from __future__ import annotations

import math
import random
from itertools import accumulate, combinations

from ..psb1.draw import floats, ints
from ..psb1.errors import each_gap, gaps_1000, gaps_of_two
from ..psb1.problem import Draw, Inputs, Problem
from .numbers import NUM_TEST, NUM_TRAIN

# ------------------------------------------------------------------------ what is right


def _basement(xs: list[int]) -> int:
    return next(i for i, level in enumerate(accumulate(xs)) if level < 0)


def _cut(xs: list[int]) -> tuple[list[int], list[int]]:
    """A list of one item is cut behind it; of equally good cuts the last counts."""
    places = range(1, len(xs)) if len(xs) > 1 else [1]
    place = min(places, key=lambda i: (abs(sum(xs[:i]) - sum(xs[i:])), -i))
    return xs[:place], xs[place:]


def _pair(xs: list[int], target: int) -> tuple[int, int]:
    return next(pair for pair in combinations(xs, 2) if sum(pair) == target)


def _leaders(xs: list[int]) -> list[int]:
    return [x for i, x in enumerate(xs) if x >= max(xs[i:])]


def _luhn(digits: list[int]) -> int:
    doubled = [2 * d - 9 * (2 * d > 9) for d in digits[::2]]
    return sum(doubled) + sum(digits[1::2])


def _distance(xs: list[float], ys: list[float]) -> float:
    gaps = [x - y for x, y in zip(xs, ys, strict=True)]
    return math.sqrt(math.fsum(gap * gap for gap in gaps))


def _total(prices: list[float], discounts: list[float]) -> float:
    return math.fsum(p * (1 - d / 100) for p, d in zip(prices, discounts, strict=True))


# ------------------------------------------------------------------------------- drawing


def _downwards(rng: random.Random) -> Inputs:
    """A list whose sums first fall below zero at a place that is drawn first, all alike.

    Before it, negative items are the more likely the later they come, and none brings the sum
    below zero. Behind it come any numbers.
    """
    length = rng.randint(1, 20)
    place = rng.randrange(length)
    while True:
        xs: list[int] = []
        level = 0
        while len(xs) < place:
            falls = level > 0 and rng.random() < len(xs) / place
            xs.append(rng.randint(max(-100, -level), -1) if falls else rng.randint(0, 100))
            level += xs[-1]
        if level < 100:
            xs.append(rng.randint(-100, -level - 1))
            return ([*xs, *ints(rng, -100, 100, length - place - 1, length - place - 1)],)


def _of_length(low: int, high: int, shortest: int, longest: int) -> Draw:
    return lambda rng: (ints(rng, low, high, shortest, longest),)


def _with_one_pair(shortest: int, longest: int) -> Draw:
    """Lists with a number that exactly two items make."""

    def draw(rng: random.Random) -> Inputs:
        while True:
            xs = ints(rng, -10_000, 10_000, shortest, longest)
            target = sum(rng.sample(xs, 2))
            if sum(a + b == target for a, b in combinations(xs, 2)) == 1:
                return xs, target

    return draw


def _two_places(rng: random.Random, high: float, count: int) -> list[float]:
    return [rng.randint(0, round(high * 100)) / 100 for _ in range(count)]


def _shopping(rng: random.Random) -> Inputs:
    count = rng.randint(1, 20)
    return _two_places(rng, 50, count), _two_places(rng, 100, count)


def _points(shortest: int, longest: int) -> Draw:
    def draw(rng: random.Random) -> Inputs:
        count = rng.randint(shortest, longest)
        return floats(rng, -100, 100, count), floats(rng, -100, 100, count)

    return draw


# ---------------------------------------------------------------------------- the problems

LISTS = (
    Problem(
        name="basement",
        request="list[int] -> int",
        params="xs",
        description="the first position at which the sum from the start is below zero",
        answer=_basement,
        draws=[(1, _downwards)],
        edges=[
            ([-1],),
            ([-50, 50],),
            ([0, -1],),
            ([7, -7, -1],),
            ([7, -8, 20],),
            ([0, 0, 0, -3],),
            ([100, -100, 1, -2, 5],),
            ([1] * 19 + [-20],),
            ([-1] * 20,),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
    ),
    Problem(
        name="cut-vector",
        request="list[int] -> tuple[list[int], list[int]]",
        params="xs",
        description="the list cut where the sums of the parts are closest; the last such place",
        answer=_cut,
        draws=[
            (20, _of_length(0, 10_000, 1, 1)),
            (20, _of_length(0, 10_000, 2, 2)),
            (50, _of_length(0, 10_000, 3, 5)),
            (5, _of_length(0, 10_000, 20, 20)),
            (95, _of_length(0, 10_000, 1, 20)),
        ],
        edges=[([0],), ([1],), ([10_000],), ([3, 4],), ([0, 9],), ([9, 1],), ([2, 2, 2],)],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        error=gaps_of_two,
    ),
    Problem(
        name="find-pair",
        request="(list[int], int) -> tuple[int, int]",
        params="xs target",
        description="the two items whose sum is the target, in order; there is one such pair",
        answer=_pair,
        draws=[
            (25, _with_one_pair(4, 4)),
            (25, _with_one_pair(5, 5)),
            (125, _with_one_pair(2, 20)),
        ],
        edges=[
            ([1, 2], 3),
            ([2, 1], 3),
            ([-3, 3], 0),
            ([-10_000, 10_000], 0),
            *(([4, -7, 9], target) for target in (-3, 13, 2)),
            *(([1, 10, 100, 1000], target) for target in (11, 101, 1001, 110, 1010, 1100)),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        error=each_gap,
    ),
    Problem(
        name="fuel-cost",
        request="list[int] -> int",
        params="xs",
        description="the sum of a third of each number, rounded down, less 2",
        answer=lambda xs: sum(x // 3 - 2 for x in xs),
        draws=[(75, _of_length(6, 10_000, 1, 5)), (88, _of_length(6, 10_000, 6, 20))],
        edges=[*(([n],) for n in (*range(6, 13), 100, 9999, 10_000)), ([6] * 20,), ([9, 11],)],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        constants=(3, 2),
    ),
    Problem(
        name="leaders",
        request="list[int] -> list[int]",
        params="xs",
        description="the items that are at least as large as all behind them",
        answer=_leaders,
        draws=[(1, _of_length(0, 1000, 0, 20))],
        edges=[
            ([],),
            ([0],),
            ([1, 2],),
            ([2, 1],),
            ([3, 3],),
            ([1, 5, 2, 4, 3],),
            (list(range(20)),),
            (list(range(20, 0, -1)),),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        error=gaps_1000,
    ),
    Problem(
        name="luhn",
        request="list[int] -> int",
        params="digits",
        description="the sum of 16 digits, every other one from the first on doubled (less 9)",
        answer=_luhn,
        draws=[(1, _of_length(0, 9, 16, 16))],
        edges=[
            *(([digit] * 16,) for digit in range(10)),
            *(([0] * i + [7] + [0] * (15 - i),) for i in (0, 1, 14, 15)),
            *(([0] * i + [4] + [0] * (15 - i),) for i in (0, 1, 14, 15)),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        constants=(2, 9, 10),
    ),
    Problem(
        name="shopping-list",
        request="(list[float], list[float]) -> float",
        params="prices discounts",
        description="the sum of the prices, each less its discount in percent",
        answer=_total,
        draws=[(1, _shopping)],
        edges=[
            ([0.0], [0.0]),
            ([50.0], [0.0]),
            ([50.0], [100.0]),
            ([8.0, 4.0], [25.0, 50.0]),
            ([0.01] * 20, [99.99] * 20),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        constants=(100.0,),
        tolerance=5e-6,  # 2 places of numbers up to 1000
    ),
    Problem(
        name="vector-distance",
        request="(list[float], list[float]) -> float",
        params="xs ys",
        description="the Euclidean distance of two points",
        answer=_distance,
        draws=[
            (5, _points(1, 1)),
            (30, _points(2, 2)),
            (30, _points(3, 3)),
            (20, _points(4, 4)),
            (10, _points(5, 5)),
            (100, _points(6, 20)),
        ],
        edges=[
            ([0.0], [0.0]),
            ([1.5], [-2.5]),
            ([0.0, 0.0], [3.0, 4.0]),
            ([7.25] * 20, [7.25] * 20),
            ([100.0] * 20, [-100.0] * 20),
        ],
        num_train=NUM_TRAIN,
        num_test=NUM_TEST,
        tolerance=5e-7,  # 3 places of numbers up to 894
    ),
)
