"""How the suite is made: edits on texts drawn from a seed, few of them to learn from."""

from __future__ import annotations

from progsynth.registry import suite_card
from progsynth.task import Suite

from ..asked import Counts, task_of
from . import casing, cleaning, counting, dates, fields, people, phones, places

COUNTS = Counts(train=5, validation=3, test=20)
EDITS = (
    *people.EDITS,
    *phones.EDITS,
    *dates.EDITS,
    *places.EDITS,
    *fields.EDITS,
    *cleaning.EDITS,
    *casing.EDITS,
    *counting.EDITS,
)


def make(seed: int = 0) -> Suite:
    """The suite; `seed` draws other examples."""
    tasks = tuple(task_of(edit.asked, seed, COUNTS) for edit in EDITS)
    return Suite("text", tasks, "generated", quick=suite_card(__package__)["quick"])
