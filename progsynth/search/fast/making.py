"""Kernels that make sequences of sequences and numbers: slices, updates, ranges.

They take opened sequences (see `layout`) and give results that are looked up later.
"""

from __future__ import annotations

import math

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.interning import count_of, kept, length, number, result, unpack, word_of
from progsynth.search.fast.jit import kernel, peek, poke
from progsynth.search.fast.layout import (
    CELLS,
    EMPTY,
    FAIL,
    MAX_ITEMS,
    OUT,
    Longs,
    Words,
)
from progsynth.search.fast.reading import position
from progsynth.search.fast.sorting import sort, unique


@kernel
def bound(i: int, n: int) -> int:
    """The bound of a slice of step 1, as Python counts it, within 0 to n."""
    if i < 0:
        i += n
    return 0 if i < 0 else n if i > n else i


@kernel
def part(A: Words, Q: Longs, xs: int, start: int, stop: int) -> int:
    """The word of xs[start:stop]."""
    n = count_of(A, xs)
    low, high = bound(start, n), bound(stop, n)
    if low == 0 and high == n:
        return kept(A, xs)
    return result(A, Q, xs + low, high - low) if high > low else EMPTY


@kernel
def stepped(A: Words, Q: Longs, xs: int, start: int, stop: int, step: int, given: int) -> int:
    """The word of xs[start:stop:step]; bit 0 of `given`: there is a start, bit 1: a stop."""
    if step == 0:
        return FAIL
    n, out = count_of(A, xs), Q[OUT]
    least, most = (0, n) if step > 0 else (-1, n - 1)
    if not given & 1:
        start = least if step > 0 else most
    else:
        start = start + n if start < 0 else start
        start = least if start < least else most if start > most else start
    if not given & 2:
        stop = most if step > 0 else least
    else:
        stop = stop + n if stop < 0 else stop
        stop = least if stop < least else most if stop > most else stop
    count, i = 0, start
    if step > n or step < -n:  # one item at most, and no sum that overflows
        step = n + 1 if step > 0 else -n - 1
    while (step > 0 and i < stop) or (step < 0 and i > stop):
        poke(A, out + count, peek(A, xs + i))
        count += 1
        i += step
    return result(A, Q, out, count)


@kernel
def copied(A: Words, to: int, start: int, count: int) -> int:
    """Copy words; gives where they end."""
    for i in range(count):
        poke(A, to + i, peek(A, start + i))
    return to + count


@kernel
def concat(A: Words, Q: Longs, x: int, y: int) -> int:
    """The word of x + y."""
    n, m, out = count_of(A, x), count_of(A, y), Q[OUT]
    if n == 0:
        return kept(A, y)
    if m == 0:
        return kept(A, x)
    if n + m > Q[MAX_ITEMS]:
        return FAIL
    copied(A, copied(A, out, x, n), y, m)
    return result(A, Q, out, n + m)


@kernel
def repeat(A: Words, Q: Longs, x: int, k: int) -> int:
    """The word of x * k."""
    n, out = count_of(A, x), Q[OUT]
    if n == 0 or k <= 0:
        return EMPTY
    if k >= Q[CELLS] or 1 + n * k > Q[CELLS]:
        return FAIL
    if k == 1:
        return kept(A, x)
    end = out
    for _ in range(k):
        end = copied(A, end, x, n)
    return result(A, Q, out, n * k)


@kernel
def count_up(A: Words, Q: Longs, start: int, stop: int, step: int, extra: int) -> int:
    """The word of range(start, stop, step), which is charged for `extra` items."""
    span = stop - start
    if step == 0:
        return FAIL
    if (stop < start) == (step > 0) and stop != start:
        return EMPTY
    if (stop ^ start) & (stop ^ span) < 0:  # the span overflows
        charged = (float(stop) - float(start)) / float(step) + 1.0
    else:
        charged = float(span) if extra == 0 else float(span) / float(step) + 1.0
    if 1.0 + math.floor(charged) > Q[CELLS]:
        return FAIL
    out, count, i = Q[OUT], 0, start
    while (step > 0 and i < stop) or (step < 0 and i > stop):
        A[out + count] = word_of(Q, i)
        count += 1
        following = i + step
        if (i ^ following) & (step ^ following) < 0:
            break
        i = following
    return result(A, Q, out, count)


@kernel
def flat(A: Words, Q: Longs, start: int, count: int, most: int) -> int:
    """The word of the items of kept sequences, whose words are at `start`; `most` at most."""
    out = end = Q[OUT]
    for i in range(count):
        one = peek(A, start + i)
        n = length(A, one)
        if end - out + n > most:
            return FAIL
        unpack(A, one, end, n)
        end += n
    return result(A, Q, out, end - out)


@kernel
def changed(A: Words, Q: Longs, code: int, x: int, i: int, y: int) -> int:
    """The word of the sequence with an item put, inserted or deleted at i."""
    n, out = count_of(A, x), Q[OUT]
    at = i + n if i < 0 else i
    if code == op.INSERT:
        at = 0 if at < 0 else n if at > n else at
    elif not 0 <= at < n:
        return FAIL
    if n >= Q[MAX_ITEMS]:
        return FAIL
    end = copied(A, out, x, at)
    if code != op.DELETE:
        A[end] = y
        end += 1
    after = at if code == op.INSERT else at + 1
    end = copied(A, end, x + after, n - after)
    return result(A, Q, out, end - out)


@kernel
def built(A: Words, Q: Longs, count: int, x: int, y: int, z: int, u: int) -> int:
    """The word of the sequence of `count` of these words."""
    at = Q[OUT]
    A[at], A[at + 1], A[at + 2], A[at + 3] = x, y, z, u
    return result(A, Q, at, count)


@kernel
def make(A: Words, Q: Longs, code: int, aux: int, x: int, y: int, z: int, u: int) -> int:
    """The word of an operation that makes a sequence."""
    if code == op.BUILD:
        return built(A, Q, aux, x, y, z, u)
    if code == op.RANGE:
        return count_up(A, Q, 0, number(Q, x), 1, 0)
    if code == op.RANGE_START:
        return count_up(A, Q, number(Q, x), number(Q, y), 1, 0)
    if code == op.RANGE_STEP:
        return count_up(A, Q, number(Q, x), number(Q, y), number(Q, z), 1)
    n = count_of(A, x)
    if code == op.CONCAT:
        return concat(A, Q, x, y)
    if code == op.REST:
        return part(A, Q, x, 1, n) if n else FAIL
    if code == op.PREPEND:
        return changed(A, Q, op.INSERT, x, 0, y)
    if code == op.SORT:
        return sort(A, Q, aux, x)
    if code == op.UNIQUE:
        return unique(A, Q, x)
    if op.APPEND <= code <= op.DELETE or code == op.REMOVE:
        i, item, how = number(Q, y), z, code
        if code == op.APPEND:
            i, item, how = n, y, op.INSERT
        elif code == op.REMOVE:
            i, how = position(A, x, n, y), op.DELETE
            if i < 0:
                return FAIL
        return changed(A, Q, how, x, i, item)
    if code == op.REPEAT:
        return repeat(A, Q, x, number(Q, y))
    return cut(A, Q, code, x, number(Q, y), number(Q, z), number(Q, u))


@kernel
def cut(A: Words, Q: Longs, code: int, x: int, i: int, j: int, k: int) -> int:
    """The word of a part of a sequence, or of it in another order."""
    n = count_of(A, x)
    if code <= op.SLICE_TO or op.TAIL <= code <= op.DROP:
        low, high = 0, n
        if code == op.SLICE:
            low, high = i, j
        elif code == op.SLICE_FROM:
            low = i
        elif code == op.SLICE_TO:
            high = i
        elif code == op.TAIL:
            low = 1
        elif code == op.INIT:
            high = -1
        elif code == op.TAKE:
            high = max(i, 0)
        else:
            low = max(i, 0)
        return part(A, Q, x, low, high)
    start, stop, step, given = 0, 0, i, 0  # SLICE_ALL_BY
    if code == op.REVERSE:
        step = -1
    elif code == op.SLICE_BY:
        start, stop, step, given = i, j, k, 3
    elif code == op.SLICE_FROM_BY:
        start, step, given = i, j, 1
    elif code == op.SLICE_TO_BY:
        stop, step, given = i, j, 2
    return stepped(A, Q, x, start, stop, step, given)
