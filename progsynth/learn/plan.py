"""Which run it is, and which tasks a round is about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256

import progsynth
from progsynth.errors import ProgsynthError
from progsynth.lang.values import identity_key, size_of
from progsynth.learn.settings import Settings
from progsynth.request import request_text
from progsynth.task import Suite, Task


def run_of(suite: Suite, settings: Settings) -> str:
    """The name of the run: a digest of what decides its result.

    The number of rounds is not in it, so that more of them go on with the same run.
    """
    content = [progsynth.__version__, asdict(settings), [_digest(task) for task in suite]]
    digest = sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return f"{suite.name} {digest[:16]}"


def _digest(task: Task) -> str:
    examples = [
        repr(identity_key((example.inputs, example.output)))
        for example in (*task.train, *task.validation)
    ]
    settings = [task.withheld, task.constants, task.tolerance, task.fuel, task.cells, task.sketch]
    content = [task.name, request_text(task.request), examples, settings, task.accuracy]
    return sha256(json.dumps(content).encode()).hexdigest()


def check_packs(suite: Suite) -> None:
    """Raise ProgsynthError where there are no tasks, or tasks of several packs."""
    packs = {task.pack if isinstance(task.pack, str) else task.pack.name for task in suite}
    if len(packs) != 1:
        has = f"tasks of the packs {', '.join(sorted(packs))}" if packs else "no tasks"
        raise ProgsynthError(
            f"the suite '{suite.name}' has {has}: a library is learnt in one pack; choose tasks of "
            "one, or give all of them the same"
        )


def in_order(suite: Suite, settings: Settings) -> tuple[Task, ...]:
    """The tasks in the order of the curriculum."""
    if settings.curriculum == "given":
        return suite.tasks
    return tuple(sorted(suite.tasks, key=_size))


def _size(task: Task) -> float:
    """The mean size of its examples, in cells."""
    sizes = [size_of(e.output) + sum(map(size_of, e.inputs)) for e in task.train]
    return sum(sizes) / len(sizes)


def begun(tasks: Sequence[Task], settings: Settings, number: int) -> tuple[Task, ...]:
    """The tasks that round `number` (from 1) and those before it are about."""
    if settings.batch is None:
        return tuple(tasks)
    return tuple(tasks[: number * settings.batch])
