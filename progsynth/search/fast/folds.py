"""Calls whose lambda gets its own results back: folds, `scan`, `accumulate`, `reduce`."""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.calls import set_outer
from progsynth.search.fast.interning import item_of, length, sequence
from progsynth.search.fast.jit import inlined, kernel, peek
from progsynth.search.fast.layout import (
    ACCUMULATORS,
    EMPTY,
    FAIL,
    HISTORY,
    LANES,
    MISSES,
    STARTS,
    VARIABLES,
    Longs,
    Words,
)
from progsynth.search.fast.running import run_body


@kernel
def begin(A: Words, Q: Longs, code: int, a: int, b: int, low: int, high: int) -> int:
    """Set the accumulators of rows low to high; how many steps the longest takes.

    Room for each row's history is set aside; -1 where there is too little.
    """
    skip = 1 if code >= op.ACCUMULATE else 0
    room, steps = 0, 0
    for i in range(low, high):
        k = i - low
        xs = peek(A, a + i) if skip else peek(A, b + i)
        acc = FAIL
        A[Q[STARTS] + k] = room
        if xs != FAIL:
            n = length(A, xs)
            if not skip:
                acc = peek(A, a + i)
            elif n:
                acc = item_of(A, xs, 0)
            if room + n + 1 > Q[LANES]:
                return -1
            A[Q[HISTORY] + room] = acc
            room += n + 1
            steps = max(steps, n - skip)
        A[Q[ACCUMULATORS] + k] = acc
    return steps


@inlined
def step(
    A: Words,
    Q: Longs,
    P: Words,
    Z: Words,
    code: int,
    scope: int,
    body: int,
    xs: int,
    low: int,
    high: int,
    number: int,
) -> None:
    """Call the body once for every row that is not at its end."""
    skip = 1 if code >= op.ACCUMULATE else 0
    num, lanes = 0, Q[LANES]
    for i in range(low, high):
        x, acc = peek(A, xs + i), peek(A, Q[ACCUMULATORS] + i - low)
        if x == FAIL or acc == FAIL or number + skip >= length(A, x):
            continue
        own = Q[VARIABLES] + set_outer(A, Q, Z, scope, num, i) * lanes + num
        if code == op.FOLD_RIGHT:
            A[own] = item_of(A, x, length(A, x) - 1 - number)
            A[own + lanes] = acc
        else:
            A[own] = acc
            A[own + lanes] = item_of(A, x, number + skip)
        A[Q[MISSES] + num] = i - low
        num += 1
    if num == 0:
        return
    found = run_body(A, Q, P, body, num)
    for j in range(num):
        k = peek(A, Q[MISSES] + j)
        A[Q[ACCUMULATORS] + k] = A[found + j]
        A[Q[HISTORY] + A[Q[STARTS] + k] + number + 1] = A[found + j]


@inlined
def fold_rows(
    A: Words,
    Q: Longs,
    P: Words,
    Z: Words,
    code: int,
    scope: int,
    body: int,
    a: int,
    b: int,
    low: int,
    high: int,
    out: int,
) -> None:
    """Run the call on rows low to high. a, b: init and list, or the list alone."""
    xs = a if code >= op.ACCUMULATE else b
    steps = begin(A, Q, code, a, b, low, high)
    for number in range(steps):
        step(A, Q, P, Z, code, scope, body, xs, low, high, number)
    for i in range(low, high):
        x, acc = peek(A, xs + i), peek(A, Q[ACCUMULATORS] + i - low)
        if x == FAIL or steps < 0:
            r = FAIL
        elif code == op.ACCUMULATE and length(A, x) == 0:
            r = EMPTY
        elif acc == FAIL or code <= op.FOLD_RIGHT or code == op.REDUCE:
            r = acc
        else:
            n = length(A, x) + (1 if code == op.SCAN else 0)
            r = sequence(A, Q, Q[HISTORY] + A[Q[STARTS] + i - low], n)
        A[out + i - low] = r
