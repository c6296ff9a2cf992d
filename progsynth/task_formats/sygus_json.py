"""The strings track of SyGuS as JSON: `{"name", "trainExamples": [{"inputs", "output"}], ...}`.

Where all of `testExamples` are training rows as well, they judge nothing: then a third of the
rows, drawn by a seed, is held out as tests (`hold_out`). A task of two rows keeps both and has
no test: one row says next to nothing of what is asked.
"""

from __future__ import annotations

from typing import Any

from progsynth.errors import TaskError
from progsynth.lang.values import identity_key, show
from progsynth.task import Example, Suite, Task
from progsynth.task_formats.hold_out import hold_out
from progsynth.task_formats.json_tasks import raise_all

_TRAIN, _TEST = "trainExamples", "testExamples"


def is_sygus_json(entry: dict[str, Any]) -> bool:
    """Is this one of these tasks?"""
    return _TRAIN in entry


def read(entries: list[tuple[str, Any]], name: str, *, seed: int = 0) -> Suite:
    """The suite of the entries (place, data); `seed` draws the tests. Raises TaskError."""
    tasks, wrong = [], []
    for where, entry in entries:
        try:
            tasks.append(_task(entry, where, seed))
        except TaskError as error:
            wrong.append(str(error))
    raise_all(wrong)
    return Suite(name, tuple(tasks), "sygus_json")


def _task(entry: Any, where: str, seed: int) -> Task:
    if not isinstance(entry, dict) or not {"name", _TRAIN} <= set(entry):
        raise TaskError(f"{where}: expected a task with name and {_TRAIN}, found {show(entry)}")
    if entry.get("tables"):
        raise TaskError(f"{where}: tables: expected none, found {show(entry['tables'])}")
    place = f"{where}: task '{entry['name']}'"
    train = _rows(entry[_TRAIN], f"{place}: {_TRAIN}")
    seen = {identity_key(row.inputs) for row in train}
    test = [
        row
        for row in _rows(entry.get(_TEST, []), f"{place}: {_TEST}")
        if identity_key(row.inputs) not in seen
    ]
    try:
        task = Task.from_examples(
            entry["name"], train, test=test, description=entry.get("description", "")
        )
    except TaskError as error:
        raise TaskError(f"{where}: {error}") from None
    return task if test else hold_out(task, seed=seed)


def _rows(data: Any, where: str) -> list[Example]:
    if not isinstance(data, list):
        raise TaskError(f"{where}: expected a list of rows, found {show(data)}")
    rows = []
    for number, row in enumerate(data):
        if (
            not isinstance(row, dict)
            or not isinstance(row.get("inputs"), list)
            or "output" not in row
        ):
            raise TaskError(
                f'{where}[{number}]: expected {{"inputs": [...], "output": ...}}, found {show(row)}'
            )
        rows.append(Example(tuple(row["inputs"]), row["output"]))
    return rows
