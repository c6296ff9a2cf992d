"""Kernels of sequences of sequences: pairs, pieces, columns."""

from __future__ import annotations

from progsynth.search.fast import opcodes as op
from progsynth.search.fast.interning import count_of, item_of, length, number, result, sequence
from progsynth.search.fast.jit import kernel, peek
from progsynth.search.fast.layout import ABSENT, EMPTY, FAIL, INNER, MAX_ITEMS, OUT, Longs, Words
from progsynth.search.fast.making import bound, flat


@kernel
def zipped(A: Words, Q: Longs, x: int, y: int, z: int, three: bool) -> int:
    """The word of the pairs, or triples, of items at equal positions."""
    n = min(count_of(A, x), count_of(A, y))
    if three:
        n = min(n, count_of(A, z))
    out, at = Q[OUT], Q[INNER]
    for i in range(n):
        A[at] = A[x + i]
        A[at + 1] = A[y + i]
        if three:
            A[at + 2] = A[z + i]
        w = sequence(A, Q, at, 3 if three else 2)
        if w <= ABSENT:
            return w
        A[out + i] = w
    return result(A, Q, out, n)


@kernel
def enumerated(A: Words, Q: Longs, x: int) -> int:
    """The word of the pairs of position and item."""
    out, at, n = Q[OUT], Q[INNER], count_of(A, x)
    for i in range(n):
        A[at] = i
        A[at + 1] = A[x + i]
        w = sequence(A, Q, at, 2)
        if w <= ABSENT:
            return w
        A[out + i] = w
    return result(A, Q, out, n)


@kernel
def pieces(A: Words, Q: Longs, x: int, size: int, step: int, count: int) -> int:
    """The word of `count` pieces x[i:i + size], for i in steps."""
    if count > Q[MAX_ITEMS]:
        return FAIL
    out, n = Q[OUT], count_of(A, x)
    for i in range(count):
        low, high = bound(i * step, n), bound(i * step + size, n)
        w = sequence(A, Q, x + low, max(high - low, 0))
        if w <= ABSENT:
            return w
        A[out + i] = w
    return result(A, Q, out, count)


@kernel
def transposed(A: Words, Q: Longs, x: int) -> int:
    """The word of the columns of a list of rows, as many as the shortest row has items."""
    num_rows = count_of(A, x)
    if num_rows == 0:
        return EMPTY
    width = length(A, peek(A, x))
    for i in range(num_rows):
        width = min(width, length(A, peek(A, x + i)))
    out, at = Q[OUT], Q[INNER]
    for j in range(width):
        for i in range(num_rows):
            A[at + i] = item_of(A, peek(A, x + i), j)
        w = sequence(A, Q, at, num_rows)
        if w <= ABSENT:
            return w
        A[out + j] = w
    return result(A, Q, out, width)


@kernel
def nest(A: Words, Q: Longs, code: int, x: int, y: int, z: int) -> int:
    """The word of an operation on sequences of sequences."""
    if code == op.ZIP:
        return zipped(A, Q, x, y, 0, False)
    if code == op.ZIP_THREE:
        return zipped(A, Q, x, y, z, True)
    if code == op.ENUMERATE:
        return enumerated(A, Q, x)
    if code == op.FLATTEN:
        return flat(A, Q, x, count_of(A, x), Q[MAX_ITEMS])
    if code == op.TRANSPOSE:
        return transposed(A, Q, x)
    n, size = count_of(A, x), number(Q, y)
    if code == op.CHUNKS:
        if size == 0:
            return FAIL
        return pieces(A, Q, x, size, size, (n - 1) // size + 1) if size > 0 and n else EMPTY
    if size < -Q[MAX_ITEMS]:
        return FAIL
    return pieces(A, Q, x, size, 1, max(n - size + 1, 0))  # WINDOWS
