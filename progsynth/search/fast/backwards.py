"""Kernels for looking at the bank with the outputs in mind: parts of them, and what is missing."""

from __future__ import annotations

from progsynth.search.fast.interning import item_of, length, number, word_of
from progsynth.search.fast.jit import entry, kernel
from progsynth.search.fast.keeping import row_tag, slot_of
from progsynth.search.fast.layout import (
    ABSENT,
    FAIL,
    KEEP,
    ROWS,
    Longs,
    Words,
)

ADD, SUBTRACT, SUBTRACTED, MULTIPLY = 0, 1, 2, 3  # what makes the output of two numbers
LEAST = -(2**63)  # the number that has no opposite
_ROOM = 8  # words between the last record and where a row is tried


@kernel
def stands_in(A: Words, piece: int, whole: int) -> bool:
    """Is the sequence a part of the other, in one piece?"""
    m, n = length(A, piece), length(A, whole)
    for start in range(n - m + 1):
        i = 0
        while i < m and item_of(A, whole, start + i) == item_of(A, piece, i):
            i += 1
        if i == m:
            return True
    return False


@entry
def find_parts(A: Words, addresses: Words, G: Words, masks: Longs) -> None:
    """For each of the entries, the rows where it is a part of the sequence wanted, as bits.

    0 where it is so nowhere but for the empty sequence.
    """
    for one in range(len(addresses)):
        row, bits, some = addresses[one], 0, 0
        for i in range(len(G)):
            piece = int(A[row + i])
            if piece != FAIL and stands_in(A, piece, int(G[i])):
                bits |= 1 << i
                some += length(A, piece)
        masks[one] = bits if some else 0


@kernel
def found_row(A: Words, Q: Longs, P: Words, symbol: int, row: int, width: int) -> int:
    """The address of the symbol's entry with the row written there; 0 where there is none."""
    slot = slot_of(A, Q, P, symbol, row, width, row_tag(A, Q, symbol, row, width))
    return int(Q[slot] & 0x7FFFFFFF) if slot >= 0 else 0


@entry
def find_row(A: Words, Q: Longs, P: Words, symbol: int, G: Words) -> int:
    """The address of the symbol's entry with these words; 0 where there is none."""
    row = Q[ROWS] + _ROOM
    for i in range(len(G)):
        A[row + i] = G[i]
    return found_row(A, Q, P, symbol, row, len(G))


@kernel
def missing(Q: Longs, code: int, wanted: int, given: int) -> int:
    """The word of the number that makes the one wanted of the one given; `FAIL` of none."""
    r, x = number(Q, wanted), number(Q, given)
    if code == MULTIPLY:
        if x == -1:
            return word_of(Q, -r) if r > LEAST else FAIL
        return word_of(Q, r // x) if x != 0 and r % x == 0 else FAIL
    if code == ADD:
        y = r - x
        return FAIL if (r ^ x) & (r ^ y) < 0 else word_of(Q, y)
    if code == SUBTRACT:
        y = x - r
        return FAIL if (x ^ r) & (x ^ y) < 0 else word_of(Q, y)
    y = r + x
    return FAIL if (r ^ y) & (x ^ y) < 0 else word_of(Q, y)


@entry
def find_partners(
    A: Words,
    Q: Longs,
    P: Words,
    addresses: Words,
    code: int,
    symbol: int,
    G: Words,
    found: Words,
) -> int:
    """The pairs of an entry and another of the symbol that the operation makes the rows wanted of.

    `found` gets both addresses of each pair, of as many as it holds; gives how many.
    """
    width, num = len(G), 0
    row = Q[ROWS] + _ROOM
    Q[KEEP] = 0
    for given in addresses:
        i = 0
        while i < width:
            x = int(A[given + i])
            y = FAIL if x == FAIL else missing(Q, code, int(G[i]), x)
            if y <= ABSENT:
                break
            A[row + i] = y
            i += 1
        if i < width:
            continue
        other = found_row(A, Q, P, symbol, row, width)
        if other and 2 * num < len(found):
            found[2 * num], found[2 * num + 1] = given, other
            num += 1
    Q[KEEP] = 1
    return num
