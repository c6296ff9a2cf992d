"""Jobs in worker processes: killed when they take too long, reported when they die.

The pool is pebble's, whose workers can be killed one by one. A pool that breaks altogether (a
worker died while it had no job) is replaced, and its jobs are run once more.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from pebble import ProcessExpired, ProcessPool

from progsynth.execute.job import Ended, Job, Lost, Trouble, attempt
from progsynth.execute.sending import pack, unpack
from progsynth.execute.starting import WorkerContext, begin_worker, cores, how_it_died

_RUNS = 2  # of a job whose pool broke


class Processes:
    """Runs jobs in `workers` processes, as many as there are cores if left out.

    A worker may have `memory` bytes, and is replaced after `jobs_a_worker` jobs where that is
    given: a fresh process finds nothing of what an earlier job left behind.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        memory: int | None = None,
        jobs_a_worker: int | None = None,
    ):
        self.workers = workers or cores()
        self.memory = memory
        self.jobs_a_worker = jobs_a_worker
        self._lock = threading.RLock()
        self._pool: Any = None
        self._open: set[Future[Ended]] = set()
        self._closed = False

    def submit(self, job: Job) -> Future[Ended]:
        """Have the job run when a worker is free. Raises UnsupportedError for one that cannot be
        sent to a worker."""
        data = pack((job.function, job.args))
        future: Future[Ended] = Future()
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        self._start(job, data, future, runs=1)
        return future

    def map(self, jobs: Iterable[Job]) -> Iterator[Ended]:
        """How the jobs ended, in the order in which they were given."""
        futures = [self.submit(job) for job in jobs]
        for future in futures:
            yield future.result()

    def close(self) -> None:
        """Kill what still runs; jobs that have not ended are cancelled."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join()
        for future in list(self._open):
            future.cancel()

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, job: Job, data: bytes, future: Future[Ended], runs: int) -> None:
        with self._lock:
            if self._closed:
                future.cancel()
                return
            if self._pool is None or not self._pool.active:
                self._pool = ProcessPool(
                    self.workers,
                    max_tasks=self.jobs_a_worker or 0,
                    initializer=begin_worker,
                    initargs=(self.memory,),
                    context=WorkerContext(),
                )
            running = self._pool.schedule(_run, args=(data,), timeout=job.seconds)

        def finished(inner: Any) -> None:
            if inner.cancelled():
                future.cancel()
                return
            ended = _ended(inner, job)
            if ended is None and runs < _RUNS:
                self._start(job, data, future, runs + 1)
            elif future.set_running_or_notify_cancel():
                future.set_result(ended or Lost(Trouble.DIED, "its pool of workers broke", 0.0))

        def cancelled(outer: Future[Ended]) -> None:
            if outer.cancelled():
                running.cancel()

        running.add_done_callback(finished)
        future.add_done_callback(cancelled)


def _run(data: bytes) -> bytes:
    """In the worker: make the call, and pack how it ended."""
    ended = attempt(_called, (data,))
    packed = attempt(pack, (ended,))  # what it returned may be something that cannot be sent
    return pack(packed) if isinstance(packed, Lost) else packed.value


def _called(data: bytes) -> Any:
    function, args = unpack(data)
    return function(*args)


def _ended(inner: Any, job: Job) -> Ended | None:
    """How a job of the pool ended; None where its pool broke."""
    try:
        ended: Ended = unpack(inner.result())
    except BrokenProcessPool:
        return None
    except TimeoutError:
        limit = job.seconds or 0.0
        return Lost(Trouble.SECONDS, f"it took longer than {limit:g} s, and was killed", limit)
    except ProcessExpired as expired:
        return Lost(Trouble.DIED, how_it_died(expired.exitcode), 0.0)
    return ended
