"""Jobs in this process, one after another: the plain meaning of every other executor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from progsynth.execute.job import Ended, Job, attempt


@dataclass(frozen=True, slots=True)
class Serial:
    """Runs each job at once when it is submitted. Nobody can kill it: `seconds` is not kept."""

    workers: int = 1

    def submit(self, job: Job) -> Future[Ended]:
        """Run the job; its future is done."""
        future: Future[Ended] = Future()
        future.set_result(attempt(job.function, job.args))
        return future

    def map(self, jobs: Iterable[Job]) -> Iterator[Ended]:
        """Run each job when its turn has come."""
        for job in jobs:
            yield attempt(job.function, job.args)

    def close(self) -> None:
        """Nothing is left running."""

    def __enter__(self) -> Serial:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
