"""What is compiled or loaded when it is first used, made ready before anything is timed.

Kernels are compiled once for all runs, in a process of their own, before a run's first job; a
mark beside them says that it was done with these sources. Each job's process then loads what its
method loads, before its clock starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from progsynth.bench.digests import source_digest
from progsynth.bench.enumeration import enumeration
from progsynth.bench.methods import RANDOM, method_of
from progsynth.errors import ProgsynthError
from progsynth.execute import Job, Lost, Processes
from progsynth.lang.vm import available
from progsynth.lang.vm import cache as vm_cache
from progsynth.lang.vm.kernel_folder import root
from progsynth.lang.vm.start import machine
from progsynth.search import fast
from progsynth.search.fast import cache as search_cache
from progsynth.search.genetic import flat, genetic
from progsynth.search.genetic.flat import cache as flat_cache
from progsynth.search.problem import Method
from progsynth.solve import solve
from progsynth.task import Task

_TRIAL = 300  # executions: enough for each part of a search to be loaded
_BRED = 2_000  # of a genetic search: enough for small generations to select and vary
_SECONDS = 5.0  # of a trial at most
_COMPILING = 1800.0  # seconds that compiling may take

# What a method that is ours runs, each part by itself; the portfolio would begin with one of them.
_Trials = tuple[tuple[str | Method, int], ...]
_BOTTOM_UP: _Trials = (("bottom_up", _TRIAL),)
_BEST_FIRST: _Trials = (("best_first", _TRIAL),)
_GENETIC: _Trials = ((genetic(population=30), _BRED),)
_FLAT: _Trials = ((genetic(representation="flat", population=30), _BRED),)
_TRIALS: Mapping[str, _Trials] = {
    "bottom_up": _BOTTOM_UP,
    "best_first": _BEST_FIRST,
    "genetic": _GENETIC,
    "flat_genetic": _FLAT,
    "random": ((genetic(settings=replace(RANDOM, population=30)), _TRIAL),),
    "enumeration": ((enumeration, _TRIAL),),
    "portfolio": (*_BOTTOM_UP, *_FLAT, *_GENETIC, *_BEST_FIRST),
    "auto": (*_BOTTOM_UP, *_FLAT, *_GENETIC, *_BEST_FIRST),
}


def warm_up(method: str) -> None:
    """Have all loaded that the method of that name loads when it is first used: that is no part
    of a search.

    It searches shortly for a function that does not exist in so small a space.
    """
    if available():
        machine()
    rows = [(n, (n * 7919 + 3) % 104729) for n in range(1, 6)]
    task = Task.from_pairs("warm-up", rows)
    for search, executions in _TRIALS.get(method, ((method_of(method), _TRIAL),)):
        with suppress(ProgsynthError):  # a method that cannot do this one may do others
            solve(task, seconds=_SECONDS, executions=executions, search=search)


# ----------------------------------------------------------------------------- compiling


def lacking(methods: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the methods whose kernels may not be on disk; one's own have none that we know."""
    if not available():
        return ()
    return tuple(name for name in methods if name in _TRIALS and not _mark(name).exists())


def compile_for(methods: tuple[str, ...]) -> None:
    """Have the kernels of the methods compiled and kept on disk, in a process of their own.

    Raises ProgsynthError where that fails.
    """
    with Processes(1) as processes:
        (ended,) = processes.map([Job(_compile, (methods,), _COMPILING)])
    if isinstance(ended, Lost):
        raise ProgsynthError(
            f"what the searches run compiled could not be compiled: {ended.message}"
        )


def _compile(methods: tuple[str, ...]) -> None:
    machine()
    if not search_cache.kernels().is_complete():
        fast.compiler.compile_all()
    if not flat_cache.kernels().is_complete():
        flat.compiler.compile_all()
    for method in methods:
        warm_up(method)
        with suppress(OSError):  # a cache that nobody may write to: it is done again next time
            _mark(method).parent.mkdir(parents=True, exist_ok=True)
            _mark(method).touch()


def _mark(method: str) -> Path:
    """The file that says that it was done, with these sources and these versions."""
    made_of = sha256(f"{vm_cache.digest()} {source_digest()}".encode()).hexdigest()[:24]
    return root() / "bench" / made_of / method
