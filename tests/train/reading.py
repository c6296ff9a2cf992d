"""A small task to train on: vectors that show one of three symbols, without any data set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from progsynth import registry
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.read import read_program
from progsynth.lang.term import Call, Function, Neural, Program, Term, subterms
from progsynth.lang.types import INT, Type, list_of, parse_type
from progsynth.search.problem import Problem
from progsynth.search.run import Candidate

VECTOR = parse_type("tensor[3]")
SYMBOL = Neural("symbol", ("x",), (VECTOR,), parse_type("choice[3]"))
DECLARED = "neural symbol(x: tensor[3]) -> choice[3]\n"


def vectors(count: int, seed: int) -> tuple[list[np.ndarray], list[int]]:
    """Noisy vectors, the largest of whose numbers says which symbol they show."""
    random = np.random.default_rng(seed)
    symbols = random.integers(0, 3, count)
    x_N = (np.eye(3)[symbols] * 3 + random.normal(0, 0.4, (count, 3))).astype(np.float32)
    x_N.flags.writeable = False
    return list(x_N), symbols.tolist()


def pairs(count: int = 120, seed: int = 0) -> tuple[list[tuple[list[np.ndarray]]], list[int]]:
    """Pairs of vectors and the sums of their symbols."""
    x_N, y_N = vectors(2 * count, seed)
    rows = [([x_N[n], x_N[n + 1]],) for n in range(0, 2 * count, 2)]
    return rows, [y_N[n] + y_N[n + 1] for n in range(0, 2 * count, 2)]


def program(expression: str, dsl: DSL | None = None) -> Program:
    """The program of one expression over the pair `xs`."""
    text = f"{DECLARED}\ndef total(xs: list[tensor[3]]) -> int:\n    return {expression}\n"
    return read_program(text, dsl or registry.pack())


def problem(count: int = 120, seed: int = 0, **changes: object) -> Problem:
    """The sum of the two symbols, to be searched for."""
    rows, outputs = pairs(count, seed)
    types = (list_of(VECTOR),)

    def wrap(term: Term, cost: int) -> Candidate:
        called = {t.name for t in subterms(term) if isinstance(t, Call)}
        declared = (SYMBOL,) if SYMBOL.name in called else ()
        return Candidate(Program((Function("f", ("xs",), types, INT, term),), declared), cost)

    made = Problem(
        types,
        INT,
        tuple(rows),
        tuple(outputs),
        registry.pack(),
        wrap,
        types,
        INT,
        Limits(),
        accuracy=0.9,
        neural=(SYMBOL,),
    )
    return replace(made, **changes) if changes else made  # type: ignore[arg-type]


def type_of_pairs() -> Type:
    """The type of the programs' only parameter."""
    return list_of(VECTOR)
