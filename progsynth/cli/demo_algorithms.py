"""The part of the demo that evolves algorithms: their loops and conditions have to be found."""

from __future__ import annotations

from progsynth.cli.demo_task import Pace, Shown, print_result, row, share_right
from progsynth.registry import suite

NAMES = ("greatest common divisor",)  # of the suite; the others take longer
SECONDS = 50.0


def show(pace: Pace) -> Shown:
    """Solve tasks of the suite 'algorithms' by genetic search."""
    rows, all_right = [], True
    for name in NAMES:
        task = suite("algorithms")[name]
        result = pace.solve(task, search="genetic", seconds=SECONDS)
        print(f"{task.name}: {task.train[0].inputs} -> {task.train[0].output}, ...\n")
        print_result(result)
        right = share_right(result, task)
        all_right = all_right and right == 1.0
        rows.append(row(task.name, result, right))
    return Shown(tuple(rows), all_right)
