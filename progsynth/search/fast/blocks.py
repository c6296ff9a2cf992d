"""Blocks of programs of one production: their arguments chosen, their rows run together.

The bank's memory is slow to come: in a block it is asked for many things at once.
"""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.calls import conclude_rows, gather, prepare
from progsynth.search.fast.choosing import (
    BACK,
    CHOSEN,
    FRESH,
    MORE,
    PLACES,
    SHARES,
    Tables,
    advance,
)
from progsynth.search.fast.folds import fold_rows
from progsynth.search.fast.interning import conclude_deferred
from progsynth.search.fast.jit import kernel, peek, prefetch
from progsynth.search.fast.keeping import is_body
from progsynth.search.fast.layout import (
    ANEW,
    ARGS,
    ARGUMENTS,
    ARITY,
    AUX,
    CALLS,
    CHOICE,
    CHOICES,
    FAIL,
    LANE_ROOM,
    NUM_DEFERRED,
    OP,
    OUT,
    OUT_LIMIT,
    RESULTS,
    SCOPE,
    STARTS,
    Longs,
    Words,
)
from progsynth.search.fast.running import apply_lanes


@kernel
def is_first_body(T: Tables, X: Longs, p: int) -> bool:
    """Is the cursor at the first body for its other arguments?"""
    return bool(X[PLACES] == T.C[T.P[p, ARGS], X[SHARES], 0])


@kernel
def tells_apart(A: Words, condition: int, width: int) -> bool:
    """Is the condition true on some rows and false on others?"""
    some = none = False
    for i in range(condition, condition + width):
        some |= A[i] == 1
        none |= A[i] == 0
    return some and none


@kernel
def choose_block(T: Tables, X: Longs, p: int, width: int, keeping: bool, most: int) -> int:
    """Choose the arguments of the next programs, from the cursor on; how many there are.

    The cursor moves on; `MORE`: is it at another? `FRESH`: is what does not depend on the body
    new for it? `go_back` undoes the move. `keeping` leaves out conditions that tell nothing.
    """
    A, P, C, Z = T.A, T.P, T.C, T.Z
    arity, lambdas, num = int(P[p, ARITY]), P[p, CALLS] != op.NO_LAMBDA, 0
    choice = keeping and P[p, OP] == op.IF
    inner = int(T.Y[P[p, ARGS], SCOPE])
    for j in range(4):
        X[BACK + j] = X[PLACES + j]
    going = True
    while going and num < most:
        at = T.Q[CHOICES] + CHOICE * num
        for j in range(arity):
            address = T.E[X[PLACES + j]]
            A[at + j] = address
            prefetch(A, address)
        if choice and not tells_apart(A, peek(A, at), width):
            going = advance(P, C, X, p, 0)
            continue
        if lambdas:
            X[FRESH] |= int(is_first_body(T, X, p))
        if not lambdas or is_body(A, Z, inner, peek(A, at)):
            A[at + ANEW] = X[FRESH]
            X[FRESH] = 0
            num += 1
        going = advance(P, C, X, p, arity - 1)
    X[MORE] = int(going)
    return num


@kernel
def go_back(X: Longs) -> None:
    """Undo the last choice of a block."""
    for j in range(4):
        X[PLACES + j] = X[BACK + j]
    X[FRESH] = 1


@kernel
def gather_arguments(A: Words, Q: Longs, arity: int, num: int, low: int, high: int) -> None:
    """Bring rows low to high of the arguments of a block side by side."""
    for j in range(arity):
        to = Q[ARGUMENTS] + Q[LANE_ROOM] * j
        for k in range(num):
            row = A[Q[CHOICES] + CHOICE * k + j]
            for i in range(low, high):
                A[to] = A[row + i]
                to += 1


@kernel
def run_block(T: Tables, X: Longs, p: int, num: int, low: int, high: int) -> None:
    """Write what the production gives of the chosen arguments, on rows low to high."""
    A, Q, P, Z = T.A, T.Q, T.P, T.Z
    code, aux, arity, calls = P[p, OP], int(P[p, AUX]), int(P[p, ARITY]), int(P[p, CALLS])
    n, room = high - low, Q[LANE_ROOM]
    if calls == op.NO_LAMBDA:
        gather_arguments(A, Q, arity, num, low, high)
        a = Q[ARGUMENTS]
        b = a + room if arity > 1 else 0
        c = a + 2 * room if arity > 2 else 0
        d = a + 3 * room if arity > 3 else 0
        apply_lanes(A, Q, code, aux, a, b, c, d, num * n, n, Q[RESULTS])
        return
    scope = int(T.Y[P[p, ARGS], SCOPE])
    mark, waiting = Q[OUT], Q[NUM_DEFERRED]
    for k in range(num):
        choice, out = Q[CHOICES] + CHOICE * k, Q[RESULTS] + n * k
        body, b = peek(A, choice), peek(A, choice + 1)
        c = peek(A, choice + 2) if arity > 2 else b
        if calls == op.ON_RESULTS:
            fold_rows(A, Q, P, Z, code, scope, body, b, c, low, high, out)
            continue
        if A[choice + ANEW] or Q[OUT] > Q[OUT_LIMIT]:
            conclude_deferred(A, Q, waiting)
            Q[OUT] = mark
        if A[choice + ANEW]:
            X[CHOSEN + 4] = prepare(A, Q, Z, T.elements, T.slots, scope, calls, b, c, low, high)
        if X[CHOSEN + 4] < 0:
            for i in range(n):
                A[out + i] = FAIL
            continue
        gather(A, Q, P, body, peek(A, Q[STARTS] + n), X[CHOSEN + 4])
        conclude_rows(A, Q, code, aux, b, c, low, high, out)
    conclude_deferred(A, Q, waiting)
    Q[OUT] = mark
