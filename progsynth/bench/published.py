"""What others have published on the tasks of a suite, to stand beside what was run.

A suite's `suite.toml`, a `published.toml` beside it or one in the folder of a run may have any
number of:

    [[published]]
    name = "lexicase 2015"
    source = "authors, title, year, table 4"
    budget = "100 runs of 30M executions"
    runs = 100
    solved = { "number-io" = 98, "small-or-large" = 5 }   # successful runs, by task

`total` and `of` stand in place of `solved` where only the number of tasks is published.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from importlib import resources
from pathlib import Path

import msgspec

from progsynth.errors import ProgsynthError
from progsynth.files import read_text
from progsynth.near import near_names

FILE = "published.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Figures of another system: successful runs of `runs` by task, or tasks solved in all."""

    name: str
    source: str
    budget: str = ""
    runs: int = 0
    solved: Mapping[str, int] = field(default_factory=dict)
    total: float | None = None
    of: int | None = None

    def text(self, task: str) -> str:
        """What is known of the task: `98/100`, or nothing."""
        return f"{self.solved[task]}/{self.runs}" if task in self.solved else ""

    @property
    def summary(self) -> str:
        """One line on it."""
        told = [f"{self.name}:"]
        if self.total is not None:
            told.append(f"{self.total:g} of {self.of} tasks;" if self.of else f"{self.total:g};")
        elif self.solved:
            ever = sum(count > 0 for count in self.solved.values())
            told.append(f"{ever} of {len(self.solved)} tasks in one run or more of {self.runs};")
        told += [f"{self.budget};"] if self.budget else []
        return " ".join((*told, self.source))


def published_for(suite: str, tasks: Sequence[str], folders: Sequence[Path]) -> list[Published]:
    """What is published on the suite: by its own files, and by those in the folders.

    Figures of tasks that were not run are left out.
    Raises ProgsynthError, with the file, for what cannot be read.
    """
    found = []
    for where, text in _texts(suite, folders):
        found += [_of_tasks(one, tasks) for one in _read(text, where)]
    return found


def _of_tasks(one: Published, tasks: Sequence[str]) -> Published:
    return replace(one, solved={task: n for task, n in one.solved.items() if task in tasks})


def _texts(suite: str, folders: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """The files that may say something, those that exist: their names and texts."""
    package = resources.files("progsynth.tasks").joinpath(suite)
    for name in ("suite.toml", FILE):
        file = package.joinpath(name)
        if file.is_file():
            yield f"{suite}/{name}", file.read_text(encoding="utf-8")
    for folder in folders:
        if (folder / FILE).is_file():
            yield str(folder / FILE), read_text(folder / FILE)


def _read(text: str, where: str) -> list[Published]:
    try:
        entries = tomllib.loads(text).get("published", [])
        known = [one.name for one in fields(Published)]
        for number, entry in enumerate(entries, 1):
            for key in entry:
                if key not in known:
                    raise ProgsynthError(
                        f"{where}: published {number}: no key '{key}'{near_names(key, known)}"
                    )
        found = msgspec.convert(entries, list[Published])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, AttributeError) as error:
        raise ProgsynthError(f"{where}: its published figures cannot be read: {error}") from None
    for one in found:
        _check(one, where)
    return found


def _check(one: Published, where: str) -> None:
    wrong = {task: n for task, n in one.solved.items() if not 0 <= n <= one.runs}
    if wrong:
        task, count = next(iter(wrong.items()))
        raise ProgsynthError(
            f"{where}: '{one.name}': {task} = {count}: expected at most runs = {one.runs}"
        )
