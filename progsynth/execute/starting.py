"""How worker processes start: afresh (spawn), with one thread each, deaf to Ctrl-C.

They are never forked: a copy of a process with threads (of torch, of a progress bar) may hang.
Interrupts from the keyboard reach all processes of a terminal; only the one that asked for the
work answers them, and stops its workers. A worker whose parent is gone ends by itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any

from progsynth.execute.sending import main_is_loadable

# What numerical libraries read when they are loaded: several workers share the cores already.
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)


class _Process(SpawnProcess):
    """A spawned process that does not run a script again which does not ask for its name."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        with ExitStack() as stack:
            stack.enter_context(_interrupts_held())
            if not main_is_loadable():
                stack.enter_context(_main_left_out())
            return SpawnProcess._Popen(process_obj)


class WorkerContext(SpawnContext):
    """The context of multiprocessing in which workers start."""

    Process = _Process


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def is_worker() -> bool:
    """Is this a process that another one started to do its work?"""
    return multiprocessing.parent_process() is not None


def may_start_workers() -> bool:
    """May this process start others? One that is a daemon of multiprocessing may not."""
    return not multiprocessing.current_process().daemon


def begin_worker(memory: int | None, nice: int = 0) -> None:
    """What a worker does first. It may have `memory` bytes, where the system can see to that, and
    stands back behind its parent by so much (as `nice` does) where cores are scarce."""
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    torch: Any = sys.modules.get("torch")  # loaded with the script that started us, maybe
    if torch is not None:
        torch.set_num_threads(1)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    if memory is not None:
        limit_memory(memory)


def limit_memory(memory: int) -> None:
    """Let this process have so many bytes of memory. Only Linux counts what matters here."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


if sys.platform != "win32":
    import resource


def how_it_died(code: int | None) -> str:
    """What the exit code of a process says, in words."""
    if code is None or code >= 0:
        return f"its process ended with exit code {code}"
    names = {one.value: one.name for one in signal.Signals}
    text = f"its process was killed by {names.get(-code, f'signal {-code}')}"
    return text + ("; was the memory used up?" if names.get(-code) == "SIGKILL" else "")


def _leave_with(parent: Any) -> None:
    """End this process when its parent has ended, whatever it is doing."""
    parent.join()
    os._exit(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """A child inherits what is held: no Ctrl-C breaks it before it has said to ignore them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _main_left_out() -> Iterator[None]:
    """Hide the main module: multiprocessing would have a child run its file."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
