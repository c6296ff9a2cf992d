"""`progsynth demo`: a handful of tasks, solved before your eyes."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from progsynth.cli.options import above_zero
from progsynth.cli.results import print_program, print_table
from progsynth.errors import ProgramFailure
from progsynth.lang.values import close
from progsynth.registry import suite
from progsynth.solve import Result, solve
from progsynth.task import Task

SECONDS = 12.0  # a task: nine of them stay well below two minutes

_EXAMPLES = """\
The tasks are in the suite 'demo' (tasks/demo in the source). Held-out examples are ones that
the search has not seen.
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--seconds", metavar="S", type=above_zero, default=SECONDS, help="a task (12)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(options: argparse.Namespace) -> int:
    """Solve each task of the suite and print a table; 0 when all are right on held-out rows."""
    rows = []
    all_right = True
    start = time.monotonic()
    for task in suite("demo"):
        asked = replace(task, test=())
        result = solve(asked, seconds=options.seconds, progress=not options.quiet)
        record = result.as_json()
        right = _right(result, task)
        all_right = all_right and right == len(task.test)
        kind = " (a sketch, filled in)" if task.sketch else ""
        print(f"{task.name}{kind}: {task.train[0].inputs} -> {task.train[0].output}, ...\n")
        print_program(record["program"] if result.solved else f"not solved: {result.stop_reason}")
        print()
        score = f"{right} of {len(task.test)}"
        rows.append(
            (task.name, "yes" if result.solved else "no", score, f"{record['seconds']:.2f}")
        )
    print_table(("task", "solved", "right on held-out", "seconds"), rows)
    print(f"\n{time.monotonic() - start:.1f} seconds in all")
    return 0 if all_right else 1


def _right(result: Result, task: Task) -> int:
    """How many of the task's tests the program found gets right."""
    if not result.solved:
        return 0
    return sum(_gives(result, example.inputs, example.output, task) for example in task.test)


def _gives(result: Result, inputs: tuple[object, ...], output: object, task: Task) -> bool:
    try:
        return close(output, result.function(*inputs), task.tolerance)
    except ProgramFailure:
        return False
