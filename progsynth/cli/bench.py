"""`progsynth bench`: methods on suites over seeds, each job recorded when it is over."""

from __future__ import annotations

import argparse
import shlex
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from progsynth.bench.frozen import Frozen, freeze
from progsynth.bench.methods import METHODS
from progsynth.bench.plan import COUNTED, SECONDS, Plan, read_plan, seeds_of, with_seconds
from progsynth.bench.record import FAILED, RECORDS, Record
from progsynth.bench.run import Begun
from progsynth.bench.run import run as run_jobs
from progsynth.bench.scores import in_order, untested
from progsynth.bench.tables import methods_table
from progsynth.cli.bench_display import Display, display_of
from progsynth.cli.options import above_zero, whole
from progsynth.cli.results import print_table

DONE, LOST, INTERRUPTED = 0, 1, 130
_COMPILING = "compiling what the methods run compiled: once, a minute or two; nothing is timed yet"

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
        "--programs", metavar="N", type=whole, help="for each job: programs and parts of programs"
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
    parser.add_argument("--pack", metavar="NAME", help="in place of the packs of the tasks")
    parser.add_argument(
        "--held-out", metavar="N", type=whole, help="examples of tasks that have no test: the last"
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
    with display_of(frozen) as display:
        jobs = run_jobs(
            frozen,
            options.out,
            command=shlex.join(["progsynth", *sys.argv[1:]]),
            on_begin=lambda begun: records.extend(_begin(begun, frozen, options.out, display)),
            on_compiling=lambda: display.say(_COMPILING),
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
    names = ("methods", "seeds", "seconds", *COUNTED, "workers", "cores")
    for name in (*names, "tasks", "quick", "pack", "held_out", "limit", "suites"):
        value = getattr(options, name)
        if value not in (None, []):
            given[name] = tuple(value) if isinstance(value, list) else value
    return Plan(**{"suites": (), "methods": ("auto",), **with_seconds(given)})


def _begin(begun: Begun, frozen: Frozen, folder: Path, display: Display) -> tuple[Record, ...]:
    plan = frozen.plan
    bounds = [
        f"{bound:,.12g} {unit}"
        for bound, unit in (
            (plan.seconds, "s"),
            *((getattr(plan, name), name.replace("_", " ")) for name in COUNTED),
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


# --------------------------------------------------------------------------- at the end


def _print_end(records: list[Record], frozen: Frozen, folder: Path, *, stopped: bool) -> None:
    if records:
        table = methods_table(in_order(records, [job.key for job in frozen.jobs]))
        print()
        print_table(table.heads, table.rows)
        for line in untested(records):
            print(line)
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
