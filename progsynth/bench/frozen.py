"""A plan made definite: the tasks it names, with hashes of all that results depend on.

It is frozen before anything is scored, and written into the folder of the run. A folder holds
the records of one frozen plan: another one is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from progsynth import registry
from progsynth.bench.digests import pack_digest, suite_checksum, task_checksum
from progsynth.bench.methods import method_of
from progsynth.bench.plan import Plan
from progsynth.bench.record import Key
from progsynth.errors import ProgsynthError, TaskError, UnsupportedError
from progsynth.execute import pack
from progsynth.files import read_text, write_text
from progsynth.lang.primitive import DSL
from progsynth.near import near_names
from progsynth.task import Suite, Task
from progsynth.task_formats.named import suite_or_file

PLAN = "plan.json"
_KEYS = ("digest", "plan", "suites", "packs", "tasks")  # of what it holds


@dataclass(frozen=True, slots=True)
class Chosen:
    """A task of a plan, and the hashes of what it is made of."""

    suite: str
    origin: str  # what the suite says of itself: a format, or how it was generated
    task: Task
    suite_checksum: str
    task_checksum: str
    pack: str
    pack_digest: str


@dataclass(frozen=True, slots=True)
class Job:
    """A task, a method and a seed."""

    chosen: Chosen
    method: str
    seed: int

    @property
    def key(self) -> Key:
        """Which job it is."""
        return Key(self.chosen.suite, self.chosen.task.name, self.method, self.seed)


@dataclass(frozen=True, slots=True)
class Frozen:
    """A plan with its tasks; `digest` is the same for the same experiment only."""

    plan: Plan
    chosen: tuple[Chosen, ...]

    @property
    def jobs(self) -> tuple[Job, ...]:
        """All jobs: seed by seed, so that a run that is stopped has tried each task and method."""
        plan = self.plan
        return tuple(
            Job(chosen, method, seed)
            for seed in plan.seeds
            for chosen in self.chosen
            for method in plan.methods
        )

    @property
    def digest(self) -> str:
        """A hash of the plan, the tasks and the packs."""
        return sha256(json.dumps(self._content(), sort_keys=True).encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        """What the folder of a run says of its plan."""
        origins = {c.suite: c.origin for c in self.chosen}
        return {"digest": self.digest, **self._content(), "origins": origins}

    def _content(self) -> dict[str, Any]:
        return {
            "plan": self.plan.as_json(),
            "suites": {c.suite: c.suite_checksum for c in self.chosen},
            "packs": {c.pack: c.pack_digest for c in self.chosen},
            "tasks": {f"{c.suite}: {c.task.name}": c.task_checksum for c in self.chosen},
        }


def freeze(plan: Plan) -> Frozen:
    """The plan with its tasks, packs and methods looked up.

    Raises ProgsynthError for names that are not known, and for tasks that cannot be sent to
    another process.
    """
    for method in plan.methods:
        method_of(method)
    suites = [_as_planned(suite_or_file(name), plan) for name in plan.suites]
    names = [suite.name for suite in suites]
    for name in names:
        if names.count(name) > 1:
            raise ProgsynthError(f"two suites are named '{name}': run them into two folders")
    tasks = _chosen(plan, suites)
    packs: dict[str, str] = {}
    chosen = []
    for suite in suites:
        checksum = suite_checksum(suite)
        for task in tasks[suite.name]:
            _check_can_be_sent(task)
            name, digest = _pack_of(task, packs)
            origin = suite.format
            chosen.append(
                Chosen(suite.name, origin, task, checksum, task_checksum(task), name, digest)
            )
    return Frozen(plan, tuple(chosen))


def _as_planned(suite: Suite, plan: Plan) -> Suite:
    """The suite with the plan's pack and held-out examples in all its tasks."""
    tasks = suite.tasks
    if plan.pack:
        tasks = tuple(replace(task, pack=plan.pack) for task in tasks)
    if plan.held_out:
        tasks = tuple(task if task.test else _split(task, plan.held_out) for task in tasks)
    return suite if tasks is suite.tasks else replace(suite, tasks=tasks)


def _split(task: Task, count: int) -> Task:
    if count >= len(task.train):
        raise TaskError(
            f"task '{task.name}': {count} of its examples are to be held out, and it has "
            f"{len(task.train)}; hold out fewer, or leave the task out"
        )
    return replace(task, train=task.train[:-count], test=task.train[-count:])


def _chosen(plan: Plan, suites: list[Suite]) -> Mapping[str, tuple[Task, ...]]:
    """The tasks of each suite that the plan wants."""
    if plan.quick:
        lacking = [suite.name for suite in suites if not suite.quick]
        if lacking:
            raise ProgsynthError(
                f"{', '.join(map(repr, lacking))} has no quick subset: leave --quick out, or name "
                "its tasks"
            )
        return {suite.name: suite.subset(suite.quick).tasks for suite in suites}
    if not plan.tasks:
        return {suite.name: suite.tasks for suite in suites}
    known = [task.name for suite in suites for task in suite]
    for name in plan.tasks:
        if name not in known:
            where = ", ".join(suite.name for suite in suites)
            raise TaskError(f"no task '{name}' in {where}{near_names(name, known)}")
    wanted = set(plan.tasks)
    return {suite.name: tuple(t for t in suite if t.name in wanted) for suite in suites}


def _pack_of(task: Task, known: dict[str, str]) -> tuple[str, str]:
    """The name and the hash of the task's pack."""
    if isinstance(task.pack, DSL):
        return task.pack.name, pack_digest(task.pack)
    if task.pack not in known:
        known[task.pack] = pack_digest(registry.pack(task.pack))
    return task.pack, known[task.pack]


def _check_can_be_sent(task: Task) -> None:
    try:
        pack(task)
    except UnsupportedError as error:
        raise TaskError(f"task '{task.name}': {error}") from None


# ---------------------------------------------------------------------- the run's folder


def claim(folder: Path, frozen: Frozen) -> None:
    """Make the folder that of the plan, or see that it is.

    Raises ProgsynthError where it is that of another plan, and says what differs; and where it
    cannot be made or written.
    """
    path = folder / PLAN
    try:
        if path.exists():
            _check_same(read_manifest(folder), frozen.as_json(), folder)
            return
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except FileExistsError:
        raise ProgsynthError(f"{folder}: expected a folder for the run, found a file") from None
    except OSError as error:
        raise ProgsynthError(f"{folder}: cannot be used: {error.strerror}") from None
    if not is_empty:
        raise ProgsynthError(
            f"{folder}: is not empty and holds no run: give an empty or a new folder"
        )
    write_text(path, json.dumps(frozen.as_json(), indent=1, ensure_ascii=False) + "\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the folder's run was planned to be. Raises ProgsynthError where there is none."""
    path = folder / PLAN
    if not path.exists():
        raise ProgsynthError(
            f"{folder}: holds no run (there is no {PLAN} in it); 'progsynth bench' makes one"
        )
    try:
        data = json.loads(read_text(path))
    except ValueError as error:
        raise ProgsynthError(f"{path}: is damaged: {error}; take it from a copy") from None
    lacking = [key for key in _KEYS if not isinstance(data, dict) or key not in data]
    if lacking:
        raise ProgsynthError(f"{path}: is damaged: it has no '{lacking[0]}'; take it from a copy")
    found: dict[str, Any] = data
    return found


def _check_same(old: dict[str, Any], new: dict[str, Any], folder: Path) -> None:
    if old["digest"] == new["digest"]:
        return
    differing = [
        f"{part} {name}: {_short(was)} there, {_short(now)} here"
        for part in ("plan", "suites", "packs", "tasks")
        for name in {**old[part], **new[part]}
        if (was := old[part].get(name)) != (now := new[part].get(name))
    ]
    shown = "\n  ".join(differing[:_SHOWN])
    more = f"\n  and {len(differing) - _SHOWN} more" if len(differing) > _SHOWN else ""
    raise ProgsynthError(
        f"{folder}: holds a run of another plan:\n  {shown}{more}\n"
        "give another folder (two runs can be compared), or the same plan again"
    )


_SHOWN = 8  # differences that are listed


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
