"""Files of tasks: ours, and those of other systems. `read_tasks` finds out which it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from progsynth.errors import TaskError
from progsynth.files import read_text, write_text
from progsynth.near import near_names
from progsynth.task import Suite, Task
from progsynth.task_formats import (
    dreamcoder,
    json_tasks,
    lambdabeam,
    npz,
    sygus,
    sygus_json,
    table_text,
)
from progsynth.task_formats.hold_out import hold_out
from progsynth.task_formats.json_text import parse_json, read_json_text

__all__ = ["FORMATS", "hold_out", "read_tasks", "tasks_to_text", "write_tasks"]

tasks_to_text = json_tasks.tasks_to_text

# The formats' names, and what they are.
FORMATS = {
    "json": "progsynth's tasks",
    "jsonl": "progsynth's tasks, one a line",
    "dreamcoder": "DreamCoder's tasks",
    "lambdabeam": "LambdaBeam's tasks",
    "sygus": "SyGuS-IF, a function by its examples",
    "sygus_json": "the strings track of SyGuS as JSON",
    "csv": "a table, its last column the answer",
    "tsv": "a table parted by tabs, its last column the answer",
    "npz": "NumPy's arrays, a row an example",
}

_LINES = (".jsonl", ".ndjson")


def read_tasks(path: str | Path, *, format: str | None = None) -> Suite:
    """The tasks of a file; a folder stands for the `tasks.json` in it.

    The format is told by the file's name (.sl, .jsonl, .csv, .tsv, .npz) and content unless it is
    given; `Suite.format` names it.
    Raises TaskError with the place of everything that is wrong.
    """
    if format is not None and format not in FORMATS:
        raise TaskError(f"no format '{format}'{near_names(format, list(FORMATS))}")
    path = Path(path)
    if (path / "tasks.json").is_file():
        path = path / "tasks.json"
    if format == "sygus" or (format is None and sygus.is_sygus(path)):
        return sygus.read(read_text(path, TaskError), str(path), path.stem)
    if format == "npz" or (format is None and path.suffix.lower() == ".npz"):
        return npz.read(path)
    table = format or path.suffix.lower().removeprefix(".")
    if table in table_text.DELIMITERS:
        text = read_text(path, TaskError)
        suite = table_text.read(text, str(path), path.stem, table_text.DELIMITERS[table])
        return replace(suite, format=table)
    text = read_json_text(path)
    name = path.parent.resolve().name if path.name == "tasks.json" else path.stem
    if format == "jsonl" or (format is None and path.suffix in _LINES):
        return _read_lines(text, path, name)
    data = parse_json(text, str(path))
    format = format or _sniff(data)
    if format == "json":
        suite = json_tasks.suite_from_json(data, str(path), name)
        return replace(suite, format="json")
    if not isinstance(data, list):
        data = [data]
    entries = [(f"{path}: [{i}]", entry) for i, entry in enumerate(data)]
    if not entries:
        raise TaskError(f"{path}: expected one task or more, found none")
    if format == "dreamcoder":
        return dreamcoder.read(entries, str(path), name)
    if format == "sygus_json":
        return sygus_json.read(entries, name)
    return lambdabeam.read(entries, str(path), name, path)


def _read_lines(text: str, path: Path, name: str) -> Suite:
    entries = [
        (f"{path}:{number}", parse_json(line, str(path), first_line=number))
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    ]
    return replace(json_tasks.suite_of(entries, str(path), name), format="jsonl")


_SNIFFERS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "dreamcoder": dreamcoder.is_dreamcoder,
    "lambdabeam": lambdabeam.is_lambdabeam,
    "sygus_json": sygus_json.is_sygus_json,
}


def _sniff(data: Any) -> str:
    first = data[0] if isinstance(data, list) and data else data
    if isinstance(first, dict):
        for name, is_one in _SNIFFERS.items():
            if is_one(first):
                return name
    return "json"


def write_tasks(path: str | Path, tasks: list[Task] | tuple[Task, ...]) -> None:
    """Write the tasks to a file that `read_tasks` reads: JSON lines where it is named .jsonl."""
    path = Path(path)
    if path.suffix in _LINES:
        lines = [json_tasks.task_to_line(task) for task in tasks]
        write_text(path, "\n".join(lines) + "\n")
    else:
        write_text(path, tasks_to_text(tasks))
