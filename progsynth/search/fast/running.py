"""Running operations on rows, and bodies of lambdas on many elements at once.

A body is run on `n` settings of its variables together ("lanes"): each of its steps is one
operation on rows. Choices run both branches, which is the same: nothing but values comes of it.
"""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.jit import inlined, kernel
from progsynth.search.fast.layout import (
    ARITY,
    AUX,
    FAIL,
    FRAMES,
    KEEP,
    LANES,
    NUM_LANES,
    OP,
    STACK,
    TAPE,
    TOUCHED,
    VARIABLES,
    Longs,
    Words,
)
from progsynth.search.fast.making import make
from progsynth.search.fast.nesting import nest
from progsynth.search.fast.reading import read
from progsynth.search.fast.scalars import logic_row, number_row
from progsynth.search.fast.texts import text

MAX_STEPS = 64  # of one body


@kernel
def reads_sequence(code: int) -> bool:
    """Is the operation's first argument a sequence?"""
    if code < op.READING_END:
        return code != op.IN
    return code < op.BUILD and not op.RANGE <= code <= op.RANGE_STEP


@kernel
def touch(A: Words, Q: Longs, a: int, n: int) -> None:
    """Read the beginnings of the sequences in a row: at once, they come sooner from memory."""
    seen = 0
    for i in range(n):
        x = int(A[a + i])
        if x > 0:
            seen ^= A[x - 1] ^ A[x]
    Q[TOUCHED] = seen


@kernel
def apply_row(
    A: Words,
    Q: Longs,
    code: int,
    aux: int,
    a: int,
    b: int,
    c: int,
    d: int,
    n: int,
    out: int,
) -> None:
    """Run a first-order operation on n rows; arguments and result are addresses in A.

    Arguments that the operation does not have are rows of zeros.
    """
    if code < op.NUMBERS_END:
        number_row(A, Q, code, a, b, c, n, out)
    elif code < op.LOGIC_END:
        logic_row(A, Q, code, aux, a, b, c, n, out)
    else:
        if reads_sequence(code):
            touch(A, Q, a, n)
        for i in range(n):
            x, y, z, u = int(A[a + i]), int(A[b + i]), int(A[c + i]), int(A[d + i])
            if x == FAIL or y == FAIL or z == FAIL or u == FAIL:
                A[out + i] = FAIL
            elif code < op.READING_END:
                A[out + i] = read(A, Q, code, aux, x, y)
            elif code < op.MAKING_END:
                A[out + i] = make(A, Q, code, aux, x, y, z, u)
            elif code < op.NESTING_END:
                A[out + i] = nest(A, Q, code, x, y, z)
            else:
                A[out + i] = text(A, Q, code, x, y, z)


@inlined
def run_step(A: Words, Q: Longs, P: Words, production: int, values: int) -> int:
    """The address of what a step of a body gives, whose arguments' addresses are at Q[values]."""
    code, aux, arity = int(P[production, OP]), int(P[production, AUX]), int(P[production, ARITY])
    if code == op.VARIABLE:
        return Q[VARIABLES] + aux * Q[LANES]
    out = Q[TAPE] + Q[STACK] * Q[LANES]
    n = Q[NUM_LANES]
    Q[STACK] += 1
    if code == op.CONSTANT:
        for i in range(n):
            A[out + i] = aux
        return out
    a = Q[values]
    b = Q[values + 1] if arity > 1 else 0
    c = Q[values + 2] if arity > 2 else 0
    d = Q[values + 3] if arity > 3 else 0
    apply_row(A, Q, code, aux, a, b, c, d, n, out)
    return out


@kernel
def run_steps(A: Words, Q: Longs, P: Words, body: int) -> int:
    """The address of what the body gives on the lanes of variables: its steps, arguments first."""
    nodes, turns, values = Q[FRAMES], Q[FRAMES] + MAX_STEPS, Q[FRAMES] + 2 * MAX_STEPS
    depth, held = 0, values
    Q[nodes], Q[turns] = body, 0
    while depth >= 0:
        node, turn = Q[nodes + depth], Q[turns + depth]
        production = int(A[node - 1])
        arity = int(P[production, ARITY])
        if turn < arity:
            Q[turns + depth] = turn + 1
            depth += 1
            Q[nodes + depth], Q[turns + depth] = A[node - 3 - turn], 0
            continue
        held -= arity
        Q[held] = run_step(A, Q, P, production, held)
        held += 1
        depth -= 1
    return Q[values]


@inlined
def run_body(A: Words, Q: Longs, P: Words, body: int, n: int) -> int:
    """The address of what the body gives on n lanes; its values are kept, whatever `KEEP` says."""
    keep = Q[KEEP]
    Q[KEEP] = 1
    Q[STACK] = 0
    Q[NUM_LANES] = n
    out = run_steps(A, Q, P, body)
    Q[KEEP] = keep
    return out
