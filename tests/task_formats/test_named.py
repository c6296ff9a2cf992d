"""Tasks by one word: suites by name, files by path."""

from __future__ import annotations

from pathlib import Path

import pytest

from progsynth.errors import TaskError
from progsynth.task_formats.named import suite_or_file

TASK = (
    '{"name": "double", "examples": [{"inputs": [1], "output": 2}, {"inputs": [2], "output": 4}]}'
)


def test_a_suite_goes_by_its_name_and_a_file_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("mine.json", "demo", "other"):
        Path(file).write_text(TASK, encoding="utf-8")
    assert suite_or_file("demo").name == "demo"
    assert len(suite_or_file("demo")) > 1
    for file in ("mine.json", "./demo", "other"):
        assert [task.name for task in suite_or_file(file)] == ["double"]


def test_what_is_neither_is_an_error_that_says_what_there_is() -> None:
    with pytest.raises(TaskError, match=r"no suite 'demos'; did you mean 'demo'\?.* by its path"):
        suite_or_file("demos")
    with pytest.raises(TaskError, match=r"nowhere\.json: no such file"):
        suite_or_file("nowhere.json")
