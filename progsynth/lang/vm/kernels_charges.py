"""What fuel and cells cost: the formulas of primitives, in arithmetic that stops at its ends."""

from __future__ import annotations

import numpy as np

from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.jit import kernel
from progsynth.lang.vm.kernels_memory import Floats, Words
from progsynth.lang.vm.kernels_numbers import product_overflows
from progsynth.lang.vm.kernels_sequences import slice_parts
from progsynth.lang.vm.kernels_values import size_of
from progsynth.lang.vm.layout import ADDRESS_BITS, CELLS, FUEL, OK

INT_MIN, INT_MAX = -(2**63), 2**63 - 1


@kernel
def saturated_sum(a: int, b: int) -> int:
    """a + b, or the end of the integers that it passes."""
    total = a + b
    if (total ^ a) & (total ^ b) < 0:
        return INT_MAX if a > 0 else INT_MIN
    return total


@kernel
def saturated_difference(a: int, b: int) -> int:
    """a - b, or the end of the integers that it passes."""
    apart = a - b
    if (a ^ b) & (a ^ apart) < 0:
        return INT_MAX if a >= 0 else INT_MIN
    return apart


@kernel
def saturated_product(a: int, b: int) -> int:
    """a * b, or the end of the integers that it passes."""
    if product_overflows(a, b):
        return INT_MAX if (a < 0) == (b < 0) else INT_MIN
    return a * b


@kernel
def saturated_quotient(a: int, b: int) -> int:
    """a // b, or the end of the integers that it passes; b is not 0."""
    if b == -1:
        return INT_MAX if a == INT_MIN else -a
    return a // b


@kernel
def difference_quotient(a: int, b: int, c: int) -> int:
    """(a - b) // c exactly, even where a - b is outside 64 bits; c is not 0."""
    positive = (a >= b) == (c > 0)
    apart = np.uint64(a) - np.uint64(b) if a >= b else np.uint64(b) - np.uint64(a)
    by = np.uint64(c) if c > 0 else np.uint64(-(c + 1)) + np.uint64(1)
    whole = apart // by
    if not positive and whole * by != apart:
        whole += np.uint64(1)
    if whole > np.uint64(INT_MAX):
        return INT_MAX if positive else INT_MIN
    signed: int = np.int64(whole)  # type: ignore[assignment]
    return signed if positive else -signed


@kernel
def saturated(code: int, a: int, b: int) -> int:
    """The result of one of the instructions SATURATED_ADD to SATURATED_MAX."""
    if code == op.SATURATED_ADD:
        return saturated_sum(a, b)
    if code == op.SATURATED_SUB:
        return saturated_difference(a, b)
    if code == op.SATURATED_MUL:
        return saturated_product(a, b)
    if code == op.SATURATED_DIV:
        return saturated_quotient(a, b)
    if code == op.SATURATED_MIN:
        return min(a, b)
    return max(a, b)


@kernel
def charge_operation(A: Words, F: Floats, C: Words, pc: int) -> int:
    """Run one instruction of the family CHARGES that the dispatch loop does not; gives a status."""
    code, d, a, b = C[pc], C[pc + 1], A[C[pc + 2]], A[C[pc + 3]]
    if code == op.SIZE:
        # beyond this, a charge for 32 cells a unit fails whatever the size is
        enough = saturated_product(32, saturated_sum(max(A[FUEL], A[CELLS]), 1))
        A[d] = size_of(A, F, C[pc + 3], C[pc + 2], enough)
    elif code == op.SLICE_LENGTH:
        A[d] = slice_parts(A, a >> ADDRESS_BITS, b, A[C[pc + 4]], 1, C[pc + 5])
    elif code == op.DIFFERENCE_DIV:
        A[d] = difference_quotient(a, b, A[C[pc + 4]])
    else:  # FIRST_TRUE
        A[d] = a if a != 0 else b
    return OK
