"""What the plots of a report show: curves, clocks, published figures, panels and intervals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from progsynth.bench import plots
from progsynth.bench.published import Published
from progsynth.bench.record import Record
from progsynth.bench.scores import score_tasks

Make = Callable[..., Record]
Drawn = list[Figure]

FAILS: dict[str, Any] = {"solved": False, "right": False, "test": None, "stop_reason": "seconds"}
NOWHERE = Path("nowhere.png")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """The figures that would have been saved."""
    found: Drawn = []
    monkeypatch.setattr(plots, "_save", lambda figure, path: found.append(figure))
    return found


def over_time(drawn: Drawn, records: list[Record], *published: Published) -> tuple[Axes, Axes]:
    plots.draw_over_time(records, "small", NOWHERE, published)
    left, right = drawn[-1].axes
    return left, right


def heights(axes: Axes, label: str) -> list[float]:
    """The heights of the curve of that label, each once."""
    (line,) = (line for line in axes.lines if line.get_label() == label)
    return sorted(set(map(float, line.get_ydata())))  # type: ignore[arg-type]


def test_a_curve_counts_the_tasks_and_ends_where_successes_end(record: Make, drawn: Drawn) -> None:
    records = [record("a", seconds=1.0), record("b", seconds=4.0), record("c", **FAILS)]
    left, right = over_time(drawn, records)
    assert heights(left, "bottom_up") == [0, 1, 2]
    assert (left.get_xlabel(), right.get_xlabel()) == ("seconds", "executions")


def test_where_seconds_were_no_bound_time_is_that_of_processors(record: Make, drawn: Drawn) -> None:
    counted: dict[str, Any] = {"seconds_given": None, "executions_given": 500}
    known = [record(task, processor_seconds=0.5, **counted) for task in "ab"]
    assert over_time(drawn, known)[0].get_xlabel() == "seconds of processor time"
    unknown = [*known, record("c", **counted)]
    assert over_time(drawn, unknown)[0].get_xlabel() == "seconds"
    bounded = [record("a", processor_seconds=0.5)]
    assert over_time(drawn, bounded)[0].get_xlabel() == "seconds"


def test_published_totals_are_lines_if_they_are_of_as_many_tasks(
    record: Make, drawn: Drawn
) -> None:
    them = Published(name="them", source="a paper", total=1.5, of=2)
    others = Published(name="others", source="a paper", total=40, of=90)
    for axes in over_time(drawn, [record("a"), record("b")], them, others):
        assert heights(axes, "them: 1.5") == [1.5]
        assert not [line for line in axes.lines if "others" in str(line.get_label())]


@pytest.mark.parametrize(("count", "panels"), [(3, 1), (40, 1), (41, 2), (150, 4)])
def test_every_task_has_its_place_in_one_of_the_panels(
    count: int, panels: int, record: Make, drawn: Drawn
) -> None:
    names = [f"task {n}" for n in range(count)]
    plots.draw_success(score_tasks(map(record, names)), "small", NOWHERE)
    seen = [axes for axes in drawn[0].axes if axes.get_visible()]
    assert len(seen) == panels
    assert [label.get_text() for axes in seen for label in axes.get_yticklabels()] == names


@pytest.mark.parametrize("names", ["ab", ["a long name of a method " + n for n in "12345"]])
def test_a_legend_fits_into_its_figure(names: list[str], record: Make, drawn: Drawn) -> None:
    over_time(drawn, [record("a", name) for name in names])
    plots.FigureCanvasAgg(drawn[0]).draw()
    (legend,) = drawn[0].legends
    box = legend.get_window_extent()
    assert box.x0 >= 0 and box.x1 <= drawn[0].bbox.x1
    assert {text.get_text() for text in legend.get_texts()} == set(names)


def test_intervals_are_drawn_from_five_seeds_up(record: Make, drawn: Drawn) -> None:
    for seeds, bars in ((4, 0), (5, 1)):
        scores = score_tasks(record("a", seed=seed) for seed in range(seeds))
        published = [Published(name="them", source="a paper", runs=10, solved={"a": 3})]
        plots.draw_success(scores, "small", NOWHERE, published)
        (axes,) = drawn[-1].axes
        assert sum(len(line.get_xdata()) == 2 for line in axes.lines) == bars  # type: ignore[arg-type]
        (them,) = (line for line in axes.lines if line.get_label() == "them")
        assert list(them.get_xdata()) == [0.3]  # type: ignore[arg-type]
