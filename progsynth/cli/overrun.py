"""A last resort against a search that overruns its budget, in a primitive that hangs, say."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class Overrun:
    """Whether the time was up."""

    def __init__(self) -> None:
        self.rang = False


@contextlib.contextmanager
def interrupted_after(seconds: float | None) -> Iterator[Overrun]:
    """Interrupt what runs inside, as Ctrl-C would, when the seconds are over.

    Does nothing where there are no such alarms: on Windows, and outside the main thread.
    """
    overrun = Overrun()
    main = threading.current_thread() is threading.main_thread()
    if seconds is None or not main or not hasattr(signal, "setitimer"):
        yield overrun
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        overrun.rang = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield overrun
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
