"""Lists, and what texts have in common with them."""

from __future__ import annotations

import numpy as np

from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.flags import OWNED_LIST, SLICE_KIND_SHIFT, START, STEP, STOP
from progsynth.lang.vm.jit import kernel
from progsynth.lang.vm.kernels_memory import (
    Floats,
    Words,
    appended,
    copied,
    new_sequence,
    new_tuple,
    with_length,
)
from progsynth.lang.vm.kernels_numbers import product_overflows
from progsynth.lang.vm.kernels_order import indices_in_order, unique
from progsynth.lang.vm.kernels_values import compare, equal
from progsynth.lang.vm.layout import (
    ADDRESS,
    ADDRESS_BITS,
    DOMAIN,
    FLAT,
    HEAD,
    INDEX,
    LOW,
    NEEDS_ROOM,
    OK,
    OVERFLOW,
    REFERENCES,
    SCRATCH,
    SHARED,
)


@kernel
def slice_parts(A: Words, length: int, start: int, stop: int, step: int, given: int) -> int:
    """How many items a slice takes; its first position and its step go to SCRATCH. -1: step 0."""
    if not given & STEP:
        step = 1
    if step == 0:
        return -1
    step = max(step, -(2**63 - 1))
    lowest, highest = (0, length) if step > 0 else (-1, length - 1)
    if given & START:
        if start < 0:
            start = max(start + length, lowest)
        start = min(start, highest)
    else:
        start = lowest if step > 0 else highest
    if given & STOP:
        if stop < 0:
            stop = max(stop + length, lowest)
        stop = min(stop, highest)
    else:
        stop = highest if step > 0 else lowest
    A[SCRATCH] = start
    A[SCRATCH + 1] = step
    if step > 0:
        return 0 if start >= stop else (stop - start - 1) // step + 1
    return 0 if start <= stop else (start - stop - 1) // -step + 1


@kernel
def joined(A: Words, d: int, x: int, y: int, times: int, kind: int) -> int:
    """Store the items of x, `times` over, and then those of y; gives a status."""
    m, n = x >> ADDRESS_BITS, y >> ADDRESS_BITS
    if m > 0 and times > ADDRESS // m:
        return NEEDS_ROOM
    total = m * times + n
    if total > ADDRESS:
        return NEEDS_ROOM
    to = new_sequence(A, kind, total)
    if to == 0:
        return NEEDS_ROOM
    at = to + HEAD
    for _ in range(times):
        copied(A, at, (x & ADDRESS) + HEAD, m)
        at += m
    copied(A, at, (y & ADDRESS) + HEAD, n)
    A[to + 1] = total
    A[d] = with_length(to, total)
    return OK


@kernel
def sliced(A: Words, d: int, word: int, count: int, kind: int) -> int:
    """Store `count` items from the place and with the step in SCRATCH; gives a status."""
    to = new_sequence(A, kind, count)
    if to == 0:
        return NEEDS_ROOM
    at, step = (word & ADDRESS) + HEAD + A[SCRATCH], A[SCRATCH + 1]
    if step == 1:
        copied(A, to + HEAD, at, count)
    else:
        for i in range(count):
            A[to + HEAD + i] = A[at + i * step]
    A[to + 1] = count
    A[d] = with_length(to, count)
    return OK


@kernel
def put(A: Words, d: int, word: int, i: int, item: int, kind: int) -> int:
    """Store the list with the item at position i; gives a status."""
    address, length = word & ADDRESS, word >> ADDRESS_BITS
    if i < 0:
        i += length
    if i < 0 or i >= length:
        return INDEX
    if kind & OWNED_LIST and address >= A[LOW] and not A[address] & SHARED:
        A[address + HEAD + i] = item
        A[d] = word
        return OK
    to = new_sequence(A, kind & REFERENCES, length)
    if to == 0:
        return NEEDS_ROOM
    copied(A, to + HEAD, address + HEAD, length)
    A[to + HEAD + i] = item
    A[to + 1] = length
    A[d] = with_length(to, length)
    return OK


@kernel
def inserted(A: Words, d: int, word: int, i: int, item: int, kind: int) -> int:
    """Store the list with the item before position i; gives a status."""
    address, length = (word & ADDRESS) + HEAD, word >> ADDRESS_BITS
    if i < 0:
        i = max(i + length, 0)
    i = min(i, length)
    to = new_sequence(A, kind, length + 1)
    if to == 0:
        return NEEDS_ROOM
    copied(A, to + HEAD, address, i)
    A[to + HEAD + i] = item
    copied(A, to + HEAD + i + 1, address + i, length - i)
    A[to + 1] = length + 1
    A[d] = with_length(to, length + 1)
    return OK


@kernel
def deleted(A: Words, d: int, word: int, i: int, kind: int) -> int:
    """Store the list without the item at position i; gives a status."""
    address, length = (word & ADDRESS) + HEAD, word >> ADDRESS_BITS
    if i < 0:
        i += length
    if i < 0 or i >= length:
        return INDEX
    to = new_sequence(A, kind, length - 1)
    if to == 0:
        return NEEDS_ROOM
    copied(A, to + HEAD, address, i)
    copied(A, to + HEAD + i, address + i + 1, length - 1 - i)
    A[to + 1] = length - 1
    A[d] = with_length(to, length - 1)
    return OK


@kernel
def searched(A: Words, F: Floats, word: int, item: int, t: int, all_of: bool) -> int:
    """The first position of an item equal to the one at place `item`, or -1; or their number."""
    address, length = (word & ADDRESS) + HEAD, word >> ADDRESS_BITS
    found = 0
    for i in range(length):
        if equal(A, F, t, address + i, item):
            if not all_of:
                return i
            found += 1
    return found if all_of else -1


@kernel
def extreme(A: Words, F: Floats, d: int, word: int, t: int, sign: int) -> int:
    """Store the first item that no other is before (sign -1) or behind (1); gives a status."""
    address, length = (word & ADDRESS) + HEAD, word >> ADDRESS_BITS
    if length == 0:
        return DOMAIN
    best = address
    for i in range(address + 1, address + length):
        if compare(A, F, t, i, best, True) == sign:
            best = i
    A[d] = A[best]
    return OK


@kernel
def sorted_items(A: Words, F: Floats, d: int, keys: int, items: int, t: int, kind: int) -> int:
    """Store the items in the order of their keys; gives a status."""
    length = items >> ADDRESS_BITS
    to = new_sequence(A, kind, length)
    work = new_sequence(A, FLAT, 2 * length)
    if to == 0 or work == 0:
        return NEEDS_ROOM
    order = indices_in_order(A, F, t, (keys & ADDRESS) + HEAD, length, work + HEAD)
    source = (items & ADDRESS) + HEAD
    for i in range(length):
        A[to + HEAD + i] = A[source + A[order + i]]
    A[to + 1] = length
    A[d] = with_length(to, length)
    return OK


@kernel
def span(start: int, stop: int, step: int) -> int:
    """The number of integers in range(start, stop, step), at most 2**63 - 1; step is not 0."""
    if step > 0:
        if start >= stop:
            return 0
        apart = np.uint64(stop) - np.uint64(start) - np.uint64(1)
        count = apart // np.uint64(step)
    else:
        if start <= stop:
            return 0
        apart = np.uint64(start) - np.uint64(stop) - np.uint64(1)
        count = apart // (np.uint64(-(step + 1)) + np.uint64(1))
    if count >= np.uint64(2**63 - 1):
        return 2**63 - 1
    whole: int = np.int64(count)  # type: ignore[assignment]
    return whole + 1


@kernel
def ranged(A: Words, d: int, start: int, stop: int, step: int) -> int:
    """Store the list of a range; gives a status."""
    if step == 0:
        return DOMAIN
    count = span(start, stop, step)
    if count > ADDRESS:
        return NEEDS_ROOM
    to = new_sequence(A, FLAT, count)
    if to == 0:
        return NEEDS_ROOM
    for i in range(count):
        A[to + HEAD + i] = start + i * step
    A[to + 1] = count
    A[d] = with_length(to, count)
    return OK


@kernel
def paired(A: Words, d: int, xs: int, ys: int, count: int, meta: int, numbered: bool) -> int:
    """Store the list of pairs of the items at xs (or positions) and at ys; gives a status."""
    to = new_sequence(A, REFERENCES, count)
    if to == 0:
        return NEEDS_ROOM
    for i in range(count):
        pair = new_tuple(A, meta)
        if pair == 0:
            return NEEDS_ROOM
        A[pair + 1] = i if numbered else A[xs + i]
        A[pair + 2] = A[ys + i]
        A[to + HEAD + i] = pair
    A[to + 1] = count
    A[d] = with_length(to, count)
    return OK


@kernel
def flattened(A: Words, d: int, word: int, kind: int) -> int:
    """Store the items of all the lists; gives a status."""
    address, length = (word & ADDRESS) + HEAD, word >> ADDRESS_BITS
    total = 0
    for i in range(length):
        total += A[address + i] >> ADDRESS_BITS
    if total > ADDRESS:
        return NEEDS_ROOM
    to = new_sequence(A, kind, total)
    if to == 0:
        return NEEDS_ROOM
    at = to + HEAD
    for i in range(length):
        inner = A[address + i]
        copied(A, at, (inner & ADDRESS) + HEAD, inner >> ADDRESS_BITS)
        at += inner >> ADDRESS_BITS
    A[to + 1] = total
    A[d] = with_length(to, total)
    return OK


@kernel
def summed(A: Words, d: int, word: int) -> int:
    """Store the sum of ints, checked at every step; gives a status."""
    address, length = (word & ADDRESS) + HEAD, word >> ADDRESS_BITS
    total = 0
    for i in range(address, address + length):
        new = total + A[i]
        if (total ^ new) & (A[i] ^ new) < 0:
            return OVERFLOW
        total = new
    A[d] = total
    return OK


@kernel
def multiplied(A: Words, d: int, word: int) -> int:
    """Store the product of ints, checked at every step; gives a status."""
    address, length = (word & ADDRESS) + HEAD, word >> ADDRESS_BITS
    total = 1
    for i in range(address, address + length):
        if product_overflows(total, A[i]):
            return OVERFLOW
        total *= A[i]
    A[d] = total
    return OK


@kernel
def folded(F: Floats, d: int, word: int, product: bool) -> None:
    """Store the sum or product of floats, from left to right."""
    address, length = (word & ADDRESS) + HEAD, word >> ADDRESS_BITS
    total = 1.0 if product else 0.0
    for i in range(address, address + length):
        total = total * F[i] if product else total + F[i]
    F[d] = total


@kernel
def updating(A: Words, C: Words, pc: int) -> int:
    """Run an instruction that makes a list or text from one or two; gives a status."""
    code, d, a, x = C[pc], C[pc + 1], A[C[pc + 2]], A[C[pc + 3]]
    if code == op.SLICE:
        length = a >> ADDRESS_BITS
        count = slice_parts(A, length, x, A[C[pc + 4]], A[C[pc + 5]], C[pc + 6] & 7)
        return DOMAIN if count < 0 else sliced(A, d, a, count, C[pc + 6] >> SLICE_KIND_SHIFT)
    if code == op.CONCAT:
        return joined(A, d, a, x, 1, C[pc + 4])
    if code == op.REPEAT:
        times = max(x, 0) if a >> ADDRESS_BITS else 0  # nothing, however often, takes no time
        return joined(A, d, a, 0, times, C[pc + 4])
    if code == op.REVERSE:
        A[SCRATCH], A[SCRATCH + 1] = (a >> ADDRESS_BITS) - 1, -1
        return sliced(A, d, a, a >> ADDRESS_BITS, C[pc + 3])
    if code == op.APPEND:
        word = appended(A, a, x, C[pc + 4])
        if word < 0:
            return NEEDS_ROOM
        A[d] = word
        return OK
    if code == op.PUT:
        return put(A, d, a, x, A[C[pc + 4]], C[pc + 5])
    if code == op.INSERT:
        return inserted(A, d, a, x, A[C[pc + 4]], C[pc + 5])
    return deleted(A, d, a, x, C[pc + 4])


@kernel
def sequence_operation(A: Words, F: Floats, C: Words, pc: int) -> int:
    """Run one instruction of the family SEQUENCES; gives a status."""
    code, d, a, b = C[pc], C[pc + 1], C[pc + 2], C[pc + 3]
    if code <= op.DELETE:
        return updating(A, C, pc)
    if code == op.EQUAL:
        A[d] = int(equal(A, F, C[pc + 4], a, b))
    elif code == op.COMPARE:
        order = compare(A, F, C[pc + 4], a, b, False)
        A[d] = int(order == -1 or (order == 0 and C[pc + 5] == 1))
    elif code == op.CONTAINS:
        A[d] = int(searched(A, F, A[b], a, C[pc + 4], False) >= 0)
    elif code == op.INDEX_OF:
        found = searched(A, F, A[a], b, C[pc + 4], False)
        if found < 0:
            return DOMAIN
        A[d] = found
    elif code == op.COUNT_OF:
        A[d] = searched(A, F, A[a], b, C[pc + 4], True)
    elif code == op.SORT:
        return sorted_items(A, F, d, A[a], A[b], C[pc + 4], C[pc + 5])
    elif code == op.SMALLEST:
        return extreme(A, F, d, A[a], b, -1)
    elif code == op.LARGEST:
        return extreme(A, F, d, A[a], b, 1)
    elif code == op.UNIQUE:
        return unique(A, F, d, A[a], b, C[pc + 4])
    elif code == op.RANGE:
        return ranged(A, d, A[a], A[b], A[C[pc + 4]])
    elif code == op.ZIP:
        count = min(A[a] >> ADDRESS_BITS, A[b] >> ADDRESS_BITS)
        xs, ys = (A[a] & ADDRESS) + HEAD, (A[b] & ADDRESS) + HEAD
        return paired(A, d, xs, ys, count, C[pc + 4], False)
    elif code == op.ENUMERATE:
        return paired(A, d, 0, (A[a] & ADDRESS) + HEAD, A[a] >> ADDRESS_BITS, b, True)
    elif code == op.FLATTEN:
        return flattened(A, d, A[a], b)
    elif code == op.SUM:
        return summed(A, d, A[a])
    elif code == op.PRODUCT:
        return multiplied(A, d, A[a])
    else:
        folded(F, d, A[a], code == op.FPRODUCT)
    return OK
