"""A report on a run, or on several side by side: Markdown for readers, CSV for programs, plots.

Of several runs each method is a line and a curve of its own, named by its run where that is
needed to tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from progsynth.bench import plots
from progsynth.bench.compare import pairs_of, sides_of, warnings_of
from progsynth.bench.plan import COUNTED
from progsynth.bench.published import Published, published_for
from progsynth.bench.record import FAILED, Record
from progsynth.bench.runs import Run
from progsynth.bench.scores import LEAST_RUNS, score_tasks, untested
from progsynth.bench.tables import Table, methods_table, records_table, scores_table, tasks_table
from progsynth.errors import ProgsynthError
from progsynth.files import write_text


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made of: runs, their records with a name for each method of each run, what
    is published on their suites, and what a reader should know before comparing."""

    runs: tuple[Run, ...]
    records: tuple[Record, ...]
    published: Mapping[str, Sequence[Published]]
    warnings: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the report is on."""
        return ", ".join(run.name for run in self.runs)

    @property
    def suites(self) -> tuple[str, ...]:
        """The suites, in the order in which they were run."""
        return tuple(self.published)


def gather(runs: Sequence[Run]) -> Material:
    """What a report on the runs is made of.

    Raises ProgsynthError where several runs have no task in common, or published figures cannot
    be read.
    """
    warnings = tuple(warning for run in runs for warning in run.warnings)
    records = runs[0].records
    if len(runs) > 1:
        sides = sides_of(runs)
        records = tuple(replace(r, method=side.name) for side in sides for r in side.records)
        warnings += warnings_of(pairs_of(sides))
    published = {}
    for suite in dict.fromkeys(record.suite for record in records):
        tasks = list(dict.fromkeys(r.task for r in records if r.suite == suite))
        published[suite] = published_for(suite, tasks, [run.folder for run in runs])
    return Material(tuple(runs), records, published, warnings)


@dataclass(frozen=True, slots=True)
class Report:
    """The files of a report: the text for readers, the others beside it."""

    text: Path
    tables: tuple[Path, ...]
    plots: tuple[Path, ...]


def write_report(material: Material, folder: Path) -> Report:
    """Write the report into the folder, in place of an older one.

    Raises ProgsynthError where it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        drawn = tuple(_plots(material, folder))
    except OSError as error:
        raise ProgsynthError(f"{folder}: cannot be written: {error.strerror}") from None
    tables = {
        "methods.csv": methods_table(material.records),
        "tasks.csv": scores_table(material.records),
        "records.csv": records_table(material.records),
    }
    for name, table in tables.items():
        write_text(folder / name, table.csv())
    text = folder / "report.md"
    write_text(text, "\n".join(_lines(material)) + "\n")
    return Report(text, tuple(folder / name for name in tables), drawn)


def _plots(material: Material, folder: Path) -> Iterator[Path]:
    for suite, published in material.published.items():
        path = folder / f"solved_over_time_{suite}.png"
        plots.draw_over_time(material.records, suite, path, published)
        yield path
        path = folder / f"success_{suite}.png"
        plots.draw_success(score_tasks(material.records), suite, path, published)
        yield path


# ---------------------------------------------------------------------------- the Markdown


def _lines(material: Material) -> Iterator[str]:
    yield f"# {material.name}\n"
    for run in material.runs:
        if len(material.runs) > 1:
            yield f"\n{run.name}:\n"
        yield from _circumstances(run)
    if material.warnings:
        yield ""
        yield from (f"**Note**: {warning}.\n" for warning in material.warnings)
    records = material.records
    yield "\n## Methods\n"
    yield methods_table(records).markdown()
    yield from (f"{line}\n" for line in untested(records))
    yield _HOW_TO_READ
    for suite, published in material.published.items():
        yield f"\n## {suite}\n"
        yield f"![solved over time](solved_over_time_{suite}.png)\n"
        yield f"![success by problem](success_{suite}.png)\n"
        yield tasks_table(records, suite, published).markdown()
        yield from _others(published)
    yield from _unsolved(records)
    yield from _lost(records)


_HOW_TO_READ = f"""\
"right on test" counts tasks whose program, found within the budget, is right on all test
examples: the mean over the seeds, with the least and the most. "fits only" counts programs that
are right on the training and validation examples and not a success. "single call" is the share
of successes that is one call of something ready-made. The median is over all jobs; those without
success are censored at the budget and count as longer. "lost" jobs died, hung or failed. Below,
a task has its successes of all seeds, with Wilson's 95% interval from {LEAST_RUNS} seeds up."""


def _circumstances(run: Run) -> Iterator[str]:
    plan, first = run.manifest["plan"], run.records[0]
    bounds = [
        f"{plan[key]:,.12g} {unit}"
        for key, unit in (
            ("seconds", "seconds"),
            *((name, name.replace("_", " ")) for name in COUNTED),
        )
        if plan.get(key) is not None
    ]
    yield f"* {len(run.records)} of {run.num_jobs} jobs; at most {' or '.join(bounds)} each"
    yield f"* {plan['workers']} at a time on {first.machine.platform}, {first.machine.cores} cores"
    yield f"* progsynth {first.version} (sources {first.source}), Python {first.python}"
    packs = ", ".join(f"{name} {digest}" for name, digest in run.manifest["packs"].items())
    origins = run.manifest.get("origins", {})
    suites = ", ".join(
        f"{name} {digest}" + (f" ({origins[name]})" if origins.get(name) else "")
        for name, digest in run.manifest["suites"].items()
    )
    yield f"* packs: {packs}; suites: {suites}; plan: {run.manifest['digest']}"
    if plan.get("held_out"):
        yield f"* of tasks without a test, the last {plan['held_out']} examples were held out"
    yield f"* `{first.command}`, begun {min(r.started for r in run.records)}"


def _others(published: Sequence[Published]) -> Iterator[str]:
    if published:
        yield "Published figures, under other budgets and on other machines:\n"
        yield from (f"* {figures.summary}" for figures in published)


def _unsolved(records: Sequence[Record]) -> Iterator[str]:
    """The tasks that no method had success on."""
    successes = {(r.suite, r.task) for r in records if r.success}
    left = dict.fromkeys((r.suite, r.task) for r in records if (r.suite, r.task) not in successes)
    if left:
        yield "\n## Not solved by any method\n"
        yield ", ".join(f"{task} ({suite})" for suite, task in left) + "."


def _lost(records: Sequence[Record]) -> Iterator[str]:
    lost = [r for r in records if r.stop_reason in FAILED or r.error]
    if lost:
        yield "\n## Jobs that died, hung or failed, and programs not confirmed\n"
        rows = ((r.task, r.method, str(r.seed), r.stop_reason, r.error) for r in lost)
        yield Table(("task", "method", "seed", "ended", "why"), tuple(rows)).markdown()
