"""Jobs, how they end, and the protocol of what runs them.

However a job ends is a value: `Done` with what it returned, `Lost` with the reason why there is
nothing. A worker that dies, hangs or runs out of memory costs its job and nothing else.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """A call to be made. `seconds` is how long it may take; None is no bound.

    To run in another process, the function has to be one of a module, and the arguments
    picklable.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    seconds: float | None = None


class Trouble(StrEnum):
    """Why a job has no result."""

    ERROR = "error"  # it raised an exception
    SECONDS = "seconds"  # it took longer than it may, and was killed
    MEMORY = "memory"  # it asked for more memory than it may have
    DIED = "died"  # its process ended: killed from outside, or crashed


@dataclass(frozen=True, slots=True)
class Done:
    """What a job returned, and the seconds that it ran."""

    value: Any
    seconds: float


@dataclass(frozen=True, slots=True)
class Lost:
    """A job that returned nothing: why, in a few words, and the traceback of an error."""

    trouble: Trouble
    message: str
    seconds: float
    details: str = ""


Ended = Done | Lost


class Executor(Protocol):
    """Runs jobs, `workers` at a time; as a context manager it stops what still runs at its end.

    A future's result is always an `Ended`; `cancel` on one drops its job, and kills it where it
    runs in a process of its own.
    """

    workers: int

    def submit(self, job: Job) -> Future[Ended]:
        """Have the job run. Raises UnsupportedError for one that cannot be sent to a worker."""
        ...

    def map(self, jobs: Iterable[Job]) -> Iterator[Ended]:
        """How the jobs ended, in the order in which they were given."""
        ...

    def close(self) -> None:
        """Stop all that still runs."""
        ...


def attempt(function: Callable[..., Any], args: tuple[Any, ...]) -> Ended:
    """How the call ends, when it ends; an interrupt from the keyboard goes through."""
    start = time.monotonic()
    try:
        value = function(*args)
    except MemoryError as error:
        return out_of_memory(error, time.monotonic() - start)
    except Exception as error:  # it is the caller who knows what to make of it
        message = f"{type(error).__name__}: {error}"
        return Lost(Trouble.ERROR, message, time.monotonic() - start, traceback.format_exc())
    return Done(value, time.monotonic() - start)


def out_of_memory(error: MemoryError, seconds: float = 0.0) -> Lost:
    """A job that was refused memory."""
    message = "it needed more memory than it may have" + (f" ({error})" if str(error) else "")
    return Lost(Trouble.MEMORY, message, seconds)
