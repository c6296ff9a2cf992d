"""Processes that can be killed with all that they have started, and that outlive nobody.

Each worker leads a process group of its own: what it starts can be ended with it, and an
interrupt from the keyboard reaches only the process that runs the plan. Each has one thread of
computation. A worker whose parent is gone ends itself, so that a run that was killed and goes on
does not share the machine with what is left of it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path

from pebble import ProcessPool

_LOOK = 0.5  # seconds between looks at whether the parent is there
_THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """See to it that processes started meanwhile compute with one thread each."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def make_pool(workers: int, *, jobs_each: int = 0) -> ProcessPool:
    """A pool of processes that start empty: nothing of this process's memory is in them.

    Each ends after `jobs_each` jobs; 0 is never.
    """
    context = get_context("spawn")
    return ProcessPool(workers, jobs_each, _settle, (os.getpid(),), context)


def _settle(parent: int) -> None:
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    with suppress(OSError):  # where memory runs out, Linux is to end workers, not the run
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def kill_group(pid_file: Path) -> None:
    """Kill what is left of the worker that wrote the file, and all that it has started."""
    with suppress(OSError, ValueError):
        pid = int(pid_file.read_text(encoding="utf-8"))
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
