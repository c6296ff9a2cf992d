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
from progsynth.search.genetic.flat.jit import allocating_kernel, entry, kernel
from progsynth.search.genetic.flat.structure import (
    COLUMNS,
    COUNTS,
    GENE,
    LOOP,
    OPENER,
    ROLE,
    find_steps,
    mark,
    steering,
)
from progsynth.search.genetic.flat.tables import TURN_WORDS, Tables
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
def put_first_values(t: Tables, live: int, C: Any, at: int) -> int:
    """Put what gives registers that are read before they are written their first value."""
    for type_ in range(t.bit_T.shape[0]):
        for number in range(t.working_T[type_]):
            if live >> (t.bit_T[type_] + number) & 1:
                register = t.register_TN[type_, t.params_T[type_] + number]
                at = put(C, at, op.MOVE, register, t.default_T[type_])
    return at


@kernel
def put_statement(t: Tables, gene: Any, start: int, constant: int, C: Any, at: int) -> int:
    """Put a statement; `constant` is the register of a constant of its own."""
    p = gene[PRODUCTION]
    if t.kind_P[p] == CONSTANT:
        return put(C, at, op.MOVE, target_register(t, gene), constant)
    end = t.first_P[p] + t.length_P[p]
    return paste(t, t.kinds_W, t.words_W, t.first_P[p], end, gene, start, C, at)


@kernel
def put_test(t: Tables, gene: Any, start: int, C: Any, at: int) -> int:
    """Put a test; its last word is where it goes when it fails."""
    p = gene[PRODUCTION]
    end = t.test_first_P[p] + t.test_length_P[p]
    return paste(t, t.kinds_W, t.words_W, t.test_first_P[p], end, gene, start, C, at)


@kernel
def put_start(t: Tables, gene: Any, depth: int, start: int, C: Any, at: int) -> int:
    """Put what comes before the head of a loop over a list or over numbers."""
    each = t.kind_P[gene[PRODUCTION]] == EACH
    if not each:
        end = t.range_words.shape[0]
        at = paste(t, t.range_kinds, t.range_words, 0, end, gene, start, C, at)
    at = kept(t, gene, t.numbers[of.SOURCES if each else of.STOPS] + depth, C, at)
    return put(C, at, op.MOVE, t.numbers[of.POSITIONS] + depth, t.numbers[of.ZERO])


@kernel
def put_turn(t: Tables, genome: Any, steps: Any, opener: int, depth: int, C: Any, at: int) -> int:
    """Put what looks whether a `while` can have an end; the place behind it."""
    states = t.numbers[of.STATES] + depth * TURN_WORDS
    deciding = steering(t, genome, steps, opener)
    C[at], C[at + 1], C[at + 2] = op.TURN, states, states + 1
    count = 0
    for type_ in range(t.bit_T.shape[0]):
        for number in range(t.working_T[type_]):
            if deciding >> (t.bit_T[type_] + number) & 1:
                C[at + 4 + count] = t.register_TN[type_, t.params_T[type_] + number]
                count += 1
    C[at + 3] = count
    return at + 4 + count


@kernel
def put_head(t: Tables, gene: Any, depth: int, C: Any, at: int) -> int:
    """Put the head of such a loop; its last word is where it goes at its end."""
    each = t.kind_P[gene[PRODUCTION]] == EACH
    position = t.numbers[of.POSITIONS] + depth
    source = over(t, gene, t.numbers[of.SOURCES if each else of.STOPS] + depth)
    C[at] = op.NEXT if each else op.COUNT
    C[at + 1], C[at + 2] = (source, position) if each else (position, source)
    C[at + 3] = target_register(t, gene)
    return at + 5


@allocating_kernel
def lower_one(
    t: Tables, genome: Any, steps: Any, count: int, live: int, C: Any, K: Any, start: int, own: int
) -> int:
    """Put a program's code at `start`; the place behind it.

    Constants of its own go to K from `own` on.
    """
    at = put_first_values(t, live, C, start)
    constant = _CONSTANTS + t.constants.shape[0]
    depth = 0  # of the blocks that are open: where each goes back to, and the word to be filled in
    heads, exits = [0] * (MAX_DEPTH + 1), [0] * (MAX_DEPTH + 1)
    for s in range(count):
        role = steps[s, ROLE]
        opener = steps[s, OPENER] if role in (ELSE, END) else s
        if not steps[opener, COUNTS]:
            continue
        gene = genome[steps[opener, GENE]]
        if role == STATEMENT:
            at = put_statement(t, gene, start, constant, C, at)
            if t.kind_P[gene[PRODUCTION]] == CONSTANT:
                K[own] = gene[VALUE]
                own += 1
                constant += 1
        elif role == ELSE:
            C[at] = op.JUMP
            at += 2
            C[exits[depth]] = at - start
            exits[depth] = at - 1
        elif role == END:
            if steps[opener, ROLE] != IF:
                C[at], C[at + 1] = op.JUMP, heads[depth]
                at += 2
            C[exits[depth]] = at - start
            depth -= 1
        else:
            watched = role == WHILE and t.numbers[of.STATES] > 0
            if role == LOOP:
                at = put_start(t, gene, depth, start, C, at)
            elif watched:
                states = t.numbers[of.STATES] + depth * TURN_WORDS
                at = put(C, at, op.MOVE, states, t.numbers[of.ZERO])
            depth += 1
            heads[depth] = at - start
            if role == LOOP:
                at = put_head(t, gene, depth - 1, C, at)
            else:
                at = put_test(t, gene, start, C, at)
            exits[depth] = at - 1
            if role == WHILE:
                C[at] = op.TICK
                at += 1
            if watched:
                at = put_turn(t, genome, steps, s, depth - 1, C, at)
    goal = t.numbers[of.GOAL]
    C[at], C[at + 1] = op.END, t.register_TN[goal, t.params_T[goal]]
    return at + 2


@kernel
def bound(t: Tables, genome: Any, steps: Any, count: int) -> int:
    """How many words a program's code takes at most."""
    total = 3 * 62 + t.param_registers.shape[0] + 3
    for s in range(count):
        total += 16 if steps[s, ROLE] != WHILE else 16 + TURN_WORDS + 8
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


@kernel
def hashed(words: Any, begin: int, end: int, key: Any) -> Any:
    """The hash of these words behind those of which `key` is the hash (FNV-1a, mixed)."""
    for i in range(begin, end):
        key = (key ^ np.uint64(words[i])) * _FNV_PRIME
        key = key ^ (key >> _SHIFT)
    return key


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
        key = hashed(C, at, end, _FNV_BASE)
        keys[n] = hashed(K, place + shared, place + shared + own, key)
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
