"""NumPy's `.npz` is one task: an array for each parameter and one of answers, a row an example.

    np.savez("digits.npz", x=images, y=labels, x_test=more, y_test=others, task='{"accuracy": 0.9}')

`y` (or another of ANSWERS) is what is asked for, all other arrays are inputs, by their names.
Names that end in `_train`, `_validation` (or `_val`) and `_test` are of these examples. `task` is a
text: the JSON object of our format, without the examples. Where it has no request, an array of
numbers, truth values or texts is one of these a row, and one of more dimensions is a tensor a row.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from progsynth.errors import TaskError
from progsynth.near import near_names
from progsynth.task import Suite, Task
from progsynth.task_formats.json_tasks import SETTINGS
from progsynth.task_formats.json_text import parse_json
from progsynth.task_formats.table_text import ANSWERS

KINDS = {
    "_train": "train",
    "_validation": "validation",
    "_val": "validation",
    "_test": "test",
}
_SETTINGS = "task"  # the array that is a text
_SCALARS = {"b": "bool", "i": "int", "u": "int", "f": "float", "U": "str"}

Arrays = Mapping[str, np.ndarray]


def read(path: Path) -> Suite:
    """The suite of the one task in the file. Raises TaskError."""
    arrays = _loaded(path)
    settings = _settings(arrays.pop(_SETTINGS, None), str(path))
    kinds: dict[str, dict[str, np.ndarray]] = {"train": {}, "validation": {}, "test": {}}
    for name, array in arrays.items():
        end = next((end for end in KINDS if name.endswith(end)), "")
        kinds[KINDS.get(end, "train")][name.removesuffix(end) if end else name] = array
    if not kinds["train"]:
        raise TaskError(
            f"{path}: expected an array for each parameter, and y, found {_named(arrays)}"
        )
    answer = _answer(kinds["train"], str(path))
    names = [name for name in kinds["train"] if name != answer]
    request = settings.pop("request", None) or _request(kinds["train"], names, answer, str(path))
    pairs = {kind: _pairs(some, names, answer, str(path)) for kind, some in kinds.items()}
    settings.setdefault("params", names)
    name = settings.pop("name", path.stem)
    try:
        task = Task.from_pairs(
            name,
            pairs["train"],
            request=request,
            validation=pairs["validation"],
            test=pairs["test"],
            **settings,
        )
    except TaskError as error:
        raise TaskError(f"{path}: {error}") from None
    return Suite(path.stem, (task,), format="npz")


def _loaded(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: _array(file, name, path) for name in file.files}
    except FileNotFoundError:
        raise TaskError(f"{path}: there is no such file") from None
    except (OSError, zipfile.BadZipFile, EOFError, AttributeError, ValueError) as error:
        raise TaskError(f"{path}: expected NumPy's .npz, as np.savez writes it: {error}") from None


def _array(file: Any, name: str, path: Path) -> np.ndarray:
    try:
        found: np.ndarray = file[name]
    except ValueError:
        raise TaskError(
            f"{path}: '{name}' is an array of Python objects, which is not read: rows of different "
            "lengths have no array; save rows of one shape, or the task as JSON"
        ) from None
    if found.dtype.kind not in _SCALARS:
        raise TaskError(
            f"{path}: '{name}': expected numbers, truth values or texts, found {found.dtype}"
        )
    return found


def _settings(given: np.ndarray | None, source: str) -> dict[str, Any]:
    """The settings of the task, by the names that they have in `Task`."""
    if given is None:
        return {}
    if given.dtype.kind != "U" or given.shape:
        raise TaskError(
            f"{source}: '{_SETTINGS}': expected a text, the JSON of the task's settings, found an "
            f"array of {given.dtype} of the shape {given.shape}"
        )
    data = parse_json(str(given), f"{source}: '{_SETTINGS}'")
    if not isinstance(data, dict):
        raise TaskError(
            f"{source}: '{_SETTINGS}': expected a JSON object, found {json.dumps(data)}"
        )
    for key in data:
        if key not in SETTINGS:
            raise TaskError(
                f"{source}: '{_SETTINGS}': expected settings of a task ({', '.join(SETTINGS)}), "
                f"found '{key}'{near_names(key, list(SETTINGS))}"
            )
    return {SETTINGS[key]: value for key, value in data.items()}


def _answer(arrays: Arrays, source: str) -> str:
    for name in reversed(ANSWERS):
        if name in arrays:
            return name
    raise TaskError(
        f"{source}: expected an array of answers, named {', '.join(ANSWERS)}, found "
        f"{_named(arrays)}"
    )


def _named(arrays: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in arrays) or "none"


def _request(arrays: Arrays, names: Sequence[str], answer: str, source: str) -> str:
    """The request, by what the arrays hold."""
    types = [_type(arrays[name], name, source) for name in names]
    return f"({', '.join(types)}) -> {_type(arrays[answer], answer, source)}"


def _type(array: np.ndarray, name: str, source: str) -> str:
    kind = _SCALARS[array.dtype.kind]
    if array.ndim == 1:
        return kind
    if kind not in ("int", "float") or not array.ndim:
        raise TaskError(
            f"{source}: '{name}': expected a row for each example, found {array.dtype} of the "
            f"shape {array.shape}; write the request in '{_SETTINGS}' if it is another type"
        )
    return f"tensor[{', '.join(map(str, array.shape[1:]))}]"


def _pairs(arrays: Arrays, names: Sequence[str], answer: str, source: str) -> list[tuple[Any, Any]]:
    """The examples of one kind, in order; none where it has no arrays."""
    if not arrays:
        return []
    missing = [name for name in (*names, answer) if name not in arrays]
    more = [name for name in arrays if name not in (*names, answer)]
    if missing or more:
        raise TaskError(
            f"{source}: expected the same arrays for each kind of examples, found "
            f"{'no ' + _named(missing) if missing else _named(more)}"
            f" beside {_named(arrays)}"
        )
    lengths = {name: len(array) if array.ndim else 0 for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"'{name}' has {n}" for name, n in lengths.items())
        raise TaskError(f"{source}: expected as many rows in each array: {shown}")
    rows = zip(*(_values(arrays[name]) for name in names), strict=True)
    given = [row[0] if len(names) == 1 else row for row in rows]
    return list(zip(given, _values(arrays[answer]), strict=True))


def _values(array: np.ndarray) -> list[Any]:
    return array.tolist() if array.ndim == 1 else list(array)
