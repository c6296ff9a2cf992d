"""How the suite is made: rows of functions, on inputs drawn from a seed."""

from __future__ import annotations

from progsynth.registry import suite_card
from progsynth.task import Suite

from ..lists.draw import Counts, tasks_of
from . import combined, one_parameter, two_parameters
from .draw import family_of

FUNCTIONS = (*one_parameter.FUNCTIONS, *two_parameters.FUNCTIONS, *combined.FUNCTIONS)
FEWEST, NUM_VALIDATION, NUM_TEST = 3, 5, 12  # training examples: 3, 4 or 5, in turn


def counts_of(place: int) -> Counts:
    """How many examples the task at that place has."""
    return Counts(FEWEST + place % 3, NUM_VALIDATION, NUM_TEST)


def make(seed: int = 0) -> Suite:
    """The suite; `seed` draws other examples."""
    tasks = tuple(
        task
        for place, row in enumerate(FUNCTIONS)
        for task in tasks_of(family_of(row), seed, counts_of(place))
    )
    return Suite("lambda_lists", tasks, "generated", quick=suite_card(__package__)["quick"])
