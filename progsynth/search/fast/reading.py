"""Kernels that read sequences: lengths, items, sums, questions."""

from __future__ import annotations

from progsynth.lang.vm.kernels_numbers import product_overflows
from progsynth.search.fast import opcodes as op
from progsynth.search.fast.floats import total_of_floats
from progsynth.search.fast.interning import count_of, item_of, length, number, sequence, word_of
from progsynth.search.fast.jit import kernel, peek
from progsynth.search.fast.layout import BIG, EMPTY, FAIL, INNER, Longs, Words
from progsynth.search.fast.scalars import order


@kernel
def position(A: Words, start: int, count: int, wanted: int) -> int:
    """Where the word first stands among the items; -1 where it does not."""
    for i in range(count):
        if A[start + i] == wanted:
            return i
    return -1


@kernel
def item(A: Words, xs: int, i: int) -> int:
    """The item at position i of a kept sequence, as Python counts; `FAIL` outside."""
    n = length(A, xs)
    if i < 0:
        i += n
    return item_of(A, xs, i) if 0 <= i < n else FAIL


@kernel
def character(A: Words, Q: Longs, text: int, i: int) -> int:
    """The character at position i of a kept text, as a text; `FAIL` outside."""
    c = item(A, text, i)
    if c == FAIL:
        return FAIL
    A[Q[INNER]] = c
    return sequence(A, Q, Q[INNER], 1)


@kernel
def total(A: Words, Q: Longs, s: int, n: int) -> int:
    """The word of the sum of the items; `FAIL` where a partial sum overflows."""
    r = 0
    for i in range(n):
        y = number(Q, peek(A, s + i))
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
        y = number(Q, peek(A, s + i))
        if product_overflows(r, y):
            return FAIL
        r *= y
    return word_of(Q, r)


@kernel
def extreme(A: Words, Q: Longs, kind: int, s: int, n: int, sign: int) -> int:
    """The least (sign -1) or greatest (1) of the items, of type `kind`; `FAIL` of none."""
    if n == 0:
        return FAIL
    best = peek(A, s)
    for i in range(1, n):
        one = peek(A, s + i)
        if kind == 0 and one < BIG and best < BIG:
            best = one if (one - best) * sign > 0 else best
        elif order(A, Q, kind, one, best) == sign:
            best = one
    return best


@kernel
def is_sorted(A: Words, Q: Longs, kind: int, s: int, n: int) -> int:
    """Is every item at most the next?"""
    for i in range(1, n):
        x, y = peek(A, s + i - 1), peek(A, s + i)
        if kind == 0 and x < BIG and y < BIG:
            if x > y:
                return 0
        elif order(A, Q, kind, x, y) > 0:
            return 0
    return 1


@kernel
def read_part(A: Words, Q: Longs, code: int, aux: int, x: int, y: int) -> int:
    """The word of an operation on a kept sequence of which it needs little."""
    if code == op.LEN:
        return length(A, x)
    if code == op.ITEM:
        return item(A, x, number(Q, y))
    if code == op.FIRST_ITEM:
        return item(A, x, 0)
    if code == op.LAST_ITEM:
        return item(A, x, -1)
    if code == op.NTH:
        i = number(Q, y)
        return item(A, x, i) if i >= 0 else FAIL
    if code == op.IS_EMPTY:
        return int(x == EMPTY)
    if code == op.PROJECT:
        return item_of(A, x, aux)
    if code == op.ITEM_STR:
        return character(A, Q, x, number(Q, y))
    return character(A, Q, x, 0 if code == op.FIRST_STR else -1)


@kernel
def read(A: Words, Q: Longs, code: int, aux: int, x: int, y: int) -> int:
    """The word of an operation that reads the opened sequence x (of `IN`: y)."""
    if code == op.IN:
        return int(position(A, y, count_of(A, y), x) >= 0)
    n = count_of(A, x)
    if code == op.INDEX:
        r = position(A, x, n, y)
        return r if r >= 0 else FAIL
    if code == op.FIND:
        return position(A, x, n, y)
    if code == op.COUNT_ITEM:
        r = 0
        for i in range(n):
            r += int(A[x + i] == y)
        return r
    if code == op.MIN_LIST:
        return extreme(A, Q, aux, x, n, -1)
    if code == op.MAX_LIST:
        return extreme(A, Q, aux, x, n, 1)
    if code == op.SUM:
        return total(A, Q, x, n)
    if code == op.PRODUCT:
        return multiplied(A, Q, x, n)
    if code == op.SUM_FLOAT or code == op.PRODUCT_FLOAT:
        return total_of_floats(A, Q, code, x)
    if code == op.ANY:
        return int(position(A, x, n, 1) >= 0)
    if code == op.ALL:
        return int(position(A, x, n, 0) < 0)
    return is_sorted(A, Q, aux, x, n)
