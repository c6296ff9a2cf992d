"""The published edge cases, read from the folder of benchmark data where that is there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from progsynth.errors import TaskError
from progsynth.lang.values import show


def edge_folder(suite: str) -> Path | None:
    """The folder of the suite's published edge cases; None where it is not there."""
    data = os.environ.get("PROGSYNTH_DATA")
    folder = Path(data) / f"{suite}_edge" if data else None
    return folder if folder is not None and folder.is_dir() else None


def published_edges(suite: str, problem: str) -> tuple[tuple[Any, ...], ...] | None:
    """The inputs of the published edge cases; None where their folder is not there.

    They lie in `$PROGSYNTH_DATA/<suite>_edge/<problem>-edge.json`, one object a line.
    Raises TaskError when the folder lacks the file or the file cannot be read.
    """
    cases = published_cases(suite, problem)
    return None if cases is None else tuple(inputs for inputs, _ in cases)


def published_cases(
    suite: str, problem: str
) -> tuple[tuple[tuple[Any, ...], tuple[Any, ...]], ...] | None:
    """The published edge cases, the inputs and the outputs of each; see `published_edges`."""
    folder = edge_folder(suite)
    if folder is None:
        return None
    path = folder / f"{problem}-edge.json"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TaskError(
            f"the published edge cases of '{problem}' cannot be read: {error}; "
            "complete the folder, or unset PROGSYNTH_DATA to go without it"
        ) from error
    return tuple(
        _case(line, f"{path}, line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip()
    )


def _case(line: str, where: str) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    try:
        found = json.loads(line)
        inputs, outputs = (
            tuple(value for key, value in found.items() if key.startswith(kind))
            for kind in ("input", "output")
        )
    except (ValueError, AttributeError):
        inputs = outputs = ()
    if not inputs or not outputs:
        raise TaskError(
            f"{where}: expected an object with input1, ... and output1, ..., found {show(line)}; "
            "repair the file, or unset PROGSYNTH_DATA to go without it"
        )
    return inputs, outputs
