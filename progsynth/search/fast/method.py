"""The compiled bottom-up search as a method, and when the one in Python serves instead."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

from progsynth.lang.types import walk_type
from progsynth.lang.vm.cache import available
from progsynth.search import fast
from progsynth.search.bottom_up import bottom_up, goal_of, search_for, space_of
from progsynth.search.change_over import ChangeOver
from progsynth.search.course import BottomUp
from progsynth.search.fast import cache
from progsynth.search.fast.fragment import covers_type, names_in, restrict
from progsynth.search.problem import Method, Problem
from progsynth.search.relearnt import relearnt
from progsynth.search.run import Search
from progsynth.search.space import Space
from progsynth.search.turns import InTurns, Later

_MAX_BYTES = 1 << 30
TURNS = (400_000, 20_000)  # executions compiled and in Python: about a fifth of the time
BEFORE = 10_000  # executions in Python to begin with: small programs may need what it alone has
EQUAL = (2_000_000, 2_000_000)  # of a search and the one at costs learnt from it
_MOST_EXAMPLES = 62  # a set of examples is a word
_MOST_PARAMS = 24  # and so are the variables that a program uses
_ROOT = str(Path(__file__).parents[3])  # where the package is imported from


def fast_bottom_up(
    *, max_bytes: int = _MAX_BYTES, wait: bool = True, relearn: bool = False
) -> Method:
    """The method: bottom-up search by compiled kernels, for requests that they cover.

    For others, and where Numba is missing, it is `bottom_up.bottom_up`; where some primitives
    have no kernels, that search has turns too, with all primitives, and the first one. While the
    kernels are not on disk it compiles them first (a minute); without `wait` it has that done in
    the background and is `bottom_up` until they are there. Banks take `max_bytes` of memory at
    most. With `relearn` a second search has half the turns, at costs learnt from the programs
    that came nearest in the first (`relearnt`).
    """

    def method(problem: Problem, seed: int) -> Search:
        if not covers(problem):
            return bottom_up(problem, seed)
        compiled = partial(_search, problem, max_bytes, relearn)
        if wait or ready():
            return compiled()
        meanwhile = bottom_up(problem, seed)
        meanwhile.notes += ("bottom-up search began in Python: its kernels were being compiled",)
        return ChangeOver(meanwhile, cache.kernels().is_complete, compiled)

    return method


def covers(problem: Problem) -> bool:
    """Can the compiled search take the problem on at all?"""
    goal = goal_of(problem)
    return (
        available()
        and 0 < len(goal.rows)
        and (len(goal.rows) <= _MOST_EXAMPLES or not goal.misses)
        and len(goal.params) <= _MOST_PARAMS
        and all(map(covers_type, (*goal.params, goal.result)))
    )


def _search(problem: Problem, max_bytes: int, relearn: bool) -> Search:
    whole, goal = space_of(problem), goal_of(problem)
    in_python = partial(search_for, whole, problem.dsl, goal, problem.wrap, limits=problem.limits)
    asked = [t for one in (*goal.params, goal.result) for t in walk_type(one)]
    tables = any(t.name == "dict" for t in asked)
    space, left_out = restrict(whole, problem.dsl, tables=tables)
    if len(names_in(space)) <= len(left_out):
        return in_python()

    def over(part: Space) -> BottomUp:
        found: BottomUp = fast.engine.search_for(
            part,
            problem.dsl,
            goal,
            problem.wrap,
            limits=problem.limits,
            max_bytes=max_bytes // 2 if relearn else max_bytes,
        )
        return found

    def compiled() -> Search:
        first = over(space)
        if not relearn:
            return first
        return InTurns(first, lambda: over(relearnt(space, first.nearest()) or space), EQUAL)

    if not left_out:
        return compiled()
    return InTurns(Later(BottomUp.name, compiled), in_python, TURNS, before=BEFORE)


def ready() -> bool:
    """Are the kernels on disk? If not, they are being compiled from now on, in a process of
    their own, which is not waited for."""
    if cache.kernels().is_complete():
        return True
    if cache.kernels().claim():
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
