"""Runs a frozen plan: each job in a process of its own, each finished job a record on the disk.

A worker that dies or hangs costs one record that says so. Whatever ends the run, what was
finished is kept; the same plan in the same folder goes on with the jobs that have no record.
"""

from __future__ import annotations

import os
import platform
import shlex
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import progsynth
from progsynth import execute
from progsynth.bench.attempt import PACK_CHANGED, Asked, Attempt, attempt
from progsynth.bench.frozen import Frozen, Job, claim
from progsynth.bench.held_out import Judged, judge
from progsynth.bench.record import RECORDS, Key, Machine, Record, journal
from progsynth.bench.set_up import compile_for, lacking
from progsynth.errors import ProgsynthError
from progsynth.execute import Ended, Lost, Processes, Trouble

_JUDGING = 900.0  # seconds that a program may take on all examples of its task


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that is about to begin or to go on: the jobs left, and the records there are."""

    jobs: tuple[Job, ...]
    known: tuple[Record, ...]


def run(
    frozen: Frozen,
    folder: Path,
    *,
    command: str = "",
    on_begin: Callable[[Begun], None] | None = None,
    on_compiling: Callable[[], None] | None = None,
    on_start: Callable[[Job], None] | None = None,
) -> Generator[Record, None, None]:
    """Run the jobs that the folder lacks, and give each one's record when it is on the disk.

    Closing the iterator, or an exception in whoever uses it, ends the jobs in flight: they have
    no record then. `command` is what the records say of how they were made. What the methods run
    compiled is compiled before anything is timed; `on_compiling` is called if it has to be.

    Raises ProgsynthError where the folder holds another plan, is in use, or cannot be written,
    and where a pack was changed meanwhile.
    """
    claim(folder, frozen)
    with journal(folder / RECORDS) as (lines, known):
        _check_known(known, frozen, folder)
        done = {record.key for record in known}
        jobs = tuple(job for job in frozen.jobs if job.key not in done)
        if on_begin is not None:
            on_begin(Begun(jobs, known))
        if not jobs:
            return
        methods = lacking(frozen.plan.methods)
        if methods:
            if on_compiling is not None:
                on_compiling()
            compile_for(methods)
        stated = _Stated(frozen, command or _command())
        with _Flights(stated) as flights:
            for record in flights.go(jobs, on_start):
                lines.append(record)
                yield record


def _check_known(known: Sequence[Record], frozen: Frozen, folder: Path) -> None:
    seen: set[Key] = set()
    for number, record in enumerate(known, 1):
        if record.plan != frozen.digest:
            raise ProgsynthError(
                f"{folder / RECORDS}:{number}: is a record of another plan ({record.plan}, this "
                f"one is {frozen.digest}): records of two plans are not mixed; take the line out"
            )
        if record.key in seen:
            raise ProgsynthError(
                f"{folder / RECORDS}:{number}: is a second record of the same job: take the line "
                "out"
            )
        seen.add(record.key)


def _command() -> str:
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])


# --------------------------------------------------------------------------------- records


@dataclass(frozen=True, slots=True)
class _Stated:
    """What all records of a run have in common."""

    frozen: Frozen
    command: str

    def record(self, job: Job, found: Attempt, judged: Judged | None, started: str) -> Record:
        plan, chosen = self.frozen.plan, job.chosen
        solved = judged is not None and judged.fits
        return Record(
            plan=self.frozen.digest,
            suite=chosen.suite,
            task=chosen.task.name,
            method=job.method,
            seed=job.seed,
            solved=solved,
            right=judged is not None and judged.right,
            test=None if judged is None else judged.test,
            stop_reason=found.stop_reason,
            error=found.error or ("" if judged is None else judged.error),
            program=found.program,
            size=found.size,
            cost=found.cost,
            single_call=solved and found.single_call,
            found_by=found.found_by,
            training=found.training,
            seconds=round(found.seconds, 3),
            processor_seconds=_rounded(found.processor_seconds),
            executions=found.executions,
            programs=found.programs,
            gradient_steps=found.gradient_steps,
            notes=found.notes,
            seconds_given=plan.seconds,
            executions_given=plan.executions,
            programs_given=plan.programs,
            gradient_steps_given=plan.gradient_steps,
            workers=plan.workers,
            cores=plan.cores,
            pack=chosen.pack,
            pack_digest=chosen.pack_digest,
            suite_checksum=chosen.suite_checksum,
            task_checksum=chosen.task_checksum,
            version=progsynth.__version__,
            source=found.source,
            machine=Machine(platform.platform(), os.cpu_count() or 1),
            python=platform.python_version(),
            command=self.command,
            started=started,
        )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


# -------------------------------------------------------------------------------- flights


@dataclass(frozen=True, slots=True)
class _Flight:
    """A job in the air: searched for, and when `found` is there, judged."""

    job: Job
    started: str
    found: Attempt | None = None


class _Flights:
    """The jobs in the air, as many as the plan has workers; judging takes a worker's place.

    Each search has a fresh process: it finds nothing of what an earlier one left behind, and
    none of what is in this one's memory.
    """

    def __init__(self, stated: _Stated):
        self.stated = stated
        self.plan = stated.frozen.plan
        self.flying: dict[Future[Ended], _Flight] = {}
        self.searchers = Processes(self.plan.workers, jobs_a_worker=1)
        self.judges = Processes(1)

    def __enter__(self) -> _Flights:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing running."""
        self.searchers.close()
        self.judges.close()

    def go(self, jobs: Sequence[Job], on_start: Callable[[Job], None] | None) -> Iterator[Record]:
        """Run the jobs, and give each one's record when it is over."""
        waiting = deque(jobs)
        while waiting or self.flying:
            while waiting and len(self.flying) < self.plan.workers:
                job = waiting.popleft()
                self.search(job)
                if on_start is not None:
                    on_start(job)
            landed, _ = wait(self.flying, return_when=FIRST_COMPLETED)
            for future in landed:
                flight = self.flying.pop(future)
                record = self.land(flight, future.result())
                if record is not None:
                    yield record

    def search(self, job: Job) -> None:
        plan = self.plan
        asked = Asked(
            replace(job.chosen.task, test=()),
            job.method,
            job.seed,
            plan.seconds,
            plan.executions,
            plan.programs,
            plan.gradient_steps,
            plan.cores,
            job.chosen.pack_digest,
        )
        future = self.searchers.submit(execute.Job(attempt, (asked,), plan.limit))
        self.flying[future] = _Flight(job, datetime.now(UTC).isoformat(timespec="seconds"))

    def land(self, flight: _Flight, ended: Ended) -> Record | None:
        """The record of a flight that is over; None where its program is now to be judged."""
        if flight.found is not None:
            judged = _judged(ended)
            return self.stated.record(flight.job, flight.found, judged, flight.started)
        found = _found(ended)
        if not found.solved or found.program is None:
            return self.stated.record(flight.job, found, None, flight.started)
        args = (flight.job.chosen.task, found.program, found.networks)
        judging = self.judges.submit(execute.Job(judge, args, _JUDGING))
        self.flying[judging] = replace(flight, found=found)
        return None


# What records call the ways in which a process may give no answer.
_REASONS = {
    Trouble.ERROR: "error",
    Trouble.SECONDS: "hung",
    Trouble.MEMORY: "memory",
    Trouble.DIED: "died",
}


def _found(ended: Ended) -> Attempt:
    """What the searching process answered, or why it did not."""
    if isinstance(ended, Lost):
        reason = _REASONS[ended.trouble]
        return Attempt(stop_reason=reason, error=ended.message, seconds=ended.seconds)
    found: Attempt = ended.value
    if found.stop_reason == PACK_CHANGED:
        raise ProgsynthError(found.error)
    return found


def _judged(ended: Ended) -> Judged:
    """What the judging process answered, or why it did not."""
    if isinstance(ended, Lost):
        return Judged(False, False, None, f"while its program was judged: {ended.message}")
    judged: Judged = ended.value
    return judged
