"""Sorting (a stable merge sort of positions) and finding what is equal (by hash)."""

from __future__ import annotations

from progsynth.lang.vm.jit import kernel
from progsynth.lang.vm.kernels_memory import Floats, Words, new_sequence, with_length
from progsynth.lang.vm.kernels_values import compare, hashed, same_key
from progsynth.lang.vm.layout import ADDRESS, ADDRESS_BITS, D_INT, FLAT, HEAD, NEEDS_ROOM, OK

_RUN = 8  # positions that are sorted by insertion


@kernel
def before(A: Words, F: Floats, t: int, x: int, y: int) -> bool:
    """Is the key at place x before the one at y?"""
    if A[t] == D_INT:
        return bool(A[x] < A[y])
    return bool(compare(A, F, t, x, y, True) < 0)


@kernel
def indices_in_order(A: Words, F: Floats, t: int, keys: int, length: int, work: int) -> int:
    """Where the positions 0 to length - 1 are, in the order of their keys.

    `work` are 2 * length words to work in.
    """
    for i in range(length):
        at = work + i
        first = work + i - i % _RUN
        while at > first and before(A, F, t, keys + i, keys + A[at - 1]):
            A[at] = A[at - 1]
            at -= 1
        A[at] = i
    source, other, width = work, work + length, _RUN
    while width < length:
        for start in range(0, length, 2 * width):
            i, middle = source + start, source + min(start + width, length)
            j, end = middle, source + min(start + 2 * width, length)
            for to in range(other + start, other + end - source):
                if j >= end or (i < middle and not before(A, F, t, keys + A[j], keys + A[i])):
                    A[to] = A[i]
                    i += 1
                else:
                    A[to] = A[j]
                    j += 1
        source, other = other, source
        width *= 2
    return source


@kernel
def unique(A: Words, F: Floats, d: int, word: int, t: int, kind: int) -> int:
    """Store the items that are not equal to an earlier one; gives a status."""
    address, length = (word & ADDRESS) + HEAD, word >> ADDRESS_BITS
    slots = 8
    while slots < 2 * length:
        slots *= 2
    to = new_sequence(A, kind, length)
    table = new_sequence(A, FLAT, slots)
    if to == 0 or table == 0:
        return NEEDS_ROOM
    table += HEAD
    for slot in range(slots):
        A[table + slot] = 0
    count = 0
    for i in range(address, address + length):
        slot = hashed(A, F, t, i) & (slots - 1)
        new = True
        while A[table + slot] != 0:
            if same_key(A, F, t, A[table + slot], i):
                new = False
                break
            slot = (slot + 1) & (slots - 1)
        if new:
            A[table + slot] = i
            A[to + HEAD + count] = A[i]
            count += 1
    A[to + 1] = count
    A[d] = with_length(to, count)
    return OK
