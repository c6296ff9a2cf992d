"""Allocation, and the copying collection of what is still referred to (Cheney 1970)."""

from __future__ import annotations

from typing import Any

import numpy as np

from progsynth.lang.vm.jit import kernel
from progsynth.lang.vm.layout import (
    ADDRESS,
    ADDRESS_BITS,
    COLLECTIONS,
    DICT,
    DICT_HEAD,
    FLAT,
    HEAD,
    HIGH,
    KEY_REFERENCES,
    KIND,
    LOW,
    NUM_POINTERS,
    OTHER_HIGH,
    OTHER_LOW,
    OUT,
    POINTERS,
    REFERENCES,
    SLACK,
    SOFT,
    TOP,
    TUPLE,
    TUPLE_MASK_SHIFT,
    TUPLE_SIZE,
    TUPLE_SIZE_SHIFT,
    VALUE_REFERENCES,
)

Words = Any  # numpy int64 array: the arena
Floats = Any  # the same memory as float64


@kernel
def copied(A: Words, to: int, source: int, count: int) -> None:
    """Copy `count` words. Unsigned indices are not tested for negative ones."""
    first, start = np.uintp(to), np.uintp(source)
    for i in range(np.uintp(count)):
        A[first + i] = A[start + i]


@kernel
def new_sequence(A: Words, kind: int, capacity: int) -> int:
    """The address of a new sequence with nothing in it yet, or 0 when there is no room."""
    top = A[TOP]
    end = top + HEAD + capacity
    if end > A[SOFT]:
        return 0
    A[TOP] = end
    A[top] = kind
    A[top + 1] = 0
    A[top + 2] = capacity
    return top


@kernel
def new_tuple(A: Words, meta: int) -> int:
    """The address of a new tuple, its items still to be written, or 0."""
    top = A[TOP]
    end = top + 1 + ((meta >> TUPLE_SIZE_SHIFT) & TUPLE_SIZE)
    if end > A[SOFT]:
        return 0
    A[TOP] = end
    A[top] = meta
    return top


@kernel
def object_size(A: Words, address: int) -> int:
    """The words of the object as it is copied: room behind the used part is dropped."""
    meta = A[address]
    kind = meta & KIND
    if kind == TUPLE:
        return 1 + ((meta >> TUPLE_SIZE_SHIFT) & TUPLE_SIZE)
    if kind == DICT:
        return DICT_HEAD + 2 * A[address + 2] + A[address + 3]
    return HEAD + A[address + 1]


@kernel
def moved(A: Words, word: int, low: int, high: int) -> int:
    """The reference after its object, if it lies in [low, high), was copied to TOP."""
    address = word & ADDRESS
    if address < low or address >= high:
        return word
    meta = A[address]
    if meta >= 0:
        size = object_size(A, address)
        to = A[TOP]
        copied(A, to, address, size)
        kind = meta & KIND
        if kind == FLAT or kind == REFERENCES:
            A[to + 2] = A[to + 1]
        A[TOP] = to + size
        meta = -to
        A[address] = meta
    return word - address - meta


@kernel
def move_all(A: Words, start: int, low: int, high: int) -> None:
    """Copy what the objects from `start` to TOP refer to, until nothing more is found."""
    at = start
    while at < A[TOP]:
        meta = A[at]
        kind = meta & KIND
        if kind == FLAT:
            at += HEAD + A[at + 2]
        elif kind == REFERENCES:
            count = A[at + 1]
            for i in range(at + HEAD, at + HEAD + count):
                A[i] = moved(A, A[i], low, high)
            at += HEAD + count
        elif kind == TUPLE:
            size = (meta >> TUPLE_SIZE_SHIFT) & TUPLE_SIZE
            mask = meta >> TUPLE_MASK_SHIFT
            for i in range(size):
                if (mask >> i) & 1:
                    A[at + 1 + i] = moved(A, A[at + 1 + i], low, high)
            at += 1 + size
        else:
            used, room = A[at + 1], A[at + 2]
            if meta & KEY_REFERENCES:
                for i in range(at + DICT_HEAD, at + DICT_HEAD + used):
                    A[i] = moved(A, A[i], low, high)
            if meta & VALUE_REFERENCES:
                for i in range(at + DICT_HEAD + room, at + DICT_HEAD + room + used):
                    A[i] = moved(A, A[i], low, high)
            at += DICT_HEAD + 2 * room + A[at + 3]


@kernel
def collect(A: Words) -> None:
    """Copy the live objects to the other space and go on there."""
    low, high = A[LOW], A[HIGH]
    A[LOW], A[HIGH] = A[OTHER_LOW], A[OTHER_HIGH]
    A[OTHER_LOW], A[OTHER_HIGH] = low, high
    A[TOP] = A[LOW]
    for r in range(POINTERS, POINTERS + A[NUM_POINTERS]):
        A[r] = moved(A, A[r], low, high)
    move_all(A, A[LOW], low, high)
    live = A[TOP] - A[LOW]
    A[SOFT] = min(A[HIGH], A[TOP] + max(A[SLACK], 2 * live))
    A[COLLECTIONS] += 1


@kernel
def copy_out(A: Words, word: int) -> int:
    """The result copied to the results' part; the space it was in is used up by this."""
    top, low, high = A[TOP], A[LOW], A[HIGH]
    start = A[OUT]
    A[TOP] = start
    word = moved(A, word, low, high)
    move_all(A, start, low, high)
    A[OUT] = A[TOP]
    A[TOP] = top
    return word


@kernel
def with_length(address: int, length: int) -> int:
    """The reference to a sequence or dict; the empty one is 0."""
    if length == 0:
        return 0
    return address | (length << ADDRESS_BITS)


@kernel
def appended(A: Words, word: int, item: int, kind: int) -> int:
    """The sequence with one more item, or -1 when there is no room.

    Written behind the end in place where nothing is written there yet: references to the
    shorter sequence hold their own length and do not see it.
    """
    address = word & ADDRESS
    length = word >> ADDRESS_BITS
    if address >= A[LOW] and A[address + 1] == length and length < A[address + 2]:
        A[address + HEAD + length] = item
        A[address + 1] = length + 1
        return address | ((length + 1) << ADDRESS_BITS)
    new = new_sequence(A, kind, 2 * length + 4)
    if new == 0:
        return -1
    copied(A, new + HEAD, address + HEAD, length)
    A[new + HEAD + length] = item
    A[new + 1] = length + 1
    return new | ((length + 1) << ADDRESS_BITS)
