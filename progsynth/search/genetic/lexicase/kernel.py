"""Lexicase selection in compiled code; its slow twin is `selection.chosen_slowly`.

The rows that are left are a set of bits. Where one of them has the least error that any row has
on a case, those that survive it are known beforehand: the common bits of two sets. Only where
none of them has, their errors are looked at.

U: distinct rows of errors, W: words of 64 bits that hold a set of them, N: individuals,
C: cases, K: parents wanted, L: cases in an order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from progsynth.lang.vm.jit import allocating_entry, kernel

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Bits = NDArray[np.uint64]


@allocating_entry
def winners(
    errors_CU: Floats,
    epsilon_C: Floats,
    groups_N: Places,
    orders_KL: Places,
    draws_K: Floats,
) -> Places:
    """The individual that wins each order of the cases.

    `groups_N` is the row that each individual has. Of those left when all cases have been
    looked at, the draw, from 0 to 1, takes one.
    """
    num_cases, num_rows = errors_CU.shape
    words = (num_rows + 63) // 64
    all_W = np.zeros(words, np.uint64)
    for u in range(num_rows):
        all_W[u >> 6] |= np.uint64(1) << np.uint64(u & 63)
    best_CW = np.zeros((num_cases, words), np.uint64)
    within_CW = np.zeros((num_cases, words), np.uint64)
    for case in range(num_cases):
        split(errors_CU[case], epsilon_C[case], all_W, best_CW[case], within_CW[case])
    left_W, one_W = np.empty_like(all_W), np.empty_like(all_W)
    found = np.empty(len(orders_KL), np.intp)
    for k in range(len(orders_KL)):
        left_W[:] = all_W
        for case in orders_KL[k]:
            if has_one(left_W):
                break
            if meet(left_W, best_CW[case]):
                for w in range(words):
                    left_W[w] &= within_CW[case, w]
            else:
                one_W[:] = left_W
                split(errors_CU[case], epsilon_C[case], one_W, one_W, left_W)
        found[k] = drawn(left_W, groups_N, draws_K[k])
    return found


@kernel
def split(errors_U: Floats, epsilon: float, of_W: Bits, best_W: Bits, within_W: Bits) -> None:
    """Of some rows those with the least error, and those no further than epsilon from it.

    `best_W` may be `of_W` itself.
    """
    least, first = np.inf, True
    for u in range(len(errors_U)):
        if of_W[u >> 6] >> np.uint64(u & 63) & np.uint64(1):
            if first or errors_U[u] < least:
                least, first = errors_U[u], False
    for w in range(len(of_W)):
        bits = of_W[w]
        best = within = np.uint64(0)
        if bits:
            for b in range(min(64, len(errors_U) - 64 * w)):
                bit = np.uint64(1) << np.uint64(b)
                if bits & bit:
                    error = errors_U[64 * w + b]
                    if error == least:
                        best |= bit
                    if error <= least + epsilon:
                        within |= bit
        best_W[w], within_W[w] = best, within


@kernel
def meet(one_W: Bits, other_W: Bits) -> bool:
    """Have two sets a row in common?"""
    for w in range(len(one_W)):  # noqa: SIM110 (compiled)
        if one_W[w] & other_W[w]:
            return True
    return False


@kernel
def has_one(left_W: Bits) -> bool:
    """Is it a set of one row?"""
    full = 0
    for bits in left_W:
        if bits:
            full += 1
            if full > 1 or bits & (bits - np.uint64(1)):
                return False
    return True


@kernel
def drawn(left_W: Bits, groups_N: Places, draw: float) -> int:
    """The individual that a draw from 0 to 1 takes of those whose row is left."""
    total = 0
    for row in groups_N:
        total += int(left_W[row >> 6] >> np.uint64(row & 63) & np.uint64(1))
    wanted = int(draw * total)
    for n in range(len(groups_N)):
        row = groups_N[n]
        if left_W[row >> 6] >> np.uint64(row & 63) & np.uint64(1):
            if wanted == 0:
                return n
            wanted -= 1
    return -1
