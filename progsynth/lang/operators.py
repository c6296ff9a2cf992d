"""The operators of the surface language: one table, from which reading and printing follow.

A form such as `_ + _` is the surface name of the primitives behind an operator (see
`primitive.Primitive.surface`). A higher precedence binds tighter; the order is Python's.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: its surface form, how it is written, and how tightly it binds."""

    form: str
    symbol: str
    precedence: int
    right_associative: bool = False


LAMBDA, CONDITIONAL, OR, AND, NOT, COMPARISON = 1, 2, 3, 4, 5, 6
BIT_OR, BIT_XOR, BIT_AND, SHIFT, SUM, PRODUCT, NEGATION, POWER, POSTFIX, ATOM = range(7, 17)

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in", "not in")

BINARY: dict[str, Operator] = {
    symbol: Operator(f"_ {symbol} _", symbol, precedence, symbol == "**")
    for precedence, symbols in {
        COMPARISON: COMPARISONS,
        BIT_OR: ("|",),
        BIT_XOR: ("^",),
        BIT_AND: ("&",),
        SHIFT: ("<<", ">>"),
        SUM: ("+", "-"),
        PRODUCT: ("*", "/", "//", "%"),
        POWER: ("**",),
    }.items()
    for symbol in symbols
}

UNARY: dict[str, Operator] = {
    "-": Operator("-_", "-", NEGATION),
    "not": Operator("not _", "not", NOT),
}

# Indexing and slices. A slice's form shows which of start, stop and step are written.
INDEX = "_[_]"
SLICES = {
    (start, stop, step): "_[" + "_" * start + ":" + "_" * stop + (":_" if step else "") + "]"
    for start in (False, True)
    for stop in (False, True)
    for step in (False, True)
}

FORMS = frozenset(
    [op.form for op in (*BINARY.values(), *UNARY.values())] + [INDEX] + list(SLICES.values())
)
