"""A report on a run: Markdown for readers, CSV for programs, plots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from progsynth.bench import plots
from progsynth.bench.plan import COUNTED
from progsynth.bench.published import Published, published_for
from progsynth.bench.record import FAILED, Record
from progsynth.bench.runs import Run
from progsynth.bench.scores import LEAST_RUNS, score_tasks
from progsynth.bench.tables import Table, methods_table, records_table, scores_table, tasks_table
from progsynth.errors import ProgsynthError
from progsynth.files import write_text


@dataclass(frozen=True, slots=True)
class Report:
    """The files of a report: the text for readers, the others beside it."""

    text: Path
    tables: tuple[Path, ...]
    plots: tuple[Path, ...]


def write_report(run: Run, folder: Path) -> Report:
    """Write the report on a run into the folder, in place of an older one.

    Raises ProgsynthError where it cannot be written, or published figures cannot be read.
    """
    suites = list(dict.fromkeys(record.suite for record in run.records))
    published = {suite: _published(run, suite) for suite in suites}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        drawn = tuple(_plots(run, suites, published, folder))
    except OSError as error:
        raise ProgsynthError(f"{folder}: cannot be written: {error.strerror}") from None
    tables = {
        "methods.csv": methods_table(run.records),
        "tasks.csv": scores_table(run.records),
        "records.csv": records_table(run.records),
    }
    for name, table in tables.items():
        write_text(folder / name, table.csv())
    text = folder / "report.md"
    write_text(text, "\n".join(_lines(run, suites, published)) + "\n")
    return Report(text, tuple(folder / name for name in tables), drawn)


def _published(run: Run, suite: str) -> list[Published]:
    tasks = list(dict.fromkeys(r.task for r in run.records if r.suite == suite))
    return published_for(suite, tasks, [run.folder])


def _plots(
    run: Run, suites: Sequence[str], published: dict[str, list[Published]], folder: Path
) -> Iterator[Path]:
    for suite in suites:
        path = folder / f"solved_over_time_{suite}.png"
        plots.draw_over_time(run.records, suite, path)
        yield path
        path = folder / f"success_{suite}.png"
        plots.draw_success(score_tasks(run.records), suite, path, published[suite])
        yield path


# ---------------------------------------------------------------------------- the Markdown


def _lines(run: Run, suites: Sequence[str], published: dict[str, list[Published]]) -> Iterator[str]:
    yield f"# {run.name}\n"
    yield from _circumstances(run)
    yield "\n## Methods\n"
    yield methods_table(run.records).markdown()
    yield _HOW_TO_READ
    for suite in suites:
        yield f"\n## {suite}\n"
        yield f"![solved over time](solved_over_time_{suite}.png)\n"
        yield f"![success by problem](success_{suite}.png)\n"
        yield tasks_table(run.records, suite, published[suite]).markdown()
        yield from _others(published[suite])
    yield from _unsolved(run.records)
    yield from _lost(run.records)


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
        f"{plan[key]:,g} {unit}"
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
    if run.warnings:
        yield ""
        yield from (f"**Note**: {warning}." for warning in run.warnings)


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
