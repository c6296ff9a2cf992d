"""Training rows put aside as tests, for tasks that come without rows of their own for it."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

from progsynth.errors import TaskError
from progsynth.lang.values import identity_key
from progsynth.task import Task

A_THIRD = Fraction(1, 3)


def hold_out(task: Task, *, share: Fraction | float = A_THIRD, seed: int = 0) -> Task:
    """The task with that share of its training rows, drawn by the seed, made its tests.

    Rows that come twice count once; the number of tests is rounded down, and a row is left to
    train on: of two rows no third is taken. Tests that there are stay tests. The draw depends on
    the task's name, the seed and the number of rows. Raises TaskError for a share outside 0 to 1.
    """
    if not 0 <= share < 1:
        raise TaskError(f"share: expected a number from 0 to below 1, found {share}")
    rows = list({identity_key(row.inputs): row for row in reversed(task.train)}.values())[::-1]
    rng = random.Random(f"{seed} {task.name}")
    chosen = frozenset(rng.sample(range(len(rows)), int(len(rows) * share)))
    return replace(
        task,
        train=tuple(row for i, row in enumerate(rows) if i not in chosen),
        test=(*task.test, *(row for i, row in enumerate(rows) if i in chosen)),
    )
