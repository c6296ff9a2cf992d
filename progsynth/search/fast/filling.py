"""The loop: every production on every choice of entries, each new row kept once."""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.calls import conclude_rows, gather, prepare
from progsynth.search.fast.choosing import (
    BEGUN,
    CHOSEN,
    NUMBER,
    PLACES,
    SHARES,
    STARTED,
    Tables,
    advance,
    next_shares,
    start,
)
from progsynth.search.fast.folds import fold_rows
from progsynth.search.fast.interning import (
    MIX,
    finish,
)
from progsynth.search.fast.jit import entry, inlined, kernel
from progsynth.search.fast.layout import (
    ARGS,
    ARITY,
    AUX,
    BUDGET,
    CALLS,
    CLOSED,
    COST,
    COUNT,
    DONE,
    ENTRIES,
    ENTRIES_END,
    ENVS,
    EXECUTIONS,
    FAIL,
    FIRST,
    FULL,
    GOING,
    HIT,
    KEEP,
    MERGING,
    OF_BODIES,
    OP,
    OUTER,
    OWN,
    PAUSED,
    PROGRAMS,
    ROOM,
    ROW_MASK,
    ROW_SLOTS,
    ROWS,
    ROWS_END,
    SCOPE,
    STARTS,
    STATUS,
    SYMBOL,
    UNMERGED,
    WIDTH,
    WITH_LAMBDAS,
    Longs,
    Words,
)
from progsynth.search.fast.running import apply_row

HEADER = 2  # words of a record in front of its row, but for the arguments
MOST_UNMERGED = 20_000  # bodies of one scope that are not merged


@kernel
def row_hash(A: Words, symbol: int, row: int, width: int) -> int:
    """A hash of the row of a program of the symbol."""
    h = symbol + 1
    for i in range(row, row + width):
        h = (h ^ A[i]) * MIX
        h ^= h >> 31
    return finish(h)


@kernel
def slot_of(A: Words, Q: Longs, P: Words, symbol: int, row: int, width: int, h: int) -> int:
    """Where in the table of rows the row is; less than 0, less one, is the free slot for it."""
    tag = (h >> 33) & 0x3FFFFFFF
    mask, slots = Q[ROW_MASK], Q[ROW_SLOTS]
    at = h & mask
    slot = Q[slots + at]
    while slot:
        if slot >> 32 == tag:
            found = slot & 0xFFFFFFFF
            if P[A[found - 1], SYMBOL] == symbol:
                i = 0
                while i < width and A[found + i] == A[row + i]:
                    i += 1
                if i == width:
                    return at
        at = (at + 1) & mask
        slot = Q[slots + at]
    return -1 - at


@kernel
def uses_of(A: Words, P: Words, Y: Words, Z: Words, X: Longs, p: int) -> int:
    """Which variables in sight the chosen combination uses, as bits."""
    if P[p, OP] == op.VARIABLE:
        return 1 << P[p, AUX]
    uses = 0
    for j in range(P[p, ARITY]):
        inner = int(A[X[CHOSEN + j] - 2]) >> 1
        scope = Y[P[p, ARGS + j], SCOPE]
        if scope != Y[P[p, SYMBOL], SCOPE]:
            inner = 0 if Z[scope, CLOSED] else inner & ((1 << Z[scope, OUTER]) - 1)
        uses |= inner
    return uses


@kernel
def is_body(A: Words, Z: Words, scope: int, body: int) -> bool:
    """Is it a body of the scope's own? See `bank.Bank.bodies`."""
    uses = int(A[body - 2]) >> 1
    outer = 0 if Z[scope, CLOSED] else int(Z[scope, OUTER])
    if not Z[scope, MERGING]:
        own = ((1 << Z[scope, OWN]) - 1) << outer
        if uses & own != own:
            return False
    return bool(Z[scope, CLOSED]) or uses & ((1 << outer) - 1) != 0


@kernel
def admit(T: Tables, X: Longs, p: int, row: int, width: int, merging: bool) -> int:
    """Keep the program whose row is written at `row`, if no entry has the row yet."""
    A, Q = T.A, T.Q
    symbol = int(T.P[p, SYMBOL])
    failures = 0
    for i in range(row, row + width):
        failures += int(A[i] == FAIL)
    if failures == width and width > 0:
        return GOING
    slot = 0
    h = 0
    if merging:
        h = row_hash(A, symbol, row, width)
        slot = slot_of(A, Q, T.P, symbol, row, width, h)
        if slot >= 0:
            return GOING
        slot = -1 - slot
    if Q[ENTRIES] >= Q[ENTRIES_END] or row + width > Q[ROWS_END]:
        return FULL
    if 5 * Q[ENTRIES] > 3 * Q[ROW_MASK]:
        return ROOM
    if merging:
        Q[Q[ROW_SLOTS] + slot] = (((h >> 33) & 0x3FFFFFFF) << 32) | row
    A[row - 1] = p
    A[row - 2] = (uses_of(A, T.P, T.Y, T.Z, X, p) << 1) | int(failures == 0)
    for j in range(T.P[p, ARITY]):
        A[row - 3 - j] = X[CHOSEN + j]
    T.E[Q[ENTRIES]] = row
    Q[ENTRIES] += 1
    Q[ROWS] = row + width
    return GOING


@kernel
def choose(T: Tables, X: Longs, p: int) -> None:
    """Look up the addresses of the chosen arguments."""
    for j in range(T.P[p, ARITY]):
        X[CHOSEN + j] = T.E[X[PLACES + j]]


@kernel
def is_first_body(T: Tables, X: Longs, p: int) -> bool:
    """Is the cursor at the first body for its other arguments?"""
    return bool(X[PLACES] == T.C[T.P[p, ARGS], X[SHARES], 0])


@kernel
def compute(T: Tables, X: Longs, p: int, low: int, high: int, row: int, fresh: bool) -> None:
    """Write what the production gives of the chosen arguments, on rows low to high, to `row`.

    `fresh`: what depends on the arguments other than the body has to be prepared.
    """
    A, Q, P, Z = T.A, T.Q, T.P, T.Z
    code, aux, arity, calls = int(P[p, OP]), int(P[p, AUX]), int(P[p, ARITY]), int(P[p, CALLS])
    a, b, c, d = X[CHOSEN], X[CHOSEN + 1], X[CHOSEN + 2], X[CHOSEN + 3]
    if calls == op.NO_LAMBDA:
        b = b + low if arity > 1 else 0
        c = c + low if arity > 2 else 0
        d = d + low if arity > 3 else 0
        apply_row(A, Q, code, aux, a + low, b, c, d, high - low, row + low)
        return
    scope = int(T.Y[P[p, ARGS], SCOPE])
    c = c if arity > 2 else b
    if calls == op.ON_RESULTS:
        fold_rows(A, Q, P, Z, code, scope, a, b, c, low, high, row)
        return
    if fresh:
        X[CHOSEN + 4] = prepare(A, Q, Z, T.elements, T.slots, scope, calls, b, c, low, high)
    misses = X[CHOSEN + 4]
    if misses < 0:
        for i in range(low, high):
            A[row + i] = FAIL
        return
    gather(A, Q, P, int(a), int(A[Q[STARTS] + high - low]), misses)
    conclude_rows(A, Q, code, aux, b, c, low, high, row)


@kernel
def tells_apart(A: Words, condition: int, width: int) -> bool:
    """Is the condition true on some rows and false on others?"""
    some = none = False
    for i in range(condition, condition + width):
        some |= A[i] == 1
        none |= A[i] == 0
    return some and none


@kernel
def leaf(T: Tables, X: Longs, p: int, scope: int) -> int:
    """Try a production without arguments."""
    A, Q, P, Z = T.A, T.Q, T.P, T.Z
    width = int(Z[scope, WIDTH]) if Z[scope, MERGING] else 0
    row = Q[ROWS] + HEADER
    aux = int(P[p, AUX])
    for i in range(width):
        A[row + i] = A[Z[scope, ENVS] + aux * width + i] if P[p, OP] == op.VARIABLE else aux
    return keep(T, X, p, scope, row, width)


@kernel
def keep(T: Tables, X: Longs, p: int, scope: int, row: int, width: int) -> int:
    """Admit the program, of a scope whose rows are merged or not."""
    if T.Z[scope, MERGING]:
        return admit(T, X, p, row, width, True)
    if T.Z[scope, UNMERGED] >= MOST_UNMERGED:
        return DONE
    status = admit(T, X, p, row, 0, False)
    if status == GOING:
        T.Z[scope, UNMERGED] += 1
    return status


@kernel
def count(Q: Longs, width: int, lambdas: bool, inner: bool) -> None:
    """Count a program that was tried."""
    Q[PROGRAMS] += 1
    Q[EXECUTIONS] += width
    Q[WITH_LAMBDAS] += int(lambdas)
    Q[OF_BODIES] += int(inner)
    Q[BUDGET] -= 1


@kernel
def combine(T: Tables, X: Longs, p: int) -> int:
    """Try the production on all choices of entries of its shares, from the cursor on."""
    A, Q, P, C, Z = T.A, T.Q, T.P, T.C, T.Z
    scope = int(T.Y[P[p, SYMBOL], SCOPE])
    merging, lambdas = bool(Z[scope, MERGING]), P[p, CALLS] != op.NO_LAMBDA
    width, arity = int(Z[scope, WIDTH]) if merging else 0, int(P[p, ARITY])
    choice = merging and P[p, OP] == op.IF
    fresh = True
    if not X[STARTED]:
        start(P, C, X, p)
    going = True
    while going:
        if Q[BUDGET] <= 0:
            return PAUSED
        choose(T, X, p)
        if choice and not tells_apart(A, X[CHOSEN], width):
            going = advance(P, C, X, p, 0)
            continue
        fresh |= lambdas and is_first_body(T, X, p)
        if lambdas and not is_body(A, Z, int(T.Y[P[p, ARGS], SCOPE]), X[CHOSEN]):
            going = advance(P, C, X, p, arity - 1)
            continue
        row = Q[ROWS] + HEADER + arity
        Q[STATUS] = GOING
        if merging:
            compute(T, X, p, 0, width, row, fresh)
            fresh = False
        status = Q[STATUS]
        if status == GOING:
            status = keep(T, X, p, scope, row, width)
        if status != GOING:
            return status
        count(Q, width, lambdas, scope > 0)
        going = advance(P, C, X, p, arity - 1)
    X[STARTED] = 0
    return GOING


@entry
def fill_cell(T: Tables, X: Longs, symbol: int, cost: int) -> int:
    """Fill the symbol's cell of that cost, from the cursor on; gives a status."""
    P, Y, C, Z = T.P, T.Y, T.C, T.Z
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
                status = leaf(T, X, p, scope)
                if status == GOING:
                    count(T.Q, int(Z[scope, WIDTH]), False, scope > 0)
        else:
            while status == GOING:
                if not X[STARTED] and not next_shares(P, Y, C, X, p, left):
                    break
                status = combine(T, X, p)
        if status == FULL:
            break
        if status > DONE:
            return status
        X[NUMBER] += 1
        X[BEGUN] = X[STARTED] = 0
    C[symbol, cost, 1] = T.Q[ENTRIES]
    return FULL if X[NUMBER] < Y[symbol, COUNT] else DONE


@entry
def check_shares(T: Tables, X: Longs, G: Words, p: int, telling: int, misses: int) -> int:
    """Try a production for the goal, on the shares of the cursor, without keeping anything.

    `G` holds the words wanted; each program is tried on row `telling` first. Gives `HIT` with
    the arguments in the cursor, which is moved on.
    """
    A, Q, P, C, Z = T.A, T.Q, T.P, T.C, T.Z
    lambdas, width, arity = P[p, CALLS] != op.NO_LAMBDA, int(Z[0, WIDTH]), int(P[p, ARITY])
    row = Q[ROWS] + HEADER + arity
    fresh = True
    if not X[STARTED]:
        start(P, C, X, p)
    elif X[STARTED] == 2:
        return DONE
    while X[STARTED] != 2:
        if Q[BUDGET] <= 0:
            return PAUSED
        choose(T, X, p)
        fresh |= lambdas and is_first_body(T, X, p)
        if lambdas and not is_body(A, Z, int(T.Y[P[p, ARGS], SCOPE]), X[CHOSEN]):
            if not advance(P, C, X, p, arity - 1):
                X[STARTED] = 2
            continue
        Q[STATUS], Q[KEEP] = GOING, 0
        compute(T, X, p, telling, telling + 1, row, fresh)
        fresh = False
        fits = A[row + telling] == G[telling] or misses > 0
        if fits and Q[STATUS] == GOING:
            fits = right_rows(T, X, G, p, row, width) >= width - misses
            fresh = True
        Q[KEEP] = 1
        if Q[STATUS] == ROOM:
            return ROOM
        count(Q, 1, lambdas, False)
        if not advance(P, C, X, p, arity - 1):
            X[STARTED] = 2
        if fits:
            return HIT
    return DONE


@inlined
def right_rows(T: Tables, X: Longs, G: Words, p: int, row: int, width: int) -> int:
    """On how many rows the production gives what is wanted of the chosen arguments."""
    compute(T, X, p, 0, width, row, True)
    T.Q[EXECUTIONS] += width
    right = 0
    for i in range(width):
        right += int(T.A[row + i] == G[i])
    return right
