"""What is known of a job when it is over, and the file of such records.

The file has a line of JSON for each finished job. Lines are only ever added, each with one write
that is on the disk before the next job's begins. A process that was killed may leave a torn last
line: readers leave it out, and the next writer takes it away. Anything else that cannot be read
is an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from progsynth.errors import ProgsynthError

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows: nobody is kept from writing too)
    fcntl = None  # type: ignore[assignment]

RECORDS = "records.jsonl"


@dataclass(frozen=True, slots=True)
class Score:
    """How many examples a program is right on, of how many."""

    passed: int
    total: int


@dataclass(frozen=True, slots=True)
class Machine:
    """What a job ran on."""

    platform: str
    cores: int


@dataclass(frozen=True, slots=True)
class Key:
    """Which job it is: no two of a plan are alike in all of these."""

    suite: str
    task: str
    method: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A finished job.

    `solved`: the program is right on the training and the validation examples, as a second
    process has found. `test` is None where the test examples were not opened, because there was
    no such program. `training` is the share of the training examples that the program is right
    on, as the search says. `right`: solved, and right on the test examples too (where there are
    none, solved is all that can be said). An unsolved job's `program` is the best partial one.
    `stop_reason` is that of the search, or "died", "hung", "memory", "error" or "unsupported";
    `error` then says more. `seconds` and `executions` are what the search used;
    `processor_seconds` is the time that processors worked on it, whatever else they did.
    """

    plan: str  # digest of the plan that it belongs to
    suite: str
    task: str
    method: str
    seed: int
    solved: bool
    right: bool
    test: Score | None
    stop_reason: str
    error: str
    program: str | None
    size: int | None
    cost: int | None
    single_call: bool
    seconds: float
    executions: int
    programs: int
    gradient_steps: int
    notes: tuple[str, ...]
    seconds_given: float | None
    executions_given: int | None
    gradient_steps_given: int | None
    workers: int
    cores: int  # that the job could use
    pack: str
    pack_digest: str
    suite_checksum: str
    task_checksum: str
    version: str
    source: str
    machine: Machine
    python: str
    command: str
    started: str
    programs_given: int | None = None  # not in records from before there was this bound
    found_by: str = ""  # the search of a portfolio that it is from; nor in these
    processor_seconds: float | None = None  # nor in these, nor of a process that was lost
    training: float | None = None  # nor in these, nor where there is no program

    @property
    def key(self) -> Key:
        """Which job it is."""
        return Key(self.suite, self.task, self.method, self.seed)

    @property
    def late(self) -> bool:
        """Did the search end so long after its budget of seconds that it had more than others?"""
        given = self.seconds_given
        return given is not None and self.seconds > _OVERRUN * given + _GRACE

    @property
    def success(self) -> bool:
        """Was a program that is right found within the budget?"""
        return self.right and not self.late


_OVERRUN, _GRACE = 1.05, 0.5  # of a budget of seconds, and seconds: to end what was begun
FAILED = (
    "died",
    "hung",
    "memory",
    "error",
    "unsupported",
)  # reasons that are none of a search's own


# -------------------------------------------------------------------------------- the file


@dataclass(frozen=True, slots=True)
class Journal:
    """An open file of records, held by this process alone."""

    path: Path
    descriptor: int

    def append(self, record: Record) -> None:
        """Add the record; when this returns, it is on the disk."""
        try:
            _write(self.descriptor, msgspec.json.encode(record) + b"\n")
            os.fsync(self.descriptor)
        except OSError as error:
            raise ProgsynthError(
                f"{self.path}: cannot be written: {error.strerror}; what is in it is safe: make "
                "room, and run the same command again"
            ) from None


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


@contextmanager
def journal(path: Path) -> Iterator[tuple[Journal, tuple[Record, ...]]]:
    """The file, open for more records, and those it has; a torn last line is taken away.

    Raises ProgsynthError where it cannot be opened or read, or another process writes to it.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    except OSError as error:
        raise ProgsynthError(f"{path}: cannot be opened: {error.strerror}") from None
    try:
        _lock(descriptor, path)
        records, torn = read_records(path)
        _mend(descriptor, torn)
        yield Journal(path, descriptor), records
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    if fcntl is None:  # pragma: no cover
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ProgsynthError(
            f"{path}: another run is writing to it; wait until it is over, or give another folder"
        ) from None


def _mend(descriptor: int, torn: bytes) -> None:
    """Take the torn line away, or end it where nothing but its end is missing."""
    if not torn:
        return
    with suppress(msgspec.MsgspecError):
        msgspec.json.decode(torn, type=Record)
        os.write(descriptor, b"\n")
        return
    os.ftruncate(descriptor, os.fstat(descriptor).st_size - len(torn))


def read_records(path: Path) -> tuple[tuple[Record, ...], bytes]:
    """The records of a file, and what is there of a torn last line.

    Raises ProgsynthError, with the line, for one that is no record.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProgsynthError(f"{path}: cannot be read: {error.strerror}") from None
    *lines, torn = data.split(b"\n")
    records = [_decoded(line, path, number) for number, line in enumerate(lines, 1)]
    with suppress(msgspec.MsgspecError):  # a whole record, but for the end of its line
        records.append(msgspec.json.decode(torn, type=Record))
    return tuple(records), torn


def _decoded(line: bytes, path: Path, number: int) -> Record:
    try:
        return msgspec.json.decode(line, type=Record)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ProgsynthError(
            f"{path}:{number}: is no record: {error}; take the line out (its job runs again, the "
            "others stay), or take the file from a copy"
        ) from None
