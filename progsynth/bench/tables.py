"""The tables of a report: heads and rows of texts, written as Markdown or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from progsynth.bench.published import Published
from progsynth.bench.record import Record
from progsynth.bench.scores import (
    MethodScore,
    TaskScore,
    effort_head,
    effort_text,
    processor_text,
    score_methods,
    score_tasks,
    share_text,
    spread_text,
)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts below heads."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """The table in Markdown, its columns aligned; ends with a new line."""
        cells = [tuple(map(_escaped, row)) for row in (self.heads, *self.rows)]
        widths = [max(3, *(len(row[i]) for row in cells)) for i in range(len(self.heads))]
        lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths)) + " |" for row in cells]
        rule = "| " + " | ".join("-" * w for w in widths) + " |"
        return "\n".join([lines[0], rule, *lines[1:]]) + "\n"

    def csv(self) -> str:
        """The table as CSV."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows((self.heads, *self.rows))
        return text.getvalue()


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


_METHOD_HEADS = ("suite", "method", "tasks", "right on test", "in any seed", "fits only")


def methods_table(records: Sequence[Record]) -> Table:
    """A line for each suite and method."""
    timed = all(record.processor_seconds is not None for record in records)
    clock = ("median processor s",) if timed else ()
    heads = (*_METHOD_HEADS, "single call", effort_head(records), *clock, "lost")
    return Table(heads, tuple(_method_row(score, timed) for score in score_methods(records)))


def _method_row(score: MethodScore, timed: bool) -> tuple[str, ...]:
    clock = (processor_text(score),) if timed else ()
    return (
        score.suite,
        score.method,
        str(len(score.tasks)),
        spread_text(score.per_seed),
        str(score.ever),
        str(score.solved - score.successes),
        share_text(score.single_calls, score.successes),
        effort_text(score),
        *clock,
        str(score.lost),
    )


def tasks_table(
    records: Sequence[Record], suite: str, published: Sequence[Published] = ()
) -> Table:
    """A line for each task of the suite: successes of seeds and seconds for each method, and
    what others have published."""
    scores = [score for score in score_tasks(records) if score.suite == suite]
    by_task: dict[str, dict[str, TaskScore]] = {}
    for score in scores:
        by_task.setdefault(score.task, {})[score.method] = score
    methods = list(dict.fromkeys(score.method for score in scores))
    others = [figures for figures in published if figures.solved]
    heads = ["task"]
    for method in methods:
        heads += [method, effort_head(records)]
    heads += [figures.name for figures in others]
    rows = []
    for task, found in by_task.items():
        row = [task]
        for method in methods:
            row += _task_cells(found.get(method))
        row += [figures.text(task) for figures in others]
        rows.append(tuple(row))
    return Table(tuple(heads), tuple(rows))


def _task_cells(score: TaskScore | None) -> list[str]:
    if score is None:
        return ["", ""]
    text = f"{score.successes}/{score.runs}"
    if score.interval is not None:
        low, high = score.interval
        text += f" [{low:.2f}, {high:.2f}]"
    return [text, effort_text(score)]


def scores_table(records: Iterable[Record]) -> Table:
    """A line for each suite, task and method, its figures apart, for programs that read CSV.

    A median that is censored is `inf`, bounds of too few runs are left out.
    """
    heads = ("suite", "task", "method", "runs", "successes", "fits", "low", "high")
    rows = []
    for score in score_tasks(records):
        low, high = score.interval or ("", "")
        counts = (score.runs, score.successes, score.solved)
        values = (score.suite, score.task, score.method, *counts, low, high)
        rows.append(tuple(map(str, (*values, score.seconds, score.executions))))
    return Table((*heads, "median_seconds", "median_executions"), tuple(rows))


_RECORD_FIELDS = (
    *(
        "suite",
        "task",
        "method",
        "seed",
        "solved",
        "right",
        "stop_reason",
        "single_call",
        "found_by",
        "training",
    ),
    *("seconds", "processor_seconds", "executions", "programs", "gradient_steps", "size", "cost"),
)


def records_table(records: Iterable[Record]) -> Table:
    """A line for each record, for programs that read CSV."""
    heads = (*_RECORD_FIELDS, "test_passed", "test_total", "program", "error")
    rows = []
    for record in records:
        test = (record.test.passed, record.test.total) if record.test else ("", "")
        own = (getattr(record, name) for name in _RECORD_FIELDS)
        values = (*own, *test, record.program or "", record.error)
        rows.append(tuple("" if value is None else str(value) for value in values))
    return Table(heads, tuple(rows))
