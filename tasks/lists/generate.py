"""How the suite is made: families of functions, each with its settings, on inputs from a seed."""

from __future__ import annotations

from progsynth.registry import suite_card
from progsynth.task import Suite

from . import each, from_number, parts, whole
from .draw import Counts, tasks_of

COUNTS = Counts(train=10, validation=6, test=16)
FAMILIES = (*each.FAMILIES, *parts.FAMILIES, *whole.FAMILIES, *from_number.FAMILIES)


def make(seed: int = 0) -> Suite:
    """The suite; `seed` draws other examples."""
    tasks = tuple(task for family in FAMILIES for task in tasks_of(family, seed, COUNTS))
    return Suite("lists", tasks, "generated", quick=suite_card(__package__)["quick"])
