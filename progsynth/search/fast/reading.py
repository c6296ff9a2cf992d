"""Kernels that read sequences: lengths, items, sums, questions."""

from __future__ import annotations

from progsynth.lang.vm.kernels_numbers import product_overflows
from progsynth.search.fast import opcodes as op
from progsynth.search.fast.interning import items, length, number, sequence, word_of
from progsynth.search.fast.jit import kernel
from progsynth.search.fast.layout import FAIL, Longs, Words
from progsynth.search.fast.scalars import order


@kernel
def position(A: Words, start: int, count: int, wanted: int) -> int:
    """Where the word first stands among the items; -1 where it does not."""
    for i in range(count):
        if A[start + i] == wanted:
            return i
    return -1


@kernel
def item(A: Words, Q: Longs, xs: int, i: int) -> int:
    """The item at position i as Python counts; `FAIL` outside."""
    n = length(A, xs)
    if i < 0:
        i += n
    return int(A[items(xs) + i]) if 0 <= i < n else FAIL


@kernel
def character(A: Words, Q: Longs, text: int, i: int) -> int:
    """The character at position i as a text; `FAIL` outside."""
    n = length(A, text)
    if i < 0:
        i += n
    return sequence(A, Q, items(text) + i, 1) if 0 <= i < n else FAIL


@kernel
def total(A: Words, Q: Longs, s: int, n: int) -> int:
    """The word of the sum of the items; `FAIL` where a partial sum overflows."""
    r = 0
    for i in range(n):
        y = number(Q, int(A[s + i]))
        z = r + y
        if (r ^ z) & (y ^ z) < 0:
            return FAIL
        r = z
    return word_of(Q, r)


@kernel
def multiplied(A: Words, Q: Longs, s: int, n: int) -> int:
    """The word of the product of the items; `FAIL` where a partial product overflows."""
    r = 1
    for i in range(n):
        y = number(Q, int(A[s + i]))
        if product_overflows(r, y):
            return FAIL
        r *= y
    return word_of(Q, r)


@kernel
def extreme(A: Words, Q: Longs, kind: int, s: int, n: int, sign: int) -> int:
    """The least (sign -1) or greatest (1) of the items, of type `kind`; `FAIL` of none."""
    if n == 0:
        return FAIL
    best = int(A[s])
    for i in range(1, n):
        one = int(A[s + i])
        if order(A, Q, kind, one, best) == sign:
            best = one
    return best


@kernel
def is_sorted(A: Words, Q: Longs, kind: int, s: int, n: int) -> int:
    """Is every item at most the next?"""
    for i in range(1, n):
        if order(A, Q, kind, int(A[s + i - 1]), int(A[s + i])) > 0:
            return 0
    return 1


@kernel
def read(A: Words, Q: Longs, code: int, aux: int, x: int, y: int) -> int:
    """The word of an operation that reads the sequence x (of `IN`: y)."""
    if code == op.IN:
        return int(position(A, items(y), length(A, y), x) >= 0)
    s, n = items(x), length(A, x)
    if code == op.LEN:
        return n
    if code == op.ITEM:
        return item(A, Q, x, number(Q, y))
    if code == op.FIRST_ITEM:
        return int(A[s]) if n else FAIL
    if code == op.LAST_ITEM:
        return int(A[s + n - 1]) if n else FAIL
    if code == op.ITEM_STR:
        return character(A, Q, x, number(Q, y))
    if code == op.FIRST_STR:
        return character(A, Q, x, 0)
    if code == op.LAST_STR:
        return character(A, Q, x, -1)
    if code == op.INDEX:
        r = position(A, s, n, y)
        return r if r >= 0 else FAIL
    if code == op.FIND:
        return position(A, s, n, y)
    if code == op.COUNT_ITEM:
        r = 0
        for i in range(n):
            r += int(A[s + i] == y)
        return r
    if code == op.MIN_LIST:
        return extreme(A, Q, aux, s, n, -1)
    if code == op.MAX_LIST:
        return extreme(A, Q, aux, s, n, 1)
    if code == op.SUM:
        return total(A, Q, s, n)
    if code == op.PRODUCT:
        return multiplied(A, Q, s, n)
    if code == op.IS_EMPTY:
        return int(n == 0)
    if code == op.ANY:
        return int(position(A, s, n, 1) >= 0)
    if code == op.ALL:
        return int(position(A, s, n, 0) < 0)
    if code == op.IS_SORTED:
        return is_sorted(A, Q, aux, s, n)
    return int(A[s + aux])  # PROJECT
