"""Kernels of dicts: a dict is kept as the sequence of its pairs, in the order of its keys."""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.interning import count_of, item_of, kept, result, sequence
from progsynth.search.fast.jit import kernel, peek
from progsynth.search.fast.layout import ABSENT, FAIL, INNER, MAX_ITEMS, OUT, Longs, Words


@kernel
def key_at(A: Words, start: int, count: int, key: int) -> int:
    """Which of the pairs whose words are at `start` has the key; -1 for none."""
    for i in range(count):
        if item_of(A, peek(A, start + i), 0) == key:
            return i
    return -1


@kernel
def pair_of(A: Words, Q: Longs, key: int, value: int) -> int:
    """The word of a pair."""
    at = Q[INNER]
    A[at], A[at + 1] = key, value
    return sequence(A, Q, at, 2)


@kernel
def put(A: Words, start: int, count: int, pair: int) -> int:
    """Put a pair among others: in the place of that with its key, else last; how many they are."""
    i = key_at(A, start, count, item_of(A, pair, 0))
    A[start + (i if i >= 0 else count)] = pair
    return count if i >= 0 else count + 1


@kernel
def put_all(A: Words, Q: Longs, first: int, n: int, second: int, m: int, turned: bool) -> int:
    """The word of the dict of n pairs and of m others; with `turned`, of values and keys."""
    if n + m > Q[MAX_ITEMS]:
        return FAIL
    out, count = Q[OUT], 0
    for i in range(n + m):
        pair = peek(A, first + i if i < n else second + i - n)
        if turned:
            pair = pair_of(A, Q, item_of(A, pair, 1), item_of(A, pair, 0))
            if pair <= ABSENT:
                return pair
        count = put(A, out, count, pair)
    return result(A, Q, out, count)


@kernel
def changed_at(A: Words, Q: Longs, x: int, n: int, pair: int) -> int:
    """The word of the dict of n pairs with another one put."""
    if pair <= ABSENT:
        return pair
    if n >= Q[MAX_ITEMS]:
        return FAIL
    out = Q[OUT]
    for i in range(n):
        A[out + i] = A[x + i]
    return result(A, Q, out, put(A, out, n, pair))


@kernel
def without(A: Words, Q: Longs, x: int, n: int, i: int) -> int:
    """The word of the dict of n pairs without the i-th; `FAIL` below 0."""
    if i < 0:
        return FAIL
    out = Q[OUT]
    for j in range(n):
        if j != i:
            A[out + j - int(j > i)] = A[x + j]
    return result(A, Q, out, n - 1)


@kernel
def counted(A: Words, Q: Longs, x: int, n: int) -> int:
    """The word of the dict of how often each of n items stands there."""
    out, numbers, count = Q[OUT], Q[INNER] + 2, 0
    for i in range(n):
        one, j = peek(A, x + i), 0
        while j < count and A[out + j] != one:
            j += 1
        if j == count:
            A[out + j], A[numbers + j] = one, 0
            count += 1
        A[numbers + j] += 1
    for j in range(count):
        pair = pair_of(A, Q, peek(A, out + j), peek(A, numbers + j))
        if pair <= ABSENT:
            return pair
        A[out + j] = pair
    return result(A, Q, out, count)


@kernel
def parts(A: Words, Q: Longs, x: int, n: int, which: int) -> int:
    """The word of the list of the n keys (0) or values (1)."""
    out = Q[OUT]
    for i in range(n):
        A[out + i] = item_of(A, peek(A, x + i), which)
    return result(A, Q, out, n)


@kernel
def look_in(A: Words, Q: Longs, code: int, x: int, y: int, z: int) -> int:
    """The word of an operation on an opened dict x (of `IN_DICT`: y), or that makes one of x."""
    if code == op.IN_DICT:
        return int(key_at(A, y, count_of(A, y), x) >= 0)
    n = count_of(A, x)
    if code == op.ITEM_DICT or code == op.GET_DICT:
        i = key_at(A, x, n, y)
        missing = z if code == op.GET_DICT else FAIL
        return item_of(A, peek(A, x + i), 1) if i >= 0 else missing
    if code == op.PUT_DICT:
        return changed_at(A, Q, x, n, pair_of(A, Q, y, z))
    if code == op.DELETE_DICT:
        return without(A, Q, x, n, key_at(A, x, n, y))
    if code == op.ITEMS:
        return kept(A, x)
    if code == op.KEYS or code == op.VALUES:
        return parts(A, Q, x, n, int(code == op.VALUES))
    if code == op.COUNTS:
        return counted(A, Q, x, n)
    if code == op.MERGE:
        return put_all(A, Q, x, n, y, count_of(A, y), False)
    return put_all(A, Q, x, n, x, 0, code == op.INVERT)  # or DICT_OF
