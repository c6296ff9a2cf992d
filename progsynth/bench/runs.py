"""Runs read from their folders: what was planned, and the records there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from progsynth.bench.frozen import read_manifest
from progsynth.bench.record import RECORDS, Key, Record, read_records
from progsynth.bench.scores import in_order
from progsynth.errors import ProgsynthError
from progsynth.near import near_names


@dataclass(frozen=True, slots=True)
class Run:
    """A run: its folder, its plan as JSON, its records, and what a reader should know of it."""

    folder: Path
    manifest: dict[str, Any]
    records: tuple[Record, ...]
    warnings: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the run is called: the last part of its folder's path."""
        return self.folder.resolve().name

    @property
    def num_jobs(self) -> int:
        """How many jobs were planned."""
        plan = self.manifest["plan"]
        return len(self.manifest["tasks"]) * len(plan["methods"]) * len(plan["seeds"])


def read_run(folder: Path) -> Run:
    """The run in a folder, be it over or not.

    Raises ProgsynthError where there is none, no record in it, or one that cannot be read.
    """
    manifest = read_manifest(folder)
    path = folder / RECORDS
    records, torn = read_records(path) if path.exists() else ((), b"")
    if not records:
        raise ProgsynthError(f"{folder}: its run has no records yet; start it again, or wait")
    foreign = [r for r in records if r.plan != manifest["digest"]]
    if foreign:
        raise ProgsynthError(
            f"{path}: has {len(foreign)} record(s) of another plan, of '{foreign[0].task}' first: "
            "records of two plans are not mixed; take these lines out"
        )
    run = Run(folder, manifest, in_order(records, _keys(manifest)), ())
    return replace(run, warnings=tuple(_warnings(run, torn)))


def _keys(manifest: dict[str, Any]) -> Iterator[Key]:
    """The jobs that were planned, in their order."""
    plan = manifest["plan"]
    for seed in plan["seeds"]:
        for name in manifest["tasks"]:
            suite, _, task = name.partition(": ")
            yield from (Key(suite, task, method, seed) for method in plan["methods"])


def _warnings(run: Run, torn: bytes) -> Iterator[str]:
    left = run.num_jobs - len(run.records)
    if left:
        yield f"{run.folder}: {left} of {run.num_jobs} jobs have no record yet"
    if torn:
        yield f"{run.folder}: its last line is torn and left out"
    for what, found in (
        ("versions of the sources", {r.source for r in run.records}),
        ("machines", {r.machine for r in run.records}),
        ("versions of Python", {r.python for r in run.records}),
    ):
        if len(found) > 1:
            yield f"{run.folder}: its records are from {len(found)} {what}"
    late = sum(r.right and r.late for r in run.records)
    if late:
        yield f"{run.folder}: {late} program(s) came after the budget of seconds and do not count"
    lost = sum(r.stop_reason == "solved" and not r.solved for r in run.records)
    if lost:
        yield f"{run.folder}: {lost} program(s) were not confirmed; their records say why"


def with_methods(runs: Sequence[Run], methods: Sequence[str]) -> list[Run]:
    """The runs with the records of these methods alone; runs that have none are left out.

    Raises ProgsynthError for a method that no run has.
    """
    known = list(dict.fromkeys(r.method for run in runs for r in run.records))
    for method in methods:
        if method not in known:
            raise ProgsynthError(f"no method '{method}' in these runs{near_names(method, known)}")
    chosen = [
        replace(run, records=tuple(r for r in run.records if r.method in methods)) for run in runs
    ]
    return [run for run in chosen if run.records]
