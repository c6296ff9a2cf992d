"""How far a result is from the one expected; the slow twin is `progsynth.evaluate`.

Texts are compared by edits (Myers 1999, in Hyyro's form for blocks of 64 characters, 2003).
"""

from __future__ import annotations

from progsynth.lang.vm.jit import kernel
from progsynth.lang.vm.kernels_memory import Floats, Words
from progsynth.lang.vm.kernels_values import find_key, same_text
from progsynth.lang.vm.layout import (
    ADDRESS,
    ADDRESS_BITS,
    BLOCK,
    CATEGORY,
    D_FLOAT,
    D_INT,
    D_LIST,
    D_STR,
    D_TUPLE,
    DICT_HEAD,
    FOR_EDITS,
    HEAD,
    SLOTS,
)

MISSING = 10.0  # an item or entry that is missing, or one too many
INFINITY = float("inf")


@kernel
def near_float(x: float, y: float, tolerance: float) -> bool:
    """As `values.close` has it: NaN matches NaN, infinities match themselves only."""
    if x == y:
        return True
    if x != x or y != y:
        return bool(x != x and y != y)
    gap = abs(x - y)
    if abs(x) == INFINITY or abs(y) == INFINITY:
        return False
    return bool(gap <= abs(tolerance * x) or gap <= abs(tolerance * y) or gap <= tolerance)


@kernel
def near(A: Words, F: Floats, t: int, x: int, y: int, tolerance: float) -> bool:
    """Are two values equal, floats within the tolerance?"""
    kind = A[t]
    if kind == D_INT:
        return bool(A[x] == A[y])
    if kind == D_FLOAT:
        return near_float(F[x], F[y], tolerance)
    if kind == D_STR:
        return same_text(A, A[x], A[y])
    a, b = A[x] & ADDRESS, A[y] & ADDRESS
    if kind == D_TUPLE:
        for i in range(A[t + 1]):
            if not near(A, F, A[t + 2 + i], a + 1 + i, b + 1 + i, tolerance):
                return False
        return True
    length = A[x] >> ADDRESS_BITS
    if length != A[y] >> ADDRESS_BITS:
        return False
    if kind == D_LIST:
        for i in range(length):
            if not near(A, F, A[t + 2], a + HEAD + i, b + HEAD + i, tolerance):
                return False
        return True
    values, others = a + DICT_HEAD + A[a + 2], b + DICT_HEAD + A[b + 2]
    for i in range(length):
        found = find_key(A, F, A[y], A[t + 2], a + DICT_HEAD + i)
        if found < 0 or not near(A, F, A[t + 3], values + i, others + found, tolerance):
            return False
    return True


@kernel
def apart(A: Words, F: Floats, t: int, x: int, y: int) -> float:
    """How far two scalars are apart."""
    if A[t] == D_FLOAT:
        a, b = F[x], F[y]
        if a == b or (a != a and b != b):
            return 0.0
        gap = abs(a - b)
        return gap if gap == gap else INFINITY
    if A[x] == A[y]:
        return 0.0
    return 1.0 if A[t + 1] == CATEGORY else abs(float(A[x]) - float(A[y]))


@kernel
def graded(A: Words, F: Floats, t: int, x: int, y: int, work: Words) -> float:
    """How far the value at place y is from the one expected, at x; errors add up in order.

    `work` has FOR_EDITS words and one for each character of the shorter of two texts.
    """
    kind = A[t]
    if kind < D_STR:
        return apart(A, F, t, x, y)
    if kind == D_STR:
        return float(edits(A, A[x], A[y], work))
    total = 0.0
    a, b = A[x] & ADDRESS, A[y] & ADDRESS
    if kind == D_TUPLE:
        for i in range(A[t + 1]):
            total += graded(A, F, A[t + 2 + i], a + 1 + i, b + 1 + i, work)
        return total
    m, n = A[x] >> ADDRESS_BITS, A[y] >> ADDRESS_BITS
    if kind == D_LIST:
        for i in range(min(m, n)):
            total += graded(A, F, A[t + 2], a + HEAD + i, b + HEAD + i, work)
        return total + float(abs(m - n)) * MISSING
    shared = 0
    for i in range(m):
        found = find_key(A, F, A[y], A[t + 2], a + DICT_HEAD + i)
        if found >= 0:
            shared += 1
            values, others = a + DICT_HEAD + A[a + 2], b + DICT_HEAD + A[b + 2]
            total += graded(A, F, A[t + 3], values + i, others + found, work)
    return total + float(m + n - 2 * shared) * MISSING


@kernel
def slot_of(work: Words, character: int) -> int:
    """Where the character stands in the table of a block, or the free slot for it."""
    slot = character % SLOTS
    while work[slot] != 0 and work[slot] != character + 1:
        slot = (slot + 1) % SLOTS
    return slot


@kernel
def fill_table(A: Words, at: int, size: int, work: Words) -> None:
    """For each character of a block, the word with a bit where it stands there."""
    for slot in range(SLOTS):
        work[slot] = 0
    for i in range(size):
        slot = slot_of(work, A[at + i])
        if work[slot] == 0:
            work[slot] = A[at + i] + 1
            work[SLOTS + slot] = 0
        work[SLOTS + slot] |= 1 << i


@kernel
def edits(A: Words, x: int, y: int, work: Words) -> int:
    """The least number of characters to insert, delete or replace to make one text the other.

    The matrix of distances has a row for each character of the longer text, taken 64 at once,
    and a column for each of the shorter; words hold where a distance is one more (plus) or less
    (minus) than that above it, and `work` by how much the last of a block is more than that on
    its left.
    """
    if x >> ADDRESS_BITS < y >> ADDRESS_BITS:
        x, y = y, x
    rows, columns = x >> ADDRESS_BITS, y >> ADDRESS_BITS
    left, top = (x & ADDRESS) + HEAD, (y & ADDRESS) + HEAD
    for j in range(columns):
        work[FOR_EDITS + j] = 1
    for start in range(0, rows, BLOCK):
        size = min(BLOCK, rows - start)
        fill_table(A, left + start, size, work)
        plus, minus = -1, 0
        for j in range(columns):
            step = work[FOR_EDITS + j]
            slot = slot_of(work, A[top + j])
            match = work[SLOTS + slot] if work[slot] != 0 else 0
            vertical = match | minus
            match |= int(step < 0)
            diagonal = (((match & plus) + plus) ^ plus) | match
            more = minus | ~(diagonal | plus)
            less = plus & diagonal
            work[FOR_EDITS + j] = ((more >> (size - 1)) & 1) - ((less >> (size - 1)) & 1)
            more = (more << 1) | int(step > 0)
            less = (less << 1) | int(step < 0)
            plus = less | ~(vertical | more)
            minus = more & vertical
    distance = rows
    for j in range(columns):
        distance += work[FOR_EDITS + j]
    return distance
