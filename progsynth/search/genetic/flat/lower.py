"""Genomes to bytecode of the VM, a generation at a time: templates pasted one behind another."""

from __future__ import annotations

from typing import Any

import numpy as np

from progsynth.lang.vm import layout
from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.machine import (
    CODE_START,
    CONSTANTS_START,
    IMAGE_SIZE,
    IMAGE_START,
    NUM_CONSTANTS,
    PARAMS_START,
    POINTERS_USED,
    RESULT_DESCRIPTOR,
    RESULT_IS_REFERENCE,
)
from progsynth.search.genetic.flat import tables as of
from progsynth.search.genetic.flat.gene import (
    CONSTANT,
    EACH,
    ELSE,
    END,
    IF,
    MAX_DEPTH,
    OPERANDS,
    PRODUCTION,
    STATEMENT,
    TARGET,
    VALUE,
    WHILE,
)
from progsynth.search.genetic.flat.jit import entry, kernel
from progsynth.search.genetic.flat.structure import (
    COLUMNS,
    COUNTS,
    GENE,
    OPENER,
    ROLE,
    find_steps,
    mark,
)
from progsynth.search.genetic.flat.tables import Tables
from progsynth.search.genetic.flat.template import AS_IT_IS, OPERAND, OUT, PLACE

_CONSTANTS = layout.CONSTANTS
_FNV_BASE, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_SHIFT = np.uint64(29)


@kernel
def operand_register(t: Tables, gene: Any, i: int) -> int:
    """The VM's register of an operand of a gene."""
    return t.register_TN[t.args_PA[gene[PRODUCTION], i], gene[OPERANDS + i]]


@kernel
def target_register(t: Tables, gene: Any) -> int:
    """The VM's register of a gene's target."""
    type_ = t.result_P[gene[PRODUCTION]]
    return t.register_TN[type_, t.params_T[type_] + gene[TARGET]]


@kernel
def paste(
    t: Tables, kinds: Any, words: Any, begin: int, end: int, gene: Any, start: int, C: Any, at: int
) -> int:
    """Put a template at `at` of the code; the place behind it.

    The code of the program begins at `start`. A place to go to when a test fails is left as it is.
    """
    origin = at - start
    for w in range(begin, end):
        kind, word = kinds[w], words[w]
        if kind == AS_IT_IS:
            C[at] = word
        elif kind == OPERAND:
            C[at] = operand_register(t, gene, word)
        elif kind == PLACE:
            C[at] = word + origin
        elif kind != OUT:
            C[at] = target_register(t, gene)
        at += 1
    return at


@kernel
def put(C: Any, at: int, code: int, a: int, b: int) -> int:
    """Put an instruction of two operands; the place behind it."""
    C[at], C[at + 1], C[at + 2] = code, a, b
    return at + 3


@kernel
def kept(t: Tables, gene: Any, copy: int, C: Any, at: int) -> int:
    """Copy what a loop goes over, where it may be written inside; the place behind."""
    type_ = t.args_PA[gene[PRODUCTION], 0]
    number = gene[OPERANDS] - t.params_T[type_]
    if 0 <= number < t.working_T[type_]:
        return put(C, at, op.MOVE, copy, operand_register(t, gene, 0))
    return at


@kernel
def over(t: Tables, gene: Any, copy: int) -> int:
    """The register that holds what a loop goes over."""
    type_ = t.args_PA[gene[PRODUCTION], 0]
    number = gene[OPERANDS] - t.params_T[type_]
    return copy if 0 <= number < t.working_T[type_] else operand_register(t, gene, 0)


@kernel
def lower_one(
    t: Tables, genome: Any, steps: Any, count: int, live: int, C: Any, K: Any, start: int, own: int
) -> int:
    """Put a program's code at `start`; the place behind it.

    Constants of its own go to K from `own` on.
    """
    at = start
    num_constants = t.constants.shape[0]
    used = 0
    for type_ in range(t.bit_T.shape[0]):
        for number in range(t.working_T[type_]):
            if live >> (t.bit_T[type_] + number) & 1:
                register = t.register_TN[type_, t.params_T[type_] + number]
                at = put(C, at, op.MOVE, register, t.default_T[type_])
    depth = 0
    heads, exits = [0] * (MAX_DEPTH + 1), [0] * (MAX_DEPTH + 1)
    for s in range(count):
        role = steps[s, ROLE]
        if role in (ELSE, END):
            if not steps[steps[s, OPENER], COUNTS]:
                continue
            opener = steps[steps[s, OPENER], ROLE]
            if role == ELSE:
                C[at], C[at + 1] = op.JUMP, 0
                at += 2
                C[exits[depth]] = at - start
                exits[depth] = at - 1
                continue
            if opener != IF:
                C[at], C[at + 1] = op.JUMP, heads[depth]
                at += 2
            C[exits[depth]] = at - start
            depth -= 1
            continue
        if not steps[s, COUNTS]:
            continue
        gene = genome[steps[s, GENE]]
        p = gene[PRODUCTION]
        if role == STATEMENT:
            if t.kind_P[p] == CONSTANT:
                K[own + used] = gene[VALUE]
                register = _CONSTANTS + num_constants + used
                used += 1
                at = put(C, at, op.MOVE, target_register(t, gene), register)
            else:
                begin = t.first_P[p]
                end = begin + t.length_P[p]
                at = paste(t, t.kinds_W, t.words_W, begin, end, gene, start, C, at)
            continue
        depth += 1
        if role in (IF, WHILE):
            heads[depth] = at - start
            begin = t.test_first_P[p]
            end = begin + t.test_length_P[p]
            at = paste(t, t.kinds_W, t.words_W, begin, end, gene, start, C, at)
            exits[depth] = at - 1  # a test ends with where it goes
            if role == WHILE:
                C[at] = op.TICK
                at += 1
            continue
        each = t.kind_P[p] == EACH
        position = t.numbers[of.POSITIONS] + depth - 1
        copy = t.numbers[of.SOURCES if each else of.STOPS] + depth - 1
        if not each:
            end = t.range_words.shape[0]
            at = paste(t, t.range_kinds, t.range_words, 0, end, gene, start, C, at)
        at = kept(t, gene, copy, C, at)
        at = put(C, at, op.MOVE, position, t.numbers[of.ZERO])
        heads[depth] = at - start
        source = over(t, gene, copy)
        C[at] = op.NEXT if each else op.COUNT
        C[at + 1], C[at + 2] = (source, position) if each else (position, source)
        C[at + 3] = target_register(t, gene)
        exits[depth] = at + 4
        at += 5
    goal = t.numbers[of.GOAL]
    result = t.register_TN[goal, t.params_T[goal]]
    C[at], C[at + 1] = op.END, result
    return at + 2


@kernel
def bound(t: Tables, genome: Any, steps: Any, count: int) -> int:
    """How many words a program's code takes at most."""
    total = 3 * 62 + t.param_registers.shape[0] + 3
    for s in range(count):
        total += 16
        if steps[s, COUNTS]:
            p = genome[steps[s, GENE], PRODUCTION]
            total += max(t.length_P[p], t.test_length_P[p]) + t.range_words.shape[0]
    return total


@kernel
def own_constants(t: Tables, genome: Any, steps: Any, count: int) -> int:
    """How many constants of its own a program has."""
    total = 0
    for s in range(count):
        if steps[s, ROLE] == STATEMENT and steps[s, COUNTS]:
            total += int(t.kind_P[genome[steps[s, GENE], PRODUCTION]] == CONSTANT)
    return total


@entry
def lower(
    t: Tables,
    genomes: Any,
    lengths: Any,
    begin: int,
    C: Any,
    K: Any,
    table: Any,
    keys: Any,
    sizes: Any,
    room: Any,
) -> int:
    """Lower genomes from number `begin` on until the code is full; the number behind the last.

    `C` gets the code, `K` (which begins with the image of texts and descriptors) the constants,
    `table` a row for each program (see `vm.machine`), `keys` a hash of each program, `sizes` how
    many genes count. `room` has a set of registers for each gene, to work in.
    """
    steps = np.zeros((2 * genomes.shape[1] + MAX_DEPTH, COLUMNS), np.int64)
    image = t.numbers[of.IMAGE_SIZE]
    shared = t.constants.shape[0]
    at, place = 0, image
    for n in range(begin, genomes.shape[0]):
        count = find_steps(t, genomes[n], lengths[n], steps)
        live = mark(t, genomes[n], steps, count, room)
        own = own_constants(t, genomes[n], steps, count)
        if (
            at + bound(t, genomes[n], steps, count) > C.shape[0]
            or place + shared + own > K.shape[0]
        ):
            return n
        for i in range(shared):
            K[place + i] = t.constants[i]
        end = lower_one(t, genomes[n], steps, count, live, C, K, at, place + shared)
        row = table[n]
        row[CODE_START], row[CONSTANTS_START], row[NUM_CONSTANTS] = at, place, shared + own
        row[IMAGE_START], row[IMAGE_SIZE] = 0, image
        row[POINTERS_USED], row[PARAMS_START] = t.numbers[of.NUM_POINTERS], end
        row[RESULT_IS_REFERENCE] = t.numbers[of.IS_REFERENCE]
        row[RESULT_DESCRIPTOR] = t.numbers[of.DESCRIPTOR]
        key = _FNV_BASE
        for i in range(at, end):
            key = (key ^ np.uint64(C[i])) * _FNV_PRIME
            key = key ^ (key >> _SHIFT)
        for i in range(place + shared, place + shared + own):
            key = (key ^ np.uint64(K[i])) * _FNV_PRIME
            key = key ^ (key >> _SHIFT)
        keys[n] = key
        sizes[n] = 0
        for s in range(count):
            sizes[n] += steps[s, COUNTS]
        for register in t.param_registers:
            C[end] = register
            end += 1
        C[end] = C[end - t.param_registers.shape[0] - 1]
        at = end + 1
        place += shared + own
    return genomes.shape[0]
