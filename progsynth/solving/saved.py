"""Results in folders: `result.json`, and the weights of each network beside it.

    result.json           program, scores, settings, the task without its examples but one
    digit.safetensors     a network: architecture, config, weights, normaliser

The weights are written first, the record last and as a whole: a folder with a record is whole.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from progsynth import neural, registry
from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.files import read_text, write_bytes, write_text
from progsynth.lang.failure import Failure, FailureKind
from progsynth.lang.primitive import DSL
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.lang.values import Value
from progsynth.task import Task
from progsynth.task_formats.json_tasks import task_from_json, task_to_json
from progsynth.task_formats.values_json import from_json, to_json

FORMAT, VERSION = "progsynth result", 1
RECORD = "result.json"
KEPT = 5  # failed examples that are written

Row = tuple[tuple[Value, ...], Value, Value | Failure]  # given, wanted, got


@dataclass(frozen=True, slots=True)
class Saved:
    """What was in a folder; `record` is as `Result.as_json` makes it."""

    record: dict[str, Any]
    program: Program
    networks: dict[str, Any]
    task: Task
    pack: DSL
    failed: tuple[Row, ...]


def write_result(
    folder: Path,
    record: Mapping[str, Any],
    task: Task,
    pack: DSL,
    failed: Sequence[Row],
    networks: Mapping[str, Any],
) -> None:
    """Write a result that has a program. Raises ProgsynthError where it cannot be written."""
    kept = replace(
        task,
        train=task.train[:1],
        validation=(),
        test=(),
        error=None,
        metric=task.metric if isinstance(task.metric, str) else "accuracy",
        pack=pack.name,
        sketch="",
    )
    whole = {
        "format": FORMAT,
        "format_version": VERSION,
        "result": record,
        "task": task_to_json(kept),
        "failed": [_row_to_json(row, task) for row in failed[:KEPT]],
    }
    make_folder(folder)
    for name, network in networks.items():
        write_bytes(folder / f"{name}.safetensors", neural.to_bytes(network))
    write_text(folder / RECORD, json.dumps(whole, indent=1, allow_nan=False) + "\n")


def make_folder(folder: Path) -> None:
    """Make the folder, where there is none. Raises ProgsynthError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProgsynthError(f"{folder}: the folder cannot be written: {error}") from None


def require_no_weights(file: Path, networks: Collection[str]) -> None:
    """Raise ProgsynthError where weights beside that file would replace those of a saved result."""
    if file.stem in networks and (file.parent / RECORD).exists():
        raise ProgsynthError(
            f"{file}: the result saved in that folder keeps the weights of '{file.stem}' under "
            "this name: give the exported file another one"
        )


def read_result(folder: Path, dsl: DSL | None = None) -> Saved:
    """What `write_result` wrote; `dsl` is its pack, where that is no registered one.

    Raises ProgsynthError for a folder without a result, UnsupportedError for one that a newer
    progsynth wrote.
    """
    path = folder / RECORD
    try:
        whole = json.loads(read_text(path))
    except ValueError as error:
        raise ProgsynthError(f"{path}: no JSON: {error}") from None
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise ProgsynthError(f"{path}: no result that `Result.save` wrote")
    if whole["format_version"] > VERSION:
        raise UnsupportedError(
            f"{path}: written in version {whole['format_version']} by a newer progsynth; this one "
            f"reads versions up to {VERSION}: install the newer one"
        )
    record, data = whole["result"], whole["task"]
    pack = dsl or registry.pack(data.get("pack", "default"))
    data.pop("pack", None)
    task = replace(task_from_json(data, str(path)), pack=pack)
    return Saved(
        record,
        read_program(record["program"], pack, str(path)),
        {name: _network(folder / f"{name}.safetensors") for name in record["networks"]},
        task,
        pack,
        tuple(_row_from_json(row, task) for row in whole["failed"]),
    )


def _network(path: Path) -> Any:
    try:
        return neural.from_bytes(path.read_bytes())
    except OSError as error:
        raise ProgsynthError(f"{path}: the network cannot be read: {error}") from None


def _row_to_json(row: Row, task: Task) -> dict[str, Any]:
    given, wanted, got = row
    failure = got.kind.value if isinstance(got, Failure) else None
    return {
        "inputs": [to_json(v, t) for v, t in zip(given, task.types, strict=True)],
        "expected": to_json(wanted, task.result),
        **({"failure": failure} if failure else {"got": to_json(got, task.result)}),
    }


def _row_from_json(data: dict[str, Any], task: Task) -> Row:
    pairs = zip(data["inputs"], task.types, strict=True)
    given = tuple(from_json(v, t, RECORD) for v, t in pairs)
    wanted = from_json(data["expected"], task.result, RECORD)
    if "failure" in data:
        return given, wanted, Failure(FailureKind(data["failure"]))
    return given, wanted, from_json(data["got"], task.result, RECORD)
