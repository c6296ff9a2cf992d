"""The problems about lists: what is asked, our own edge cases, how inputs are drawn."""

from __future__ import annotations

import math
import random

from .draw import PRINTABLE, blend, floats, ints, text
from .errors import edits_of_items, gaps_10000
from .problem import Inputs, Problem

LONGEST = 50


def _last_zero(xs: list[int]) -> int:
    return len(xs) - 1 - xs[::-1].index(0)


# ------------------------------------------------------------------------------- drawing


def _texts(rng: random.Random) -> Inputs:
    count = rng.randint(0, LONGEST)
    return ([text(rng, PRINTABLE, 0, LONGEST) for _ in range(count)],)


def _with_zeros(rng: random.Random) -> Inputs:
    """A list in which from one place to all are made 0, few ones more often."""
    xs = ints(rng, -50, 50, 1, LONGEST)
    for place in rng.sample(range(len(xs)), rng.randint(1, rng.randint(1, len(xs)))):
        xs[place] = 0
    return (xs,)


def _measurements(rng: random.Random) -> Inputs:
    return (floats(rng, -1000, 1000, rng.randint(1, LONGEST)),)


def _odd_and_even(rng: random.Random) -> Inputs:
    count = rng.randint(0, LONGEST)
    odd, even = range(-999, 1000, 2), range(-1000, 1001, 2)
    return (blend(rng, count, lambda: rng.choice(odd), lambda: rng.choice(even)),)


def _negative_and_not(rng: random.Random) -> Inputs:
    count = rng.randint(0, LONGEST)
    return (blend(rng, count, lambda: rng.randint(-1000, -1), lambda: rng.randint(0, 1000)),)


def _any_ints(rng: random.Random) -> list[int]:
    return ints(rng, -1000, 1000, 0, LONGEST)


def _mirrored(rng: random.Random) -> Inputs:
    xs = _any_ints(rng)
    return xs, xs[::-1]


def _same(rng: random.Random) -> Inputs:
    xs = _any_ints(rng)
    return xs, list(xs)


def _nearly_mirrored(rng: random.Random) -> Inputs:
    """A list and its reverse, in which one to five items are drawn anew."""
    xs = ints(rng, -1000, 1000, 1, LONGEST)
    ys = xs[::-1]
    for place in rng.sample(range(len(ys)), min(rng.randint(1, 5), len(ys))):
        ys[place] = rng.randint(-1000, 1000)
    return xs, ys


def _two_lists(rng: random.Random) -> Inputs:
    xs = _any_ints(rng)
    return xs, ints(rng, -1000, 1000, len(xs), len(xs))


# ---------------------------------------------------------------------------- the problems

LISTS = (
    Problem(
        name="string-lengths-backwards",
        request="list[str] -> str",
        params="texts",
        description="the lengths of the texts, last text first, one a line",
        answer=lambda texts: "\n".join(str(len(t)) for t in reversed(texts)),
        draws=[(1, _texts)],
        edges=[([],), ([""],), (["", "ab"],), (["ab", ""],), (["\n"],), (["one", "three", "x"],)],
        num_train=100,
        num_test=1000,
        constants=("\n",),
    ),
    Problem(
        name="last-index-of-zero",
        request="list[int] -> int",
        params="xs",
        description="the position of the last 0; there is one",
        answer=_last_zero,
        draws=[(1, _with_zeros)],
        edges=[
            *(([0] * count,) for count in (1, 2, 3, 20, 50)),
            *(([5] * before + [0] + [-5] * behind,) for before in range(3) for behind in range(3)),
            ([0, 5, 0],),
            ([0, 0, 5],),
            ([5, 0, 0],),
        ],
        num_train=150,
        num_test=1000,
    ),
    Problem(
        name="vector-average",
        request="list[float] -> float",
        params="xs",
        description="the mean of the numbers",
        answer=lambda xs: math.fsum(xs) / len(xs),
        draws=[(1, _measurements)],
        edges=[([0.0],), ([-1000.0],), ([1000.0],), ([1.0, 2.0],), ([-12.5, 12.5],)],
        num_train=250,
        num_test=2550,
        tolerance=5e-8,  # 4 places of numbers up to 1000
    ),
    Problem(
        name="count-odds",
        request="list[int] -> int",
        params="xs",
        description="how many of the numbers are odd",
        answer=lambda xs: sum(x % 2 for x in xs),
        draws=[(1, _odd_and_even)],
        edges=[
            ([],),
            *(([n],) for n in range(-4, 5)),
            *(([n],) for n in (-1000, -999, 999, 1000)),
            ([1, 3],),
            ([2, 3],),
            ([-3, -2],),
        ],
        num_train=200,
        num_test=2000,
    ),
    Problem(
        name="mirror-image",
        request="(list[int], list[int]) -> bool",
        params="xs ys",
        description="is the one list the reverse of the other?",
        answer=lambda xs, ys: xs == ys[::-1],
        draws=[(50, _mirrored), (10, _same), (20, _nearly_mirrored), (20, _two_lists)],
        edges=[
            ([], []),
            ([4], [4]),
            ([4], [5]),
            ([4, 5], [5, 4]),
            ([4, 5], [4, 5]),
            ([4, 5, 4], [4, 5, 4]),
            ([4, 5, 6], [6, 5, 4]),
            ([4, 5, 6], [5, 6, 4]),
            ([7] * 50, [7] * 50),
        ],
        num_train=100,
        num_test=1000,
    ),
    Problem(
        name="vectors-summed",
        request="(list[int], list[int]) -> list[int]",
        params="xs ys",
        description="the sums of the items at equal positions; the lists are equally long",
        answer=lambda xs, ys: [x + y for x, y in zip(xs, ys, strict=True)],
        draws=[(1, _two_lists)],
        edges=[([], []), ([0], [0]), ([3], [-3]), ([1, 2], [10, 20]), ([-1000] * 3, [1000] * 3)],
        num_train=150,
        num_test=1500,
        error=gaps_10000,
    ),
    Problem(
        name="negative-to-zero",
        request="list[int] -> list[int]",
        params="xs",
        description="the list with 0 in place of every negative number",
        answer=lambda xs: [max(x, 0) for x in xs],
        draws=[(1, _negative_and_not)],
        edges=[([],), ([0],), ([-1],), ([1],), ([-1000],), ([-3, 3],), ([3, -3],), ([-5, -7],)],
        num_train=200,
        num_test=2000,
        error=edits_of_items,
    ),
)
