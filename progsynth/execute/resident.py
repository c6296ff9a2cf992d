"""An object that lives in a worker process: called again and again, and killed when it hangs.

    resident = Resident(Search, (problem, seed))
    resident.call("turn", 1000, seconds=10.0)     # does not wait
    ended = resident.answer(0.5)                  # None: not yet; Done; Lost, and it is closed

A job that is sent to a pool starts from nothing; a search that goes on where it was lives here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from progsynth.execute.job import Ended, Lost, Trouble, attempt
from progsynth.execute.sending import pack, unpack
from progsynth.execute.starting import WorkerContext, begin_worker, how_it_died


class Resident:
    """What `make(*args)` gives, in a process of its own, which may have `memory` bytes, and is
    `nice` to its parent where cores are scarce.

    Raises UnsupportedError for what cannot be sent there. How the making ends is seen in the
    answer to the first call, which waits for it.
    """

    def __init__(
        self,
        make: Callable[..., Any],
        args: tuple[Any, ...] = (),
        *,
        memory: int | None = None,
        nice: int = 0,
    ):
        data = pack((make, args))
        context = WorkerContext()
        self._ours, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, data, memory, nice), daemon=True
        )
        self._process.start()
        theirs.close()
        self._asked = self._end = 0.0
        self._limit: float | None = None
        self.busy = False
        self.closed = False

    def call(self, method: str, *args: Any, seconds: float | None = None) -> None:
        """Have a method called; where it does not answer within `seconds`, it is killed.

        One call at a time: the answer comes first.
        """
        assert not self.busy and not self.closed, "an answer is still to come, or never will"
        self._asked, self._limit, self.busy = time.monotonic(), seconds, True
        try:
            self._ours.send_bytes(pack((method, args)))
        except OSError:  # it died meanwhile; the answer will say so
            pass

    def answer(self, seconds: float = 0.0) -> Ended | None:
        """How the call ended, if it does within so many seconds from now; None if not yet."""
        assert self.busy, "nothing was called"
        left = seconds
        if self._limit is not None:
            left = min(seconds, self._asked + self._limit - time.monotonic())
        try:
            if self._ours.poll(max(0.0, left)):
                ended: Ended = unpack(self._ours.recv_bytes())
                return self._ended(ended)
        except (EOFError, OSError):
            self._process.join(_JOIN)
            return self._ended(Lost(Trouble.DIED, how_it_died(self._process.exitcode), self._for()))
        if self._limit is not None and self._for() >= self._limit:
            message = f"it did not answer for {self._for():.1f} s, and was stopped"
            return self._ended(Lost(Trouble.SECONDS, message, self._for()))
        return None

    @property
    def pid(self) -> int | None:
        """The number of its process."""
        return self._process.pid

    @property
    def connection(self) -> Connection:
        """Readable when an answer has come."""
        return self._ours

    def close(self) -> None:
        """Kill it; what it was doing is lost."""
        if not self.closed:
            self.closed = True
            self._process.kill()
            self._process.join()
            self._ours.close()

    def _for(self) -> float:
        return time.monotonic() - self._asked

    def _ended(self, ended: Ended) -> Ended:
        self.busy = False
        if isinstance(ended, Lost):
            self.close()
        return ended


_JOIN = 5.0  # seconds for a process whose pipe is closed to be over


def answered(residents: Sequence[Resident], seconds: float) -> list[Resident]:
    """Those of them that have answered, or died; waits until one has, so long at most."""
    found = wait([r.connection for r in residents], max(0.0, seconds))
    return [r for r in residents if r.connection in found]


def _serve(connection: Connection, data: bytes, memory: int | None, nice: int) -> None:
    """The life of the process: make the object, then answer calls until nobody calls."""
    begin_worker(memory, nice)
    made: Any = None
    ended = attempt(_made, (data,))
    while True:
        try:
            called = connection.recv_bytes()
            if isinstance(ended, Lost):
                connection.send_bytes(pack(ended))
                return
            made = ended.value if made is None else made
            answer = attempt(_called, (made, called))
            connection.send_bytes(_packed(answer))
        except (EOFError, OSError):
            return
        if isinstance(answer, Lost):
            return


def _made(data: bytes) -> Any:
    make, args = unpack(data)
    return make(*args)


def _called(made: Any, data: bytes) -> Any:
    method, args = unpack(data)
    return getattr(made, method)(*args)


def _packed(ended: Ended) -> bytes:
    found = attempt(pack, (ended,))
    if isinstance(found, Lost):
        return pack(found)
    value: bytes = found.value
    return value
