"""How likely a program is to be meant, before any example is looked at: its length in bits.

Programs of few examples are many; the shortest to write down is the best guess (Rissanen 1978).
A search goes by small whole costs, in which a literal that the examples give away is cheap, or
it would be found too late. Here each literal counts what it says: a number by its size (the
universal prior for integers of Rissanen 1983), a text by its characters, of which those that
usually stand between words say least.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from math import log2

from progsynth.lang.primitive import DSL
from progsynth.lang.term import (
    Build,
    Call,
    Const,
    For,
    If,
    Lambda,
    Let,
    Project,
    Term,
    Values,
    Var,
    While,
    fold,
    free_variables,
)

CALL = 6.0  # bits that say which of some fifty primitives of a type it is
VARIABLE = 2.0
_POINTED = 4.0  # a text that all examples have
_BINDING = 3.0  # a loop or a name
_SIGN = 1.0
_DELIMITER = 4.0  # bits of a character that usually stands between others
_CHARACTER = 7.0  # and of any other
_PIECE = 8.0  # more, of a text that is a part of a word
_IGNORED = 8.0  # of a function that takes no notice of what it is given
_RUN = re.compile(r"[A-Za-z]+|[0-9]+")
_DELIMITERS = frozenset(" ,.;:-_/|=\n\t@()")
_USUAL = {0: 2.0, 1: 2.0, -1: 3.0, 2: 4.0}  # numbers that say little


def bits_of_term(
    term: Term, dsl: DSL, known: Collection[str] = (), words: Collection[str] = ()
) -> float:
    """How many bits the term takes to write down, where texts that are `known` are pointed at.

    `words` are those of the examples' inputs: a piece of one of them is an unlikely text.
    """

    def add(node: Term, inside: tuple[float, ...]) -> float:
        own = _own(node, dsl)
        if isinstance(node, Lambda) and not _is_used(node):
            own += _IGNORED
        if isinstance(node, Const) and isinstance(node.value, str):
            if node.value in known:
                own = _POINTED
            else:
                own += _PIECE * sum(is_piece(run, words) for run in _RUN.findall(node.value))
        return own + sum(inside)

    return fold(term, add)


def is_piece(run: str, words: Collection[str]) -> bool:
    """Does the run of letters or digits stand in one of the words only, of which it is a part?

    Whoever means that word names all of it; what several words share may be what is meant.

    >>> is_piece("6", {"1956", "oct"}), is_piece("that", {"thatwill", "thathave"})
    (True, False)
    """
    holding = [word for word in words if run in word]
    return len(holding) == 1 and run != holding[0]


def _is_used(function: Lambda) -> bool:
    """Does its body depend on any of its arguments?"""
    return any(variable < function.arity for variable in free_variables(function.body))


def _own(node: Term, dsl: DSL) -> float:
    match node:
        case Var():
            return VARIABLE
        case Const(value):
            return bits_of_literal(value)
        case Call(name):
            return CALL * max(1, getattr(dsl[name], "cost", 1)) if name in dsl else CALL
        case If():
            return 2 * CALL
        case Build() | Project():
            return CALL
        case For() | While() | Let():
            return _BINDING * (1 + node.count)
        case Lambda() | Values():
            return 0.0
    return CALL


def bits_of_literal(value: int | float | bool | str) -> float:
    """How many bits a literal takes to write down.

    >>> bits_of_literal(1) < bits_of_literal(3) < bits_of_literal(24) < bits_of_literal(-24)
    True
    >>> bits_of_literal(" ") < bits_of_literal("6") < bits_of_literal("of")
    True
    """
    if isinstance(value, bool):
        return 2.0
    if isinstance(value, int):
        return _USUAL.get(value, 1.0 + 2.0 * log2(abs(value) + 1.0) + _SIGN * (value < 0))
    if isinstance(value, float):
        whole = value == value and abs(value) < 2**53 and value % 1 == 0
        return bits_of_literal(int(value)) if whole else 4.0 * len(repr(value))
    return 2.0 + sum(_DELIMITER if c in _DELIMITERS else _CHARACTER for c in value)
