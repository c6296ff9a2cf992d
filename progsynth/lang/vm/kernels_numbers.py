"""Arithmetic that is checked, and means what Python's does."""

from __future__ import annotations

import math

import numpy as np

from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.jit import kernel
from progsynth.lang.vm.kernels_memory import Floats, Words
from progsynth.lang.vm.layout import DOMAIN, OK, OVERFLOW, ZERO

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
TOP_FLOAT = 2.0**63  # the least float that no int reaches


@kernel
def product_overflows(a: int, b: int) -> bool:
    """Is a * b outside 64 bits?"""
    if -0x7FFFFFFF < a < 0x7FFFFFFF and -0x7FFFFFFF < b < 0x7FFFFFFF:
        return False
    if a == 0 or b == 0 or a == 1 or b == 1:
        return False
    if a == INT_MIN or b == INT_MIN:
        return True
    negative = (a < 0) != (b < 0)
    a, b = abs(a), abs(b)
    if a <= INT_MAX // b:
        return False
    # -2**63 is reached by powers of two only
    return not (negative and b & (b - 1) == 0 and a == (1 << 62) // b * 2)


@kernel
def floor_divide(a: float, b: float) -> float:
    """Python's `//` of floats; `b` is not zero."""
    rest = np.fmod(a, b)
    quotient = (a - rest) / b
    if rest != 0.0 and (b < 0.0) != (rest < 0.0):
        quotient -= 1.0
    if quotient != 0.0:
        whole = np.floor(quotient)
        if quotient - whole > 0.5:
            whole += 1.0
        return whole
    return math.copysign(0.0, a / b)


@kernel
def modulo(a: float, b: float) -> float:
    """Python's `%` of floats; `b` is not zero."""
    rest = np.fmod(a, b)
    if rest != 0.0:
        return rest + b if (b < 0.0) != (rest < 0.0) else rest
    return math.copysign(0.0, b)


@kernel
def power(A: Words, d: int, a: int, b: int) -> int:
    """a ** b by repeated squaring, checked; gives a status."""
    if b < 0:
        return DOMAIN
    if b == 0 or a == 1:
        A[d] = 1
        return OK
    if a == 0:
        A[d] = 0
        return OK
    if a == -1:
        A[d] = -1 if b & 1 else 1
        return OK
    if b > 63:
        return OVERFLOW
    result = 1
    for _ in range(b):
        if product_overflows(result, a):
            return OVERFLOW
        result *= a
    A[d] = result
    return OK


@kernel
def nearest_even(x: float) -> float:
    """The nearest whole number, the even one of two equally near."""
    whole = np.floor(x)
    rest = x - whole
    if rest > 0.5 or (rest == 0.5 and np.fmod(whole, 2.0) != 0.0):
        whole += 1.0
    return whole


@kernel
def to_int(A: Words, d: int, x: float) -> int:
    """Store a whole float as an int; gives a status."""
    if math.isnan(x) or math.isinf(x):
        return DOMAIN
    if x >= TOP_FLOAT or x < -TOP_FLOAT:
        return OVERFLOW
    A[d] = int(x)
    return OK


@kernel
def number_operation(A: Words, F: Floats, C: Words, pc: int) -> int:
    """Run one instruction of the family NUMBERS; gives a status."""
    code, d, r, s = C[pc], C[pc + 1], C[pc + 2], C[pc + 3]
    a, b, x, y = A[r], A[s], F[r], F[s]
    if code == op.NEG:
        if a == INT_MIN:
            return OVERFLOW
        A[d] = -a
    elif code == op.ABS:
        if a == INT_MIN:
            return OVERFLOW
        A[d] = -a if a < 0 else a
    elif code == op.POW:
        return power(A, d, a, b)
    elif code == op.MIN:
        A[d] = b if b < a else a
    elif code == op.MAX:
        A[d] = b if b > a else a
    elif code == op.DIV_INT:
        if b == 0:
            return ZERO
        F[d] = float(a) / float(b)
    elif code == op.TO_FLOAT:
        F[d] = float(a)
    elif code == op.FNE:
        A[d] = int(x != y)
    elif code == op.FNEG:
        F[d] = -x
    elif code == op.FABS:
        F[d] = abs(x)
    elif code == op.FMIN:
        A[d] = b if y < x else a
    elif code == op.FMAX:
        A[d] = b if y > x else a
    elif code == op.FFLOORDIV or code == op.FMOD:
        if y == 0.0:
            return ZERO
        F[d] = floor_divide(x, y) if code == op.FFLOORDIV else modulo(x, y)
    elif code == op.FPOW:
        if x == 0.0 and y < 0.0:
            return ZERO
        result = math.pow(x, y)
        if math.isnan(result) and not math.isnan(x) and not math.isnan(y):
            return DOMAIN
        F[d] = result
    elif code == op.TRUNCATE:
        return to_int(A, d, np.trunc(x))
    elif code == op.FLOOR:
        return to_int(A, d, np.floor(x))
    elif code == op.CEIL:
        return to_int(A, d, np.ceil(x))
    elif code == op.ROUND:
        return to_int(A, d, nearest_even(x))
    else:
        return function(F, code, d, x)
    return OK


@kernel
def function(F: Floats, code: int, d: int, x: float) -> int:
    """Run a function of one float; gives a status."""
    if code == op.SQRT:
        if x < 0.0:
            return DOMAIN
        F[d] = math.sqrt(x)
    elif code == op.EXP:
        F[d] = math.exp(x)
    elif code == op.LOG:
        if x <= 0.0:
            return DOMAIN
        F[d] = math.log(x)
    elif math.isinf(x):
        return DOMAIN
    elif code == op.SIN:
        F[d] = math.sin(x)
    else:
        F[d] = math.cos(x)
    return OK
