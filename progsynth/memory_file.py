"""Long-term memory on disk: a value of type `memory[value]` in a JSON file.

A program takes its memory as an argument and hands the new one back; only the runner reads and
writes the file. It holds one object, from keys to values, written as in a file of tasks.
"""

from __future__ import annotations

import json
from pathlib import Path

from progsynth.errors import ProgsynthError, TaskError
from progsynth.files import read_text, write_text
from progsynth.lang.types import Type
from progsynth.lang.values import Value
from progsynth.plain import conform
from progsynth.task_formats.json_text import parse_json
from progsynth.task_formats.values_json import from_json, to_json


def load_memory(path: Path, type_: Type) -> Value:
    """The memory in the file; an empty one where there is no file. Raises ProgsynthError."""
    if not path.exists():
        return {}
    data = parse_json(read_text(path), str(path))
    try:
        return conform(from_json(data, type_, "memory"), type_, "memory")
    except TaskError as error:
        raise ProgsynthError(
            f"{path}: {error}; the program's memory is {type_}: give another file"
        ) from None


def save_memory(path: Path, memory: Value, type_: Type) -> None:
    """Put the memory in the file, all of it or, when something goes wrong, nothing."""
    write_text(path, json.dumps(to_json(memory, type_), indent=1, ensure_ascii=False) + "\n")
