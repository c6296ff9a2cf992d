"""Our own files of tasks: JSON (one task, a list of them, or {"tasks": [...]}) and JSON lines.

The format is described, with examples, in docs/tasks.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, fields
from typing import Any

from progsynth.errors import TaskError, UnsupportedError
from progsynth.lang.types import Type
from progsynth.lang.values import show
from progsynth.near import near_names
from progsynth.request import parse_request, request_text
from progsynth.task import Example, Suite, Task
from progsynth.task_formats.values_json import from_json, to_json

# The keys of a task: what they are called in `Task`, in the order in which they are written.
_FIELDS = {
    "name": "name",
    "description": "description",
    "request": "request",
    "params": "params",
    "examples": "train",
    "validation": "validation",
    "test": "test",
    "withheld": "withheld",
    "constants": "constants",
    "tolerance": "tolerance",
    "accuracy": "accuracy",
    "neural": "neural",
    "metric": "metric",
    "loss": "loss",
    "pack": "pack",
    "fuel": "fuel",
    "cells": "cells",
    "sketch": "sketch",
}
_EXAMPLES = ("examples", "validation", "test")
SETTINGS = {key: field for key, field in _FIELDS.items() if key not in _EXAMPLES}
_SUITE_KEYS = ("tasks", "name", "description")


def suite_from_json(data: Any, filename: str, name: str) -> Suite:
    """The suite that the data of a whole file describes. Raises TaskError."""
    path = ""
    if isinstance(data, dict) and "tasks" in data:
        _check_keys(data, _SUITE_KEYS, filename, "a file of tasks")
        name, data, path = str(data.get("name", name)), data["tasks"], "tasks"
        if not isinstance(data, list):
            raise TaskError(f"{filename}: tasks: expected a list of tasks, found {show(data)}")
    if isinstance(data, list):
        entries = [(f"{filename}: {path}[{i}]", entry) for i, entry in enumerate(data)]
    else:
        entries = [(filename, data)]
    return suite_of(entries, filename, name)


def suite_of(entries: list[tuple[str, Any]], filename: str, name: str) -> Suite:
    """The suite of entries (place, data). Raises TaskError with what is wrong in all of them."""
    if not entries:
        raise TaskError(f"{filename}: expected one task or more, found none")
    tasks, wrong = [], []
    for where, data in entries:
        try:
            tasks.append(task_from_json(data, where))
        except TaskError as error:
            wrong.append(str(error))
    raise_all(wrong)
    try:
        return Suite(name, tuple(tasks))
    except TaskError as error:
        raise TaskError(f"{filename}: {error}") from None


_SHOWN = 5  # errors of one file that a message shows


def raise_all(wrong: list[str]) -> None:
    """Raise TaskError with these messages, if any, the first few in full."""
    if wrong:
        more = len(wrong) - _SHOWN
        raise TaskError(
            "\n".join(wrong[:_SHOWN] + ([f"... and {more} more wrong tasks"] if more > 0 else []))
        )


def task_from_json(data: Any, where: str) -> Task:
    """The task that the data describes; `where` is its place, for messages. Raises TaskError."""
    if not isinstance(data, dict):
        raise TaskError(
            f'{where}: expected a task: {{"name": ..., "examples": [...]}}, found {show(data)}'
        )
    _check_keys(data, tuple(_FIELDS), where, "a task")
    for key in ("name", "examples"):
        if key not in data:
            raise TaskError(
                f"{where}: expected the key '{key}', found only {', '.join(map(repr, data))}"
            )
    name = data["name"]
    if not isinstance(name, str) or not name.strip():
        raise TaskError(f"{where}: name: expected a text that is not empty, found {show(name)}")
    where = f"{where}: task '{name}'"
    try:
        request = None if data.get("request") is None else parse_request(data["request"])
    except TaskError as error:
        raise TaskError(f"{where}: {error}") from None
    options = {
        field: _option(key, data[key], where)
        for key, field in _FIELDS.items()
        if key in data and key not in ("name", "request", *_EXAMPLES)
    }
    train, validation, test = (
        _examples(data.get(key, []), request, f"{where}: {key}") for key in _EXAMPLES
    )
    try:
        return Task.from_examples(
            name, train, request=request, validation=validation, test=test, **options
        )
    except TaskError as error:
        place = where.removesuffix(f"task '{name}'")
        raise TaskError(f"{place}{error}") from None


def _option(key: str, data: Any, where: str) -> Any:
    if key == "constants" and isinstance(data, list):
        return [from_json(item, None, f"{where}: constants[{i}]") for i, item in enumerate(data)]
    return data


def _examples(data: Any, request: Type | None, where: str) -> list[Example]:
    if not isinstance(data, list):
        raise TaskError(f"{where}: expected a list of examples, found {show(data)}")
    return [_example(entry, request, f"{where}[{i}]") for i, entry in enumerate(data)]


def _example(data: Any, request: Type | None, where: str) -> Example:
    form = '{"inputs": [...], "output": ...}'
    if not isinstance(data, dict):
        raise TaskError(f"{where}: expected an example {form}, found {show(data)}")
    _check_keys(data, ("inputs", "output"), where, "an example")
    for key in ("inputs", "output"):
        if key not in data:
            raise TaskError(f"{where}: expected an example {form}, found no '{key}'")
    inputs = data["inputs"]
    if not isinstance(inputs, list):
        raise TaskError(
            f"{where}.inputs: expected a list with one item for each parameter, "
            f"found {show(inputs)}; write [{json.dumps(inputs)}]"
        )
    types: list[Type | None] = [None] * len(inputs)
    result = None
    if request is not None:
        *params, result = request.types
        if len(params) != len(inputs):
            raise TaskError(
                f"{where}.inputs: expected {len(params)} input(s) for the request "
                f"{request_text(request)}, found {len(inputs)}; the list has one item for each "
                "parameter"
            )
        types = list(params)
    values = tuple(
        from_json(item, type_, f"{where}.inputs[{i}]")
        for i, (item, type_) in enumerate(zip(inputs, types, strict=True))
    )
    return Example(values, from_json(data["output"], result, f"{where}.output"))


_MEANT = {"train": "examples", "input": "inputs", "outputs": "output", "type": "request"}


def _check_keys(data: dict[str, Any], known: tuple[str, ...], where: str, what: str) -> None:
    for key in data:
        if key not in known:
            meant = _MEANT.get(key)
            hint = f"; did you mean '{meant}'?" if meant in known else near_names(key, known)
            raise TaskError(f"{where}: expected the keys of {what}, found '{key}'{hint}")


def task_to_json(task: Task) -> dict[str, Any]:
    """The task as data for `json.dumps`, without what is left at its default.

    Raises UnsupportedError for what has no written form: a measure of error, an unnamed pack, a
    metric of one's own.
    """
    objects = {
        "error": task.error is not None,
        "pack": not isinstance(task.pack, str),
        "metric": not isinstance(task.metric, str),
    }
    if any(objects.values()):
        field = next(name for name, is_object in objects.items() if is_object)
        raise UnsupportedError(
            f"task '{task.name}': its {field} is a Python object, which a file cannot hold; "
            "set it in Python after reading the task: dataclasses.replace(task, ...)"
        )
    defaults = {f.name: f.default for f in fields(Task) if f.default is not MISSING}
    made: dict[str, Any] = {}
    for key, field in _FIELDS.items():
        value = getattr(task, field)
        if field in defaults and value == defaults[field]:
            continue
        if key in _EXAMPLES:
            made[key] = [_example_to_json(example, task) for example in value]
        elif key == "constants":
            made[key] = [to_json(item) for item in value]
        else:
            made[key] = request_text(value) if key == "request" else value
    return made


def _example_to_json(example: Example, task: Task) -> dict[str, Any]:
    pairs = zip(example.inputs, task.types, strict=True)
    return {
        "inputs": [to_json(value, type_) for value, type_ in pairs],
        "output": to_json(example.output, task.result),
    }


def tasks_to_text(tasks: Iterable[Task]) -> str:
    """A file of these tasks, an example a line: an object for one task, a list for several."""
    made = [_layout(task_to_json(task)) for task in tasks]
    return (made[0] if len(made) == 1 else "[" + ",\n".join(made) + "]") + "\n"


def _layout(data: dict[str, Any]) -> str:
    lines = []
    for key, value in data.items():
        if key in _EXAMPLES:
            items = ",\n".join(f"  {_dumps(item)}" for item in value)
            lines.append(f" {_dumps(key)}: [\n{items}]")
        else:
            lines.append(f" {_dumps(key)}: {_dumps(value)}")
    return "{" + ",\n".join(lines)[1:] + "}"


def _dumps(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False)


def task_to_line(task: Task) -> str:
    """The task as one line of a .jsonl file."""
    return _dumps(task_to_json(task))
