"""Reports and comparisons of recorded runs."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from progsynth.bench.compare import differing_table, pairs_of, pairs_table, sides_of
from progsynth.bench.published import published_for
from progsynth.bench.record import RECORDS, Record, Score, journal
from progsynth.bench.report import gather, write_report
from progsynth.bench.runs import read_run, with_methods
from progsynth.errors import ProgsynthError
from progsynth.registry import suite_card

Make = Callable[..., Record]
Write = Callable[..., Path]

FAILS: dict[str, Any] = {"solved": False, "right": False, "test": None, "stop_reason": "seconds"}
PUBLISHED = """
[[published]]
name = "lexicase"
source = "a paper, table 2"
budget = "100 runs"
runs = 100
solved = { "a" = 98, "z" = 5 }

[[published]]
name = "another"
source = "its authors"
total = 18
of = 25
"""


@pytest.fixture
def folder_of(tmp_path: Path) -> Write:
    """What writes a run of these records."""

    def write(name: str, *records: Record, seeds: int = 1) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        methods = sorted({r.method for r in records})
        plan = {
            "methods": methods,
            "seeds": list(range(seeds)),
            "seconds": 10.0,
            "executions": None,
            "gradient_steps": None,
            "workers": 1,
        }
        manifest = {
            "digest": "p",
            "plan": plan,
            "suites": {"small": "c1"},
            "packs": {"default": "d1"},
            "tasks": {f"small: {task}": "t1" for task in sorted({r.task for r in records})},
        }
        (folder / "plan.json").write_text(json.dumps(manifest))
        with journal(folder / RECORDS) as (lines, _):
            for record in records:
                lines.append(record)
        return folder

    return write


def two_methods(record: Make) -> list[Record]:
    """Bottom-up solves a and b, genetic a and c, neither d."""
    solved = {"bottom_up": "ab", "genetic": "ac"}
    return [
        record(task, method, seed, **({} if task in tasks else FAILS))
        for seed in range(5)
        for task in "abcd"
        for method, tasks in solved.items()
    ]


def test_a_report_has_tables_and_plots(record: Make, folder_of: Write) -> None:
    folder = folder_of("x", *two_methods(record), seeds=5)
    (folder / "published.toml").write_text(PUBLISHED)
    report = write_report(gather([read_run(folder)]), folder / "report")
    text = report.text.read_text()
    assert "* 40 of 40 jobs; at most 10 seconds each" in text
    assert "| a    | 5/5 [0.57, 1.00] | 1.50     | 5/5 [0.57, 1.00] | 1.50     | 98/100   |" in text
    assert "* another: 18 of 25 tasks; its authors" in text
    assert "## Not solved by any method\n\nd (small)." in text
    names = {path.name for path in (*report.tables, *report.plots)}
    assert names == {
        *("methods.csv", "records.csv", "tasks.csv"),
        *("solved_over_time_small.png", "success_small.png"),
    }
    for path in report.plots:
        assert path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size > 5_000
        assert f"]({path.name})" in text
    with (folder / "report" / "records.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40 and rows[0]["program"] == record().program


def test_a_report_on_several_runs_has_a_line_and_a_curve_for_each_method_of_each(
    record: Make, folder_of: Write, tmp_path: Path
) -> None:
    first = [record(task, method) for task in "ab" for method in ("bottom_up", "genetic")]
    other = [record("a", seconds_given=20.0), record("b", seconds_given=20.0, **FAILS)]
    runs = [read_run(folder_of("x", *first)), read_run(folder_of("y", *other))]
    report = write_report(gather(runs), tmp_path / "both")
    text = report.text.read_text()
    assert text.startswith("# x, y\n")
    for name, right in (("x: bottom_up", 2), ("x: genetic", 2), ("y: bottom_up", 1)):
        assert f"| small | {name:12} | 2     | {right} " in text
    assert "**Note**: unequal seconds given: 10.0 against 20.0 (x: bottom_up against y" in text
    assert text.count("* 2 of 2 jobs") + text.count("* 4 of 4 jobs") == 2
    assert len(report.plots) == 2  # of the one suite


def test_successes_without_test_examples_are_told_apart(record: Make, folder_of: Write) -> None:
    records = [record("a"), record("b", test=Score(0, 0)), record("c", **FAILS)]
    folder = folder_of("x", *records)
    text = write_report(gather([read_run(folder)]), folder / "report").text.read_text()
    said = "Of the successes of bottom_up on small, 1 of 2 are of tasks that have no test examples"
    assert said in text


def test_records_are_read_in_the_order_of_the_plan(record: Make, folder_of: Write) -> None:
    ended = [record("b"), record("a", "genetic"), record("b", "genetic"), record("a")]
    run = read_run(folder_of("x", *ended))
    found = [(r.task, r.method) for r in run.records]
    assert found == [(task, method) for task in "ab" for method in ("bottom_up", "genetic")]


def test_a_report_says_what_is_wrong_with_its_run(record: Make, folder_of: Write) -> None:
    records = [
        record("a"),
        record("b", **{**FAILS, "stop_reason": "died"}, error="the process died (signal 9)"),
        record("c", seconds=99.0, source="s2"),
    ]
    folder = folder_of("x", *records, seeds=2)
    with (folder / RECORDS).open("ab") as file:
        file.write(b'{"plan":')
    run = read_run(folder)
    said = " ".join(run.warnings)
    for part in (
        "3 of 6 jobs have no record yet",
        "its last line is torn",
        "from 2 versions of the sources",
        "1 program(s) came after the budget",
    ):
        assert part in said
    text = write_report(gather([run]), folder / "report").text.read_text()
    assert "the process died (signal 9)" in text and "**Note**: " in text


def test_runs_that_cannot_be_read(record: Make, folder_of: Write, tmp_path: Path) -> None:
    with pytest.raises(ProgsynthError, match="holds no run"):
        read_run(tmp_path)
    with pytest.raises(ProgsynthError, match="has no records yet"):
        read_run(folder_of("empty"))
    with pytest.raises(ProgsynthError, match=r"has 1 record\(s\) of another plan"):
        read_run(folder_of("mixed", record("a"), record("b", plan="q")))
    folder = folder_of("fine", record("a"))
    (folder / "report").write_text("")
    with pytest.raises(ProgsynthError, match="report: cannot be written"):
        write_report(gather([read_run(folder)]), folder / "report")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[published]]\nname = 1\nsource = ''\n", "cannot be read"),
        ("[[published]]\nnam = 'x'\nsource = ''\n", "no key 'nam'; did you mean 'name'"),
        (
            "[[published]]\nname = 'x'\nsource = ''\nruns = 3\nsolved = {a = 4}\n",
            "at most runs = 3",
        ),
        ("[published", "cannot be read"),
    ],
)
def test_published_figures_that_cannot_be_read(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "published.toml").write_text(text)
    with pytest.raises(ProgsynthError, match=r"published\.toml: ") as caught:
        published_for("small", ["a"], [tmp_path])
    assert said in str(caught.value)


def test_figures_of_suites_stand_in_their_own_folders_and_tasks_not_run_are_left_out(
    tmp_path: Path,
) -> None:
    (tmp_path / "published.toml").write_text(PUBLISHED)
    first, second = published_for("demo", ["a"], [tmp_path])
    assert (first.text("a"), first.text("z"), second.text("a")) == ("98/100", "", "")


@pytest.mark.parametrize(("name", "totals"), [("psb1", [22]), ("psb2", [13, 17, 18])])
def test_the_figures_of_the_psb_suites_are_of_their_problems(name: str, totals: list[int]) -> None:
    tasks = list(suite_card(f"progsynth.tasks.{name}")["splits"])
    found = published_for(name, tasks, [])
    for figures, total in zip(found, totals, strict=True):
        assert set(figures.solved) == set(tasks)
        assert sum(count > 0 for count in figures.solved.values()) == total  # as published


# ------------------------------------------------------------------------------ comparing


def test_the_methods_of_a_run_are_compared_task_by_task(record: Make, folder_of: Write) -> None:
    run = read_run(folder_of("x", *two_methods(record), seeds=5))
    sides = sides_of([run])
    (pair,) = pairs_of(sides)
    assert [side.name for side in sides] == ["bottom_up", "genetic"]
    assert [key[1] for key in pair.wins] == ["b"] and [key[1] for key in pair.losses] == ["c"]
    assert pair.differences == (0.0, 1.0, -1.0, 0.0)
    assert (pair.mean, pair.chance, pair.warnings) == (0.0, 1.0, ())
    assert pairs_table([pair]).rows[0][:7] == ("bottom_up", "genetic", "4", "1", "1", "2", "+0.0%")
    assert [row[0] for row in differing_table(sides).rows] == ["b (small)", "c (small)"]


def test_unequal_budgets_are_said(record: Make, folder_of: Write) -> None:
    first = [record("a"), record("b"), record("only here")]
    second = [
        record(task, seed=seed, seconds_given=20.0, pack_digest="d2", workers=2)
        for task in "ab"
        for seed in (0, 1)
    ]
    runs = [read_run(folder_of("x", *first)), read_run(folder_of("y", *second, seeds=2))]
    (pair,) = pairs_of(sides_of(runs))
    assert (pair.first.name, pair.second.name) == ("x", "y")
    assert pair.warnings == (
        "unequal seconds given: 10.0 against 20.0",
        "unequal workers at a time: 1 against 2",
        "unequal pack: default d1 against default d2",
        "1 of the 3 tasks of x are not compared",
        "unequal numbers of seeds",
    )


def test_of_many_unequal_versions_two_are_shown(record: Make, folder_of: Write) -> None:
    mixed = [record(task, source=f"s{task}") for task in "abcd"]
    runs = [
        read_run(folder_of("x", *mixed)),
        read_run(folder_of("y", *(record(task) for task in "abcd"))),
    ]
    (pair,) = pairs_of(sides_of(runs))
    said = "unequal version: 0 (sources sa) and 0 (sources sb) and 2 more against 0 (sources s1)"
    assert pair.warnings == (said,)


def test_tasks_with_other_examples_are_other_tasks(record: Make, folder_of: Write) -> None:
    runs = [
        read_run(folder_of("x", record("a"))),
        read_run(folder_of("y", record("a", task_checksum="t2"))),
    ]
    with pytest.raises(ProgsynthError, match="no task in common, with the same examples"):
        pairs_of(sides_of(runs))
    with pytest.raises(ProgsynthError, match="nothing to compare it with"):
        pairs_of(sides_of(runs[:1]))


def test_some_methods_of_runs(record: Make, folder_of: Write) -> None:
    run = read_run(folder_of("x", record("a", test=Score(1, 1)), record("a", "genetic")))
    (only,) = with_methods([run], ["genetic"])
    assert {r.method for r in only.records} == {"genetic"}
    with pytest.raises(ProgsynthError, match="no method 'genetc' in these runs; did you mean"):
        with_methods([run], ["genetc"])
