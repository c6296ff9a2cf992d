"""Methods that misbehave, in a module that worker processes can import, and small tasks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from progsynth.bench import frozen
from progsynth.bench.record import Machine, Record, Score

MISBEHAVING = '''
import gc
import os
import signal
import time

from progsynth.search.bottom_up import bottom_up
from progsynth.task import Example, Task

SECRET = 424242


def killed(problem, seed):
    os.kill(os.getpid(), signal.SIGKILL)


def hanging(problem, seed):
    while True:
        time.sleep(0.1)


def broken(problem, seed):
    raise RuntimeError("no such luck")


def leaving(problem, seed):
    raise SystemExit(3)


def greedy(problem, seed):
    raise MemoryError


def seen():
    """The examples with the secret output, and the tasks with test examples, of this process."""
    # isinstance() would wake modules that load when they are looked at
    things = gc.get_objects()
    return [
        thing
        for thing in things
        if (type(thing) is Task and thing.test)
        or (type(thing) is Example and thing.output == SECRET)
    ]


def note(what):
    with open(os.environ["MISBEHAVING_LOG"], "a") as log:
        log.write(what + " " + str(os.getpid()) + chr(10))


def logging(expected, found):
    """How wrong an output is; says who asks about the test example that `double` gets wrong."""
    if expected == 1:
        note("judged")
    return abs(expected - found)


def looking(problem, seed):
    note("searched")
    if seen():
        raise RuntimeError("test examples in the searching process")
    return bottom_up(problem, seed)
'''

DOUBLE = {
    "name": "double",
    "request": "int -> int",
    "examples": [{"inputs": [2], "output": 4}, {"inputs": [5], "output": 10}],
    "validation": [{"inputs": [7], "output": 14}],
    "test": [{"inputs": [212121], "output": 424242}, {"inputs": [0], "output": 0}],
}


@pytest.fixture
def misbehaving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module with methods that do not do what they should."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "misbehaving_methods.py").write_text(MISBEHAVING)
    monkeypatch.syspath_prepend(folder)
    return "misbehaving_methods"


@pytest.fixture
def quick_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the name of a pack for its digest: hashing the default pack takes a while."""
    monkeypatch.setattr(frozen, "pack_digest", lambda dsl: dsl.name)


@pytest.fixture
def task_file(tmp_path: Path) -> Callable[..., str]:
    """What writes tasks (as JSON objects, `double` by default) to a file of a name."""

    def write(*tasks: dict[str, Any], name: str = "small") -> str:
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(tasks or [DOUBLE]))
        return str(path)

    return write


@pytest.fixture
def record() -> Callable[..., Record]:
    """What makes a record: of success, unless it is told otherwise."""

    def make(task: str = "a", method: str = "bottom_up", seed: int = 0, **changed: Any) -> Record:
        return Record(**{**PLAIN, "task": task, "method": method, "seed": seed, **changed})

    return make


PLAIN: dict[str, Any] = {
    "plan": "p",
    "suite": "small",
    "solved": True,
    "right": True,
    "test": Score(2, 2),
    "stop_reason": "solved",
    "error": "",
    "program": "def f(x: int) -> int:\n    return x + x\n",
    "size": 3,
    "cost": 3,
    "single_call": True,
    "seconds": 1.5,
    "executions": 120,
    "programs": 60,
    "gradient_steps": 0,
    "notes": (),
    "seconds_given": 10.0,
    "executions_given": None,
    "gradient_steps_given": None,
    "workers": 1,
    "cores": 1,
    "pack": "default",
    "pack_digest": "d1",
    "suite_checksum": "c1",
    "task_checksum": "t1",
    "version": "0",
    "source": "s1",
    "machine": Machine("here", 2),
    "python": "3.11",
    "command": "progsynth bench",
    "started": "2026-01-01T00:00:00+00:00",
}
