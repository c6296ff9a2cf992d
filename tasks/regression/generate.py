"""How the suite is made: formulas on inputs drawn from a seed, within a range and beyond it.

A formula with a sketch makes a second task, "..., constants only", that gives its shape.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import partial

from progsynth.registry import suite_card
from progsynth.task import Suite, Task

from ..asked import Asked, Counts, Inputs, task_of
from .formulas import FORMULAS, Formula, Range

COUNTS = Counts(train=20, validation=10, test=50)
TOLERANCE = 0.01  # absolute or relative
_DIGITS = 3  # of the inputs, behind the point


def make(seed: int = 0) -> Suite:
    """The suite; `seed` draws other inputs."""
    tasks = tuple(task for formula in FORMULAS for task in tasks_of(formula, seed))
    return Suite("regression", tasks, "generated", quick=suite_card(__package__)["quick"])


def tasks_of(formula: Formula, seed: int) -> Iterator[Task]:
    """The task of the formula and, where it has a sketch, the one that gives its shape."""
    names = formula.params.split()
    yield _task(formula, formula.name, "", seed)
    if formula.sketch:
        params = ", ".join(f"{name}: float" for name in names)
        sketch = f"def f({params}) -> float:\n    return {formula.sketch}\n"
        yield _task(formula, f"{formula.name}, constants only", sketch, seed)


def _task(formula: Formula, name: str, sketch: str, seed: int) -> Task:
    count = len(formula.within)
    floats = ", ".join(["float"] * count)
    asked = Asked(
        name=name,
        request=f"({floats}) -> float",
        params=formula.params,
        description=f"{formula.text}, the constants to be fitted",
        answer=formula.answer,
        draws=(partial(_inputs, formula.within),),
        larger=(partial(_inputs, formula.beyond),),
    )
    return task_of(asked, seed, COUNTS, tolerance=TOLERANCE, sketch=sketch)


def _inputs(ranges: Sequence[Range], rng: random.Random) -> Inputs:
    return tuple(round(rng.uniform(low, high), _DIGITS) for low, high in ranges)
