"""Which programs of a block are kept: each row once.

The rows of a block are hashed together, so that what they are compared with comes from memory
while others are worked on.
"""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.choosing import Tables
from progsynth.search.fast.interning import MIX, finish, hash_words
from progsynth.search.fast.jit import kernel, peek, prefetch
from progsynth.search.fast.layout import (
    ARGS,
    ARITY,
    AUX,
    BLOCK,
    BLOCK_LANES,
    BUDGET,
    CALLS,
    CHOICE,
    CHOICES,
    CLOSED,
    DONE,
    ENTRIES,
    ENTRIES_END,
    EXECUTIONS,
    FAIL,
    FAILURES,
    FULL,
    GOING,
    MERGING,
    OF_BODIES,
    OP,
    OUTER,
    OVERRUN,
    OWN,
    PROGRAMS,
    RESULTS,
    ROOM,
    ROW_MASK,
    ROW_SLOTS,
    ROWS,
    ROWS_END,
    SCOPE,
    SEQUENCE_MASK,
    SEQUENCES,
    SYMBOL,
    TAG,
    UNMERGED,
    WITH_LAMBDAS,
    Longs,
    Words,
)

HEADER = 2  # words of a record in front of its row, but for the arguments
MOST_UNMERGED = 20_000  # bodies of one scope that are not merged


@kernel
def row_tag(A: Words, Q: Longs, symbol: int, row: int, width: int) -> int:
    """31 bits of a hash of the row of a program of the symbol."""
    return (finish(hash_words(A, Q, row, width) * MIX + symbol) >> 33) & 0x7FFFFFFF


@kernel
def slot_of(A: Words, Q: Longs, P: Words, symbol: int, row: int, width: int, tag: int) -> int:
    """The slot of the row in the table of rows; less than 0, less one, is the free one for it."""
    at = Q[ROW_SLOTS] + (tag & Q[ROW_MASK])
    slot = Q[at]
    while slot:
        if slot >> 32 == tag:
            found = slot & 0x7FFFFFFF
            if P[A[found - 1], SYMBOL] == symbol:
                i = 0
                while i < width and A[found + i] == A[row + i]:
                    i += 1
                if i == width:
                    return at
        at += 1
        slot = Q[at]
    return -1 - at


@kernel
def uses_of(A: Words, P: Words, Y: Words, Z: Words, choice: int, p: int) -> int:
    """Which variables in sight the chosen combination uses, as bits."""
    if P[p, OP] == op.VARIABLE:
        return 1 << P[p, AUX]
    uses = 0
    for j in range(P[p, ARITY]):
        inner = peek(A, A[choice + j] - 2) >> 1
        scope = Y[P[p, ARGS + j], SCOPE]
        if scope != Y[P[p, SYMBOL], SCOPE]:
            inner = 0 if Z[scope, CLOSED] else inner & ((1 << Z[scope, OUTER]) - 1)
        uses |= inner
    return uses


@kernel
def is_body(A: Words, Z: Words, scope: int, body: int) -> bool:
    """Is it a body of the scope's own? See `bank.Bank.bodies`."""
    uses = peek(A, body - 2) >> 1
    outer = 0 if Z[scope, CLOSED] else int(Z[scope, OUTER])
    if not Z[scope, MERGING]:
        own = ((1 << Z[scope, OWN]) - 1) << outer
        if uses & own != own:
            return False
    return bool(Z[scope, CLOSED]) or uses & ((1 << outer) - 1) != 0


@kernel
def admit(T: Tables, p: int, choice: int, row: int, width: int, merging: bool) -> int:
    """Keep the program whose row is written at `row`, if no entry has the row yet."""
    A, Q = T.A, T.Q
    symbol, arity = int(T.P[p, SYMBOL]), int(T.P[p, ARITY])
    slot, tag, mask = 0, peek(A, choice + TAG), Q[ROW_MASK]
    if merging:
        slot = slot_of(A, Q, T.P, symbol, row, width, tag)
        if slot >= 0:
            return GOING
        slot = -1 - slot
        if slot > Q[ROW_SLOTS] + mask + OVERRUN - 2:
            return ROOM
    place = Q[ROWS] + HEADER + arity
    if Q[ENTRIES] >= Q[ENTRIES_END] or place + width > Q[ROWS_END]:
        return FULL
    if merging:
        Q[slot] = (tag << 32) | place
    A[place - 1] = p
    A[place - 2] = (uses_of(A, T.P, T.Y, T.Z, choice, p) << 1) | int(A[choice + FAILURES] == 0)
    for j in range(arity):
        A[place - 3 - j] = A[choice + j]
    for i in range(width):
        A[place + i] = A[row + i]
    T.E[Q[ENTRIES]] = place
    Q[ENTRIES] += 1
    Q[ROWS] = place + width
    return GOING


@kernel
def look_ahead(A: Words, Q: Longs, symbol: int, num: int, width: int) -> None:
    """Hash the rows of a block and ask for what they will be compared with."""
    for k in range(num):
        choice, row = Q[CHOICES] + CHOICE * k, Q[RESULTS] + width * k
        failures = 0
        for i in range(row, row + width):
            failures += int(A[i] == FAIL)
        A[choice + FAILURES] = failures
        tag = row_tag(A, Q, symbol, row, width)
        A[choice + TAG] = tag
        prefetch(Q, Q[ROW_SLOTS] + (tag & Q[ROW_MASK]))
    for k in range(num):
        tag = peek(A, Q[CHOICES] + CHOICE * k + TAG)
        at = Q[ROW_SLOTS] + (tag & Q[ROW_MASK])
        slot = Q[at]
        while slot and slot >> 32 != tag:
            at += 1
            slot = Q[at]
        if slot:
            prefetch(A, (slot & 0x7FFFFFFF) - 1)


@kernel
def keep_block(T: Tables, p: int, scope: int, num: int, width: int) -> int:
    """Admit the programs of a block, of a scope whose rows are merged or not, and count them."""
    A, Q = T.A, T.Q
    merging = bool(T.Z[scope, MERGING])
    status, k = GOING, 0
    if merging:
        look_ahead(A, Q, int(T.P[p, SYMBOL]), num, width)
    while k < num:
        choice = Q[CHOICES] + CHOICE * k
        if not merging:
            if T.Z[scope, UNMERGED] >= MOST_UNMERGED:
                status = DONE
                break
            A[choice + FAILURES] = 0
            status = admit(T, p, choice, 0, 0, False)
            T.Z[scope, UNMERGED] += int(status == GOING)
        elif A[choice + FAILURES] < width or width == 0:
            status = admit(T, p, choice, Q[RESULTS] + width * k, width, True)
        if status != GOING:
            break
        k += 1
    count_block(Q, k, width, T.P[p, CALLS] != op.NO_LAMBDA, scope > 0)
    return status


@kernel
def count_block(Q: Longs, num: int, width: int, lambdas: bool, inner: bool) -> None:
    """Count programs that were tried on so many rows each."""
    Q[PROGRAMS] += num
    Q[EXECUTIONS] += num * width
    Q[WITH_LAMBDAS] += num * int(lambdas)
    Q[OF_BODIES] += num * int(inner)
    Q[BUDGET] -= num


@kernel
def is_crowded(Q: Longs, lanes: int) -> bool:
    """Has a table to grow before a block of so many lanes?"""
    return bool(
        10 * (Q[SEQUENCES] + min(lanes, BLOCK_LANES)) > 7 * Q[SEQUENCE_MASK]
        or 10 * (Q[ENTRIES] + BLOCK) > 7 * Q[ROW_MASK]
    )
