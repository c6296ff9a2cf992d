"""Random numbers (SplitMix64: Steele, Lea, Flood 2014) and random genes, in kernels.

A generator is one word of state, which the caller holds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from progsynth.search.genetic.flat.gene import (
    CONSTANT,
    COUNT,
    EACH,
    ELSE,
    END,
    FORM,
    IF,
    OPERANDS,
    PRODUCTION,
    STATEMENT,
    TARGET,
    VALUE,
    WHILE,
    WIDTH,
)
from progsynth.search.genetic.flat.jit import kernel
from progsynth.search.genetic.flat.tables import Tables

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 2.0**-53

_IF, _WHILE, _END, _ELSE = 0.05, 0.02, 0.07, 0.02  # the share of genes of these forms
_DIGITS = 10


@kernel
def uniform(state: Any) -> float:
    """A number from 0 to below 1."""
    state[0] += _GOLDEN
    z = state[0]
    z = (z ^ (z >> _30)) * _FIRST
    z = (z ^ (z >> _27)) * _SECOND
    z = z ^ (z >> _31)
    return float(z >> _11) * _UNIT


@kernel
def below(state: Any, bound: int) -> int:
    """A number from 0 to below the bound."""
    return int(uniform(state) * bound)


@kernel
def drawn(state: Any, sums: Any, begin: int, end: int) -> int:
    """A place from `begin` to below `end`, by weights that are added up; -1 where all are 0."""
    before = sums[begin - 1] if begin > 0 else 0.0
    if begin >= end or sums[end - 1] <= before:
        return -1
    wanted = before + uniform(state) * (sums[end - 1] - before)
    low, high = begin, end - 1
    while low < high:
        middle = (low + high) // 2
        if sums[middle] > wanted:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def draw_operands(state: Any, t: Tables, gene: Any) -> None:
    """Draw all operands of a gene."""
    p = gene[PRODUCTION]
    for i in range(t.num_args_P[p]):
        type_ = t.args_PA[p, i]
        gene[OPERANDS + i] = drawn(state, t.reads_TN[type_], 0, t.operands_T[type_])


@kernel
def draw_value(state: Any, t: Tables, gene: Any, floats: Any) -> None:
    """Draw a constant of a gene's own: `floats` is a float view of the gene."""
    number = below(state, 2 * _DIGITS + 1) - _DIGITS
    if uniform(state) < 0.2:
        number *= below(state, 100) + 1
    if t.is_float_T[t.result_P[gene[PRODUCTION]]]:
        floats[VALUE] = float(number) + (uniform(state) if uniform(state) < 0.5 else 0.0)
    else:
        gene[VALUE] = number


@kernel
def draw_statement(state: Any, t: Tables, gene: Any, floats: Any, live: int) -> None:
    """Draw a statement; where `live` is not 0, one that writes one of these registers."""
    gene[FORM] = STATEMENT
    type_, target = -1, 0
    if live != 0:
        count = 0
        for bit in range(62):
            count += (live >> bit) & 1
        wanted = below(state, count)
        bit = -1
        while wanted >= 0:
            bit += 1
            wanted -= (live >> bit) & 1
        type_ = 0
        while type_ + 1 < t.bit_T.shape[0] and t.bit_T[type_ + 1] <= bit:
            type_ += 1
        target = bit - t.bit_T[type_]
    p = -1
    if type_ >= 0:
        p = drawn(state, t.weights_P, t.begin_T[type_], t.begin_T[type_ + 1])
    if p < 0:
        p = drawn(state, t.weights_P, 0, t.weights_P.shape[0])
        target = below(state, t.working_T[t.result_P[p]])
    gene[PRODUCTION], gene[TARGET] = p, target
    if t.kind_P[p] == CONSTANT:
        draw_value(state, t, gene, floats)
    else:
        draw_operands(state, t, gene)


@kernel
def draw_gene(state: Any, t: Tables, gene: Any, floats: Any, live: int) -> None:
    """Draw a gene."""
    for i in range(WIDTH):
        gene[i] = 0
    chance = uniform(state)
    if chance < _END + _ELSE:
        gene[FORM] = END if chance < _END else ELSE
        return
    chance -= _END + _ELSE
    if chance < _IF + _WHILE:
        p = drawn(state, t.test_weights_P, 0, t.test_weights_P.shape[0])
        if p >= 0:
            gene[FORM] = IF if chance < _IF else WHILE
            gene[PRODUCTION] = p
            draw_operands(state, t, gene)
            return
    draw_statement(state, t, gene, floats, live)


@kernel
def opens(t: Tables, gene: Any) -> bool:
    """Does the gene open a block?"""
    if gene[FORM] == STATEMENT:
        kind = t.kind_P[gene[PRODUCTION]]
        return kind in (EACH, COUNT)
    return gene[FORM] in (IF, WHILE)
