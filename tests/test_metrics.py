"""Metrics that a task names: what they say of outputs, by hand, and of results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from progsynth.errors import TaskError, UnsupportedError
from progsynth.evaluate import MEASURES, Evaluation, score
from progsynth.lang.failure import Failure, FailureKind
from progsynth.solve import solve
from progsynth.task import Example, Task
from progsynth.task_formats import tasks_to_text
from progsynth.task_formats.json_tasks import task_from_json, task_to_json
from progsynth.task_settings import METRICS

FAILED = Failure(FailureKind.INDEX)


def evaluation(expected: Sequence[Any], found: Sequence[Any]) -> Evaluation:
    right = tuple(e == f for e, f in zip(expected, found, strict=True))
    return Evaluation(tuple(found), tuple(float(not r) for r in right), right)


@pytest.mark.parametrize(
    ("metric", "expected", "found", "wanted"),
    [
        ("accuracy", [1, 2, 3, 4], [1, 2, 0, FAILED], 0.5),
        ("mean_absolute_error", [1.0, 2.0], [2.0, 4.5], 1.75),
        ("mean_absolute_error", [1, 2], [1, FAILED], math.inf),
        ("root_mean_squared_error", [0.0, 0.0], [3.0, 4.0], math.sqrt(12.5)),
        ("r_squared", [1.0, 2.0, 3.0], [2.0, 2.0, 2.0], 0.0),
        ("r_squared", [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 1.0),
        ("macro_f1", ["a", "a", "a", "b"], ["a", "a", "a", "a"], (6 / 7 + 0) / 2),
        ("macro_f1", [True, False], [True, FAILED], 0.5),
    ],
)
def test_what_a_metric_says(
    metric: str, expected: list[Any], found: list[Any], wanted: float
) -> None:
    assert score(metric, expected, evaluation(expected, found)) == pytest.approx(wanted)


def test_errors_are_of_numbers() -> None:
    with pytest.raises(TaskError, match="outputs that are numbers, found 'a'"):
        score("mean_absolute_error", ["a"], evaluation(["a"], ["b"]))


def test_every_metric_that_a_task_may_name_is_measured() -> None:
    assert set(METRICS) == set(MEASURES)
    with pytest.raises(TaskError, match="metric: expected one of accuracy, macro_f1"):
        Task.from_pairs("f", [(1, 1)], metric="auc")


def test_a_result_reports_the_metric_of_its_task() -> None:
    def worst(expected: Sequence[Any], found: Sequence[Any]) -> float:
        return max(abs(e - f) for e, f in zip(expected, found, strict=True))

    held = (Example((5,), 11), Example((7,), 20))
    for metric, wanted in [("mean_absolute_error", 3.5), (worst, 6.0), ("accuracy", 0.0)]:
        task = Task.from_pairs("double", [(1, 2), (3, 6), (4, 8)], test=held, metric=metric)
        found = solve(task, seconds=None, executions=2000, search="bottom_up")
        assert found.solved
        assert found.score(task.test) == wanted


def test_a_metric_of_one_s_own_has_no_written_form() -> None:
    named = Task.from_pairs("f", [(1, 1)], metric="r_squared")
    assert task_from_json(task_to_json(named), "here") == named
    assert "metric" not in tasks_to_text([Task.from_pairs("f", [(1, 1)])])
    with pytest.raises(UnsupportedError, match="its metric is a Python object"):
        tasks_to_text([Task.from_pairs("f", [(1, 1)], metric=lambda _, found: len(found))])
