"""Is a rewritten program still the same? It is run in all engines beside the one it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from progsynth.lang import interpret
from progsynth.lang.agreement.agreement import ENGINES, Engine, disagreements, run_interpreter
from progsynth.lang.agreement.random_programs import Sample
from progsynth.lang.agreement.random_values import random_value
from progsynth.lang.engines import Row
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Function, Program
from progsynth.lang.types import walk_type

_DRAWN = 8  # rows drawn beside those given
_ROOM = 4  # times the limits: a call of a subroutine costs fuel of its own
_LIMITS = Limits()
_RESOURCES = (FailureKind.FUEL, FailureKind.MEMORY)

ALL_ENGINES: Mapping[str, Engine] = {"interpreter": run_interpreter, **ENGINES}


def rows_for(function: Function, given: Sequence[Row], seed: str) -> tuple[Row, ...]:
    """Rows to run the function on: those given, and random ones of its types."""
    names = {t.name for type_ in function.types for t in walk_type(type_)}
    rows = tuple(tuple(row) for row in given)
    if names & {"tensor", "fn", "memory"} or any(len(name) == 1 for name in names):
        return rows
    rng = Random(seed)
    drawn = [tuple(random_value(rng, t) for t in function.types) for _ in range(_DRAWN)]
    return (*rows, *drawn)


def problem_with(
    rewritten: Program,
    original: Program,
    rows: Sequence[Row],
    dsl: DSL,
    *,
    exact: bool = True,
    engines: Mapping[str, Engine] | None = None,
) -> str:
    """Where the rewritten program differs from the original in an engine, or ''.

    Rows on which the original runs out of fuel or memory say nothing; nor, without `exact`, do
    those on which both fail, each in its way.
    """
    kept, expected = [], []
    for row in rows:
        outcome = interpret.run(original, row, dsl, _LIMITS)
        if isinstance(outcome, Failure):
            if outcome.kind in _RESOURCES:
                continue
            again = None if exact else interpret.run(rewritten, row, dsl, _LIMITS)
            if isinstance(again, Failure):
                continue  # it fails as well, in whatever way
        kept.append(row)
        expected.append(outcome)
    if not kept:
        return "there is no row to run it on"
    limits = replace(_LIMITS, fuel=_ROOM * _LIMITS.fuel, cells=_ROOM * _LIMITS.cells)
    sample = Sample(rewritten, tuple(kept), limits)
    found = disagreements(sample, tuple(expected), dsl, engines or ALL_ENGINES)
    return str(found[0]) if found else ""
