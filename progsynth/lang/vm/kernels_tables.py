"""Dicts: entries in the order in which their keys were put, with a hash index (open addressing).

A new key is written behind the entries of an object in place where nothing is written there
yet, as `append` does for lists.
"""

from __future__ import annotations

from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.flags import OWNED_DICT
from progsynth.lang.vm.jit import kernel
from progsynth.lang.vm.kernels_memory import (
    Floats,
    Words,
    copied,
    new_sequence,
    new_tuple,
    with_length,
)
from progsynth.lang.vm.kernels_values import find_key, hashed
from progsynth.lang.vm.layout import (
    ADDRESS,
    ADDRESS_BITS,
    DICT_HEAD,
    HEAD,
    KEY,
    KEY_REFERENCES,
    LOW,
    NEEDS_ROOM,
    OK,
    REFERENCES,
    SHARED,
    SMALL_DICT,
    SOFT,
    TOP,
    VALUE_REFERENCES,
)

_META = OWNED_DICT - 1  # the part of the operand that is the dict's meta word


@kernel
def new_dict(A: Words, meta: int, room: int) -> int:
    """The address of an empty dict, or 0 when there is no memory for it."""
    slots = 0
    if room > SMALL_DICT:
        slots = 32
        while slots < 2 * room:
            slots *= 2
    top = A[TOP]
    end = top + DICT_HEAD + 2 * room + slots
    if end > A[SOFT]:
        return 0
    A[TOP] = end
    A[top] = meta
    A[top + 1] = 0
    A[top + 2] = room
    A[top + 3] = slots
    for i in range(end - slots, end):
        A[i] = 0
    return top


@kernel
def add_to_index(A: Words, F: Floats, address: int, t: int, entry: int) -> None:
    """Enter the key of an entry, which no earlier entry has, in the index."""
    slots = A[address + 3]
    if slots == 0:
        return
    keys = address + DICT_HEAD
    index = keys + 2 * A[address + 2]
    slot = hashed(A, F, t, keys + entry) & (slots - 1)
    while A[index + slot] != 0:
        slot = (slot + 1) & (slots - 1)
    A[index + slot] = entry + 1


@kernel
def add_entry(A: Words, F: Floats, address: int, t: int, key: int, value: int) -> None:
    """Write a new entry; there is room, and no earlier entry has the key."""
    count = A[address + 1]
    A[address + DICT_HEAD + count] = key
    A[address + DICT_HEAD + A[address + 2] + count] = value
    A[address + 1] = count + 1
    add_to_index(A, F, address, t, count)


@kernel
def copied_dict(A: Words, F: Floats, word: int, t: int, meta: int, room: int, skip: int) -> int:
    """The address of a copy with that much room and without entry `skip`, or 0."""
    source, count = word & ADDRESS, word >> ADDRESS_BITS
    to = new_dict(A, meta, room)
    if to == 0 or count == 0:
        return to
    keys, values = source + DICT_HEAD, source + DICT_HEAD + A[source + 2]
    at, slots = 0, A[to + 3]
    same_index = skip < 0 and slots == A[source + 3] and A[source + 1] == count
    for part in range(2):  # in front of the entry that is left out, and behind
        start = 0 if part == 0 else skip + 1
        stop = skip if part == 0 else count
        if skip < 0:
            stop = 0 if part == 0 else count
        copied(A, to + DICT_HEAD + at, keys + start, stop - start)
        copied(A, to + DICT_HEAD + room + at, values + start, stop - start)
        at += stop - start
    A[to + 1] = at
    if slots > 0 and not same_index:
        for entry in range(at):
            add_to_index(A, F, to, t, entry)
    if same_index:
        index = to + DICT_HEAD + 2 * room
        old = keys + 2 * A[source + 2]
        copied(A, index, old, slots)
    return to


@kernel
def put_key(A: Words, F: Floats, word: int, t: int, key: int, value: int, flags: int) -> int:
    """The dict with the value at the key at place `key`, or -1 when there is no room."""
    address, count = word & ADDRESS, word >> ADDRESS_BITS
    meta = flags & _META
    found = find_key(A, F, word, t, key)
    if found >= 0:
        if not (flags & OWNED_DICT and address >= A[LOW] and not A[address] & SHARED):
            address = copied_dict(A, F, word, t, meta, A[address + 2], -1)
            if address == 0:
                return -1
        A[address + DICT_HEAD + A[address + 2] + found] = value
        return with_length(address, count)
    if address < A[LOW] or A[address + 1] != count or count == A[address + 2]:
        address = copied_dict(A, F, word, t, meta, 2 * count + 4, -1)
        if address == 0:
            return -1
    add_entry(A, F, address, t, A[key], value)
    return with_length(address, count + 1)


@kernel
def delete_key(A: Words, F: Floats, d: int, word: int, t: int, key: int) -> int:
    """Store the dict without the key; gives a status."""
    found = find_key(A, F, word, t, key)
    if found < 0:
        return KEY
    address, count = word & ADDRESS, word >> ADDRESS_BITS
    to = copied_dict(A, F, word, t, A[address] & ~SHARED, A[address + 2], found)
    if to == 0:
        return NEEDS_ROOM
    A[d] = with_length(to, count - 1)
    return OK


@kernel
def dict_of(A: Words, F: Floats, d: int, pairs: int, t: int, meta: int) -> int:
    """Store the dict of a list of pairs; gives a status."""
    at, count = (pairs & ADDRESS) + HEAD, pairs >> ADDRESS_BITS
    to = new_dict(A, meta, count)
    if to == 0:
        return NEEDS_ROOM
    for i in range(at, at + count):
        used = A[to + 1]
        found = find_key(A, F, with_length(to, used), t, A[i] + 1)
        if found >= 0:
            A[to + DICT_HEAD + count + found] = A[A[i] + 2]
        else:
            add_entry(A, F, to, t, A[A[i] + 1], A[A[i] + 2])
    A[d] = with_length(to, A[to + 1])
    return OK


@kernel
def entries(A: Words, code: int, d: int, word: int, pair: int) -> int:
    """Store the list of keys, values or pairs; gives a status."""
    address, count = word & ADDRESS, word >> ADDRESS_BITS
    if count == 0:
        A[d] = 0
        return OK
    meta = A[address]
    keys, values = address + DICT_HEAD, address + DICT_HEAD + A[address + 2]
    references = True
    if code == op.KEYS:
        references = meta & KEY_REFERENCES != 0
    elif code == op.VALUES:
        references = meta & VALUE_REFERENCES != 0
    to = new_sequence(A, REFERENCES if references else 0, count)
    if to == 0:
        return NEEDS_ROOM
    for i in range(count):
        item = A[values + i] if code == op.VALUES else A[keys + i]
        if code == op.ITEMS:
            item = new_tuple(A, pair)
            if item == 0:
                return NEEDS_ROOM
            A[item + 1] = A[keys + i]
            A[item + 2] = A[values + i]
        A[to + HEAD + i] = item
    A[to + 1] = count
    A[d] = with_length(to, count)
    return OK


@kernel
def table_operation(A: Words, F: Floats, C: Words, pc: int) -> int:
    """Run one instruction of the family TABLES; gives a status."""
    code, d, word, key = C[pc], C[pc + 1], A[C[pc + 2]], C[pc + 3]
    if code == op.GET or code == op.GET_OR:
        found = find_key(A, F, word, C[pc + 5], key)
        if found >= 0:
            address = word & ADDRESS
            A[d] = A[address + DICT_HEAD + A[address + 2] + found]
        elif code == op.GET:
            return KEY
        else:
            A[d] = A[C[pc + 4]]
    elif code == op.HAS:
        A[d] = int(find_key(A, F, word, C[pc + 4], key) >= 0)
    elif code == op.PUT_KEY:
        word = put_key(A, F, word, C[pc + 5], key, A[C[pc + 4]], C[pc + 6])
        if word < 0:
            return NEEDS_ROOM
        A[d] = word
    elif code == op.DELETE_KEY:
        return delete_key(A, F, d, word, C[pc + 4], key)
    elif code == op.DICT_OF:
        return dict_of(A, F, d, word, key, C[pc + 4])
    else:
        return entries(A, code, d, word, C[pc + 3])
    return OK
