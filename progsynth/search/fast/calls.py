"""Calls of lambdas: `map`, `filter`, `fold` and the like on the rows of their arguments.

What does not depend on the body is prepared once for each choice of the other arguments: the
elements that the body is called on, and their places in its row. Then a body's values are
gathered from its row, and run where an element is outside the pool.
"""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.interning import items, length, sequence
from progsynth.search.fast.jit import kernel
from progsynth.search.fast.layout import (
    ABSENT,
    CLOSED,
    ELEMENTS,
    ENVS,
    FAIL,
    INNER,
    KEEP,
    LANES,
    MERGING,
    MISSES,
    OUT,
    OUTER,
    PLACES,
    STARTS,
    VALUES,
    VARIABLES,
    WIDTH,
    Longs,
    Words,
)
from progsynth.search.fast.making import copied, part, sort_words
from progsynth.search.fast.nesting import flat
from progsynth.search.fast.pools import place_of
from progsynth.search.fast.reading import total
from progsynth.search.fast.running import run_body
from progsynth.search.fast.scalars import order


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
def element(A: Words, Q: Longs, xs: int, i: int, chars: bool) -> int:
    """The i-th item, of a text as a text."""
    at = items(xs) + i
    return sequence(A, Q, at, 1) if chars else int(A[at])


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

    -1 where there are too many elements.
    """
    lane, misses, lanes = 0, 0, Q[LANES]
    keep = Q[KEEP]
    Q[KEEP] = 1
    for i in range(low, high):
        A[Q[STARTS] + i - low] = lane
        x, y = int(A[a + i]), int(A[b + i])
        if x == FAIL or y == FAIL:
            continue
        n = length(A, x)
        if calls == op.ON_PAIRS:
            n = min(n, length(A, y))
        if lane + n > lanes:
            Q[KEEP] = keep
            return -1
        row = 0 if Z[scope, CLOSED] else i
        for j in range(n):
            left = element(A, Q, x, j, calls == op.ON_CHARS)
            right = int(A[items(y) + j]) if calls == op.ON_PAIRS else 0
            A[Q[ELEMENTS] + lane] = left
            place = -1
            if Z[scope, MERGING]:
                place = place_of(Q, elements, slots, scope, row, left, right)
            A[Q[PLACES] + lane] = place
            if place < 0:
                own = set_outer(A, Q, Z, scope, misses, i)
                A[Q[VARIABLES] + own * lanes + misses] = left
                if calls == op.ON_PAIRS:
                    A[Q[VARIABLES] + (own + 1) * lanes + misses] = right
                A[Q[MISSES] + misses] = lane
                misses += 1
            lane += 1
    A[Q[STARTS] + high - low] = lane
    Q[KEEP] = keep
    return misses


@kernel
def gather(A: Words, Q: Longs, P: Words, body: int, num: int, misses: int) -> None:
    """Bring the body's values on the elements into the row of values."""
    values, places = Q[VALUES], Q[PLACES]
    for lane in range(num):
        place = int(A[places + lane])
        if place >= 0:
            A[values + lane] = A[body + place]
    if misses:
        found = run_body(A, Q, P, body, misses)
        for i in range(misses):
            A[values + A[Q[MISSES] + i]] = A[found + i]


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
def search_values(A: Words, Q: Longs, code: int, x: int, values: int, n: int) -> int:
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
    return part(A, Q, x, 0, j) if code == op.TAKE_WHILE else part(A, Q, x, j, n)


@kernel
def chosen(A: Words, Q: Longs, start: int, values: int, n: int, wanted: int) -> int:
    """The word of the items from `start` whose value is the wanted one."""
    out, count = Q[OUT], 0
    for j in range(n):
        if A[values + j] == wanted:
            A[out + count] = A[start + j]
            count += 1
    return sequence(A, Q, out, count)


@kernel
def partitioned(A: Words, Q: Longs, start: int, values: int, n: int) -> int:
    """The word of the pair of items that hold, and do not."""
    yes = chosen(A, Q, start, values, n, 1)
    no = chosen(A, Q, start, values, n, 0)
    if yes <= ABSENT or no <= ABSENT:
        return min(yes, no)
    at = Q[INNER]
    A[at], A[at + 1] = yes, no
    return sequence(A, Q, at, 2)


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
    return sequence(A, Q, out, count)


@kernel
def best(A: Words, Q: Longs, kind: int, start: int, values: int, n: int, sign: int) -> int:
    """The first item with the least (sign -1) or greatest (1) value; `FAIL` of none."""
    if n == 0:
        return FAIL
    found = 0
    for j in range(1, n):
        if order(A, Q, kind, int(A[values + j]), int(A[values + found])) == sign:
            found = j
    return int(A[start + found])


@kernel
def sorted_by(A: Words, Q: Longs, kind: int, start: int, values: int, n: int) -> int:
    """The word of the items in the order of their values."""
    keys, out = Q[INNER], Q[OUT]
    copied(A, keys, values, n)
    copied(A, out, start, n)
    sort_words(A, Q, kind, keys, out, n)
    return sequence(A, Q, out, n)


@kernel
def conclude(A: Words, Q: Longs, code: int, aux: int, x: int, values: int, n: int) -> int:
    """The word of a call on the sequence x, whose n items gave these values."""
    if code == op.RUNS and n == 1:  # nothing to compare: not called
        return cut_where_changed(A, Q, items(x), values, 1)
    if op.FIND_IF <= code <= op.DROP_WHILE or code == op.ANY_FN or code == op.ALL_FN:
        return search_values(A, Q, code, x, values, n)
    for j in range(n):
        if A[values + j] == FAIL:
            return FAIL
    if code == op.MAP or code == op.ZIP_WITH:
        return sequence(A, Q, values, n)
    s = items(x)
    if code == op.FILTER or code == op.FILTER_CHARS:
        return chosen(A, Q, s, values, n, 1)
    if code == op.FLAT_MAP or code == op.MAP_CHARS:
        return flat(A, Q, values, n)
    if code == op.SUM_BY:
        return total(A, Q, values, n)
    if code == op.COUNT_IF:
        count = 0
        for j in range(n):
            count += int(A[values + j])
        return count
    if code == op.SORT_BY:
        return sorted_by(A, Q, aux, s, values, n)
    if code == op.MIN_BY or code == op.MAX_BY:
        return best(A, Q, aux, s, values, n, -1 if code == op.MIN_BY else 1)
    if code == op.PARTITION:
        return partitioned(A, Q, s, values, n)
    return cut_where_changed(A, Q, s, values, n)  # RUNS


@kernel
def conclude_rows(
    A: Words, Q: Longs, code: int, aux: int, a: int, b: int, low: int, high: int, out: int
) -> None:
    """Write the results of rows low to high, whose values are at hand."""
    for i in range(low, high):
        x, y = int(A[a + i]), int(A[b + i])
        if x == FAIL or y == FAIL:
            A[out + i] = FAIL
            continue
        begin, end = int(A[Q[STARTS] + i - low]), int(A[Q[STARTS] + i - low + 1])
        A[out + i] = conclude(A, Q, code, aux, x, Q[VALUES] + begin, end - begin)
