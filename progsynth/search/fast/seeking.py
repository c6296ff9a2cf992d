"""Trying a production for values wanted at some rows, without keeping anything."""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.blocks import choose_block, go_back, run_block
from progsynth.search.fast.choosing import CHOSEN, FRESH, MORE, STARTED, Tables, start
from progsynth.search.fast.floats import is_right
from progsynth.search.fast.jit import inlined, kernel, peek
from progsynth.search.fast.keeping import count_block
from progsynth.search.fast.layout import (
    ANEW,
    BLOCK,
    BUDGET,
    CALLS,
    CHOICE,
    CHOICES,
    DONE,
    EXECUTIONS,
    GOING,
    HIT,
    KEEP,
    NEAR_KIND,
    PAUSED,
    RESULTS,
    ROOM,
    SEQUENCE,
    STATUS,
    TABLE,
    TUPLE,
    TYPES,
    Longs,
    Words,
)

AT_END = 2  # of a cursor's STARTED: nothing left to try


@kernel
def first_fit(A: Words, Q: Longs, num: int, wanted: int) -> int:
    """The first program of a block with the value wanted; `num` where there is none."""
    for k in range(num):
        if is_right(A, Q, peek(A, Q[RESULTS] + k), wanted):
            return k
    return num


@inlined
def seek(T: Tables, X: Longs, G: Words, W: Words, p: int, misses: int, inner: bool) -> int:
    """Try a production on the shares of the cursor for the words wanted at the rows `W`.

    Blocks are run on the first of these rows; a program that fits there goes on alone, to the
    first row too many where it does not.
    """
    A, Q = T.A, T.Q
    lambdas = T.P[p, CALLS] != op.NO_LAMBDA
    most = BLOCK if misses == 0 else 1
    X[FRESH] = 1
    if not X[STARTED]:
        start(T.P, T.C, X, p)
    status, fits, num, place, lacking = GOING, -1, 0, 0, 0
    while status == GOING:
        if fits < 0:
            if X[STARTED] == AT_END or Q[BUDGET] <= 0:
                status = DONE if X[STARTED] == AT_END else PAUSED
                break
            num, place, lacking = choose_block(T, X, p, 0, False, min(most, Q[BUDGET])), 0, 0
        Q[STATUS], Q[KEEP] = GOING, int(Q[TYPES + 8 * Q[NEAR_KIND]] in (SEQUENCE, TABLE, TUPLE))
        run_block(T, X, p, 1 if fits >= 0 else num, int(W[place]), W[place] + 1)
        Q[KEEP] = 1
        if Q[STATUS] == ROOM:
            status = ROOM
            go_back(X)
            break
        if fits >= 0:
            Q[EXECUTIONS] += 1
            lacking += int(not is_right(A, Q, peek(A, Q[RESULTS]), int(G[place])))
        else:
            fits = first_fit(A, Q, num, int(G[0])) if misses == 0 else 0
            if fits < num:  # the cursor goes to behind it
                lacking = int(not is_right(A, Q, peek(A, Q[RESULTS] + fits), int(G[0])))
                go_back(X)
                num = choose_block(T, X, p, 0, False, fits + 1)
                for j in range(4):
                    A[Q[CHOICES] + j] = A[Q[CHOICES] + CHOICE * fits + j]
                A[Q[CHOICES] + ANEW] = 1
            else:
                fits = -1
        place += 1
        if fits >= 0 and (lacking > misses or place == len(W)):
            if lacking <= misses:
                for j in range(4):
                    X[CHOSEN + j] = A[Q[CHOICES] + j]
                status = HIT
            fits, X[FRESH] = -1, 1
        if fits < 0:
            count_block(Q, num, 1, lambdas, inner)
            X[STARTED] = 1 if X[MORE] else AT_END
    return status
