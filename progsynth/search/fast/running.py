"""Running operations on rows, and bodies of lambdas on many elements at once.

Operations run on "lanes": rows of one program or of several, or settings of a body's variables.
What they work on is opened first, and what they make is looked up for all lanes together, in
pieces that fit the stack. Each step of a body is one operation. Choices run both branches, which
is the same: nothing but values comes of it.
"""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.dicts import look_in
from progsynth.search.fast.floats import float_row
from progsynth.search.fast.interning import conclude_deferred, give, opened
from progsynth.search.fast.jit import inlined, kernel, peek, prefetch
from progsynth.search.fast.layout import (
    ARITY,
    AUX,
    BLOCK_LANES,
    FAIL,
    FRAMES,
    KEEP,
    LANES,
    NUM_DEFERRED,
    NUM_LANES,
    OP,
    OPENED,
    OUT,
    OUT_LIMIT,
    STACK,
    TAPE,
    VARIABLES,
    Longs,
    Words,
)
from progsynth.search.fast.making import make
from progsynth.search.fast.nesting import nest
from progsynth.search.fast.reading import read, read_part
from progsynth.search.fast.scalars import logic_row, number_row
from progsynth.search.fast.texts import text

MAX_STEPS = 64  # of one body


@kernel
def open_lane(A: Words, Q: Longs, row: int, i: int, first: int, period: int, to: int) -> None:
    """Open the sequence of lane i of a row, unless it is that of the lane one period before."""
    word = peek(A, row + i)
    if word == FAIL:
        A[to + i - first] = FAIL
    elif i - period >= first and A[row + i - period] == word:
        A[to + i - first] = A[to + i - period - first]
    else:
        A[to + i - first] = opened(A, Q, word)


@inlined
def open_lanes(
    A: Words, Q: Longs, opens: int, a: int, b: int, c: int, first: int, end: int, period: int
) -> int:
    """Open what has to be on the lanes from `first` on; gives the lane that it stopped at."""
    x, y, z = Q[OPENED], Q[OPENED] + BLOCK_LANES, Q[OPENED] + 2 * BLOCK_LANES
    i = first
    while i < end:
        if opens & 1:
            open_lane(A, Q, a, i, first, period, x)
        if opens & 2:
            open_lane(A, Q, b, i, first, period, y)
        if opens & 4:
            open_lane(A, Q, c, i, first, period, z)
        i += 1
        if Q[OUT] > Q[OUT_LIMIT]:
            break
    return i


@inlined
def operate(A: Words, Q: Longs, code: int, aux: int, x: int, y: int, z: int, u: int) -> int:
    """The word of an operation on sequences, those opened that it wants so."""
    if code < op.PART_END:
        return read_part(A, Q, code, aux, x, y)
    if code < op.READING_END:
        return read(A, Q, code, aux, x, y)
    if code < op.MAKING_END:
        return make(A, Q, code, aux, x, y, z, u)
    if code < op.NESTING_END:
        return nest(A, Q, code, x, y, z)
    if code < op.DICTS:
        return text(A, Q, code, x, y, z)
    return look_in(A, Q, code, x, y, z)


@inlined
def operate_lanes(
    A: Words,
    Q: Longs,
    code: int,
    aux: int,
    a: int,
    b: int,
    c: int,
    d: int,
    n: int,
    period: int,
    out: int,
) -> None:
    """`apply_lanes` for operations on sequences."""
    opens = op.OPENED[code]
    mark, waiting = Q[OUT], Q[NUM_DEFERRED]
    for at in range(a, a + n):
        if opens & 1 and A[at] > 0:
            prefetch(A, A[at])
    i = 0
    while i < n:
        end = min(n, i + BLOCK_LANES)
        xs, ys, zs = a + i, b + i, c + i
        if opens:
            end = open_lanes(A, Q, opens, a, b, c, i, end, period)
            xs = Q[OPENED] if opens & 1 else xs
            ys = Q[OPENED] + BLOCK_LANES if opens & 2 else ys
            zs = Q[OPENED] + 2 * BLOCK_LANES if opens & 4 else zs
        bottom = Q[OUT]
        for k in range(end - i):
            x, y, z, u = peek(A, xs + k), peek(A, ys + k), peek(A, zs + k), peek(A, d + i + k)
            if x == FAIL or y == FAIL or z == FAIL or u == FAIL:
                A[out + i + k] = FAIL
            else:
                word = operate(A, Q, code, aux, x, y, z, u)
                give(A, Q, out + i + k, word)
                if Q[OUT] > Q[OUT_LIMIT]:
                    conclude_deferred(A, Q, waiting)
                    Q[OUT] = bottom
        conclude_deferred(A, Q, waiting)
        Q[OUT] = mark
        i = end


@kernel
def apply_lanes(
    A: Words,
    Q: Longs,
    code: int,
    aux: int,
    a: int,
    b: int,
    c: int,
    d: int,
    n: int,
    period: int,
    out: int,
) -> None:
    """Run a first-order operation on n lanes; arguments and result are addresses in A.

    Arguments that the operation does not have are rows of zeros. Lanes one `period` apart are
    likely to have some arguments in common.
    """
    if code < op.NUMBERS_END:
        number_row(A, Q, code, a, b, c, n, out)
    elif code < op.LOGIC_END:
        logic_row(A, Q, code, aux, a, b, c, n, out)
    elif code < op.FLOATS or code >= op.DICTS:
        operate_lanes(A, Q, code, aux, a, b, c, d, n, period, out)
    else:
        float_row(A, Q, code, a, b, c, n, out)


@inlined
def apply_row(
    A: Words, Q: Longs, code: int, aux: int, a: int, b: int, c: int, d: int, n: int, out: int
) -> None:
    """`apply_lanes` on the n rows of one program."""
    apply_lanes(A, Q, code, aux, a, b, c, d, n, n, out)


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
        production = peek(A, node - 1)
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
