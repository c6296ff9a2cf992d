"""The loop: every production on every choice of entries, each new row kept once."""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.blocks import choose_block, go_back, run_block
from progsynth.search.fast.choosing import (
    BEGUN,
    FRESH,
    MORE,
    NUMBER,
    STARTED,
    Tables,
    next_shares,
    start,
)
from progsynth.search.fast.jit import inlined
from progsynth.search.fast.keeping import is_crowded, keep_block
from progsynth.search.fast.layout import (
    ARITY,
    AUX,
    BLOCK,
    BLOCK_LANES,
    BUDGET,
    COST,
    COUNT,
    DONE,
    ENTRIES,
    ENVS,
    FIRST,
    FULL,
    GOING,
    KEEP,
    MERGING,
    OP,
    PAUSED,
    RESULTS,
    ROOM,
    SCOPE,
    STATUS,
    WIDTH,
    Longs,
)


@inlined
def combine(T: Tables, X: Longs, p: int, scope: int) -> int:
    """Try the production on all choices of entries of its shares, from the cursor on."""
    Q = T.Q
    merging = bool(T.Z[scope, MERGING])
    width = int(T.Z[scope, WIDTH]) if merging else 0
    most = max(1, min(BLOCK, BLOCK_LANES // max(1, width)))
    X[FRESH] = 1
    if not X[STARTED]:
        start(T.P, T.C, X, p)
    status = GOING
    while status == GOING and X[STARTED]:
        if Q[BUDGET] <= 0:
            status = PAUSED
        elif is_crowded(Q, most * width):
            status = ROOM
        else:
            num = choose_block(T, X, p, width, merging, min(most, Q[BUDGET]))
            Q[STATUS] = GOING
            if width:
                run_block(T, X, p, num, 0, width)
            status = Q[STATUS]
            if status == GOING:
                status = keep_block(T, p, scope, num, width)
                X[STARTED] = X[MORE]
            if status in (ROOM, FULL):
                X[STARTED] = 1
                go_back(X)
                if status == FULL and most > 1:  # up to the one that it does not hold
                    most, status = 1, GOING
    return status


@inlined
def leaf(T: Tables, p: int, scope: int) -> int:
    """Try a production without arguments."""
    A, Q, P, Z = T.A, T.Q, T.P, T.Z
    width = int(Z[scope, WIDTH]) if Z[scope, MERGING] else 0
    aux = int(P[p, AUX])
    if is_crowded(Q, 0):
        return ROOM
    for i in range(width):
        A[Q[RESULTS] + i] = A[Z[scope, ENVS] + aux * width + i] if P[p, OP] == op.VARIABLE else aux
    return keep_block(T, p, scope, 1, width)


@inlined
def fill_from(T: Tables, X: Longs, symbol: int, cost: int) -> int:
    """Fill the symbol's cell of that cost, from the cursor on; gives a status."""
    P, Y, C = T.P, T.Y, T.C
    scope = int(Y[symbol, SCOPE])
    if X[NUMBER] == 0 and X[BEGUN] == 0:
        C[symbol, cost, 0] = T.Q[ENTRIES]
    T.Q[KEEP] = 1
    while X[NUMBER] < Y[symbol, COUNT]:
        p = int(Y[symbol, FIRST] + X[NUMBER])
        left = cost - int(P[p, COST])
        status = GOING
        if P[p, ARITY] == 0:
            if left == 0:
                status = leaf(T, p, scope)
        else:
            while status == GOING:
                if not X[STARTED] and not next_shares(P, Y, C, X, p, left):
                    break
                status = combine(T, X, p, scope)
        if status == FULL:
            break
        if status > DONE:
            return status
        X[NUMBER] += 1
        X[BEGUN] = X[STARTED] = 0
    C[symbol, cost, 1] = T.Q[ENTRIES]
    return FULL if X[NUMBER] < Y[symbol, COUNT] else DONE
