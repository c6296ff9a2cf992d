"""Sequences of tasks after HOUDINI (Valkov et al. 2018): what one learns serves the next.

Two kinds of images, digits and toys, are recognised, counted and summed; signs on a street are
read as speeds; the cheapest path is found through tiles that show what they cost. Lists have two
to five images in training and six to eight in tests; `generate.longer` gives lists of 50.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Mapping

from .asked import Asked, Draw, Labels, counted, half, labels, some
from .toys import NAMES

TRAINED, TESTED = (2, 3, 4, 5), (6, 7, 8)
SIDES, LONG_SIDES = (2, 3), (4, 5)  # of grids
FASTER = 10.0  # the speed on a sign, for each 1 of its digit
_TOY = "toy(image: IMAGE) -> choice[5]"
_SPEED = "speed(image: IMAGE) -> float"
_CLASSES = len(NAMES)


def grid(sides: tuple[int, ...]) -> Draw:
    """A square of labels."""

    def drawn(rng: random.Random) -> Labels:
        side = rng.choice(sides)
        return ([[rng.randrange(10) for _ in range(side)] for _ in range(side)],)

    return drawn


def cheapest_path(costs: list[list[int]]) -> int:
    """What the cheapest way costs from the first tile to the last, by tiles side by side.

    Each tile on it costs 1 more than the digit it shows, the first and the last as well.
    """
    side = len(costs)
    done: set[tuple[int, int]] = set()
    todo = [(costs[0][0] + 1, 0, 0)]
    while todo:
        cost, row, column = heapq.heappop(todo)
        if (row, column) == (side - 1, side - 1):
            return cost
        if (row, column) in done:
            continue
        done.add((row, column))
        for r, c in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            if 0 <= r < side and 0 <= c < side:
                heapq.heappush(todo, (cost + costs[r][c] + 1, r, c))
    raise AssertionError("every tile is in reach")


_TOYS = (
    Asked(
        name="which toy",
        request="IMAGE -> int",
        params="image",
        description=f"Which of five toys an image shows: {', '.join(NAMES)}.",
        answer=lambda toy: toy,
        draw=labels(1, classes=_CLASSES),
        neural=(_TOY,),
    ),
    Asked(
        name="is it a ring",
        request="IMAGE -> bool",
        params="image",
        description="Does an image show a ring?",
        answer=lambda toy: toy == NAMES.index("ring"),
        draw=half(lambda toy: toy == NAMES.index("ring"), labels(1, classes=_CLASSES)),
        neural=("seen(image: IMAGE) -> bool",),
    ),
    Asked(
        name="count of rings",
        request="list[IMAGE] -> int",
        params="xs",
        description="How many toys of a list are rings; longer lists in tests.",
        answer=lambda xs: xs.count(NAMES.index("ring")),
        draw=counted((NAMES.index("ring"),), TRAINED, classes=_CLASSES),
        longer=counted((NAMES.index("ring"),), TESTED, classes=_CLASSES),
        neural=(_TOY,),
        num_read=3.5,
    ),
    Asked(
        name="sum of toys",
        request="list[IMAGE] -> int",
        params="xs",
        description="The sum of the numbers of a list's toys; longer lists in tests.",
        answer=sum,
        draw=some(TRAINED, classes=_CLASSES),
        longer=some(TESTED, classes=_CLASSES),
        neural=(_TOY,),
        num_read=3.5,
    ),
)
_DIGITS = (
    Asked(
        name="count of 7 in longer lists",
        request="list[IMAGE] -> int",
        params="xs",
        description="How many digits of a list are 7; longer lists in tests.",
        answer=lambda xs: xs.count(7),
        draw=counted((7,), TRAINED),
        longer=counted((7,), TESTED),
        num_read=3.5,
    ),
    Asked(
        name="sum of longer lists",
        request="list[IMAGE] -> int",
        params="xs",
        description="The sum of a list's digits; longer lists in tests.",
        answer=sum,
        draw=some(TRAINED),
        longer=some(TESTED),
        num_read=3.5,
    ),
    Asked(
        name="cheapest path through tiles",
        request="list[list[IMAGE]] -> int",
        params="tiles",
        description="What the cheapest path costs from the first to the last tile of a square, "
        "by tiles side by side; each costs 1 more than its digit; larger squares in tests.",
        answer=cheapest_path,
        draw=grid(SIDES),
        longer=grid(LONG_SIDES),
        num_read=6,
    ),
)
_SIGNS = (
    Asked(
        name="speed on a sign",
        request="IMAGE -> float",
        params="image",
        description="The speed that a sign on a street shows: ten times its digit.",
        answer=lambda digit: FASTER * digit,
        draw=labels(1),
        neural=(_SPEED,),
        tolerance=0.2,
        num_read=5,
    ),
    Asked(
        name="speeds along a street",
        request="list[IMAGE] -> float",
        params="xs",
        description="The sum of the speeds on the signs along a street; longer ones in tests.",
        answer=lambda xs: FASTER * sum(xs),
        draw=some(TRAINED),
        longer=some(TESTED),
        neural=(_SPEED,),
        tolerance=0.2,
        num_read=5,
    ),
)
SEQUENCES: Mapping[str, tuple[Asked, ...]] = {"toys": _TOYS, "digits": _DIGITS, "signs": _SIGNS}
