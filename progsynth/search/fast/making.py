"""Kernels that make sequences of sequences and numbers: slices, updates, ranges, sorting."""

from __future__ import annotations

import math

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.interning import items, length, number, sequence, word_of
from progsynth.search.fast.jit import kernel
from progsynth.search.fast.layout import (
    CELLS,
    EMPTY,
    FAIL,
    INNER,
    MAX_ITEMS,
    OUT,
    SORT_KEYS,
    Longs,
    Words,
)
from progsynth.search.fast.reading import position
from progsynth.search.fast.scalars import order


@kernel
def bound(i: int, n: int) -> int:
    """The bound of a slice of step 1, as Python counts it, within 0 to n."""
    if i < 0:
        i += n
    return 0 if i < 0 else n if i > n else i


@kernel
def part(A: Words, Q: Longs, xs: int, start: int, stop: int) -> int:
    """The word of xs[start:stop]."""
    n = length(A, xs)
    low, high = bound(start, n), bound(stop, n)
    if low == 0 and high == n:
        return xs
    return sequence(A, Q, items(xs) + low, high - low) if high > low else EMPTY


@kernel
def stepped(A: Words, Q: Longs, xs: int, start: int, stop: int, step: int, given: int) -> int:
    """The word of xs[start:stop:step]; bit 0 of `given`: there is a start, bit 1: a stop."""
    if step == 0:
        return FAIL
    n, s, out = length(A, xs), items(xs), Q[OUT]
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
        A[out + count] = A[s + i]
        count += 1
        i += step
    return sequence(A, Q, out, count)


@kernel
def copied(A: Words, to: int, start: int, count: int) -> int:
    """Copy words; gives where they end."""
    for i in range(count):
        A[to + i] = A[start + i]
    return to + count


@kernel
def concat(A: Words, Q: Longs, x: int, y: int) -> int:
    """The word of x + y."""
    n, m, out = length(A, x), length(A, y), Q[OUT]
    if n == 0:
        return y
    if m == 0:
        return x
    if n + m > Q[MAX_ITEMS]:
        return FAIL
    end = copied(A, out, items(x), n)
    copied(A, end, items(y), m)
    return sequence(A, Q, out, n + m)


@kernel
def repeat(A: Words, Q: Longs, x: int, k: int) -> int:
    """The word of x * k."""
    n, out = length(A, x), Q[OUT]
    if n == 0 or k <= 0:
        return EMPTY
    if k >= Q[CELLS] or 1 + n * k > Q[CELLS]:
        return FAIL
    end = out
    for _ in range(k):
        end = copied(A, end, items(x), n)
    return sequence(A, Q, out, n * k)


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
    return sequence(A, Q, out, count)


@kernel
def sort_words(A: Words, Q: Longs, kind: int, keys: int, words: int, n: int) -> None:
    """Sort n words of A by their keys, both in place; equal ones keep their order."""
    for i in range(1, n):
        key, word = int(A[keys + i]), int(A[words + i])
        j = i
        while j > 0 and order(A, Q, kind, key, int(A[keys + j - 1])) < 0:
            A[keys + j] = A[keys + j - 1]
            A[words + j] = A[words + j - 1]
            j -= 1
        A[keys + j] = key
        A[words + j] = word


@kernel
def sort(A: Words, Q: Longs, kind: int, x: int) -> int:
    """The word of the sorted sequence, whose items are of type `kind`."""
    n, s, out, keys = length(A, x), items(x), Q[OUT], Q[SORT_KEYS]
    if kind:  # not numbers
        copied(A, out, s, n)
        sort_words(A, Q, kind, out, out, n)
        return sequence(A, Q, out, n)
    for i in range(n):
        key = number(Q, int(A[s + i]))
        j = i
        while j > 0 and Q[keys + j - 1] > key:
            Q[keys + j] = Q[keys + j - 1]
            A[out + j] = A[out + j - 1]
            j -= 1
        Q[keys + j] = key
        A[out + j] = A[s + i]
    return sequence(A, Q, out, n)


@kernel
def unique(A: Words, Q: Longs, x: int) -> int:
    """The word of the sequence without items that came before."""
    n, s, out = length(A, x), items(x), Q[OUT]
    count = 0
    for i in range(n):
        if position(A, out, count, int(A[s + i])) < 0:
            A[out + count] = A[s + i]
            count += 1
    return sequence(A, Q, out, count)


@kernel
def changed(A: Words, Q: Longs, code: int, x: int, i: int, y: int) -> int:
    """The word of the sequence with an item put, inserted or deleted at i."""
    n, s, out = length(A, x), items(x), Q[OUT]
    at = i + n if i < 0 else i
    if code == op.INSERT:
        at = 0 if at < 0 else n if at > n else at
    elif not 0 <= at < n:
        return FAIL
    if n >= Q[MAX_ITEMS]:
        return FAIL
    end = copied(A, out, s, at)
    if code != op.DELETE:
        A[end] = y
        end += 1
    after = at if code == op.INSERT else at + 1
    end = copied(A, end, s + after, n - after)
    return sequence(A, Q, out, end - out)


@kernel
def built(A: Words, Q: Longs, count: int, x: int, y: int, z: int, u: int) -> int:
    """The word of the sequence of `count` of these words."""
    at = Q[INNER]
    A[at], A[at + 1], A[at + 2], A[at + 3] = x, y, z, u
    return sequence(A, Q, at, count)


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
    n = length(A, x)
    if code == op.CONCAT:
        return concat(A, Q, x, y)
    if code == op.APPEND:
        return changed(A, Q, op.INSERT, x, n, y)
    if code == op.INSERT or code == op.PUT:
        return changed(A, Q, code, x, number(Q, y), z)
    if code == op.DELETE:
        return changed(A, Q, code, x, number(Q, y), 0)
    if code == op.REMOVE:
        at = position(A, items(x), n, y)
        return changed(A, Q, op.DELETE, x, at, 0) if at >= 0 else FAIL
    if code == op.SORT:
        return sort(A, Q, aux, x)
    if code == op.UNIQUE:
        return unique(A, Q, x)
    if code == op.REPEAT:
        return repeat(A, Q, x, number(Q, y))
    return cut(A, Q, code, x, number(Q, y), number(Q, z), number(Q, u))


@kernel
def cut(A: Words, Q: Longs, code: int, x: int, i: int, j: int, k: int) -> int:
    """The word of a part of a sequence, or of it in another order."""
    n = length(A, x)
    if code == op.SLICE:
        return part(A, Q, x, i, j)
    if code == op.SLICE_FROM:
        return part(A, Q, x, i, n)
    if code == op.SLICE_TO:
        return part(A, Q, x, 0, i)
    if code == op.TAIL:
        return part(A, Q, x, 1, n)
    if code == op.INIT:
        return part(A, Q, x, 0, -1)
    if code == op.TAKE:
        return part(A, Q, x, 0, max(i, 0))
    if code == op.DROP:
        return part(A, Q, x, max(i, 0), n)
    if code == op.REVERSE:
        return stepped(A, Q, x, 0, 0, -1, 0)
    if code == op.SLICE_BY:
        return stepped(A, Q, x, i, j, k, 3)
    if code == op.SLICE_FROM_BY:
        return stepped(A, Q, x, i, 0, j, 1)
    if code == op.SLICE_TO_BY:
        return stepped(A, Q, x, 0, i, j, 2)
    return stepped(A, Q, x, 0, 0, i, 0)  # SLICE_ALL_BY
