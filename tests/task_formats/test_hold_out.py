"""Rows put aside: by chance, or by time, where no later row trains."""

from __future__ import annotations

from typing import Any

import pytest

from progsynth.errors import TaskError
from progsynth.task import Task
from progsynth.task_formats import hold_out


def series(count: int = 20) -> Task:
    """Rows in the order of time: each has the time as its input."""
    return Task.from_pairs("series", [(float(t), t * 2.0) for t in range(count)])


def times(examples: Any) -> list[float]:
    return [example.inputs[0] for example in examples]


def test_by_time_no_later_row_trains() -> None:
    found = hold_out(series(), share=0.25, split="time")
    assert times(found.train) == list(range(15))
    assert times(found.test) == list(range(15, 20))
    for seed in range(5):
        assert hold_out(series(), share=0.25, split="time", seed=seed) == found


def test_by_time_tests_come_after_validation_after_training() -> None:
    tested = hold_out(series(), share=0.25, split="time")
    found = hold_out(tested, share=0.2, split="time", kind="validation")
    assert max(times(found.train)) < min(times(found.validation))
    assert max(times(found.validation)) < min(times(found.test))
    assert len(found.train) + len(found.validation) + len(found.test) == 20


def test_a_gap_keeps_rows_that_overlap_out_of_training() -> None:
    found = hold_out(series(), share=0.25, split="time", gap=3)
    assert times(found.train) == list(range(12))
    assert times(found.test) == list(range(15, 20))


def test_by_chance_later_rows_train() -> None:
    found = hold_out(series(), share=0.25)
    assert max(times(found.train)) > min(times(found.test))
    assert len(found.test) == 5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"split": "date"}, "split: expected one of random, time, found 'date'"),
        ({"kind": "train"}, "kind: expected one of test, validation"),
        ({"gap": 2}, "gap: expected a number of rows from 0, for a split by time"),
        ({"gap": 99, "split": "time"}, "that leaves some of the 20 rows to train on"),
        ({"gap": -1, "split": "time"}, "found -1"),
    ],
)
def test_what_means_nothing_is_told(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(TaskError, match=message):
        hold_out(series(), **wrong)
