"""Kernels that put items into an order, or leave out those that came before.

Numbers are sorted as longs: insertion for few, else runs that are merged; many small ones are
counted.
"""

from __future__ import annotations

from progsynth.search.fast.interning import MIX, count_of, kept, result
from progsynth.search.fast.jit import kernel, load, peek, poke, store
from progsynth.search.fast.layout import BIG, INNER, OUT, SORT_KEYS, Longs, Words
from progsynth.search.fast.reading import position
from progsynth.search.fast.scalars import order

RUN = 16  # numbers that are sorted by insertion
MANY, SPAN = 24, 64  # numbers that are counted rather than compared, if they are below SPAN
FEW = 12  # items that are looked at one by one


@kernel
def insert_longs(Q: Longs, low: int, high: int) -> None:
    """Sort Q[low:high] by insertion."""
    for i in range(low + 1, high):
        one = load(Q, i, 64)
        j = i
        while j > low and load(Q, j - 1, 64) > one:
            store(Q, j, 64, load(Q, j - 1, 64))
            j -= 1
        store(Q, j, 64, one)


@kernel
def merge(Q: Longs, low: int, middle: int, high: int, to: int) -> None:
    """Merge two sorted runs that follow each other."""
    i, j = low, middle
    for at in range(to, to + high - low):
        if j >= high or (i < middle and load(Q, i, 64) <= load(Q, j, 64)):
            store(Q, at, 64, load(Q, i, 64))
            i += 1
        else:
            store(Q, at, 64, load(Q, j, 64))
            j += 1


@kernel
def sort_longs(Q: Longs, start: int, n: int) -> int:
    """Sort n longs of Q, with as many behind them to work in; gives where they are."""
    for low in range(0, n, RUN):
        insert_longs(Q, start + low, start + min(low + RUN, n))
    run, other = RUN, start + n
    while run < n:
        for low in range(0, n, 2 * run):
            middle, high = min(low + run, n), min(low + 2 * run, n)
            merge(Q, start + low, start + middle, start + high, other + low)
        start, other = other, start
        run *= 2
    return start


@kernel
def are_small(A: Words, start: int, n: int) -> bool:
    """Are the words numbers that stand for themselves?"""
    most = 0
    for i in range(start, start + n):
        most = max(most, peek(A, i))
    return most < BIG


@kernel
def in_order(A: Words, Q: Longs, kind: int, start: int, n: int) -> bool:
    """Is no word before the one in front of it?"""
    plain = kind == 0 and are_small(A, start, n)
    for i in range(start + 1, start + n):
        x, y = peek(A, i - 1), peek(A, i)
        if x > y if plain else order(A, Q, kind, x, y) > 0:
            return False
    return True


@kernel
def count_keys(A: Words, Q: Longs, keys: int, n: int) -> bool:
    """Are all keys less than SPAN away from zero? If so, Q[SORT_KEYS + key] gets how many are
    less than the key."""
    far = 0
    for i in range(keys, keys + n):
        key = peek(A, i)
        far |= key ^ (key >> 63)
    if far >= SPAN:
        return False
    start, less = Q[SORT_KEYS] - SPAN, 0
    for at in range(start, start + 2 * SPAN):
        store(Q, at, 64, 0)
    for i in range(keys, keys + n):
        Q[start + SPAN + peek(A, i)] += 1
    for at in range(start, start + 2 * SPAN):
        num = load(Q, at, 64)
        store(Q, at, 64, less)
        less += num
    return True


@kernel
def sort_words(A: Words, Q: Longs, kind: int, keys: int, words: int, n: int, to: int) -> None:
    """Write n words of A in the order of their keys; equal ones keep theirs."""
    if kind == 0 and n >= MANY and count_keys(A, Q, keys, n):
        for i in range(n):
            at = Q[SORT_KEYS] + peek(A, keys + i)
            poke(A, to + Q[at], peek(A, words + i))
            Q[at] += 1
        return
    if kind == 0 and are_small(A, keys, n):
        start = Q[SORT_KEYS]
        for i in range(n):
            Q[start + i] = peek(A, keys + i) << 32 | i
        start = sort_longs(Q, start, n)
        for i in range(n):
            poke(A, to + i, peek(A, words + (Q[start + i] & 0x7FFFFFFF)))
        return
    places = Q[INNER]
    for i in range(n):
        key, j = peek(A, keys + i), i
        while j > 0 and order(A, Q, kind, key, peek(A, keys + A[places + j - 1])) < 0:
            A[places + j] = A[places + j - 1]
            j -= 1
        A[places + j] = i
    for i in range(n):
        A[to + i] = A[words + A[places + i]]


@kernel
def sort(A: Words, Q: Longs, kind: int, x: int) -> int:
    """The word of the sorted sequence, whose items are of type `kind`."""
    n, out = count_of(A, x), Q[OUT]
    if in_order(A, Q, kind, x, n):
        return kept(A, x)
    sort_words(A, Q, kind, x, x, n, out)
    return result(A, Q, out, n)


@kernel
def unique(A: Words, Q: Longs, x: int) -> int:
    """The word of the sequence without items that came before."""
    n, out = count_of(A, x), Q[OUT]
    count = 0
    if n <= FEW:
        for i in range(n):
            if position(A, out, count, peek(A, x + i)) < 0:
                A[out + count] = A[x + i]
                count += 1
    else:
        count = unique_of_many(A, Q, x, n, out)
    return kept(A, x) if count == n else result(A, Q, out, count)


@kernel
def unique_of_many(A: Words, Q: Longs, x: int, n: int, out: int) -> int:
    """Write the items that did not come before, by a table of those that did; how many."""
    seen, size = Q[INNER], 32
    while size < 2 * n:
        size *= 2
    for at in range(seen, seen + size):
        A[at] = 0
    count = 0
    for i in range(n):
        one = peek(A, x + i)
        at = ((one * MIX) >> 40) & (size - 1)
        while A[seen + at] and A[out + A[seen + at] - 1] != one:
            at = (at + 1) & (size - 1)
        if A[seen + at] == 0:
            A[out + count] = one
            count += 1
            A[seen + at] = count
    return count
