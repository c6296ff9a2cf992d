"""Questions about a few whole numbers, each of several words of the pack; no answer is one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Numbers = Sequence[int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its name reads after "Of the numbers, ", and what is right for two or more."""

    name: str
    answer: Callable[[Numbers], int]


def _squares(xs: Numbers) -> int:
    return sum(x * x for x in xs)


def _by_place(xs: Numbers) -> int:
    return sum(place * x for place, x in enumerate(xs))


def _steps_up(xs: Numbers) -> int:
    return sum(x < y for x, y in pairwise(xs))


FUNCTIONS = (
    Asked("the largest less the smallest", lambda xs: max(xs) - min(xs)),
    Asked("the sum of the squares", _squares),
    Asked("the sum without the largest", lambda xs: sum(xs) - max(xs)),
    Asked("the second largest", lambda xs: sorted(xs)[-2]),
    Asked("how many are the largest", lambda xs: list(xs).count(max(xs))),
    Asked("the last less the first", lambda xs: xs[-1] - xs[0]),
    Asked("the sum of each times its place from 0", _by_place),
    Asked("the middle one in order of size", lambda xs: sorted(xs)[len(xs) // 2]),
    Asked("how often one is larger than that before it", _steps_up),
    Asked("how many there are beside different ones", lambda xs: len(xs) - len(set(xs))),
    Asked("the sum of the two smallest", lambda xs: sum(sorted(xs)[:2])),
    Asked("the sum and the number of them", lambda xs: sum(xs) + len(xs)),
)
