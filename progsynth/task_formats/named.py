"""Tasks by one word: the name of a suite, or the path of a file."""

from __future__ import annotations

from pathlib import Path

from progsynth import registry
from progsynth.errors import PackError, TaskError
from progsynth.near import near_names
from progsynth.task import Suite
from progsynth.task_formats import read_tasks


def suite_or_file(name: str) -> Suite:
    """The suite of that name, or the tasks of that file; a file named as a suite is `./lists`.

    Raises TaskError for what is neither.
    """
    path = Path(name)
    known = registry.suites()
    if name not in known and (path.suffix or path.exists() or len(path.parts) > 1):
        return read_tasks(path)
    try:
        found: Suite = registry.suite(name)
    except PackError:
        if name in known:
            raise
        raise TaskError(
            f"no suite '{name}'{near_names(name, known)} (a file of tasks is named by its path)"
        ) from None
    return found
