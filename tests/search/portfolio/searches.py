"""Searches made of numbers, for portfolios: workers load this file by its name."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from progsynth.errors import NotReadyError, UnsupportedError
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Function, Program, const
from progsynth.lang.types import INT
from progsynth.search.portfolio.closeness import Closeness
from progsynth.search.run import Allowance, Batch, Candidate, Told

WORK = 50_000  # executions of an ask


def constant(value: int) -> Candidate:
    return Candidate(Program((Function("f", ("x",), (INT,), INT, const(value)),)), abs(value))


def value_of(candidate: Candidate) -> int:
    found: int = candidate.program.entry.body.value  # type: ignore[attr-defined]
    return found


def near(output: int) -> Closeness:
    return Closeness(((0,),), (output,), INT, DSL("none", {}, {}, {}), Limits())


class Counting:
    """Counts up from a number and comes nearer; proposes each value that is in `proposed`.

    Values that others share, if they are nearer, it goes on from: what is found depends on when
    they come.
    """

    name = "counting"
    notes = ()

    def __init__(
        self, start: int, *, proposed: Sequence[int] = (), stop: int = 10**9, seconds: float = 0.0
    ):
        self.value, self.proposed, self.stop, self.seconds = start, set(proposed), stop, seconds
        self.told: list[int] = []

    @property
    def exhausted(self) -> bool:
        return self.value >= self.stop

    @property
    def level(self) -> int:
        return self.value

    def ask(self, allowance: Allowance) -> Batch:
        time.sleep(self.seconds)
        self.value += 1
        found = (constant(self.value),) if self.value in self.proposed else ()
        return Batch(found, 1, WORK)

    def tell(self, results: Told) -> None:
        self.told += [value_of(candidate) for candidate, _ in results]
        self.value += 3 * len(results)

    def partial(self) -> tuple[Candidate, ...]:
        return (constant(self.value),)

    def seed(self, candidates: Sequence[Candidate]) -> None:
        self.value = max(self.value, *map(value_of, candidates))


class Computing(Counting):
    """Counts far from all others, and computes all the while: those that come later join soon."""

    def __init__(self) -> None:
        super().__init__(-(10**6))

    def ask(self, allowance: Allowance) -> Batch:
        end = time.process_time() + 0.01
        while time.process_time() < end:
            pass
        return super().ask(allowance)


class Failing(Counting):
    """Counts, and when it is to go beyond a number, something happens."""

    def __init__(self, what: str, at: int = 2):
        if what == "unsupported":
            raise UnsupportedError("not for such problems")
        super().__init__(0, seconds=0.01)
        self.what, self.at = what, at

    def ask(self, allowance: Allowance) -> Batch:
        if self.value >= self.at:
            if self.what == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            if self.what == "hangs":
                time.sleep(3600)
            if self.what == "memory":
                bytearray(1 << 40)
            if self.what == "error":
                raise ValueError("a defect")
        return super().ask(allowance)


def late(attempts: Path, *, tries: int, proposed: Sequence[int]) -> Counting:
    """A search that is not ready before it was tried so often; the file counts."""
    made = len(attempts.read_text()) if attempts.exists() else 0
    attempts.write_text("x" * (made + 1))
    if made + 1 < tries:
        raise NotReadyError("it is being compiled")
    return Counting(0, proposed=proposed)
