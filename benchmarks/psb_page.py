"""Writes docs/psb.md: each problem of PSB1 and PSB2, what it was solved by, and why not.

The figures are those of all runs in `results/runs` of the portfolio on these suites with 60
seconds for a job. Where a problem was run twice with the same seed, the later run counts. What an
unsolved problem asks for stands in `psb_unsolved.toml`, written by hand; how far its best program
came is in the records, and measured here for records that are older than that field.

    python -m benchmarks.psb_page            # writes the page
    python -m benchmarks.psb_page --check    # says whether it is up to date
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from progsynth import registry
from progsynth.bench.published import Published, published_for
from progsynth.bench.record import Record
from progsynth.bench.runs import Run, read_run
from progsynth.bench.tables import Table
from progsynth.evaluate import evaluate
from progsynth.files import read_text, write_text
from progsynth.lang.read import read_program
from progsynth.task import Suite

SUITES = ("psb1", "psb2")
METHOD, SECONDS = "portfolio", 60.0
HERE = Path(__file__).parent
RUNS = HERE / "results" / "runs"
PAGE = HERE.parent / "docs" / "psb.md"
WHY = HERE / "psb_unsolved.toml"
FEW = 16  # lines of a program that is shown

Notes = Mapping[str, Mapping[str, Any]]
ByTask = Mapping[str, tuple[Record, ...]]


def main() -> int:
    """Write the page, or say whether it is what would be written."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    text = page()
    if not options.check:
        write_text(PAGE, text)
        return 0
    if PAGE.exists() and read_text(PAGE) == text:
        return 0
    print(f"{PAGE.name} is not what the records say: python -m benchmarks.psb_page")
    return 1


def page() -> str:
    """The text of the page."""
    runs = runs_of(RUNS)
    notes: Notes = tomllib.loads(read_text(WHY))
    parts = [_INTRODUCTION, *_circumstances(runs)]
    for name in SUITES:
        suite = registry.suite(name)
        records = by_task(runs, suite)
        published = published_for(name, [task.name for task in suite], ())
        parts += [f"\n## {name}\n", table(suite, records, published, notes).markdown()]
        parts += [f"* {figures.summary}" for figures in published]
        parts += [f"\n### Found, {name}\n", *_found(records)]
        parts += [f"\n### Not solved, {name}\n", *_unsolved(suite, records, notes)]
    return "\n".join(parts).rstrip("\n") + "\n"


_INTRODUCTION = """\
# PSB1 and PSB2, problem by problem

`solve` as it is by default (the portfolio, the default pack) on the 54 problems of the two general
program synthesis benchmarks, 60 seconds of one core for each. Right means all training cases and
all held-out cases of the published number. This page is made by `python -m benchmarks.psb_page`
from the records; the sentences on what a problem asks for are by hand.
"""


# -------------------------------------------------------------------------------- records


def runs_of(folder: Path) -> tuple[Run, ...]:
    """The runs that the page is about, those that began first before the others."""
    found = [read_run(path.parent) for path in sorted(folder.glob("*/plan.json"))]
    return tuple(sorted(filter(_counts, found), key=lambda run: run.records[0].started))


def _counts(run: Run) -> bool:
    plan = run.manifest["plan"]
    return (
        set(run.manifest["suites"]) <= set(SUITES)
        and plan["seconds"] == SECONDS
        and not plan.get("pack")
        and METHOD in plan["methods"]
    )


def by_task(runs: Iterable[Run], suite: Suite) -> ByTask:
    """The records of each task of the suite, one a seed: of two with one seed the later one."""
    found: dict[str, dict[int, Record]] = {task.name: {} for task in suite}
    for record in sorted((r for run in runs for r in run.records), key=lambda r: r.started):
        if record.suite == suite.name and record.method == METHOD and record.task in found:
            found[record.task][record.seed] = record
    return {task: tuple(some[seed] for seed in sorted(some)) for task, some in found.items()}


def is_solved(records: Sequence[Record]) -> bool:
    """Was there success with any seed?"""
    return any(record.success for record in records)


def _circumstances(runs: Sequence[Run]) -> Iterator[str]:
    yield "Records, of which later ones replace earlier ones of the same seed:\n"
    for run in runs:
        first = run.records[0]
        yield (
            f"* [runs/{run.name}](../benchmarks/results/runs/{run.name}): {len(run.records)} of "
            f"{run.num_jobs} jobs, begun {first.started[:10]}, sources {first.source}"
        )


# ---------------------------------------------------------------------------------- table

_HEADS = ("problem", "inputs", "nodes", "right", "found by", "median s", "single call")


def table(suite: Suite, records: ByTask, published: Sequence[Published], notes: Notes) -> Table:
    """A line for each problem: `nodes` are those of our reference program."""
    others = [figures for figures in published if figures.solved]
    rows = []
    for task in suite:
        some = records[task.name]
        right = [record for record in some if record.success]
        rows.append(
            (
                task.name,
                family(tuple(map(str, task.request.types[:-1]))),
                str(notes[task.name]["size"]),
                f"{len(right)}/{len(some)}" if some else "not run",
                ", ".join(dict.fromkeys(r.found_by or "(not recorded)" for r in right)),
                f"{statistics.median(r.seconds for r in right):.1f}" if right else "",
                "yes" if any(r.single_call for r in right) else "",
                *(figures.text(task.name) for figures in others),
            )
        )
    return Table((*_HEADS, *(figures.name for figures in others)), tuple(rows))


def family(types: Sequence[str]) -> str:
    """What a problem reads: "lists", "text", or "numbers" where it is neither."""
    if any(name.startswith("list") for name in types):
        return "lists"
    return "text" if "str" in types else "numbers"


# ------------------------------------------------------------------------------- sections


def _found(records: ByTask) -> Iterator[str]:
    for task, some in records.items():
        programs = [record.program for record in some if record.success and record.program]
        if programs:
            text = min(programs, key=len).rstrip("\n")
            lines = text.count("\n") + 1
            shown = text if lines <= FEW else f"# {lines} lines: see the records"
            yield f"{task}:\n\n```python\n{shown}\n```\n"


def _unsolved(suite: Suite, records: ByTask, notes: Notes) -> Iterator[str]:
    for task in suite:
        some = records[task.name]
        if is_solved(some):
            continue
        note = notes[task.name]
        said = f"{note.get('needs', _TO_SAY)} {note.get('why', _TO_SAY)}"
        yield f"**{task.name}** ({note['size']} nodes). {said} {_nearest(suite, some)}\n"


_TO_SAY = "(To be said.)"


def _nearest(suite: Suite, records: Sequence[Record]) -> str:
    """How far the best program came, and whose it is."""
    shares = [(share(suite, r), r) for r in records if r.program is not None]
    if not shares:
        return f"No program came of it ({records[0].stop_reason})." if records else "Not run."
    best, record = max(shares, key=lambda pair: pair[0])
    whose = f" ({record.found_by})" if record.found_by else ""
    return (
        f"The best program{whose} was right on {best:.0%} of the training examples after "
        f"{record.executions:,} executions."
    )


def share(suite: Suite, record: Record) -> float:
    """The share of the training examples that the record's program is right on."""
    if record.training is not None:
        return record.training
    task = suite[record.task]
    pack = registry.pack(record.pack)
    program = read_program(record.program or "", pack)
    found = evaluate(program, task.train, pack, limits=task.limits, tolerance=task.tolerance)
    return found.passed / found.total


if __name__ == "__main__":
    sys.exit(main())
