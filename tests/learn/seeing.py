"""Tasks that read pictures of two by two points: the brightest point says which of four it is."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np

from progsynth.learn import Settings
from progsynth.task import Suite, Task

PICTURE = "tensor[4]"
MARK = f"mark(picture: {PICTURE}) -> choice[4]"
SEEING = Settings(
    executions=10_000, gradient_steps=500, frontier=1, subroutines=1, solutions=1, replays=1
)


def picture(mark: int, rng: random.Random) -> np.ndarray:
    """A picture of that mark."""
    points = [rng.uniform(0.0, 0.3) for _ in range(4)]
    points[mark] = rng.uniform(0.7, 1.0)
    return np.array(points, np.float32)


def asked(
    name: str, function: Callable[[Sequence[int]], int], count: int = 40, *, longest: int = 2
) -> Task:
    """The task of a function of the marks in lists of one to `longest` pictures."""
    rng = random.Random(name)

    def pairs(number: int) -> list[tuple[list[np.ndarray], int]]:
        made = []
        for place in range(number):
            marks = [rng.randrange(4) for _ in range(1 + place % longest)]
            made.append(([picture(mark, rng) for mark in marks], function(marks)))
        return made

    return Task.from_pairs(
        name,
        pairs(count),
        validation=pairs(12),
        test=pairs(20),
        request=f"list[{PICTURE}] -> int",
        neural=[MARK],
        accuracy=0.9,
        params=("xs",),
    )


TOTAL = asked("total", sum)
LARGEST = asked("largest", max, 10)
SEEN = Suite("seeing", (TOTAL, LARGEST))
