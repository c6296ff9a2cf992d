"""How the suite is made: families of functions, each with its settings, on inputs from a seed."""

from __future__ import annotations

from dataclasses import replace

from progsynth.registry import suite_card
from progsynth.task import Suite

from ..lists.draw import Counts, tasks_of
from .families import FAMILIES

COUNTS = Counts(train=8, validation=4, test=16)
PACK = "dreamcoder_lists"


def make(seed: int = 0) -> Suite:
    """The suite; `seed` draws other examples."""
    tasks = tuple(
        replace(task, pack=PACK) for family in FAMILIES for task in tasks_of(family, seed, COUNTS)
    )
    return Suite("lifelong_lists", tasks, "generated", quick=suite_card(__package__)["quick"])
