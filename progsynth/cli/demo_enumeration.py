"""The part of the demo that enumerates programs."""

from __future__ import annotations

from progsynth.cli.demo_task import Pace, Shown, print_result, row, share_right
from progsynth.registry import suite

SECONDS = 12.0  # a task, most take less than one


def show(pace: Pace) -> Shown:
    """Solve each task of the suite 'demo'."""
    rows, all_right = [], True
    for task in suite("demo"):
        result = pace.solve(task, search="bottom_up", seconds=SECONDS)
        kind = " (a sketch, filled in)" if task.sketch else ""
        print(f"{task.name}{kind}: {task.train[0].inputs} -> {task.train[0].output}, ...\n")
        print_result(result)
        right = share_right(result, task)
        all_right = all_right and right == 1.0
        rows.append(row(task.name, result, right))
    return Shown(tuple(rows), all_right)
