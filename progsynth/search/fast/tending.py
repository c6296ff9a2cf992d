"""What Python does to the compiled bank beside filling it: values in, tables grown, rows noted."""

from __future__ import annotations

from progsynth.search.fast.floats import is_right
from progsynth.search.fast.interning import (
    finish,
    rehash_bigs,
    sequence,
    widen,
    word_of,
)
from progsynth.search.fast.jit import entry, peek
from progsynth.search.fast.layout import (
    NOTED,
    POOL_MASK,
    ROW_MASK,
    ROW_SLOTS,
    SEQUENCE_MASK,
    SEQUENCE_SLOTS,
    Longs,
    Words,
)
from progsynth.search.fast.pools import (
    LEFT_KEY,
    RIGHT_KEY,
    ROW_KEY,
    SCOPE_KEY,
    add_element,
    free_slot,
)


@entry
def note_rows(
    A: Words, Q: Longs, addresses: Words, G: Words, seen: Longs, found: Longs, floats: bool
) -> int:
    """Which rows the entries are right on, as bits, each set with its first entry.

    `G` holds the words wanted, `seen` a hash table of the sets known (-1: a free slot). `found`
    gets a set and an address for each that is new, as many as it holds; gives how many. `floats`:
    are these values of the outputs' type, which may have floats?
    """
    num, mask = 0, len(seen) - 1
    for row in addresses:
        bits = 0
        for i in range(len(G)):
            same = A[row + i] == G[i]
            if floats and not same:
                same = is_right(A, Q, peek(A, row + i), G[i])
            bits |= int(same) << i
        at = finish(bits) & mask
        while seen[at] != -1 and seen[at] != bits:
            at = (at + 1) & mask
        if seen[at] == -1 and 2 * num < len(found):
            seen[at] = bits
            found[2 * num], found[2 * num + 1] = bits, row
            num += 1
    return num


@entry
def add_sequence(A: Words, Q: Longs, start: int, count: int) -> int:
    """`interning.sequence`, for Python."""
    return sequence(A, Q, start, count)


@entry
def add_number(Q: Longs, value: int) -> int:
    """`interning.word_of`, for Python."""
    return word_of(Q, value)


@entry
def grow_tables(Q: Longs, sizes: Longs) -> None:
    """Make the tables of sequences, large ints and rows as large as `sizes` says (less one)."""
    if sizes[0]:
        widen(Q, Q[SEQUENCE_SLOTS], Q[SEQUENCE_MASK], sizes[0])
        Q[SEQUENCE_MASK] = sizes[0]
    if sizes[1]:
        rehash_bigs(Q, sizes[1])
    if sizes[2]:
        widen(Q, Q[ROW_SLOTS], Q[ROW_MASK], sizes[2])
        Q[ROW_MASK] = sizes[2]


@entry
def add_place(
    Q: Longs, elements: Words, slots: Words, scope: int, row: int, left: int, right: int, place: int
) -> None:
    """Give an element a place in the pool of that scope and row."""
    at = free_slot(Q, elements, slots, scope, row, left, right)
    if at >= 0:
        add_element(Q, elements, slots, at, scope, row, left, right, place)


@entry
def rehash_elements(Q: Longs, elements: Words, slots: Words) -> None:
    """Fill an empty table of elements of pools anew."""
    Q[POOL_MASK] = len(slots) - 1
    for one in range(Q[NOTED]):
        at = free_slot(
            Q,
            elements,
            slots,
            int(elements[one, SCOPE_KEY]),
            int(elements[one, ROW_KEY]),
            int(elements[one, LEFT_KEY]),
            int(elements[one, RIGHT_KEY]),
        )
        slots[at] = one + 1
