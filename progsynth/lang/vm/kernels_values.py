"""Equality, order, hash and size of values, led by their type's descriptor.

Values are given by the places of their words, so that a float is read through the float view.
The recursion is as deep as the type.
"""

from __future__ import annotations

from progsynth.lang.vm.jit import kernel
from progsynth.lang.vm.kernels_memory import Floats, Words
from progsynth.lang.vm.layout import (
    ADDRESS,
    ADDRESS_BITS,
    D_DICT,
    D_FLOAT,
    D_INT,
    D_LIST,
    D_STR,
    D_TUPLE,
    DICT_HEAD,
    HEAD,
)

UNORDERED = 2  # how a NaN compares


@kernel
def hashed(A: Words, F: Floats, t: int, at: int) -> int:
    """A hash of the value: equal values have equal ones. Not for dicts."""
    kind = A[t]
    if kind == D_INT:
        h = A[at] * 0x2545F4914F6CDD1D
        return h ^ (h >> 29)
    if kind == D_FLOAT:
        if F[at] == 0.0:  # 0.0 equals -0.0
            return 0
        if F[at] != F[at]:  # a NaN equals nothing: many of them should not collide
            return at * 0x2545F4914F6CDD1D
        h = A[at] * 0x2545F4914F6CDD1D
        return h ^ (h >> 29)
    address, length = A[at] & ADDRESS, A[at] >> ADDRESS_BITS
    h = 0x1234567 + length
    if kind == D_STR:
        for i in range(address + HEAD, address + HEAD + length):
            h = (h ^ A[i]) * 0x2545F4914F6CDD1D
            h ^= h >> 29
    elif kind == D_LIST:
        item = A[t + 2]
        for i in range(address + HEAD, address + HEAD + length):
            h = (h ^ hashed(A, F, item, i)) * 0x2545F4914F6CDD1D
            h ^= h >> 29
    else:
        for i in range(A[t + 1]):
            h = (h ^ hashed(A, F, A[t + 2 + i], address + 1 + i)) * 0x2545F4914F6CDD1D
            h ^= h >> 29
    return h


@kernel
def same_text(A: Words, a: int, b: int) -> bool:
    """Do two references to flat sequences of ints or characters mean the same?"""
    if a == b:
        return True
    length = a >> ADDRESS_BITS
    if length != b >> ADDRESS_BITS:
        return False
    x, y = (a & ADDRESS) + HEAD, (b & ADDRESS) + HEAD
    for i in range(length):
        if A[x + i] != A[y + i]:
            return False
    return True


@kernel
def same_key(A: Words, F: Floats, t: int, x: int, y: int) -> bool:
    """Are two keys of a dict, or two values without dicts inside, equal?"""
    kind = A[t]
    if kind == D_INT:
        return bool(A[x] == A[y])
    if kind == D_FLOAT:
        return bool(F[x] == F[y])
    if kind == D_STR:
        return same_text(A, A[x], A[y])
    a, b = A[x] & ADDRESS, A[y] & ADDRESS
    if kind == D_TUPLE:
        for i in range(A[t + 1]):
            if not same_key(A, F, A[t + 2 + i], a + 1 + i, b + 1 + i):
                return False
        return True
    length = A[x] >> ADDRESS_BITS
    if length != A[y] >> ADDRESS_BITS:
        return False
    item = A[t + 2]
    if A[item] == D_INT:
        return same_text(A, A[x], A[y])
    for i in range(length):
        if not same_key(A, F, item, a + HEAD + i, b + HEAD + i):
            return False
    return True


@kernel
def find_key(A: Words, F: Floats, word: int, t: int, key: int) -> int:
    """The number of the entry with the key at place `key`, or -1."""
    address, count = word & ADDRESS, word >> ADDRESS_BITS
    if count == 0:
        return -1
    slots = A[address + 3]
    keys = address + DICT_HEAD
    if slots == 0:
        for i in range(count):
            if same_key(A, F, t, keys + i, key):
                return i
        return -1
    index = keys + 2 * A[address + 2]
    slot = hashed(A, F, t, key) & (slots - 1)
    while True:
        entry = A[index + slot]
        if entry == 0:
            return -1
        # entries from `count` on were added by others who share the object
        if entry <= count and same_key(A, F, t, keys + entry - 1, key):
            return entry - 1
        slot = (slot + 1) & (slots - 1)


@kernel
def equal(A: Words, F: Floats, t: int, x: int, y: int) -> bool:
    """The language's `==`."""
    kind = A[t]
    if kind < D_LIST:
        return same_key(A, F, t, x, y)
    if kind == D_TUPLE:
        a, b = A[x] & ADDRESS, A[y] & ADDRESS
        for i in range(A[t + 1]):
            if not equal(A, F, A[t + 2 + i], a + 1 + i, b + 1 + i):
                return False
        return True
    length = A[x] >> ADDRESS_BITS
    if length != A[y] >> ADDRESS_BITS:
        return False
    a, b = A[x] & ADDRESS, A[y] & ADDRESS
    if kind == D_LIST:
        item = A[t + 2]
        if A[item] == D_INT:
            return same_text(A, A[x], A[y])
        for i in range(length):
            if not equal(A, F, item, a + HEAD + i, b + HEAD + i):
                return False
        return True
    keys, values = a + DICT_HEAD, a + DICT_HEAD + A[a + 2]
    others = b + DICT_HEAD + A[b + 2]
    for i in range(length):
        found = find_key(A, F, A[y], A[t + 2], keys + i)
        if found < 0 or not equal(A, F, A[t + 3], values + i, others + found):
            return False
    return True


@kernel
def compare(A: Words, F: Floats, t: int, x: int, y: int, total: bool) -> int:
    """-1, 0 or 1 as x is before, equal to or behind y; UNORDERED where a NaN decides.

    With `total`, NaN equals itself and comes last, as sorting has it.
    """
    kind = A[t]
    if kind == D_INT:
        return int(A[x] > A[y]) - int(A[x] < A[y])
    if kind == D_FLOAT:
        if F[x] == F[y]:
            return 0
        if F[x] < F[y]:
            return -1
        if F[x] > F[y]:
            return 1
        if not total:
            return UNORDERED
        return int(F[x] != F[x]) - int(F[y] != F[y])
    a, b = A[x] & ADDRESS, A[y] & ADDRESS
    if kind == D_TUPLE:
        for i in range(A[t + 1]):
            found = compare(A, F, A[t + 2 + i], a + 1 + i, b + 1 + i, total)
            if found != 0:
                return found
        return 0
    m, n = A[x] >> ADDRESS_BITS, A[y] >> ADDRESS_BITS
    if kind == D_STR:
        for i in range(min(m, n)):
            if A[a + HEAD + i] != A[b + HEAD + i]:
                return 1 if A[a + HEAD + i] > A[b + HEAD + i] else -1
    else:
        item = A[t + 2]
        if A[item] == D_INT:
            for i in range(min(m, n)):
                if A[a + HEAD + i] != A[b + HEAD + i]:
                    return 1 if A[a + HEAD + i] > A[b + HEAD + i] else -1
            return int(m > n) - int(m < n)
        for i in range(min(m, n)):
            found = compare(A, F, item, a + HEAD + i, b + HEAD + i, total)
            if found != 0:
                return found
    return int(m > n) - int(m < n)


@kernel
def size_of(A: Words, F: Floats, t: int, at: int, enough: int) -> int:
    """The logical cells of a value, deep: see `progsynth.lang.values.size_of`.

    Shared parts count at each use, so that a size may be beyond all walking: where it passes
    `enough`, this is some number beyond `enough`.
    """
    kind = A[t]
    if kind < D_STR:
        return 1
    address, length = A[at] & ADDRESS, A[at] >> ADDRESS_BITS
    if kind == D_STR:
        return 1 + length
    total = 1
    if kind == D_TUPLE:
        for i in range(A[t + 1]):
            total += size_of(A, F, A[t + 2 + i], address + 1 + i, enough - total)
            if total > enough:
                break
        return total
    for part in range(2, 4 if kind == D_DICT else 3):
        item = A[t + part]
        start = address + HEAD
        if kind == D_DICT:
            start = address + DICT_HEAD + (0 if part == 2 else A[address + 2])
        if A[item] < D_STR:
            total += length
        else:
            for i in range(start, start + length):
                total += size_of(A, F, item, i, enough - total)
                if total > enough:
                    return total
    return total
