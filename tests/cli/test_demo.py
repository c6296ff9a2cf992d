"""`progsynth demo`: the table it ends with, and that all its tasks are solved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pytest

from progsynth.cli import demo, main
from progsynth.errors import ProgramFailure
from progsynth.registry import suite
from progsynth.task import Task


@dataclass
class FakeResult:
    """As much of a Result as the demo looks at; it solves the task named, and no other."""

    task: Task
    answer: Any

    @property
    def solved(self) -> bool:
        return self.answer is not None

    @property
    def stop_reason(self) -> str:
        return "solved" if self.solved else "seconds"

    def function(self, *inputs: Any) -> Any:
        return self.answer(*inputs)

    def as_json(self) -> dict[str, Any]:
        return {"program": "def f() -> int:\n    return 1\n", "seconds": 0.25}


def fails(*_: Any) -> Any:
    raise ProgramFailure("index", "f")


def test_held_out_examples_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {
        "geometric mean": lambda a, b: math.sqrt(a * b),
        "initials": fails,
        "mean": lambda xs: xs[0],
    }
    monkeypatch.setattr(demo, "solve", lambda task, **_: FakeResult(task, answers.get(task.name)))
    assert main(["demo", "--quiet"]) == 1
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["geometric", "mean", "yes", "10", "of", "10", "0.25"] in rows
    assert ["initials", "yes", "0", "of", "10", "0.25"] in rows
    assert ["cost", "of", "an", "order", "no", "0", "of", "10", "0.25"] in rows


def test_the_search_sees_no_held_out_example(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Task] = []

    def stand_in(task: Task, **_: object) -> FakeResult:
        asked.append(task)
        return FakeResult(task, None)

    monkeypatch.setattr(demo, "solve", stand_in)
    assert main(["demo", "--quiet"]) == 1
    assert [task.test for task in asked] == [()] * len(suite("demo"))


def test_the_demo_ends_within_two_minutes_whatever_happens() -> None:
    seconds = demo.SECONDS * len(suite("demo"))
    assert seconds <= 110


@pytest.mark.slow
def test_all_tasks_of_the_demo_are_solved(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--quiet"]) == 0
    assert capsys.readouterr().out.count("10 of 10") == len(suite("demo"))
