"""Compile the kernels and leave them on disk: `python -m progsynth.search.genetic.flat.compile`."""

from __future__ import annotations

from progsynth.lang.failure import Limits
from progsynth.lang.term import Function, Program, Term
from progsynth.lang.types import INT, list_of
from progsynth.registry import pack
from progsynth.search.genetic.flat import cache
from progsynth.search.genetic.flat.search import FlatSearch
from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Candidate

_EXECUTIONS = 3_000


def compile_all() -> None:
    """Search shortly for a function that is not found, which calls every kernel."""
    types = (list_of(INT),)

    def wrap(term: Term, cost: int) -> Candidate:
        return Candidate(Program((Function("f", ("xs",), types, INT, term),)), cost)

    rows = tuple(([n, n + 1],) for n in range(8))
    outputs = tuple(n * 7919 % 104729 for n in range(8))
    problem = Problem(types, INT, rows, outputs, pack(), wrap, types, INT, Limits())
    search = FlatSearch(problem, 0, settings=FlatSettings(population=50))
    used = 0
    while used < _EXECUTIONS:
        used += search.ask(Allowance(_EXECUTIONS - used, None)).executions
    cache.kernels().mark_complete()


if __name__ == "__main__":
    compile_all()
