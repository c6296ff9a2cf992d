"""Floats from and to decimal text where 64-bit arithmetic is exact; other rows are handed over."""

from __future__ import annotations

import math

from progsynth.lang.vm.jit import kernel
from progsynth.lang.vm.kernels_memory import Floats, Words, new_sequence, with_length
from progsynth.lang.vm.kernels_numbers import product_overflows
from progsynth.lang.vm.kernels_texts import is_of_class, is_space
from progsynth.lang.vm.layout import (
    ADDRESS,
    ADDRESS_BITS,
    DOMAIN,
    FLAT,
    HANDED_OVER,
    HEAD,
    NEEDS_ROOM,
    OK,
)

_EXACT_DIGITS = 15  # any number of so many digits is a float
_EXACT_POWER = 22  # 10.0 ** 22 is the last exact one
_LARGEST_EXPONENT = 100_000  # beyond it, larger ones make no difference


@kernel
def scaled(x: float, digits: int) -> int:
    """x * 10 ** digits for x from 0, to the nearest integer, half to even; -1 if not exact here.

    x is m / 2 ** k, and m * 5 ** digits / 2 ** (k - digits) is rounded as an integer.
    """
    part, exponent = math.frexp(x)
    m, k = int(math.ldexp(part, 53)), 53 - exponent
    if m == 0:
        return 0
    while m & 1 == 0:
        m >>= 1
        k -= 1
    by = 1
    for _ in range(digits):
        by *= 5
    if product_overflows(m, by):
        return -1
    m *= by
    k -= digits
    if k <= 0:
        if k < -62 or m >= 1 << (62 + k):
            return -1
        return m << -k
    if k > 63:
        return 0
    whole = m >> k if k < 63 else 0
    rest, half = m - (whole << k if k < 63 else 0), 1 << (k - 1)
    return whole + int(rest > half or (rest == half and whole & 1 == 1))


@kernel
def fixed(A: Words, F: Floats, d: int, x: float, digits: int) -> int:
    """Store the text of x with that many digits behind the point; gives a status."""
    if not math.isfinite(x) or digits < 0 or digits > 17:
        return DOMAIN
    number = scaled(abs(x), digits)
    if number < 0:
        return HANDED_OVER
    negative = math.copysign(1.0, x) < 0.0
    length, rest = 1, number // 10
    while rest > 0:
        length += 1
        rest //= 10
    length = max(length, digits + 1) + int(digits > 0) + int(negative)
    to = new_sequence(A, FLAT, length)
    if to == 0:
        return NEEDS_ROOM
    at = to + HEAD + length - 1
    for place in range(length - int(negative)):
        if digits > 0 and place == digits:
            A[at] = 46
        else:
            A[at] = 48 + number % 10
            number //= 10
        at -= 1
    if negative:
        A[at] = 45
    A[to + 1] = length
    A[d] = with_length(to, length)
    return OK


@kernel
def power_of_ten(exponent: int) -> float:
    """10.0 ** exponent, exact up to 22."""
    found = 1.0
    for _ in range(exponent):
        found *= 10.0
    return found


@kernel
def exponent_of(A: Words, at: int, end: int) -> int:
    """The number behind the `e`, cut to what makes a difference; a million if it is none."""
    negative = at < end and A[at] == 45
    if at < end and (A[at] == 45 or A[at] == 43):
        at += 1
    if at == end:
        return 10 * _LARGEST_EXPONENT
    value = 0
    for i in range(at, end):
        if not is_of_class(A[i], 0):
            return 10 * _LARGEST_EXPONENT
        value = min(value * 10 + A[i] - 48, _LARGEST_EXPONENT)
    return -value if negative else value


@kernel
def float_of_text(A: Words, F: Floats, d: int, s: int) -> int:
    """Store the float that the text writes; gives a status."""
    at = (s & ADDRESS) + HEAD
    end = at + (s >> ADDRESS_BITS)
    while at < end and is_space(A[at]):
        at += 1
    while at < end and is_space(A[end - 1]):
        end -= 1
    negative = at < end and A[at] == 45
    if at < end and (A[at] == 45 or A[at] == 43):
        at += 1
    mantissa, significant, written, exponent = 0, 0, 0, 0
    point = False
    while at < end and A[at] != 101 and A[at] != 69:
        if A[at] == 46 and not point:
            point = True
        elif is_of_class(A[at], 0):
            written += 1
            exponent -= int(point)
            if significant > 0 or A[at] != 48:
                significant += 1
            if significant <= _EXACT_DIGITS:
                mantissa = mantissa * 10 + A[at] - 48
        else:
            return DOMAIN
        at += 1
    if at < end:
        more = exponent_of(A, at + 1, end)
        if more > _LARGEST_EXPONENT:
            return DOMAIN
        exponent += more
    if written == 0:
        return DOMAIN
    if mantissa == 0:
        exponent = 0
    elif significant > _EXACT_DIGITS or abs(exponent) > _EXACT_POWER:
        return HANDED_OVER
    value = float(mantissa)
    value = value * power_of_ten(exponent) if exponent >= 0 else value / power_of_ten(-exponent)
    F[d] = -value if negative else value
    return OK
