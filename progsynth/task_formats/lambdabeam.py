"""LambdaBeam's tasks: `{"name", "inputs_dict": {"x": [...], ...}, "outputs": [...]}`, by columns.

The inputs on which its authors score a solution are in a second file: beside `X_tasks.json`
lies `X_held_out.json`, with `held_out_inputs_dict` and `held_out_outputs`. They become the
tests. Types are not given: they are inferred.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from progsynth.errors import TaskError
from progsynth.lang.values import show
from progsynth.task import Example, Suite, Task
from progsynth.task_formats.json_tasks import raise_all
from progsynth.task_formats.json_text import parse_json, read_json_text

Columns = tuple[str, str]  # the keys of the inputs and of the outputs

_TRAIN: Columns = ("inputs_dict", "outputs")
_HELD_OUT: Columns = ("held_out_inputs_dict", "held_out_outputs")


def is_lambdabeam(entry: dict[str, Any]) -> bool:
    """Is this one of LambdaBeam's tasks, or of its held-out inputs?"""
    return _TRAIN[0] in entry or _HELD_OUT[0] in entry


def held_out_path(path: Path) -> Path | None:
    """Where the held-out inputs of a file of tasks are, if they are there."""
    if not path.stem.endswith("_tasks"):
        return None
    found = path.with_name(f"{path.stem.removesuffix('_tasks')}_held_out{path.suffix}")
    return found if found.is_file() else None


def read(entries: list[tuple[str, Any]], filename: str, name: str, path: Path) -> Suite:
    """The suite of LambdaBeam's entries (place, data). Raises TaskError."""
    if all(isinstance(entry, dict) and _TRAIN[0] not in entry for _, entry in entries):
        raise TaskError(
            f"{filename}: expected LambdaBeam's tasks, found only its held-out inputs; "
            "give the file of tasks (X_tasks.json): this one is read with it"
        )
    other = held_out_path(path)
    tests = {} if other is None else _held_out(other)
    tasks, wrong = [], []
    for where, entry in entries:
        try:
            tasks.append(_task(entry, tests, where))
        except TaskError as error:
            wrong.append(str(error))
    raise_all(wrong)
    return Suite(name, tuple(tasks), "lambdabeam")


def _held_out(path: Path) -> dict[str, tuple[str, Any]]:
    data = parse_json(read_json_text(path), str(path))
    if not isinstance(data, list):
        raise TaskError(f"{path}: expected a list of held-out inputs, found {show(data)}")
    named = [(f"{path}: [{i}]", entry) for i, entry in enumerate(data)]
    return {str(e["name"]): (w, e) for w, e in named if isinstance(e, dict) and "name" in e}


def _task(entry: Any, tests: dict[str, tuple[str, Any]], where: str) -> Task:
    if not isinstance(entry, dict) or not {"name", *_TRAIN} <= set(entry):
        raise TaskError(
            f"{where}: expected one of LambdaBeam's tasks, with name, inputs_dict and outputs, "
            f"found {show(entry)}"
        )
    place = f"{where}: task '{entry['name']}'"
    params, train = _examples(entry, _TRAIN, place)
    test: list[Example] = []
    if entry["name"] in tests:
        other_place, other = tests[entry["name"]]
        names, test = _examples(other, _HELD_OUT, f"{other_place}: task '{entry['name']}'")
        if names != params:
            raise TaskError(
                f"{other_place}: expected the inputs {', '.join(params)}, found {', '.join(names)}"
            )
    try:
        return Task.from_examples(entry["name"], train, test=test, params=params)
    except TaskError as error:
        raise TaskError(f"{where}: {error}") from None


def _examples(
    entry: dict[str, Any], keys: Columns, where: str
) -> tuple[tuple[str, ...], list[Example]]:
    columns, outputs = entry.get(keys[0]), entry.get(keys[1])
    if not isinstance(columns, dict) or not isinstance(outputs, list):
        raise TaskError(
            f"{where}: expected {keys[0]} to be an object of lists and {keys[1]} a list, "
            f"found {show(columns)} and {show(outputs)}"
        )
    for name, column in columns.items():
        if not isinstance(column, list) or len(column) != len(outputs):
            raise TaskError(
                f"{where}: {keys[0]}.{name}: expected {len(outputs)} values, one for each "
                f"output, found {show(column)}"
            )
    rows = zip(*columns.values(), strict=True)
    made = [Example(tuple(row), output) for row, output in zip(rows, outputs, strict=True)]
    return tuple(columns), made
