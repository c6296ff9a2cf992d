"""The 25 problems of PSB2, drawn with a seed."""

from __future__ import annotations

from progsynth.registry import suite_card
from progsynth.task import Suite

from ..psb1.problem import make_task
from ..psb1.published import edge_folder
from .bowling import BOWLING
from .lists import LISTS
from .numbers import NUMBERS
from .texts import TEXTS

NAME = "psb2"
PROBLEMS = (*NUMBERS, *LISTS, *TEXTS, BOWLING)


def make(seed: int = 0, *, num_test: int | None = None, published_errors: bool = False) -> Suite:
    """The suite. Its `format` says whether the edge cases are the published ones.

    `seed` draws other examples; a task has the published number of test examples, `num_test` of
    them at most where that is given. Wrong outputs are graded by their type, or with the published
    errors, which takes longer.
    """
    tasks = [
        make_task(NAME, problem, seed=seed, num_test=num_test, published_errors=published_errors)
        for problem in PROBLEMS
    ]
    origin = "generated" if edge_folder(NAME) is None else "generated, edge cases published"
    return Suite(NAME, tuple(tasks), origin, suite_card(__package__)["quick"])
