"""One task of the demo: solved in what is left of the time, printed, and its line of the table."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from progsynth.cli.results import print_program
from progsynth.solve import Result, solve
from progsynth.task import Task

Row = tuple[str, ...]  # a line of the demo's table

HEADS = ("task", "by", "right on held-out", "executions", "gradient steps", "seconds")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a part of the demo found: lines of the table, and whether all of it was right."""

    rows: tuple[Row, ...]
    all_right: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """Sees to it that the demo ends in time, whatever happens: no search goes on after `end`."""

    end: float  # as time.monotonic() tells it
    progress: bool = True

    def left(self, seconds: float) -> float:
        """So many seconds, or as many as are left."""
        return max(0.0, min(seconds, self.end - time.monotonic()))

    def solve(self, task: Task, *, seconds: float, **options: Any) -> Result:
        """What the search finds; it never sees the task's test examples."""
        return solve(
            replace(task, test=()),
            seconds=self.left(seconds),
            progress=self.progress,
            seed=0,
            **options,
        )


def print_result(result: Result) -> None:
    """Print the program, or why there is none."""
    shown = result.as_json()["program"] if result.solved else None
    print_program(shown or f"not solved: {result.stop_reason}")
    print(flush=True)


def share_right(result: Result, task: Task) -> float:
    """The share of the task's test examples that the program found gets right."""
    if not result.solved or not task.test:
        return 0.0
    return result.evaluate(task.test).passed / len(task.test)


def row(name: str, result: Result, right: float) -> Row:
    """The line of the table for one task."""
    record = result.as_json()
    return (
        name,
        record["search"].replace("_", "-"),
        f"{right:.1%}" if result.solved else "not solved",
        f"{record['executions']:,}",
        f"{record['gradient_steps']:,}",
        f"{record['seconds']:.2f}",
    )
