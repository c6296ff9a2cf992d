"""How far a run of `progsynth bench` is: a line for each job, and a bar on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from progsynth.bench.frozen import Frozen, Job
from progsynth.bench.record import FAILED, Key, Record

_NAME, _NOW = 36, 90  # characters of a task's name, and of what stands beside the bar


class Display:
    """Prints a line for each job that is over; with `progress`, above its bar."""

    def __init__(self, frozen: Frozen, progress: Progress | None = None):
        plan = frozen.plan
        self.total = len(frozen.jobs)
        self.name = min(_NAME, max(len(chosen.task.name) for chosen in frozen.chosen))
        self.method = max(map(len, plan.methods))
        self.seeds = len(plan.seeds) > 1
        self.over = self.right = self.known = 0
        self.flying: dict[Key, None] = {}
        self.progress = progress
        self.task = None if progress is None else progress.add_task("", total=self.total)

    def say(self, line: str) -> None:
        """Print a line."""
        if self.progress is None:
            print(line, flush=True)
        else:
            self.progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def begin(self, known: int) -> None:
        """So many jobs are over already."""
        self.over = self.known = known
        self._move()

    def start(self, job: Job) -> None:
        """A job begins."""
        self.flying[job.key] = None
        self._move()

    def finish(self, record: Record) -> None:
        """A job is over."""
        self.over += 1
        self.right += record.success
        self.flying.pop(record.key, None)
        self.say(self._line(record))
        self._move()

    def _line(self, record: Record) -> str:
        number = f"{self.over:{len(str(self.total))}}/{self.total}"
        seed = f" seed {record.seed:<3}" if self.seeds else ""
        job = f"{_cut(record.task, self.name):{self.name}} {record.method:{self.method}}{seed}"
        effort = f"{record.seconds:7.2f} s {record.executions:>13,} executions"
        return f"{number} {job} {state_of(record):22} {effort}"

    def _move(self) -> None:
        if self.progress is None or self.task is None:
            return
        names = ", ".join(f"{key.task} ({key.method})" for key in self.flying)
        told = f"{self.right} right of {self.over - self.known}"
        text = _cut(f"{told}; now: {names}" if names else told, _NOW)
        self.progress.update(self.task, completed=self.over, description=text, refresh=True)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def state_of(record: Record) -> str:
    """How a job ended, in a few words."""
    if record.success:
        return "right"
    if record.right:
        return "right, but too late"
    if record.solved and record.test is not None:
        return f"fits, test {record.test.passed}/{record.test.total}"
    if record.stop_reason == "solved":
        return "not confirmed"
    if record.stop_reason in FAILED:
        return record.stop_reason
    return f"not found ({record.stop_reason})"


@contextmanager
def display_of(frozen: Frozen) -> Iterator[Display]:
    """What shows the run: lines, and below them a bar where they go to a terminal."""
    if not sys.stdout.isatty():
        yield Display(frozen)
        return
    columns = (
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    # a bar that moves seldom: it has no core of its own
    with Progress(*columns, console=Console(), transient=True, refresh_per_second=1) as progress:
        yield Display(frozen, progress)
