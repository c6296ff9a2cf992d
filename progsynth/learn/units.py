"""The units of work of a run: attempts at tasks, each done once, whoever does it.

A unit's result goes into the library's journal as soon as it is known, so that a run that is
killed loses the units that were being worked on, and no others. Several processes may work on one
run: each takes the units in an order of its own and passes over those that are done; where two do
the same one, both get the same.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from progsynth.errors import ProgsynthError
from progsynth.execute.job import Job, Lost
from progsynth.execute.processes import Processes
from progsynth.execute.serial import Serial
from progsynth.learn.attempt import Attempt, Seen, attempt
from progsynth.library import journal
from progsynth.library.store import Library
from progsynth.task import Task


@dataclass(frozen=True, slots=True)
class Unit:
    """An attempt to be made: `step` is its name in the journal, `options` are `attempt`'s."""

    step: str
    task: Task
    seen: Seen
    options: Mapping[str, Any] = field(default_factory=dict)


Told = Callable[[str, Attempt], None]  # hears of each attempt, by the name of its step


class Bench:
    """Where the units of a run are done: in `workers` processes, or in this one."""

    def __init__(
        self,
        library: Library,
        run: str,
        *,
        workers: int = 1,
        told: Told | None = None,
    ):
        self.library, self.run = library, run
        self._executor = Serial() if workers == 1 else Processes(workers)
        self._told = told
        self._order = random.Random(os.getpid())  # of what is done first, and of nothing else
        self.steps: dict[str, Any] = {}

    def close(self) -> None:
        """Stop what is being worked on."""
        self._executor.close()

    def look(self) -> Mapping[str, Any]:
        """The steps of the run that are known now."""
        self.steps = journal.steps(self.library, self.run)
        return self.steps

    def done(self, units: Sequence[Unit]) -> list[Attempt]:
        """How the units went, in their order. Raises ProgsynthError where one ends in an error."""
        known = self.look()
        todo = [unit for unit in units if unit.step not in known]
        self._order.shuffle(todo)
        jobs = [Job(_do, (self.library.path, self.run, unit)) for unit in todo]
        for unit, ended in zip(todo, self._executor.map(jobs), strict=True):
            if isinstance(ended, Lost):
                raise ProgsynthError(
                    f"the attempt '{unit.step}' ended without a result: {ended.message}; the same "
                    f"command goes on with it\n{ended.details}".rstrip()
                )
            if self._told is not None:
                self._told(unit.step, Attempt.from_json(ended.value))
        if todo:
            self.look()
        return [Attempt.from_json(self.steps[unit.step]) for unit in units]


def _do(path: Any, run: str, unit: Unit) -> dict[str, Any]:
    """Do the unit, unless another process has."""
    library = Library(path, create=False)
    found = journal.steps(library, run, unit.step).get(unit.step)
    if found is None:
        found = attempt(unit.task, unit.seen, **unit.options).as_json()
        journal.write(library, run, unit.step, found)
    result: dict[str, Any] = found
    return result
