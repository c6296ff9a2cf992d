"""Algorithms that a search has to find with their loops: nothing ready-made does the work.

A task withholds the primitives that come close to its answer, and with them all whose
definitions use these. Training examples are small and cover the cases; test examples are
larger: a program that only fits the small ones fails there.
"""

from __future__ import annotations

from progsynth.registry import suite_card
from progsynth.task import Suite

from . import classics, numbers, sequences, structures, texts
from .algorithm import task_of

ALGORITHMS = (
    *sequences.ALGORITHMS,
    *numbers.ALGORITHMS,
    *texts.ALGORITHMS,
    *structures.ALGORITHMS,
)


def make(seed: int = 0) -> Suite:
    """The suite; `seed` draws other examples."""
    tasks = (*classics.tasks(seed), *(task_of(algorithm, seed) for algorithm in ALGORITHMS))
    return Suite("algorithms", tasks, "generated", quick=suite_card(__package__)["quick"])
