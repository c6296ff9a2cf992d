"""Trying programs of a scope for values wanted at some of its rows, without keeping any."""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.choosing import (
    BEGUN,
    CHOSEN,
    NUMBER,
    STARTED,
    Tables,
    advance,
    next_shares,
    start,
)
from progsynth.search.fast.filling import HEADER, choose, count
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
    ENVS,
    EXECUTIONS,
    FIRST,
    GOING,
    HIT,
    KEEP,
    OP,
    PAUSED,
    ROOM,
    ROWS,
    SCOPE,
    STATUS,
    WIDTH,
    Longs,
    Words,
)
from progsynth.search.fast.running import apply_row


@kernel
def is_leaf_wanted(T: Tables, G: Words, W: Words, p: int, scope: int) -> bool:
    """Does a production without arguments give what is wanted at all places?"""
    A, aux = T.A, int(T.P[p, AUX])
    start_of = T.Z[scope, ENVS] + aux * T.Z[scope, WIDTH]
    for i in range(len(W)):
        word = A[start_of + W[i]] if T.P[p, OP] == op.VARIABLE else aux
        if word != G[i]:
            return False
    return True


@kernel
def is_wanted(T: Tables, X: Longs, G: Words, W: Words, p: int, row: int) -> bool:
    """Do the chosen arguments give what is wanted at all places? Stops at the first other one."""
    A, Q, P = T.A, T.Q, T.P
    code, aux, arity = int(P[p, OP]), int(P[p, AUX]), int(P[p, ARITY])
    for i in range(len(W)):
        at = int(W[i])
        a = X[CHOSEN] + at
        b = X[CHOSEN + 1] + at if arity > 1 else 0
        c = X[CHOSEN + 2] + at if arity > 2 else 0
        d = X[CHOSEN + 3] + at if arity > 3 else 0
        apply_row(A, Q, code, aux, a, b, c, d, 1, row)
        Q[EXECUTIONS] += int(i > 0)
        if A[row] != G[i] or Q[STATUS] != GOING:
            return False
    return True


@entry
def try_bodies(T: Tables, X: Longs, G: Words, W: Words, symbol: int, cost: int) -> int:
    """Try the programs of the symbol of that cost that call no lambda and decide nothing.

    `G` holds the words wanted at the rows `W`, the most telling first. Gives `HIT` with the
    production, less the symbol's first, in the cursor, and the arguments; calling it again goes
    on behind it.
    """
    Q, P, Y, C = T.Q, T.P, T.Y, T.C
    scope = int(Y[symbol, SCOPE])
    while X[NUMBER] < Y[symbol, COUNT]:
        p = int(Y[symbol, FIRST] + X[NUMBER])
        left, arity = cost - int(P[p, COST]), int(P[p, ARITY])
        if arity == 0 and left == 0 and not X[BEGUN]:
            count(Q, 1, False, True)
            if is_leaf_wanted(T, G, W, p, scope):
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
                choose(T, X, p)
                Q[STATUS], Q[KEEP] = GOING, 0
                fits = is_wanted(T, X, G, W, p, row)
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
    """As `tending.note_rows`, of the rows `W` only: bit i is for the row `W[i]`."""
    num, mask = 0, len(seen) - 1
    for row in addresses:
        bits = 0
        for i in range(len(G)):
            bits |= int(A[row + W[i]] == G[i]) << i
        at = finish(bits) & mask
        while seen[at] != -1 and seen[at] != bits:
            at = (at + 1) & mask
        if seen[at] == -1 and 2 * num < len(found):
            seen[at] = bits
            found[2 * num], found[2 * num + 1] = bits, row
            num += 1
    return num
