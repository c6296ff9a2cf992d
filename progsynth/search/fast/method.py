"""The compiled bottom-up search as a method, and when the one in Python serves instead."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from progsynth.lang.vm.cache import available
from progsynth.search import fast
from progsynth.search.bottom_up import Goal, allowed_misses, bottom_up
from progsynth.search.constants import mine
from progsynth.search.fast import cache
from progsynth.search.fast.fragment import covers_type, restrict
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Search
from progsynth.search.universe import make_space
from progsynth.task import Example

_MAX_BYTES = 1 << 30
_MOST_EXAMPLES = 62  # a set of examples is a word
_MOST_PARAMS = 24  # and so are the variables that a program uses
_ROOT = str(Path(__file__).parents[3])  # where the package is imported from


def fast_bottom_up(*, max_bytes: int = _MAX_BYTES, wait: bool = True) -> Method:
    """The method: bottom-up search by compiled kernels, for requests that they cover.

    For others, and where Numba is missing, it is `bottom_up.bottom_up`. While the kernels are
    not on disk it compiles them first (half a minute); without `wait` it has that done in the
    background and is `bottom_up` for the time being. A bank takes `max_bytes` of memory at most.
    """

    def method(problem: Problem, seed: int) -> Search:
        if not covers(problem) or not (wait or ready()):
            return bottom_up(problem, seed)
        return _search(problem, max_bytes)

    return method


def covers(problem: Problem) -> bool:
    """Can the compiled search take the problem on at all?"""
    return (
        available()
        and 0 < len(problem.outputs) <= _MOST_EXAMPLES
        and len(problem.types) <= _MOST_PARAMS
        and all(map(covers_type, (*problem.types, problem.result)))
    )


def _search(problem: Problem, max_bytes: int) -> Search:
    pairs = list(map(Example, problem.inputs, problem.outputs))
    constants = mine(problem.types, problem.result, pairs, problem.constants)
    space = make_space(
        problem.dsl, problem.types, problem.result, constants, allowed=problem.allowed
    )
    covered, left_out = restrict(space, problem.dsl)
    goal = Goal(
        problem.types,
        problem.result,
        problem.inputs,
        problem.outputs,
        problem.tolerance,
        allowed_misses(problem.accuracy, len(problem.outputs)),
    )
    made: Search = fast.engine.FastBottomUp(
        covered, goal, problem.wrap, limits=problem.limits, max_bytes=max_bytes, left_out=left_out
    )
    return made


def ready() -> bool:
    """Are the kernels on disk? If not, they are being compiled from now on, in a process of
    their own, which is not waited for."""
    if cache.is_complete():
        return True
    if cache.claim():
        path = os.pathsep.join(p for p in (_ROOT, os.environ.get("PYTHONPATH")) if p)
        process = subprocess.Popen(
            [sys.executable, "-m", "progsynth.search.fast.compile"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
        # Someone has to take note of its end.
        threading.Thread(target=process.wait, daemon=True).start()
    return False
