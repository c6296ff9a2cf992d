"""Kernels of text: sequences of code points; cases, digits, letters and white space are ASCII's."""

from __future__ import annotations

from progsynth.lang.vm.kernels_numbers import product_overflows
from progsynth.search.fast import opcodes as op
from progsynth.search.fast.interning import (
    count_of,
    kept,
    length,
    number,
    result,
    sequence,
    unpack,
    word_of,
)
from progsynth.search.fast.jit import kernel, peek
from progsynth.search.fast.layout import (
    ABSENT,
    CELLS,
    EMPTY,
    FAIL,
    INNER,
    MAX_ITEMS,
    OUT,
    Longs,
    Words,
)
from progsynth.search.fast.making import copied, part

MINUS, PLUS, ZERO, NINE, NEWLINE, SPACE = 45, 43, 48, 57, 10, 32
MOST_DIGITS = 4000  # that a number may be written with


@kernel
def found_at(A: Words, s: int, n: int, t: int, m: int, start: int) -> int:
    """Where the m characters at t first stand among the n at s, from `start` on; else -1."""
    i = start
    while i + m <= n:
        j = 0
        while j < m and A[s + i + j] == A[t + j]:
            j += 1
        if j == m:
            return i
        i += 1
    return -1


@kernel
def is_white(c: int) -> bool:
    """Is the character white space?"""
    return c == SPACE or 9 <= c <= 13


@kernel
def is_of(code: int, c: int) -> bool:
    """Is the character of the class that the operation asks for?"""
    if code == op.IS_DIGIT:
        return ZERO <= c <= NINE
    if code == op.IS_SPACE:
        return is_white(c)
    upper, lower = 65 <= c <= 90, 97 <= c <= 122
    return (upper and code != op.IS_LOWER) or (lower and code != op.IS_UPPER)


@kernel
def all_of(A: Words, Q: Longs, code: int, x: int) -> int:
    """Is the text one or more characters, all of the class?"""
    s, n = x, count_of(A, x)
    for i in range(s, s + n):
        if not is_of(code, peek(A, i)):
            return 0
    return int(n > 0)


@kernel
def cased(A: Words, Q: Longs, x: int, first: int, others: int) -> int:
    """The text with its first and its other characters in upper (1) or lower (0) case."""
    s, n, out = x, count_of(A, x), Q[OUT]
    for i in range(n):
        c = peek(A, s + i)
        up = first if i == 0 else others
        if up and 97 <= c <= 122:
            c -= 32
        elif not up and 65 <= c <= 90:
            c += 32
        A[out + i] = c
    return result(A, Q, out, n)


@kernel
def stripped(A: Words, Q: Longs, x: int) -> int:
    """The text without white space at its ends."""
    s, low, high = x, 0, count_of(A, x)
    while low < high and is_white(peek(A, s + low)):
        low += 1
    while low < high and is_white(peek(A, s + high - 1)):
        high -= 1
    return part(A, Q, x, low, high)


@kernel
def cut_at(A: Words, Q: Longs, x: int, sep: int, m: int, end: int) -> int:
    """The parts of the first `end` characters between separators, the m characters at `sep`."""
    s, out = x, Q[OUT]
    if m == 0:
        return FAIL
    count, begin = 0, 0
    while begin <= end:
        i = found_at(A, s, end, sep, m, begin)
        stop = end if i < 0 else i
        w = sequence(A, Q, s + begin, stop - begin)
        if w <= ABSENT:
            return w
        A[out + count] = w
        count += 1
        if i < 0:
            break
        begin = i + m
    return result(A, Q, out, count)


@kernel
def words_of(A: Words, Q: Longs, x: int) -> int:
    """The parts between white space; none is empty."""
    s, n, out, count, begin = x, count_of(A, x), Q[OUT], 0, 0
    for i in range(n + 1):
        if i == n or is_white(peek(A, s + i)):
            if i > begin:
                w = sequence(A, Q, s + begin, i - begin)
                if w <= ABSENT:
                    return w
                A[out + count] = w
                count += 1
            begin = i + 1
    return result(A, Q, out, count)


@kernel
def joined(A: Words, Q: Longs, sep: int, parts: int) -> int:
    """The parts in one text, with the separator between them."""
    out = end = Q[OUT]
    n, m = count_of(A, parts), count_of(A, sep)
    charged = 1 + (1 + m) * n
    for i in range(n):
        charged += length(A, peek(A, parts + i))
    if charged > Q[CELLS]:
        return FAIL
    for i in range(n):
        one = peek(A, parts + i)
        if i:
            end = copied(A, end, sep, m)
        unpack(A, one, end, length(A, one))
        end += length(A, one)
    return result(A, Q, out, end - out)


@kernel
def replaced(A: Words, Q: Longs, x: int, old: int, new: int) -> int:
    """The text with `new` for every `old`; an empty one is before each character and at the end."""
    s, n, t, m = x, count_of(A, x), old, count_of(A, old)
    w, k = new, count_of(A, new)
    longest = n + (n // max(m, 1) + 1) * k
    if 1 + longest > Q[CELLS]:
        return FAIL
    out = end = Q[OUT]
    i = 0
    while i <= n:
        if m == 0:
            end = copied(A, end, w, k)
        elif found_at(A, s, min(n, i + m), t, m, i) == i:
            end = copied(A, end, w, k)
            i += m
            continue
        if i < n:
            end = copied(A, end, s + i, 1)
        i += 1
    return result(A, Q, out, end - out)


@kernel
def occurrences(A: Words, Q: Longs, x: int, y: int) -> int:
    """How often y occurs in x, without overlaps."""
    n, m, s = count_of(A, x), count_of(A, y), x
    if m == 0:
        return n + 1
    count, i = 0, found_at(A, s, n, y, m, 0)
    while i >= 0:
        count += 1
        i = found_at(A, s, n, y, m, i + m)
    return count


@kernel
def written(A: Words, Q: Longs, value: int) -> int:
    """The number in decimal digits."""
    end = Q[INNER] + 24
    at, left = end, value
    while True:
        digit = left % 10 if left >= 0 else -(left % -10)
        at -= 1
        A[at] = ZERO + digit
        left = left // 10 if left >= 0 else -(left // -10)
        if left == 0:
            break
    if value < 0:
        at -= 1
        A[at] = MINUS
    return result(A, Q, Q[OUT], copied(A, Q[OUT], at, end - at) - Q[OUT])


@kernel
def parsed(A: Words, Q: Longs, x: int) -> int:
    """The integer that the text writes."""
    s, i, n = x, 0, count_of(A, x)
    while i < n and is_white(peek(A, s + i)):
        i += 1
    while n > i and is_white(peek(A, s + n - 1)):
        n -= 1
    negative = i < n and A[s + i] == MINUS
    if i < n and (A[s + i] == MINUS or A[s + i] == PLUS):
        i += 1
    if i == n or n - i > MOST_DIGITS:
        return FAIL
    r = 0  # gathered below zero, where there is one number more
    while i < n:
        c = peek(A, s + i) - ZERO
        if not 0 <= c <= 9 or product_overflows(r, 10):
            return FAIL
        r *= 10
        if r < -(2**63) + c:
            return FAIL
        r -= c
        i += 1
    if not negative and r == -(2**63):
        return FAIL
    return word_of(Q, r if negative else -r)


@kernel
def characters(A: Words, Q: Longs, x: int) -> int:
    """The characters as a list."""
    s, n, out = x, count_of(A, x), Q[OUT]
    for i in range(n):
        w = sequence(A, Q, s + i, 1)
        if w <= ABSENT:
            return w
        A[out + i] = w
    return result(A, Q, out, n)


@kernel
def padded(A: Words, Q: Longs, code: int, x: int, width: int, fill: int) -> int:
    """The text with `fill` repeated in front or behind."""
    n, m, out = count_of(A, x), count_of(A, fill), Q[OUT]
    if width < -(2**63) + n:  # the difference overflows
        return FAIL
    k = width - n
    if m == 0 or k <= 0:
        return kept(A, x)
    if k >= Q[CELLS] or 1 + m * k > Q[CELLS] or m * k + n > Q[MAX_ITEMS]:
        return FAIL
    end = out if code == op.PAD_LEFT else copied(A, out, x, n)
    for _ in range(k):
        end = copied(A, end, fill, m)
    if code == op.PAD_LEFT:
        end = copied(A, end, x, n)
    return result(A, Q, out, end - out)


@kernel
def truth_text(A: Words, Q: Longs, x: int) -> int:
    """The word "True" or "False"."""
    at = Q[OUT]
    if x:
        A[at], A[at + 1], A[at + 2], A[at + 3] = 84, 114, 117, 101
    else:
        A[at], A[at + 1], A[at + 2], A[at + 3], A[at + 4] = 70, 97, 108, 115, 101
    return result(A, Q, at, 4 if x else 5)


@kernel
def search_text(A: Words, Q: Longs, code: int, x: int, y: int) -> int:
    """The word of an operation that looks for y in x."""
    n, m, s, t = count_of(A, x), count_of(A, y), x, y
    if code == op.STARTS_WITH:
        return int(m <= n and found_at(A, s, m, t, m, 0) == 0)
    if code == op.ENDS_WITH:
        return int(m <= n and found_at(A, s, n, t, m, n - m) >= 0)
    if code == op.COUNT_STR:
        return occurrences(A, Q, x, y)
    i = found_at(A, s, n, t, m, 0)
    if code == op.FIND_STR:
        return i
    if code == op.BEFORE:
        return kept(A, x) if i < 0 else part(A, Q, x, 0, i)
    return EMPTY if i < 0 else part(A, Q, x, i + m, n)  # AFTER


@kernel
def text(A: Words, Q: Longs, code: int, x: int, y: int, z: int) -> int:
    """The word of an operation on texts."""
    if code == op.CHARS:
        return characters(A, Q, x)
    if code == op.IN_STR:
        s, t = y, x
        return int(found_at(A, s, count_of(A, y), t, count_of(A, x), 0) >= 0)
    if op.FIND_STR <= code <= op.ENDS_WITH or code == op.BEFORE or code == op.AFTER:
        return search_text(A, Q, code, x, y)
    if code == op.REPLACE:
        return replaced(A, Q, x, y, z)
    if code == op.SPLIT:
        return cut_at(A, Q, x, y, count_of(A, y), count_of(A, x))
    if code == op.WORDS_OF:
        return words_of(A, Q, x)
    if code == op.JOIN:
        return joined(A, Q, x, y)
    if code == op.STRIP:
        return stripped(A, Q, x)
    if code == op.UPPER:
        return cased(A, Q, x, 1, 1)
    if code == op.LOWER:
        return cased(A, Q, x, 0, 0)
    if code == op.CAPITALIZE:
        return cased(A, Q, x, 1, 0)
    if op.IS_DIGIT <= code <= op.IS_SPACE:
        return all_of(A, Q, code, x)
    if code == op.ORD:
        return peek(A, x) if count_of(A, x) == 1 else FAIL
    if code == op.CHR:
        c = number(Q, x)
        if not 0 <= c <= 0x10FFFF or 0xD800 <= c <= 0xDFFF:
            return FAIL
        A[Q[OUT]] = c
        return result(A, Q, Q[OUT], 1)
    if code == op.STR_INT:
        return written(A, Q, number(Q, x))
    if code == op.INT_STR:
        return parsed(A, Q, x)
    if code == op.STR_BOOL:
        return truth_text(A, Q, x)
    if code == op.PAD_LEFT or code == op.PAD_RIGHT:
        return padded(A, Q, code, x, number(Q, y), z)
    return lines(A, Q, x)


@kernel
def lines(A: Words, Q: Longs, x: int) -> int:
    """The lines of a text, without their ends."""
    n = count_of(A, x)
    if n == 0:
        return EMPTY
    at = Q[INNER]
    A[at] = NEWLINE
    end = n - 1 if A[x + n - 1] == NEWLINE else n
    return cut_at(A, Q, x, at, 1, end)
