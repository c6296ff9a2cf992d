"""Kernels of floats: a float is kept as the number that its 64 bits are.

What no program can tell apart is one word: there is one NaN. Values that are not kept have words
of their own for a while, so that what is close to an output is known as such.
"""

from __future__ import annotations

import math

import numpy as np

from progsynth.lang.vm.kernels_numbers import TOP_FLOAT, floor_divide, modulo, nearest_even
from progsynth.search.fast import opcodes as op
from progsynth.search.fast.interning import big_word, count_of, item_of, length, number, word_of
from progsynth.search.fast.jit import as_bits, as_float, inlined, kernel, peek
from progsynth.search.fast.layout import (
    ABSENT,
    BIG,
    BIG_AT,
    BIGS_END,
    FAIL,
    FLOATING,
    NEAR_KIND,
    NEAR_WITHIN,
    NUM_SPARES,
    SCALAR,
    SEQUENCE,
    SPARE,
    TABLE,
    TYPES,
    Longs,
    Words,
)

NAN_BITS = 0x7FF8 << 48


@kernel
def float_of(Q: Longs, word: int) -> float:
    """The float that the word stands for."""
    return as_float(number(Q, word))


@kernel
def float_word(Q: Longs, value: float) -> int:
    """The word of a float."""
    bits = as_bits(value) if value == value else NAN_BITS
    if -BIG <= bits < BIG:
        return bits
    word = big_word(Q, bits)
    if word != ABSENT:
        return word
    place = Q[BIGS_END] + Q[SPARE]  # until as many others are
    Q[SPARE] = (Q[SPARE] + 1) & (NUM_SPARES - 1)
    Q[Q[BIG_AT] + place] = bits
    return BIG + place


@kernel
def whole(Q: Longs, code: int, x: float) -> int:
    """The word of the int that the operation makes of a float."""
    if not math.isfinite(x):
        return FAIL
    if code == op.FLOOR:
        x = np.floor(x)
    elif code == op.CEIL:
        x = np.ceil(x)
    elif code == op.ROUND:
        x = nearest_even(x)
    if not -TOP_FLOAT <= x < TOP_FLOAT:
        return FAIL
    return word_of(Q, np.int64(x))


@kernel
def function(code: int, x: float) -> tuple[bool, float]:
    """Does the function of one float fail, and what does it give?"""
    if code == op.SQRT:
        return x < 0.0, math.sqrt(x) if x >= 0.0 else x
    if code == op.EXP:
        return False, np.exp(x)
    if code == op.LOG:
        return x <= 0.0, np.log(x) if x > 0.0 else x
    if code == op.SIN:
        return math.isinf(x), math.sin(x)
    return math.isinf(x), math.cos(x)


@kernel
def of_two(code: int, x: float, y: float) -> tuple[bool, float]:
    """Does the operation that can fail on two floats do so, and what does it give?"""
    if code == op.POW_FLOAT:
        r = np.power(x, y)
        return (x == 0.0 and y < 0.0) or (r != r and x == x and y == y), r
    if y == 0.0:
        return True, 0.0
    if code == op.DIV_FLOAT:
        return False, x / y
    if code == op.FLOORDIV_FLOAT:
        return False, floor_divide(x, y)
    return False, modulo(x, y)


@kernel
def operated(code: int, x: float, y: float, z: float) -> tuple[bool, float]:
    """Does the operation on floats fail, and what does it give?"""
    failed, r = False, x
    if code == op.ADD_FLOAT:
        r = x + y
    elif code == op.SUB_FLOAT:
        r = x - y
    elif code == op.MUL_FLOAT:
        r = x * y
    elif code <= op.POW_FLOAT:
        failed, r = of_two(code, x, y)
    elif code == op.NEG_FLOAT:
        r = -x
    elif code == op.ABS_FLOAT:
        r = abs(x)
    elif code == op.MIN_FLOAT:
        r = y if y < x else x
    elif code == op.MAX_FLOAT:
        r = y if y > x else x
    elif code == op.SIGN_FLOAT:
        r = 1.0 if x > 0.0 else -1.0 if x < 0.0 else x
    elif code == op.CLAMP_FLOAT:
        r = y if x < y else z if x > z else x
    else:
        failed, r = function(code, x)
    return failed, r


@kernel
def float_row(A: Words, Q: Longs, code: int, a: int, b: int, c: int, n: int, out: int) -> None:
    """Run an operation of the family of floats on each row."""
    for i in range(n):
        x, y, z = peek(A, a + i), peek(A, b + i), peek(A, c + i)
        if x == FAIL or y == FAIL or z == FAIL:
            A[out + i] = FAIL
        elif code >= op.WHOLES:
            A[out + i] = whole(Q, code, float_of(Q, x))
        elif code == op.FLOAT_INT:
            A[out + i] = float_word(Q, float(number(Q, x)))
        elif code == op.DIV_INT:
            over = float(number(Q, y))
            A[out + i] = float_word(Q, float(number(Q, x)) / over) if over != 0.0 else FAIL
        else:
            failed, r = operated(code, float_of(Q, x), float_of(Q, y), float_of(Q, z))
            A[out + i] = FAIL if failed else float_word(Q, r)


@kernel
def total_of_floats(A: Words, Q: Longs, code: int, x: int) -> int:
    """The word of the sum or product of an opened list of floats, from left to right."""
    r = 0.0 if code == op.SUM_FLOAT else 1.0
    for i in range(count_of(A, x)):
        one = float_of(Q, peek(A, x + i))
        r = r + one if code == op.SUM_FLOAT else r * one
    return float_word(Q, r)


@kernel
def compared(A: Words, Q: Longs, code: int, a: int, b: int, n: int, out: int) -> None:
    """Compare floats on each row: NaN is neither equal nor in any order."""
    for i in range(n):
        v, w = peek(A, a + i), peek(A, b + i)
        if v == FAIL or w == FAIL:
            A[out + i] = FAIL
            continue
        x, y = float_of(Q, v), float_of(Q, w)
        if code == op.EQ:
            r = x == y
        elif code == op.NE:
            r = x != y
        elif code == op.LT:
            r = x < y
        elif code == op.LE:
            r = x <= y
        elif code == op.GT:
            r = x > y
        else:
            r = x >= y
        A[out + i] = int(r)


# ------------------------------------------------------------------------ close to an output


@kernel
def is_close(Q: Longs, x: int, y: int) -> bool:
    """Do the words stand for floats that are equal or within the tolerance, or both for NaN?"""
    if x <= ABSENT or y <= ABSENT:
        return False
    a, b, within = float_of(Q, x), float_of(Q, y), as_float(Q[NEAR_WITHIN])
    if x == y or a == b:
        return True
    if math.isinf(a) or math.isinf(b):
        return False
    return abs(a - b) <= max(within * max(abs(a), abs(b)), within)


@kernel
def has_same(A: Words, x: int, y: int) -> bool:
    """Have two dicts the same pairs, in whatever order?"""
    if x <= ABSENT or y <= ABSENT or length(A, x) != length(A, y):
        return False
    for i in range(length(A, x)):
        j = 0
        while j < length(A, y) and item_of(A, y, j) != item_of(A, x, i):
            j += 1
        if j == length(A, y):
            return False
    return True


@kernel
def near(A: Words, Q: Longs, x: int, y: int) -> bool:
    """Is the value x of the outputs' type as good as y? Floats in a sequence are compared too,
    what is nested deeper has to be the same. The order of a dict's entries does not matter."""
    at = TYPES + 8 * Q[NEAR_KIND]
    if Q[at] == FLOATING:
        return is_close(Q, x, y)
    if Q[at] == TABLE:
        return has_same(A, x, y)
    if Q[at] == SCALAR or x <= ABSENT or y <= ABSENT or length(A, x) != length(A, y):
        return False
    for i in range(length(A, x)):
        part = Q[at + 1] if Q[at] == SEQUENCE else Q[at + 1 + i]
        v, w = item_of(A, x, i), item_of(A, y, i)
        if v != w and not (Q[TYPES + 8 * part] == FLOATING and is_close(Q, v, w)):
            return False
    return True


@inlined
def is_right(A: Words, Q: Longs, word: int, wanted: int) -> bool:
    """Is the value what is wanted of the whole program, floats within the tolerance?"""
    return word == wanted or (Q[NEAR_KIND] != 0 and near(A, Q, word, wanted))
