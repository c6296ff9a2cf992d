"""The 25 problems of PSB2, drawn with a seed."""

from __future__ import annotations

from progsynth.registry import suite_card
from progsynth.task import Suite

from ..psb1.problem import NUM_TEST, make_task
from .bowling import BOWLING
from .lists import LISTS
from .numbers import NUMBERS
from .texts import TEXTS

NAME = "psb2"
PROBLEMS = (*NUMBERS, *LISTS, *TEXTS, BOWLING)


def make(seed: int = 0, *, num_test: int = NUM_TEST, published_errors: bool = False) -> Suite:
    """The suite.

    `seed` draws other examples; a task has `num_test` test examples at most. Wrong outputs are
    graded by their type, or with the published errors, which takes longer.
    """
    tasks = [
        make_task(NAME, problem, seed=seed, num_test=num_test, published_errors=published_errors)
        for problem in PROBLEMS
    ]
    return Suite(NAME, tuple(tasks), "generated", suite_card(__package__)["quick"])
