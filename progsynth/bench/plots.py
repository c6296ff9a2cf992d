"""The plots of a report: what was solved over time, and success per problem."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from progsynth.bench.published import Published
from progsynth.bench.record import Record
from progsynth.bench.scores import MethodScore, TaskScore, effort_of, score_methods

_SIZE = (10.0, 4.2)  # inches
_ROW, _LINE = 0.16, 0.06  # inches of a problem, and more for each method
_DPI = 130
_LETTERS, _HANDLE = 11.0, 10  # of a legend: letters an inch, and those that a mark takes
_PANEL, _ABREAST = 40, 3  # problems in a panel, and panels side by side

Measure = Callable[[Record], float]


def _colours(count: int) -> list[Any]:
    """As many colours, told apart by those who see fewer of them as well (Okabe and Ito)."""
    known = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
    return [known[n % len(known)] for n in range(count)]


def _save(figure: Figure, path: Path) -> None:
    FigureCanvasAgg(figure)  # draws without a screen, and without state of the whole process
    figure.savefig(path, dpi=_DPI)


def _draw_legend(figure: Figure, axes: Axes) -> None:
    """What the marks of the axes mean, below all, in as many columns as there is room for."""
    handles, labels = axes.get_legend_handles_labels()
    room = figure.get_figwidth() * _LETTERS
    columns = min(len(labels), int(room // (max(map(len, labels)) + _HANDLE)))
    figure.legend(handles, labels, loc="outside lower center", ncols=max(columns, 1), frameon=False)


# ------------------------------------------------------------------------ solved over time


def draw_over_time(
    records: Sequence[Record], suite: str, path: Path, published: Sequence[Published] = ()
) -> None:
    """Draw how many tasks of the suite each method had solved after how long.

    The line is the mean over the seeds, the band goes from the least to the most of them. Tasks
    without success are those that the line does not reach. Published totals of all these tasks
    are dashed lines. Where no job had a bound on seconds, time is that of processors, which does
    not depend on what else the machine did.
    """
    scores = [score for score in score_methods(records) if score.suite == suite]
    figure = Figure(figsize=_SIZE, layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    measure, label = _clock([r for score in scores for r in score.records])
    _draw_curves(left, scores, measure, label)
    left.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    counted = "programs" if effort_of(records) == "programs" else "executions"
    _draw_curves(right, scores, lambda record: getattr(record, counted), counted)
    right.xaxis.set_major_formatter(EngFormatter(sep=""))
    for axes in (left, right):
        _draw_totals(axes, published, max(len(score.tasks) for score in scores))
    left.set_ylabel("tasks right on test")
    _draw_legend(figure, left)
    seeds = max(len({r.seed for r in score.records}) for score in scores)
    bands = f", mean of {seeds} seeds, bands from the least to the most" if seeds > 1 else ""
    figure.suptitle(f"{suite}: solved over time{bands}")
    _save(figure, path)


def _clock(records: Sequence[Record]) -> tuple[Measure, str]:
    """What time is measured in, and what it is called."""
    known = all(record.processor_seconds is not None for record in records)
    if known and effort_of(records) != "seconds":
        return lambda record: record.processor_seconds or 0.0, "seconds of processor time"
    return lambda record: record.seconds, "seconds"


def _draw_totals(axes: Axes, published: Sequence[Published], total: int) -> None:
    """A line for each published total, if it is one of as many tasks."""
    styles = ("--", "-.", (0, (1, 1.5)), (0, (6, 2, 1, 2, 1, 2)))
    known = [figures for figures in published if figures.total is not None and figures.of == total]
    for n, figures in enumerate(known):
        assert figures.total is not None, "chosen so"
        axes.axhline(
            figures.total,
            color="0.35",
            linewidth=1.0,
            linestyle=styles[n % len(styles)],
            label=f"{figures.name}: {figures.total:g}",
        )


def _draw_curves(axes: Axes, scores: Sequence[MethodScore], measure: Measure, label: str) -> None:
    efforts = [max(measure(r), 1e-9) for score in scores for r in score.records]
    first = max(min(efforts) / 1.5, max(efforts) / 1e6)
    grid = np.geomspace(first, max(efforts) * 1.05, 400)
    widths = np.linspace(3.0, 1.4, len(scores))  # where curves lie on each other, both are seen
    for score, colour, width in zip(scores, _colours(len(scores)), widths, strict=True):
        curves = np.array([_curve(some, measure, grid) for some in _by_seed(score)])
        mean = curves.mean(axis=0)
        axes.step(grid, mean, where="post", color=colour, label=score.method, linewidth=width)
        if len(curves) > 1:
            low, high = curves.min(axis=0), curves.max(axis=0)
            axes.fill_between(grid, low, high, step="post", color=colour, alpha=0.15, linewidth=0)
    total = max(len(score.tasks) for score in scores)
    axes.axhline(total, color="0.7", linewidth=0.8, linestyle=":")
    axes.set(xscale="log", xlabel=label, xlim=(grid[0], grid[-1]), ylim=(0, total * 1.06))
    wide = grid[-1] / grid[0] > 1e3
    axes.xaxis.set_major_locator(LogLocator(subs=(1,) if wide else (1, 2, 5)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="0.92")
    axes.set_axisbelow(True)


def _by_seed(score: MethodScore) -> list[list[Record]]:
    seeds = sorted({record.seed for record in score.records})
    return [[r for r in score.records if r.seed == seed] for seed in seeds]


def _curve(records: Sequence[Record], measure: Measure, grid: Any) -> Any:
    """How many of the records had success by each point of the grid."""
    found = np.sort([measure(record) for record in records if record.success])
    return np.searchsorted(found, grid, side="right")


# ---------------------------------------------------------------------- success by problem


def draw_success(
    scores: Sequence[TaskScore], suite: str, path: Path, published: Sequence[Published] = ()
) -> None:
    """Draw the success rate of each method on each task of the suite, with Wilson's intervals
    from five seeds up, and the published rates. Many tasks are drawn in several panels."""
    mine = [score for score in scores if score.suite == suite]
    tasks = list(dict.fromkeys(score.task for score in mine))
    methods = list(dict.fromkeys(score.method for score in mine))
    others = [figures for figures in published if figures.solved]
    lines = len(methods) + len(others)
    panels = math.ceil(len(tasks) / _PANEL)
    each = math.ceil(len(tasks) / panels)
    abreast = min(panels, _ABREAST)
    deep = math.ceil(panels / abreast)
    height = 1.6 + (_ROW + _LINE * lines) * each * deep
    width = _SIZE[0] * (0.8 if abreast == 1 else 0.55 * abreast)
    figure = Figure(figsize=(width, height), layout="constrained")
    grid = figure.subplots(deep, abreast, squeeze=False).flatten()
    for n, axes in enumerate(grid):
        if n < panels:
            _draw_panel(axes, mine, tasks[n * each : (n + 1) * each], methods, others, each)
        else:
            axes.set_visible(False)
    _draw_legend(figure, grid[0])
    figure.suptitle(_title(suite, mine))
    _save(figure, path)


def _draw_panel(
    axes: Axes,
    scores: Sequence[TaskScore],
    tasks: Sequence[str],
    methods: Sequence[str],
    others: Sequence[Published],
    height: int,
) -> None:
    """Some of the tasks, from above, with room for `height` of them."""
    lines = len(methods) + len(others)
    rows = {task: height - 1 - n for n, task in enumerate(tasks)}
    offsets = [float(o) for o in np.linspace(0.26, -0.26, lines)] if lines > 1 else [0.0]
    for method, offset, colour in zip(methods, offsets, _colours(len(methods)), strict=False):
        some = [s for s in scores if s.method == method and s.task in rows]
        _draw_rates(axes, some, [rows[s.task] + offset for s in some], method, colour)
    markers = zip(others, offsets[len(methods) :], "xd+^v*" * len(others), strict=False)
    for figures, offset, marker in markers:
        _draw_published(axes, figures, {task: row + offset for task, row in rows.items()}, marker)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.7, height - 0.3))
    axes.set_xlabel("share of runs right on test")
    axes.set_yticks(list(rows.values()), [_short(task) for task in rows])
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", color="0.92")
    axes.set_axisbelow(True)


def _title(suite: str, scores: Sequence[TaskScore]) -> str:
    runs = max(score.runs for score in scores)
    bars = ", bars are 95% intervals" if any(score.interval for score in scores) else ""
    return f"{suite}: success by problem, {runs} run{'s' if runs > 1 else ''}{bars}"


def _draw_published(
    axes: Axes, figures: Published, places: Mapping[str, float], marker: str
) -> None:
    tasks = [task for task in places if task in figures.solved]
    rates = [figures.solved[task] / max(figures.runs, 1) for task in tasks]
    where = [places[task] for task in tasks]
    axes.plot(rates, where, marker, color="0.35", markersize=6, label=figures.name)


def _draw_rates(
    axes: Axes, scores: Sequence[TaskScore], places: Sequence[float], label: str, colour: Any
) -> None:
    rates = [score.rate for score in scores]
    axes.plot(rates, places, "o", color=colour, markersize=5, label=label, clip_on=False)
    for score, place in zip(scores, places, strict=True):
        if score.interval is not None:
            axes.plot(score.interval, (place, place), color=colour, linewidth=1.4)


def _short(task: str) -> str:
    return task if len(task) <= 42 else task[:41] + "…"
