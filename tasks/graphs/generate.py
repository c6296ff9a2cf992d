"""How the suite is made: questions to graphs drawn from a seed, larger ones for tests."""

from __future__ import annotations

from progsynth.registry import suite_card
from progsynth.task import Suite

from ..asked import Counts, task_of
from . import degrees, ways

COUNTS = Counts(train=10, validation=5, test=30)
QUESTIONS = (*degrees.QUESTIONS, *ways.QUESTIONS)


def make(seed: int = 0) -> Suite:
    """The suite; `seed` draws other examples."""
    tasks = tuple(task_of(question.asked, seed, COUNTS) for question in QUESTIONS)
    return Suite("graphs", tasks, "generated", quick=suite_card(__package__)["quick"])
