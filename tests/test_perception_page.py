"""docs/perception.md says what its record says."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.perception_page import (
    PAGE,
    RESULTS,
    body_of,
    errors_table,
    records,
    shares,
    sums_table,
)

README = Path(__file__).resolve().parents[1] / "tasks" / "perception" / "README.md"
FOUND = re.compile(r"^\* (.+), seed (\d+): `(.*)`", re.MULTILINE)
NAMES = re.findall(r"^\| ([^|`]+) \| `", README.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_task_is_in_the_table_or_said_to_be_missing() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in NAMES:
        assert re.search(rf"^\| {re.escape(name)} +\|", text, re.MULTILINE) or name in text


def test_each_program_of_the_page_is_in_the_record() -> None:
    bodies: dict[tuple[str, int], list[list[str]]] = {}
    for line in records(RESULTS):
        if line["asked"] == "solve":
            bodies.setdefault((line["task"], line["seed"]), []).append(body_of(line["program"]))
    shown = FOUND.findall(PAGE.read_text(encoding="utf-8"))
    assert shown
    for name, seed, text in shown:
        assert any(all(part in text for part in body) for body in bodies[name, int(seed)])


def test_a_sum_is_held_against_its_digits() -> None:
    line = {"asked": "solve", "task": "sum of 2", "seed": 0, "test": 0.93, "digits": 0.98}
    assert sums_table([line]).rows == (("sum of 2", "0", "93.0", "98.0", "93.2", "no"),)
    assert sums_table([line | {"test": 0.94}]).rows[0][-1] == "yes"
    assert sums_table([line | {"task": "sum of toys"}]).rows == ()


def test_several_seeds_are_a_mean_with_its_range() -> None:
    runs = [{"test": 0.9}, {"test": 0.8}]
    assert shares(runs, "test") == "85.0 (80.0 to 90.0)"
    assert shares(runs[:1], "test") == "90.0"
    assert shares([{}], "test") == "-"


def test_errors_stand_beside_the_published_ones() -> None:
    line = {"asked": "solve", "task": "sum of longer lists", "seed": 1, "test, RMSE": 1.0}
    assert errors_table([line]).rows == (("sum of longer lists", "1", "1.00", "-", "2.15"),)
