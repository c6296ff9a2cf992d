"""Tasks that are many small steps: short with subroutines, long without."""

from __future__ import annotations

from progsynth.lang.primitive import DSL
from progsynth.learn import Settings
from progsynth.registry import pack
from progsynth.task import Suite, Task

SETTINGS = Settings(executions=8000, frontier=2, subroutines=2, solutions=1, replays=3, share=1)
_ORIGAMI = pack("origami")
STEPS = DSL(
    "steps",
    {name: _ORIGAMI.primitives[name] for name in ("cdr", "head", "cons", "up")},
    {},
    _ORIGAMI.surfaces,
)
_LISTS = [list(range(3, 23)), [5, 2, 9] * 6, [1] * 9 + [4, 8, 7, 2, 1, 9, 0, 0]]


def drop(count: int) -> Task:
    """All items but the first few."""
    pairs = [(xs, xs[count:]) for xs in _LISTS]
    return Task.from_pairs(f"drop {count}", pairs, request="list[int] -> list[int]", pack=STEPS)


def item(place: int) -> Task:
    """The item at a place."""
    pairs = [(xs, xs[place]) for xs in _LISTS]
    return Task.from_pairs(f"item {place}", pairs, request="list[int] -> int", pack=STEPS)


SMALL = Suite("steps", (*map(drop, (2, 3, 4)), *map(item, (2, 4, 8))))
