"""Texts: sequences with a code point a word. Searching is linear (Knuth, Morris, Pratt 1977)."""

from __future__ import annotations

from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.jit import kernel
from progsynth.lang.vm.kernels_memory import Words, copied, new_sequence, with_length
from progsynth.lang.vm.layout import (
    ADDRESS,
    ADDRESS_BITS,
    DOMAIN,
    FLAT,
    HEAD,
    INDEX,
    NEEDS_ROOM,
    OK,
    OVERFLOW,
    REFERENCES,
)

_LARGEST = 922_337_203_685_477_580  # 2**63 // 10


@kernel
def is_space(c: int) -> bool:
    """Is it ASCII white space?"""
    return bool(c == 32 or 9 <= c <= 13)


@kernel
def is_of_class(c: int, which: int) -> bool:
    """Is the character a digit (0), letter (1), upper (2), lower (3) or space (4)?"""
    if which == 0:
        return bool(48 <= c <= 57)
    if which == 4:
        return is_space(c)
    return bool((which != 3 and 65 <= c <= 90) or (which != 2 and 97 <= c <= 122))


@kernel
def part(A: Words, start: int, stop: int) -> int:
    """The text of the words in [start, stop) as a reference, or -1 when there is no room."""
    to = new_sequence(A, FLAT, stop - start)
    if to == 0:
        return -1
    copied(A, to + HEAD, start, stop - start)
    A[to + 1] = stop - start
    return with_length(to, stop - start)


@kernel
def prepared(A: Words, word: int) -> int:
    """The place of the table that `match` needs for a text, or 0 when there is no room."""
    at, length = (word & ADDRESS) + HEAD, word >> ADDRESS_BITS
    table = new_sequence(A, FLAT, length)
    if table == 0:
        return 0
    table += HEAD
    border = 0  # the longest proper beginning that is also an end
    for i in range(length):
        if i == 0:
            A[table] = 0
            continue
        while border > 0 and A[at + i] != A[at + border]:
            border = A[table + border - 1]
        if A[at + i] == A[at + border]:
            border += 1
        A[table + i] = border
    return table


@kernel
def match(A: Words, s: int, t: int, table: int, start: int) -> int:
    """The position from `start` on where t (not empty) first begins in s, or -1."""
    x, y, length = (s & ADDRESS) + HEAD, (t & ADDRESS) + HEAD, t >> ADDRESS_BITS
    known = 0
    for i in range(start, s >> ADDRESS_BITS):
        while known > 0 and A[x + i] != A[y + known]:
            known = A[table + known - 1]
        if A[x + i] == A[y + known]:
            known += 1
        if known == length:
            return i + 1 - length
    return -1


@kernel
def number_of_matches(A: Words, s: int, t: int, table: int) -> int:
    """How often t (not empty) occurs in s, without overlaps."""
    count, at = 0, match(A, s, t, table, 0)
    while at >= 0:
        count += 1
        at = match(A, s, t, table, at + (t >> ADDRESS_BITS))
    return count


@kernel
def same_part(A: Words, s: int, at: int, t: int) -> bool:
    """Does t stand in s at the position, which leaves room for it?"""
    x, y = (s & ADDRESS) + HEAD + at, (t & ADDRESS) + HEAD
    for i in range(t >> ADDRESS_BITS):
        if A[x + i] != A[y + i]:
            return False
    return True


@kernel
def replaced(A: Words, d: int, s: int, old: int, new: int) -> int:
    """Store s with `new` for every `old`; gives a status."""
    n, m, k = s >> ADDRESS_BITS, old >> ADDRESS_BITS, new >> ADDRESS_BITS
    table = prepared(A, old)
    if table == 0:
        return NEEDS_ROOM
    count = n + 1 if m == 0 else number_of_matches(A, s, old, table)
    if k > 0 and count > ADDRESS // k:
        return NEEDS_ROOM
    total = n + count * (k - m)
    to = new_sequence(A, FLAT, total) if total <= ADDRESS else 0
    if to == 0:
        return NEEDS_ROOM
    source, inner, at = (s & ADDRESS) + HEAD, (new & ADDRESS) + HEAD, to + HEAD
    done = 0
    for number in range(count):
        stop = number if m == 0 else match(A, s, old, table, done)
        copied(A, at, source + done, stop - done)
        at += stop - done
        copied(A, at, inner, k)
        at += k
        done = stop + m
    if done < n:  # an empty `old` ends beyond it
        copied(A, at, source + done, n - done)
    A[to + 1] = total
    A[d] = with_length(to, total)
    return OK


@kernel
def split(A: Words, d: int, s: int, sep: int) -> int:
    """Store the list of the parts between separators; gives a status."""
    if sep == 0:
        return DOMAIN
    table = prepared(A, sep)
    if table == 0:
        return NEEDS_ROOM
    count = number_of_matches(A, s, sep, table) + 1
    to = new_sequence(A, REFERENCES, count)
    if to == 0:
        return NEEDS_ROOM
    source, done = (s & ADDRESS) + HEAD, 0
    for number in range(count):
        stop = match(A, s, sep, table, done)
        if stop < 0:
            stop = s >> ADDRESS_BITS
        word = part(A, source + done, source + stop)
        if word < 0:
            return NEEDS_ROOM
        A[to + HEAD + number] = word
        done = stop + (sep >> ADDRESS_BITS)
    A[to + 1] = count
    A[d] = with_length(to, count)
    return OK


@kernel
def words(A: Words, d: int, s: int) -> int:
    """Store the list of the parts between white space; gives a status."""
    at, end = (s & ADDRESS) + HEAD, (s & ADDRESS) + HEAD + (s >> ADDRESS_BITS)
    to = new_sequence(A, REFERENCES, (end - at + 1) // 2)
    if to == 0:
        return NEEDS_ROOM
    count = 0
    while at < end:
        start = at
        while at < end and not is_space(A[at]):
            at += 1
        if at > start:
            word = part(A, start, at)
            if word < 0:
                return NEEDS_ROOM
            A[to + HEAD + count] = word
            count += 1
        at += 1
    A[to + 1] = count
    A[d] = with_length(to, count)
    return OK


@kernel
def characters(A: Words, d: int, s: int) -> int:
    """Store the list of the characters; gives a status."""
    source, length = (s & ADDRESS) + HEAD, s >> ADDRESS_BITS
    to = new_sequence(A, REFERENCES, length)
    if to == 0:
        return NEEDS_ROOM
    for i in range(length):
        word = part(A, source + i, source + i + 1)
        if word < 0:
            return NEEDS_ROOM
        A[to + HEAD + i] = word
    A[to + 1] = length
    A[d] = with_length(to, length)
    return OK


@kernel
def text_joined(A: Words, d: int, sep: int, parts: int) -> int:
    """Store the parts with the separator between them; gives a status."""
    address, count = (parts & ADDRESS) + HEAD, parts >> ADDRESS_BITS
    gap = sep >> ADDRESS_BITS
    total = gap * max(count - 1, 0)
    for i in range(count):
        total += A[address + i] >> ADDRESS_BITS
    to = new_sequence(A, FLAT, total) if total <= ADDRESS else 0
    if to == 0:
        return NEEDS_ROOM
    at = to + HEAD
    for i in range(count):
        word = A[address + i]
        if i > 0:
            copied(A, at, (sep & ADDRESS) + HEAD, gap)
            at += gap
        copied(A, at, (word & ADDRESS) + HEAD, word >> ADDRESS_BITS)
        at += word >> ADDRESS_BITS
    A[to + 1] = total
    A[d] = with_length(to, total)
    return OK


@kernel
def cased(A: Words, d: int, s: int, which: int, by: int) -> int:
    """Store s with the characters of a class (see `is_of_class`) moved; gives a status."""
    source, length = (s & ADDRESS) + HEAD, s >> ADDRESS_BITS
    to = new_sequence(A, FLAT, length)
    if to == 0:
        return NEEDS_ROOM
    for i in range(length):
        c = A[source + i]
        A[to + HEAD + i] = c + by if is_of_class(c, which) else c
    A[to + 1] = length
    A[d] = with_length(to, length)
    return OK


@kernel
def all_of_class(A: Words, s: int, which: int) -> bool:
    """Is s not empty and all of a class?"""
    at = (s & ADDRESS) + HEAD
    for i in range(at, at + (s >> ADDRESS_BITS)):
        if not is_of_class(A[i], which):
            return False
    return bool(s != 0)


@kernel
def text_of_int(A: Words, d: int, n: int) -> int:
    """Store the decimal digits of n; gives a status."""
    rest = -n if n > 0 else n  # below zero: there -2**63 has room too
    length = 1
    while rest <= -10:
        rest = -(-rest // 10) if rest != -(2**63) else -_LARGEST
        length += 1
    length += int(n < 0)
    to = new_sequence(A, FLAT, length)
    if to == 0:
        return NEEDS_ROOM
    rest = -n if n > 0 else n
    for i in range(to + HEAD + length - 1, to + HEAD + int(n < 0) - 1, -1):
        next_rest = -(-rest // 10) if rest != -(2**63) else -_LARGEST
        A[i] = 48 + next_rest * 10 - rest
        rest = next_rest
    if n < 0:
        A[to + HEAD] = 45
    A[to + 1] = length
    A[d] = with_length(to, length)
    return OK


@kernel
def int_of_text(A: Words, d: int, s: int) -> int:
    """Store the integer that the text writes; gives a status."""
    at = (s & ADDRESS) + HEAD
    end = at + (s >> ADDRESS_BITS)
    while at < end and is_space(A[at]):
        at += 1
    while at < end and is_space(A[end - 1]):
        end -= 1
    negative = at < end and A[at] == 45
    if at < end and (A[at] == 45 or A[at] == 43):
        at += 1
    if at == end:
        return DOMAIN
    for i in range(at, end):
        if not is_of_class(A[i], 0):
            return DOMAIN
    if end - at > 4000:
        return OVERFLOW
    value = 0  # below zero
    for i in range(at, end):
        digit = A[i] - 48
        if value < -_LARGEST or (value == -_LARGEST and digit > 8):
            return OVERFLOW
        value = value * 10 - digit
    if not negative:
        if value == -(2**63):
            return OVERFLOW
        value = -value
    A[d] = value
    return OK


@kernel
def stripped(A: Words, d: int, s: int) -> int:
    """Store s without white space at its ends; gives a status."""
    at = (s & ADDRESS) + HEAD
    end = at + (s >> ADDRESS_BITS)
    while at < end and is_space(A[at]):
        at += 1
    while at < end and is_space(A[end - 1]):
        end -= 1
    return stored(A, d, part(A, at, end))


@kernel
def stored(A: Words, d: int, word: int) -> int:
    """Store a reference unless it is -1; gives a status."""
    if word < 0:
        return NEEDS_ROOM
    A[d] = word
    return OK


@kernel
def find_text(A: Words, code: int, d: int, s: int, t: int) -> int:
    """Run FIND or COUNT_TEXT; gives a status."""
    if t == 0:
        A[d] = 0 if code == op.FIND else (s >> ADDRESS_BITS) + 1
        return OK
    table = prepared(A, t)
    if table == 0:
        return NEEDS_ROOM
    A[d] = match(A, s, t, table, 0) if code == op.FIND else number_of_matches(A, s, t, table)
    return OK


@kernel
def character(A: Words, d: int, s: int, i: int) -> int:
    """Store the character of s at position i; gives a status."""
    length = s >> ADDRESS_BITS
    if i < 0:
        i += length
    if i < 0 or i >= length:
        return INDEX
    at = (s & ADDRESS) + HEAD + i
    return stored(A, d, part(A, at, at + 1))


@kernel
def code_character(A: Words, d: int, code: int) -> int:
    """Store the character of a code; gives a status."""
    if code < 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return DOMAIN
    to = new_sequence(A, FLAT, 1)
    if to == 0:
        return NEEDS_ROOM
    A[to + HEAD] = code
    A[to + 1] = 1
    A[d] = with_length(to, 1)
    return OK


@kernel
def text_operation(A: Words, C: Words, pc: int) -> int:
    """Run one instruction of the family TEXTS; gives a status."""
    code, d, s, t = C[pc], C[pc + 1], A[C[pc + 2]], A[C[pc + 3]]
    if code == op.CHARACTER:
        return character(A, d, s, t)
    if code == op.CHARACTERS:
        return characters(A, d, s)
    if code == op.FIND or code == op.COUNT_TEXT:
        return find_text(A, code, d, s, t)
    if code == op.STARTS or code == op.ENDS:
        apart = (s >> ADDRESS_BITS) - (t >> ADDRESS_BITS)
        A[d] = int(apart >= 0 and same_part(A, s, 0 if code == op.STARTS else apart, t))
        return OK
    if code == op.REPLACE:
        return replaced(A, d, s, t, A[C[pc + 4]])
    if code == op.SPLIT:
        return split(A, d, s, t)
    if code == op.WORDS:
        return words(A, d, s)
    if code == op.JOIN:
        return text_joined(A, d, s, t)
    if code == op.STRIP:
        return stripped(A, d, s)
    if code == op.UPPER:
        return cased(A, d, s, 3, -32)
    if code == op.LOWER:
        return cased(A, d, s, 2, 32)
    if code == op.CLASSIFY:
        A[d] = int(all_of_class(A, s, C[pc + 3]))
        return OK
    if code == op.ORD:
        if s >> ADDRESS_BITS != 1:
            return DOMAIN
        A[d] = A[(s & ADDRESS) + HEAD]
        return OK
    if code == op.CHR:
        return code_character(A, d, s)
    if code == op.TEXT_OF_INT:
        return text_of_int(A, d, s)
    return int_of_text(A, d, s)
