"""`progsynth bench`: methods on suites over seeds, each job recorded when it is over."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from progsynth.bench.frozen import Frozen, Job, freeze
from progsynth.bench.methods import METHODS
from progsynth.bench.plan import SECONDS, Plan, read_plan, seeds_of
from progsynth.bench.record import FAILED, RECORDS, Record
from progsynth.bench.run import Begun
from progsynth.bench.run import run as run_jobs
from progsynth.bench.scores import in_order
from progsynth.bench.tables import methods_table
from progsynth.cli.options import above_zero, whole
from progsynth.cli.results import print_table

DONE, LOST, INTERRUPTED = 0, 1, 130

_EXAMPLES = """\
examples:
  progsynth bench demo --methods bottom_up,random --seconds 5 --out runs/first
  progsynth bench lists psb2 --methods bottom_up,genetic --seeds 10 --workers 2 --out runs/x
  progsynth bench --plan plan.toml --out runs/x
  progsynth report runs/x

A plan in TOML has the options' names as keys: suites = ["lists"], methods = ["genetic"], seeds =
10, seconds = 60. The same command again goes on with a run that was stopped.
Exit code: 0 all jobs ended, 1 some died, hung or failed, 2 wrong input, 130 interrupted.
docs/benchmarks.md says how it is done, and how to read what comes out.
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("suites", metavar="SUITE", nargs="*", help="suites, or files of tasks")
    parser.add_argument(
        "--out", metavar="FOLDER", type=Path, required=True, help="where the records go"
    )
    parser.add_argument(
        "--methods", metavar="A,B", type=_names, help=f"among {', '.join(METHODS)} (auto)"
    )
    parser.add_argument(
        "--seeds", metavar="N", type=_seeds, help="how many, or which: 10, or 3-5, or 1,7 (1)"
    )
    parser.add_argument(
        "--seconds", metavar="S", type=above_zero, help=f"for each job ({SECONDS:g})"
    )
    parser.add_argument(
        "--executions", metavar="N", type=whole, help="for each job: runs of a candidate on a case"
    )
    parser.add_argument(
        "--gradient-steps", metavar="N", type=whole, help="for each job: updates of weights"
    )
    parser.add_argument("--workers", metavar="N", type=whole, help="jobs at a time (1)")
    parser.add_argument(
        "--cores", metavar="N", type=whole, help="for each job, if it can use several (1)"
    )
    parser.add_argument("--tasks", metavar="NAME", nargs="+", help="only these tasks")
    parser.add_argument(
        "--quick", action="store_true", default=None, help="only each suite's quick tasks"
    )
    parser.add_argument(
        "--limit", metavar="S", type=above_zero, help="a job silent for so long has hung"
    )
    parser.add_argument("--plan", metavar="FILE", type=Path, help="a plan in TOML")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _seeds(text: str) -> tuple[int, ...]:
    """The seeds that the text means: so many from 0, or those it names."""
    if text.isascii() and text.isdecimal() and int(text) > 0:
        return seeds_of(int(text))
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not all(end.isascii() and end.isdecimal() for end in (first, last or first)):
            raise argparse.ArgumentTypeError(
                f"expected how many seeds (10), or which (3-5, or 1,7), found '{text}'"
            )
        found += range(int(first), int(last or first) + 1)
    return tuple(found)


def run(options: argparse.Namespace) -> int:
    """Run the plan, or what is left of it; a line for each job, and a table at the end."""
    frozen = freeze(_plan(options))
    records: list[Record] = []
    with _display(frozen) as display:
        jobs = run_jobs(
            frozen,
            options.out,
            command=shlex.join(["progsynth", *sys.argv[1:]]),
            on_begin=lambda begun: records.extend(_begin(begun, frozen, options.out, display)),
            on_start=display.start,
        )
        try:
            with closing(jobs):
                for record in jobs:
                    records.append(record)
                    display.finish(record)
        except KeyboardInterrupt:
            _print_end(records, frozen, options.out, stopped=True)
            return INTERRUPTED
    _print_end(records, frozen, options.out, stopped=False)
    return LOST if any(record.stop_reason in FAILED for record in records) else DONE


def _plan(options: argparse.Namespace) -> Plan:
    """The plan of the file, with what the command line says in its place."""
    given: dict[str, Any] = {} if options.plan is None else read_plan(options.plan)
    names = ("methods", "seeds", "seconds", "executions", "gradient_steps", "workers", "cores")
    for name in (*names, "tasks", "quick", "limit", "suites"):
        value = getattr(options, name)
        if value not in (None, []):
            given[name] = tuple(value) if isinstance(value, list) else value
    if "seconds" not in given and ("executions" in given or "gradient_steps" in given):
        given["seconds"] = None
    return Plan(**{"suites": (), "methods": ("auto",), **given})


def _begin(begun: Begun, frozen: Frozen, folder: Path, display: Display) -> tuple[Record, ...]:
    plan = frozen.plan
    bounds = [
        f"{bound:,g} {unit}"
        for bound, unit in (
            (plan.seconds, "s"),
            (plan.executions, "executions"),
            (plan.gradient_steps, "gradient steps"),
        )
        if bound is not None
    ]
    counts = [
        f"{len(some)} {noun}{'s' if len(some) > 1 else ''}"
        for some, noun in (
            (frozen.jobs, "job"),
            (frozen.chosen, "task"),
            (plan.methods, "method"),
            (plan.seeds, "seed"),
        )
    ]
    display.say(
        f"{counts[0]}: {', '.join(counts[1:])}; at most {' or '.join(bounds)} each, "
        f"{plan.workers} at a time"
    )
    if begun.known:
        display.say(f"{len(begun.known)} of them are in {folder / RECORDS} already")
    display.begin(len(begun.known))
    return begun.known


# ------------------------------------------------------------------------ while it runs


class Display(Protocol):
    """What shows how far a run is."""

    def say(self, line: str) -> None:
        """Print a line."""

    def begin(self, known: int) -> None:
        """So many jobs are over already."""

    def start(self, job: Job) -> None:
        """A job begins."""

    def finish(self, record: Record) -> None:
        """A job is over."""


class _Lines:
    """A line for each job that is over."""

    def __init__(self, frozen: Frozen):
        self.total = len(frozen.jobs)
        self.width = min(36, max(len(chosen.task.name) for chosen in frozen.chosen))
        self.method = max(map(len, frozen.plan.methods))
        self.seeds = len(frozen.plan.seeds) > 1
        self.over = 0

    def say(self, line: str) -> None:
        print(line, flush=True)

    def begin(self, known: int) -> None:
        self.over = known

    def start(self, job: Job) -> None:
        pass

    def finish(self, record: Record) -> None:
        self.over += 1
        self.say(self.line(record))

    def line(self, record: Record) -> str:
        digits = len(str(self.total))
        name = (
            record.task if len(record.task) <= self.width else record.task[: self.width - 1] + "…"
        )
        seed = f" seed {record.seed:<3}" if self.seeds else ""
        job = f"{self.over:{digits}}/{self.total} {name:{self.width}} {record.method:{self.method}}"
        effort = f"{record.seconds:7.2f} s {record.executions:>13,} executions"
        return f"{job}{seed} {state_of(record):22} {effort}"


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
    return (
        record.stop_reason if record.stop_reason in FAILED else f"not found ({record.stop_reason})"
    )


class _Bar(_Lines):
    """The lines, and below them a bar and what is in the air, on a terminal."""

    def __init__(self, frozen: Frozen, progress: Progress):
        super().__init__(frozen)
        self.progress = progress
        self.task = progress.add_task("", total=self.total)
        self.flying: dict[Any, float] = {}
        self.ended: Counter[str] = Counter()

    def say(self, line: str) -> None:
        self.progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def begin(self, known: int) -> None:
        super().begin(known)
        self.progress.update(self.task, completed=known)

    def start(self, job: Job) -> None:
        self.flying[job.key] = time.monotonic()
        self.show()

    def finish(self, record: Record) -> None:
        super().finish(record)
        self.flying.pop(record.key, None)
        self.ended["right" if record.success else "not"] += 1
        self.show()

    def show(self) -> None:
        names = ", ".join(f"{key.task} ({key.method})" for key in self.flying)
        self.progress.update(
            self.task,
            completed=self.over,
            description=f"{self.ended['right']} right, {self.ended['not']} not; now: {names}"[:90],
        )


@contextmanager
def _display(frozen: Frozen) -> Iterator[Display]:
    """What shows the run: a bar below the lines on a terminal, else the lines alone."""
    if not sys.stdout.isatty():
        yield _Lines(frozen)
        return
    columns = (
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    # a bar that moves seldom: it has no core of its own
    with Progress(*columns, console=Console(), transient=True, refresh_per_second=1) as progress:
        yield _Bar(frozen, progress)


# --------------------------------------------------------------------------- at the end


def _print_end(records: list[Record], frozen: Frozen, folder: Path, *, stopped: bool) -> None:
    if records:
        table = methods_table(in_order(records, [job.key for job in frozen.jobs]))
        print()
        print_table(table.heads, table.rows)
    lost = [record for record in records if record.stop_reason in FAILED]
    for record in lost[:_SHOWN]:
        first = record.error.partition("\n")[0]
        print(f"{record.stop_reason}: {record.task}, {record.method}, seed {record.seed}: {first}")
    if len(lost) > _SHOWN:
        print(f"and {len(lost) - _SHOWN} more that died, hung or failed")
    left = len(frozen.jobs) - len(records)
    if stopped:
        print(f"\ninterrupted: {left} jobs are left; the same command goes on with them")
    else:
        print(f"\nthe records are in {folder / RECORDS}; 'progsynth report {folder}' draws them")


_SHOWN = 5  # jobs lost that are listed
