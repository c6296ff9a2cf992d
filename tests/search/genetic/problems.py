"""Problems for the tests of the genetic search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from progsynth.lang.failure import Limits
from progsynth.lang.term import Function, Neural, Program, Term
from progsynth.lang.types import parse_signature
from progsynth.registry import pack
from progsynth.search.problem import Problem
from progsynth.search.run import Candidate


def problem(
    signature: str,
    meaning: Callable[..., Any],
    rows: Sequence[tuple[Any, ...]],
    *,
    neural: tuple[Neural, ...] = (),
    dsl_without: Sequence[str] = (),
    **options: Any,
) -> Problem:
    """The problem of finding a function of Python from rows of its arguments."""
    read = parse_signature(signature)

    def wrap(term: Term, cost: int) -> Candidate:
        function = Function("f", read.names, read.types, read.result, term)
        return Candidate(Program((function,), neural), cost)

    return Problem(
        read.types,
        read.result,
        tuple(rows),
        tuple(meaning(*row) for row in rows),
        pack().without(*dsl_without),
        wrap,
        read.types,
        read.result,
        Limits(),
        neural=neural,
        **options,
    )
