"""Training rows put aside as tests or for validation, for tasks without rows of their own."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

from progsynth.errors import TaskError
from progsynth.lang.values import identity_key
from progsynth.task import Task

A_THIRD = Fraction(1, 3)


SPLITS = ("random", "time")
KINDS = ("test", "validation")


def hold_out(
    task: Task,
    *,
    share: Fraction | float = A_THIRD,
    seed: int = 0,
    split: str = "random",
    kind: str = "test",
    gap: int = 0,
) -> Task:
    """The task with that share of its training rows made its tests, or its validation rows.

    Rows that come twice count once; the number taken is rounded down, and a row is left to
    train on: of two rows no third is taken. Tests that there are stay tests. `split` "random"
    draws the rows by the seed, the task's name and the number of rows. "time" takes the last ones,
    for rows that stand in the order of time: no row trains that is later than one held out, and
    the `gap` rows before those are left out altogether (inputs that overlap in time would show
    what is held out). Validation rows are taken before tests that follow them:

        hold_out(hold_out(task, split="time"), split="time", kind="validation")

    Raises TaskError for a share outside 0 to 1, a gap that leaves no row, an unknown split.
    """
    if not 0 <= share < 1:
        raise TaskError(f"share: expected a number from 0 to below 1, found {share}")
    for name, value, known in (("split", split, SPLITS), ("kind", kind, KINDS)):
        if value not in known:
            raise TaskError(f"{name}: expected one of {', '.join(known)}, found {value!r}")
    rows = list({identity_key(row.inputs): row for row in reversed(task.train)}.values())[::-1]
    count = int(len(rows) * share)
    if split == "time":
        first = len(rows) - count
        chosen, kept = frozenset(range(first, len(rows))), frozenset(range(first - gap))
    else:
        rng = random.Random(f"{seed} {task.name}")
        chosen = frozenset(rng.sample(range(len(rows)), count))
        kept = frozenset(range(len(rows))) - chosen
    if gap < 0 or (gap and split != "time") or not kept:
        raise TaskError(
            f"gap: expected a number of rows from 0, for a split by time, that leaves some of the "
            f"{len(rows)} rows to train on, found {gap}"
        )
    held = (*getattr(task, kind), *(row for i, row in enumerate(rows) if i in chosen))
    train = tuple(row for i, row in enumerate(rows) if i in kept)
    return replace(task, train=train, **{kind: held})  # type: ignore[arg-type]
