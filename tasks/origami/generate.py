"""How the suite is made: twenty functions, on inputs from a seed."""

from __future__ import annotations

from progsynth.registry import suite_card
from progsynth.task import Suite

from ..asked import Counts, task_of
from .functions import FUNCTIONS

COUNTS = Counts(train=8, validation=4, test=16)


def make(seed: int = 0) -> Suite:
    """The suite; `seed` draws other examples."""
    tasks = tuple(task_of(one, seed, COUNTS, pack="origami") for one in FUNCTIONS)
    return Suite("origami", tasks, "generated", quick=suite_card(__package__)["quick"])
