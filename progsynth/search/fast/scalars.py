"""Kernels of numbers, comparisons and choices: one operation on the rows of its arguments."""

from __future__ import annotations

import math

from progsynth.lang.vm.kernels_numbers import product_overflows
from progsynth.search.fast import opcodes as op
from progsynth.search.fast.floats import compared, float_of
from progsynth.search.fast.interning import item_of, length, number, word_of
from progsynth.search.fast.jit import kernel, peek, poke
from progsynth.search.fast.layout import BIG, FAIL, FLOATING, SCALAR, SEQUENCE, TYPES, Longs, Words

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
LARGEST_ROOT = 3_037_000_499  # of a number of 64 bits
LARGEST_PRIME = 199  # that `IS_PRIME` knows


@kernel
def order(A: Words, Q: Longs, kind: int, x: int, y: int) -> int:
    """-1, 0 or 1: is the value x before y, both of type number `kind`?"""
    while x != y:
        at = TYPES + 8 * kind
        if Q[at] == SCALAR:
            return -1 if number(Q, x) < number(Q, y) else 1
        if Q[at] == FLOATING:
            return order_of_floats(float_of(Q, x), float_of(Q, y))
        n, m = length(A, x), length(A, y)
        i = 0
        shorter = min(n, m)
        while i < shorter and item_of(A, x, i) == item_of(A, y, i):
            i += 1
        if i == shorter:
            return -1 if n < m else 1
        x, y = item_of(A, x, i), item_of(A, y, i)
        kind = Q[at + 1] if Q[at] == SEQUENCE else Q[at + 1 + i]
    return 0


@kernel
def order_of_floats(x: float, y: float) -> int:
    """-1, 0 or 1: is x before y? NaN is last."""
    if x != x or y != y:
        return int(x != x) - int(y != y)
    return int(x > y) - int(x < y)


@kernel
def root(n: int) -> int:
    """The largest integer whose square is not above n, which is not negative."""
    found = int(math.sqrt(float(n)))
    while found > LARGEST_ROOT or found * found > n:
        found -= 1
    while found < LARGEST_ROOT and (found + 1) * (found + 1) <= n:
        found += 1
    return found


@kernel
def has(code: int, n: int) -> bool:
    """Has the number what a question asks?"""
    if code == op.IS_EVEN or code == op.IS_ODD:
        return n & 1 == int(code == op.IS_ODD)
    if code == op.IS_SQUARE:
        return n >= 0 and root(n) ** 2 == n
    if n < 2 or n > LARGEST_PRIME:
        return False
    d = 2
    while d * d <= n:
        if n % d == 0:
            return False
        d += 1
    return True


@kernel
def power(Q: Longs, x: int, y: int) -> int:
    """The word of x ** y."""
    if y < 0:
        return FAIL
    if y == 0:
        return 1
    if x == 0 or x == 1:
        return x
    if x == -1:
        return -1 if y & 1 else 1
    if y > 63:
        return FAIL
    result = 1
    for _ in range(y):
        if product_overflows(result, x):
            return FAIL
        result *= x
    return word_of(Q, result)


@kernel
def plain_numbers(A: Words, code: int, a: int, b: int, n: int, out: int) -> bool:
    """Add, subtract or multiply where all numbers stand for themselves; else says False.

    A word that does not leaves a bit above the 31st.
    """
    odd = 0
    if code == op.ADD:
        for i in range(n):
            x, y = peek(A, a + i), peek(A, b + i)
            odd |= (x + BIG) | (y + BIG) | (x + y + BIG)
            poke(A, out + i, x + y)
    elif code == op.SUB:
        for i in range(n):
            x, y = peek(A, a + i), peek(A, b + i)
            odd |= (x + BIG) | (y + BIG) | (x - y + BIG)
            poke(A, out + i, x - y)
    else:
        for i in range(n):
            x, y = peek(A, a + i), peek(A, b + i)
            odd |= (x + BIG) | (y + BIG) | (x * y + BIG)
            poke(A, out + i, x * y)
    return odd >> 31 == 0


@kernel
def plain_tests(A: Words, code: int, a: int, b: int, n: int, out: int) -> bool:
    """Compare where all words stand for themselves; else says False."""
    odd, less, same, more = 0, 0, 0, 0
    if code == op.EQ or code == op.LE or code == op.GE:
        same = 1
    if code == op.NE or code == op.LT or code == op.LE:
        less = 1
    if code == op.NE or code == op.GT or code == op.GE:
        more = 1
    for i in range(n):
        x, y = peek(A, a + i), peek(A, b + i)
        odd |= (x + BIG) | (y + BIG)
        poke(A, out + i, (less & int(x < y)) | (same & int(x == y)) | (more & int(x > y)))
    return odd >> 31 == 0


@kernel
def number_row(A: Words, Q: Longs, code: int, a: int, b: int, c: int, n: int, out: int) -> None:
    """Run an operation of the family of numbers on each row."""
    if code <= op.MUL and plain_numbers(A, code, a, b, n, out):
        return
    for i in range(n):
        x, y, z = peek(A, a + i), peek(A, b + i), peek(A, c + i)
        if x == FAIL or y == FAIL or z == FAIL:
            A[out + i] = FAIL
            continue
        if x >= BIG or y >= BIG or z >= BIG:
            x, y, z = number(Q, x), number(Q, y), number(Q, z)
        failed = False
        if code == op.ADD:
            r = x + y
            failed = (x ^ r) & (y ^ r) < 0
        elif code == op.SUB:
            r = x - y
            failed = (x ^ y) & (x ^ r) < 0
        elif code == op.MUL:
            failed = product_overflows(x, y)
            r = x * y
        elif code == op.FLOORDIV or code == op.MOD:
            failed = y == 0
            if y == 0:
                r = 0
            elif y == -1:
                failed = code == op.FLOORDIV and x == INT_MIN
                r = -x if code == op.FLOORDIV else 0
            else:
                r = x // y if code == op.FLOORDIV else x % y
        elif code == op.POW:
            A[out + i] = power(Q, x, y)
            continue
        elif code == op.NEG:
            failed = x == INT_MIN
            r = -x
        elif code == op.ABS:
            failed = x == INT_MIN
            r = -x if x < 0 else x
        elif code == op.MIN:
            r = y if y < x else x
        elif code == op.MAX:
            r = y if y > x else x
        elif code == op.INT_BOOL:
            r = x
        elif code == op.SIGN:
            r = 1 if x > 0 else -1 if x < 0 else 0
        elif code == op.CLAMP:
            r = y if x < y else z if x > z else x
        elif code == op.ISQRT:
            failed = x < 0
            r = 0 if x < 0 else root(x)
        elif code == op.SQUARE:
            failed = product_overflows(x, x)
            r = x * x
        else:
            r = int(has(code, x))
        if failed:
            A[out + i] = FAIL
        elif -BIG <= r < BIG:
            A[out + i] = r
        else:
            A[out + i] = word_of(Q, r)


@kernel
def logic_row(
    A: Words, Q: Longs, code: int, kind: int, a: int, b: int, c: int, n: int, out: int
) -> None:
    """Run an operation of the family of truth values on each row."""
    if op.EQ <= code <= op.GE and Q[TYPES + 8 * kind] == FLOATING:
        compared(A, Q, code, a, b, n, out)
        return
    if op.EQ <= code <= op.GE and (code <= op.NE or Q[TYPES + 8 * kind] == SCALAR):
        if plain_tests(A, code, a, b, n, out):
            return
    for i in range(n):
        x, y = peek(A, a + i), peek(A, b + i)
        if x == FAIL:
            r = FAIL
        elif code == op.IF:
            r = y if x else peek(A, c + i)
        elif code == op.AND:
            r = y if x else 0
        elif code == op.OR:
            r = 1 if x else y
        elif y == FAIL:
            r = FAIL
        elif code == op.NOT:
            r = 1 - x
        elif code == op.IF_BOTH:
            z = peek(A, c + i)
            r = FAIL if z == FAIL else y if x else z
        elif code == op.EQ:
            r = int(x == y)
        elif code == op.NE:
            r = int(x != y)
        else:
            if Q[TYPES + 8 * kind] == SCALAR and x < BIG and y < BIG:
                o = int(x > y) - int(x < y)
            else:
                o = order(A, Q, kind, x, y)
            if code == op.LT:
                r = int(o < 0)
            elif code == op.LE:
                r = int(o <= 0)
            elif code == op.GT:
                r = int(o > 0)
            else:
                r = int(o >= 0)
        A[out + i] = r
