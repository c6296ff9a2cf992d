"""Trying programs of a scope for values wanted of its variables, without keeping any.

What they are made of has its values looked up: in the rows of the bank, or, where something is
wanted of settings of the variables that are no rows, in rows of its own made for that (`extend`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.choosing import (
    BEGUN,
    CHOSEN,
    NUMBER,
    PLACES,
    STARTED,
    Tables,
    advance,
    next_shares,
    start,
)
from progsynth.search.fast.filling import HEADER, count
from progsynth.search.fast.interning import finish
from progsynth.search.fast.jit import entry, kernel
from progsynth.search.fast.layout import (
    ARITY,
    AUX,
    BUDGET,
    CALLS,
    COST,
    COUNT,
    DONE,
    EXECUTIONS,
    FAIL,
    FIRST,
    GOING,
    HIT,
    KEEP,
    OP,
    PAUSED,
    ROOM,
    ROWS,
    STATUS,
    Longs,
    Words,
)
from progsynth.search.fast.running import apply_row


class Wanted(NamedTuple):
    """The words `G` wanted at the places `W` of rows, the most telling first.

    Variables have their rows from `variables` on, each `stride` words long. `index` has for each
    entry the number of its row among those made from `rows` on; it is empty where the entries'
    own rows are looked up.
    """

    G: Any
    W: Any
    variables: int
    stride: int
    index: Any
    rows: int


@kernel
def is_leaf_wanted(T: Tables, wanted: Wanted, p: int) -> bool:
    """Does a production without arguments give what is wanted at all places?"""
    aux = int(T.P[p, AUX])
    for i in range(len(wanted.W)):
        word = aux
        if T.P[p, OP] == op.VARIABLE:
            word = int(T.A[wanted.variables + aux * wanted.stride + wanted.W[i]])
        if word != wanted.G[i]:
            return False
    return True


@kernel
def choose_rows(T: Tables, X: Longs, wanted: Wanted, p: int) -> None:
    """Look up the addresses of the rows of the chosen arguments."""
    for j in range(T.P[p, ARITY]):
        number = X[PLACES + j]
        if len(wanted.index):
            X[CHOSEN + j] = wanted.rows + wanted.index[number] * wanted.stride
        else:
            X[CHOSEN + j] = T.E[number]


@kernel
def number_of(T: Tables, numbers: Words, address: int) -> int:
    """Which of the entries of these numbers, in order, is at the address."""
    low, high = 0, len(numbers) - 1
    while low < high:
        middle = (low + high) // 2
        if T.E[numbers[middle]] < address:
            low = middle + 1
        else:
            high = middle
    return low


@entry
def extend(T: Tables, numbers: Words, variables: int, rows: int, width: int) -> int:
    """Write what entries of one scope give of other settings of its variables; gives a status.

    `numbers` are the entries, in order, arguments before what is made of them. The variables'
    rows of `width` words are at `variables`; those of the entries come to `rows`.
    """
    A, Q, P = T.A, T.Q, T.P
    Q[STATUS], Q[KEEP] = GOING, 1
    for i in range(len(numbers)):
        record = int(T.E[numbers[i]])
        p = int(A[record - 1])
        code, aux, arity, out = int(P[p, OP]), int(P[p, AUX]), int(P[p, ARITY]), rows + i * width
        if arity == 0:
            for k in range(width):
                A[out + k] = A[variables + aux * width + k] if code == op.VARIABLE else aux
            continue
        if P[p, CALLS] != op.NO_LAMBDA:
            for k in range(width):
                A[out + k] = FAIL
            continue
        a = rows + number_of(T, numbers, int(A[record - 3])) * width
        b = rows + number_of(T, numbers, int(A[record - 4])) * width if arity > 1 else 0
        c = rows + number_of(T, numbers, int(A[record - 5])) * width if arity > 2 else 0
        d = rows + number_of(T, numbers, int(A[record - 6])) * width if arity > 3 else 0
        apply_row(A, Q, code, aux, a, b, c, d, width, out)
        Q[EXECUTIONS] += width
        if Q[STATUS] != GOING:
            return int(Q[STATUS])
    return DONE


@kernel
def is_wanted(T: Tables, X: Longs, wanted: Wanted, p: int, row: int) -> bool:
    """Do the chosen arguments give what is wanted at all places? Stops at the first other one."""
    A, Q, P = T.A, T.Q, T.P
    code, aux, arity = int(P[p, OP]), int(P[p, AUX]), int(P[p, ARITY])
    for i in range(len(wanted.W)):
        at = int(wanted.W[i])
        a = X[CHOSEN] + at
        b = X[CHOSEN + 1] + at if arity > 1 else 0
        c = X[CHOSEN + 2] + at if arity > 2 else 0
        d = X[CHOSEN + 3] + at if arity > 3 else 0
        apply_row(A, Q, code, aux, a, b, c, d, 1, row)
        Q[EXECUTIONS] += int(i > 0)
        if A[row] != wanted.G[i] or Q[STATUS] != GOING:
            return False
    return True


@entry
def try_bodies(T: Tables, X: Longs, wanted: Wanted, symbol: int, cost: int) -> int:
    """Try the programs of the symbol of that cost that call no lambda and decide nothing.

    Gives `HIT` with the production, less the symbol's first, in the cursor, and the rows of the
    arguments; calling it again goes on behind it.
    """
    Q, P, Y, C = T.Q, T.P, T.Y, T.C
    while X[NUMBER] < Y[symbol, COUNT]:
        p = int(Y[symbol, FIRST] + X[NUMBER])
        left, arity = cost - int(P[p, COST]), int(P[p, ARITY])
        if arity == 0 and left == 0 and not X[BEGUN]:
            count(Q, 1, False, True)
            if is_leaf_wanted(T, wanted, p):
                X[BEGUN] = 1
                return HIT
        plain = arity > 0 and P[p, CALLS] == op.NO_LAMBDA and P[p, OP] != op.IF
        while plain:
            if X[STARTED] == 2:
                X[STARTED] = 0
            if not X[STARTED]:
                if not next_shares(P, Y, C, X, p, left):
                    break
                start(P, C, X, p)
            row = Q[ROWS] + HEADER + arity
            while X[STARTED] == 1:
                if Q[BUDGET] <= 0:
                    return PAUSED
                choose_rows(T, X, wanted, p)
                Q[STATUS], Q[KEEP] = GOING, 0
                fits = is_wanted(T, X, wanted, p, row)
                Q[KEEP] = 1
                if Q[STATUS] == ROOM:
                    return ROOM
                count(Q, 1, False, True)
                if not advance(P, C, X, p, arity - 1):
                    X[STARTED] = 2
                if fits:
                    return HIT
        X[NUMBER] += 1
        X[BEGUN] = X[STARTED] = 0
    return DONE


@entry
def note_places(A: Words, addresses: Words, G: Words, W: Words, seen: Longs, found: Longs) -> int:
    """As `tending.note_rows`, of the places `W` only: bit i is for the place `W[i]`; `found` gets
    positions among the addresses."""
    num, mask = 0, len(seen) - 1
    for number in range(len(addresses)):
        row, bits = addresses[number], 0
        for i in range(len(G)):
            bits |= int(A[row + W[i]] == G[i]) << i
        at = finish(bits) & mask
        while seen[at] != -1 and seen[at] != bits:
            at = (at + 1) & mask
        if seen[at] == -1 and 2 * num < len(found):
            seen[at] = bits
            found[2 * num], found[2 * num + 1] = bits, number
            num += 1
    return num
