"""Calls of lambdas: `map`, `filter`, `fold` and the like on the rows of their arguments.

What does not depend on the body is prepared once for each choice of the other arguments: the
elements that the body is called on, and their places in its row. Then a body's values are
gathered from its row, and run where an element is outside the pool.
"""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.interning import give, length, result, sequence, unpack
from progsynth.search.fast.jit import inlined, kernel, peek, poke
from progsynth.search.fast.layout import (
    ABSENT,
    CELLS,
    CLOSED,
    CODES,
    ELEMENTS,
    ENVS,
    FAIL,
    INNER,
    KEEP,
    LANES,
    MAX_ITEMS,
    MERGING,
    NEAR,
    NEARBY,
    OUT,
    OUTER,
    PLACES,
    SECONDS,
    SEEN,
    STARTS,
    VALUES,
    VARIABLES,
    WIDTH,
    Longs,
    Words,
)
from progsynth.search.fast.making import flat
from progsynth.search.fast.pools import place_of
from progsynth.search.fast.reading import total
from progsynth.search.fast.running import run_body
from progsynth.search.fast.scalars import order
from progsynth.search.fast.sorting import in_order, sort_words


@kernel
def set_outer(A: Words, Q: Longs, Z: Words, scope: int, lane: int, row: int) -> int:
    """Set the variables outside for a lane; gives where the body's own begin."""
    if Z[scope, CLOSED]:
        return 0
    num, lanes = int(Z[scope, OUTER]), Q[LANES]
    for v in range(num):
        A[Q[VARIABLES] + v * lanes + lane] = A[Z[0, ENVS] + v * Z[0, WIDTH] + row]
    return num


@kernel
def line_up(A: Words, Q: Longs, calls: int, x: int, y: int, lane: int, n: int) -> None:
    """Write the first n items of x, of a text as texts, and those of y where they are called in
    pairs, from the lane on."""
    if calls == op.ON_CHARS:
        unpack(A, x, Q[CODES] + lane, n)
        for j in range(lane, lane + n):
            A[Q[ELEMENTS] + j] = sequence(A, Q, Q[CODES] + j, 1)
        return
    unpack(A, x, Q[ELEMENTS] + lane, n)
    if calls == op.ON_PAIRS:
        unpack(A, y, Q[SECONDS] + lane, n)


@kernel
def prepare(
    A: Words,
    Q: Longs,
    Z: Words,
    elements: Words,
    slots: Words,
    scope: int,
    calls: int,
    a: int,
    b: int,
    low: int,
    high: int,
) -> int:
    """Line up what the body is called on in rows low to high; how many are outside the pool.

    An element's place is in the body's row, or, below zero, among those outside the pool, which
    are the settings of variables that the body is run on. -1 where there are too many elements.
    """
    lane, misses, lanes, near = 0, 0, Q[LANES], int(Z[scope, NEAR])
    merging, pairs, begun = bool(Z[scope, MERGING]), calls == op.ON_PAIRS, 0
    fits = True
    keep = Q[KEEP]
    Q[KEEP] = 1
    for i in range(low, high):
        poke(A, Q[STARTS] + i - low, lane)
        x, y = peek(A, a + i), peek(A, b + i)
        if x == FAIL or y == FAIL:
            continue
        n = length(A, x)
        if pairs:
            n = min(n, length(A, y))
        if lane + n > lanes:
            fits = False
            break
        line_up(A, Q, calls, x, y, lane, n)
        row = 0 if Z[scope, CLOSED] else i
        if row:
            forget(A, Q, Z, scope, begun, misses)
            begun = misses
        for _ in range(n):
            left = peek(A, Q[ELEMENTS] + lane)
            right = peek(A, Q[SECONDS] + lane) if pairs else 0
            place, seen = -1, 0
            if near and -NEARBY <= left < NEARBY:
                seen = Q[SEEN] + left + NEARBY
                at = near + 2 * NEARBY * row + left + NEARBY
                place = peek(A, at) - 2
                if place == -2:  # not met yet
                    place = place_of(Q, elements, slots, scope, row, left, right)
                    poke(A, at, place + 2)
            elif merging:
                place = place_of(Q, elements, slots, scope, row, left, right)
            if place < 0 and seen and peek(A, seen):
                place = -peek(A, seen)
            elif place < 0:
                own = Q[VARIABLES] + set_outer(A, Q, Z, scope, misses, i) * lanes + misses
                poke(A, own, left)
                if pairs:
                    poke(A, own + lanes, right)
                misses += 1
                place = -misses
                if seen:
                    poke(A, seen, misses)
            poke(A, Q[PLACES] + lane, place)
            lane += 1
    forget(A, Q, Z, scope, begun, misses)
    poke(A, Q[STARTS] + high - low, lane)
    Q[KEEP] = keep
    return misses if fits else -1


@kernel
def forget(A: Words, Q: Longs, Z: Words, scope: int, low: int, high: int) -> None:
    """Clear what is noted of numbers near zero among these elements outside the pool."""
    if not Z[scope, NEAR]:
        return
    first = Q[VARIABLES] + (0 if Z[scope, CLOSED] else int(Z[scope, OUTER])) * Q[LANES]
    for one in range(first + low, first + high):
        left = peek(A, one)
        if -NEARBY <= left < NEARBY:
            poke(A, Q[SEEN] + left + NEARBY, 0)


@inlined
def gather(A: Words, Q: Longs, P: Words, body: int, num: int, misses: int) -> None:
    """Bring the body's values on the elements into a row of values, on the stack."""
    values, places = Q[OUT], Q[PLACES]
    Q[VALUES] = values
    Q[OUT] = values + num
    found = run_body(A, Q, P, body, misses) if misses else 0
    for lane in range(num):
        place = peek(A, places + lane)
        poke(A, values + lane, peek(A, body + place if place >= 0 else found - 1 - place))


@kernel
def first(A: Words, start: int, n: int, wanted: int) -> int:
    """Where the value first stands; n where it does not, -1 where a failure comes before."""
    for j in range(n):
        if A[start + j] == FAIL:
            return -1
        if A[start + j] == wanted:
            return j
    return n


@kernel
def search_values(A: Words, Q: Longs, code: int, x: int, start: int, values: int, n: int) -> int:
    """The word of an operation that ends at the first item of some truth value."""
    j = first(A, values, n, int(code == op.FIND_IF or code == op.ANY_FN))
    if j < 0:
        return FAIL
    if code == op.FIND_IF:
        return j if j < n else -1
    if code == op.ANY_FN:
        return int(j < n)
    if code == op.ALL_FN:
        return int(j == n)
    if code == op.TAKE_WHILE:
        return x if j == n else result(A, Q, start, j)
    return x if j == 0 else result(A, Q, start + j, n - j)


@kernel
def chosen(A: Words, to: int, start: int, values: int, n: int, wanted: int) -> int:
    """Write the items from `start` whose value is the wanted one; how many."""
    count = 0
    for j in range(n):
        if A[values + j] == wanted:
            A[to + count] = A[start + j]
            count += 1
    return count


@kernel
def partitioned(A: Words, Q: Longs, start: int, values: int, n: int) -> int:
    """The word of the pair of items that hold, and do not."""
    at, out = Q[INNER], Q[OUT]
    yes = sequence(A, Q, at, chosen(A, at, start, values, n, 1))
    no = sequence(A, Q, at, chosen(A, at, start, values, n, 0))
    if yes <= ABSENT or no <= ABSENT:
        return min(yes, no)
    A[out], A[out + 1] = yes, no
    return result(A, Q, out, 2)


@kernel
def cut_where_changed(A: Words, Q: Longs, start: int, values: int, n: int) -> int:
    """The word of the runs of items with equal values."""
    out, count, begin = Q[OUT], 0, 0
    for j in range(1, n + 1):
        if j == n or A[values + j] != A[values + begin]:
            w = sequence(A, Q, start + begin, j - begin)
            if w <= ABSENT:
                return w
            A[out + count] = w
            count += 1
            begin = j
    return result(A, Q, out, count)


@kernel
def grouped(A: Words, Q: Longs, start: int, values: int, n: int) -> int:
    """The word of the dict of the items under their values."""
    out, at, count = Q[OUT], Q[INNER], 0
    for j in range(n):
        key = peek(A, values + j)
        if first(A, values, j, key) == j:
            w = sequence(A, Q, at, chosen(A, at, start, values, n, key))
            if w <= ABSENT:
                return w
            A[at], A[at + 1] = key, w
            w = sequence(A, Q, at, 2)
            if w <= ABSENT:
                return w
            A[out + count] = w
            count += 1
    return result(A, Q, out, count)


@kernel
def best(A: Words, Q: Longs, kind: int, start: int, values: int, n: int, sign: int) -> int:
    """The first item with the least (sign -1) or greatest (1) value; `FAIL` of none."""
    if n == 0:
        return FAIL
    found = 0
    for j in range(1, n):
        if order(A, Q, kind, peek(A, values + j), peek(A, values + found)) == sign:
            found = j
    return peek(A, start + found)


@kernel
def conclude(
    A: Words, Q: Longs, code: int, aux: int, x: int, start: int, values: int, n: int
) -> int:
    """The word of a call on the sequence x, whose n items, at `start`, gave these values."""
    if code == op.RUNS and n == 1:  # nothing to compare: not called
        return cut_where_changed(A, Q, start, values, 1)
    if op.FIND_IF <= code <= op.DROP_WHILE or code == op.ANY_FN or code == op.ALL_FN:
        return search_values(A, Q, code, x, start, values, n)
    for j in range(n):
        if A[values + j] == FAIL:
            return FAIL
    if code == op.MAP or code == op.ZIP_WITH:
        return result(A, Q, values, n)
    if code == op.FILTER or code == op.FILTER_CHARS:
        count = chosen(A, Q[OUT], start, values, n, 1)
        return x if count == n else result(A, Q, Q[OUT], count)
    if code == op.FLAT_MAP:  # the lists are charged for, and the list of them, twice
        return flat(A, Q, values, n, Q[CELLS] - 2 - 2 * n)
    if code == op.MAP_CHARS:
        return flat(A, Q, values, n, Q[MAX_ITEMS])
    if code == op.SUM_BY:
        return total(A, Q, values, n)
    if code == op.COUNT_IF:
        count = 0
        for j in range(n):
            count += peek(A, values + j)
        return count
    if code == op.SORT_BY:
        if in_order(A, Q, aux, values, n):
            return x
        sort_words(A, Q, aux, values, start, n, Q[OUT])
        return result(A, Q, Q[OUT], n)
    if code == op.MIN_BY or code == op.MAX_BY:
        return best(A, Q, aux, start, values, n, -1 if code == op.MIN_BY else 1)
    if code == op.GROUP_BY:
        return grouped(A, Q, start, values, n)
    if code == op.PARTITION:
        return partitioned(A, Q, start, values, n)
    return cut_where_changed(A, Q, start, values, n)  # RUNS


@kernel
def conclude_rows(
    A: Words, Q: Longs, code: int, aux: int, a: int, b: int, low: int, high: int, out: int
) -> None:
    """Write the results of rows low to high, whose values are at hand, when they are known."""
    items = Q[CODES] if code == op.FILTER_CHARS else Q[ELEMENTS]
    for i in range(low, high):
        x, y = peek(A, a + i), peek(A, b + i)
        if x == FAIL or y == FAIL:
            A[out + i - low] = FAIL
            continue
        begin, end = peek(A, Q[STARTS] + i - low), peek(A, Q[STARTS] + i - low + 1)
        word = conclude(A, Q, code, aux, x, items + begin, Q[VALUES] + begin, end - begin)
        give(A, Q, out + i - low, word)
