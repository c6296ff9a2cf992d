"""Which arguments a production is tried on next: costs shared out, then one entry after another.

A cursor holds where it is, so that a kernel can stop at any program and go on from there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.jit import kernel
from progsynth.search.fast.layout import (
    ARGS,
    ARITY,
    CALLS,
    COMMUTATIVE,
    LEAST,
    Longs,
    Words,
)

NUMBER, BEGUN, SHARES, PLACES, STARTED, CHOSEN = 0, 1, 2, 6, 10, 11  # of a cursor
FRESH, MORE, BACK = 16, 17, 18  # see `filling.choose_block`; `BACK`: places to go back to
NUM_CURSOR = 24


class Tables(NamedTuple):
    """What the kernels that fill a bank work on; columns are in `layout`."""

    A: Any  # words
    Q: Any  # longs
    P: Any  # productions
    Y: Any  # symbols
    C: Any  # cells: for each symbol and cost, the first entry and the end
    Z: Any  # scopes
    E: Any  # the addresses of entries
    elements: Any
    slots: Any


@kernel
def next_shares(P: Words, Y: Words, C: Words, X: Longs, p: int, left: int) -> bool:
    """Move to the next way to share the cost out where each argument has entries; was there one?"""
    last = int(P[p, ARITY]) - 1
    pos = last - 1
    if X[BEGUN]:
        if pos < 0:
            return False
        X[SHARES + pos] += 1
    else:
        for j in range(last):
            X[SHARES + j] = Y[P[p, ARGS + j], LEAST]
        X[BEGUN] = 1
    least = Y[P[p, ARGS + last], LEAST]
    while True:
        rest = left
        for j in range(last):
            rest -= X[SHARES + j]
        if rest < least:
            if pos < 0:
                return False
            X[SHARES + pos] = Y[P[p, ARGS + pos], LEAST]
            pos -= 1
            if pos < 0:
                return False
            X[SHARES + pos] += 1
            continue
        X[SHARES + last] = rest
        if have_entries(P, C, X, p, last) and not (P[p, COMMUTATIVE] and X[SHARES] > rest):
            return True
        pos = last - 1
        if pos < 0:
            return False
        X[SHARES + pos] += 1


@kernel
def have_entries(P: Words, C: Words, X: Longs, p: int, last: int) -> bool:
    """Has each argument entries at its share?"""
    for j in range(last + 1):
        symbol, cost = P[p, ARGS + j], X[SHARES + j]
        if C[symbol, cost, 0] >= C[symbol, cost, 1]:
            return False
    return True


@kernel
def start(P: Words, C: Words, X: Longs, p: int) -> None:
    """Begin with the first entry of each argument's cell."""
    for j in range(P[p, ARITY]):
        X[PLACES + j] = C[P[p, ARGS + j], X[SHARES + j], 0]
    X[STARTED] = 1


@kernel
def argument(P: Words, p: int, number: int) -> int:
    """The argument that varies as the `number`-th slowest: a body varies fastest."""
    if P[p, CALLS] == op.NO_LAMBDA:
        return number
    return number + 1 if number + 1 < P[p, ARITY] else 0


@kernel
def advance(P: Words, C: Words, X: Longs, p: int, number: int) -> bool:
    """Move the `number`-th slowest argument on; those that vary faster begin anew."""
    arity = int(P[p, ARITY])
    for faster in range(number + 1, arity):
        j = argument(P, p, faster)
        X[PLACES + j] = C[P[p, ARGS + j], X[SHARES + j], 0]
    while number >= 0:
        j = argument(P, p, number)
        X[PLACES + j] += 1
        if X[PLACES + j] < C[P[p, ARGS + j], X[SHARES + j], 1]:
            if P[p, COMMUTATIVE] and j == 0 and X[SHARES] == X[SHARES + 1]:
                X[PLACES + 1] = X[PLACES]  # mirror images are the same
            return True
        X[PLACES + j] = C[P[p, ARGS + j], X[SHARES + j], 0]
        number -= 1
    return False
