"""Variation of flat genomes, a generation at a time.

Uniform addition and deletion (UMAD: Helmuth, McPhee, Spector 2018) puts a new gene beside each
gene with a small probability, and then takes genes out so that sizes stay as they are on average;
what opens a block comes with an END. Alternation (Spector, Helmuth 2013) copies from one parent
and changes over to the other now and then. A touch changes one word of one gene; to perturb
is to move constants, of genes and among operands.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from progsynth.search.genetic.flat.draw import (
    below,
    draw_gene,
    draw_operands,
    drawn,
    opens,
    uniform,
)
from progsynth.search.genetic.flat.gene import (
    CALL,
    CONSTANT,
    ELSE,
    END,
    FORM,
    MAX_DEPTH,
    OPERANDS,
    PRODUCTION,
    STATEMENT,
    TARGET,
    VALUE,
    WIDTH,
)
from progsynth.search.genetic.flat.jit import allocating_kernel, entry, kernel
from progsynth.search.genetic.flat.structure import COLUMNS, find_steps, mark
from progsynth.search.genetic.flat.tables import Tables

# The places of the rates that `breed` is given.
FRESH, CROSSOVER, TOUCH, PERTURB, RATE, AIMED, FIRST_SIZE = range(7)

_ALTERNATE = 0.08  # how often alternation changes over
_SLIP = 2  # genes by which it may slip then
_REACH = 4  # genes behind which the END of an added block comes, at most
_TRIES = 10


@kernel
def copy_gene(source: Any, to: Any) -> None:
    """Copy a gene."""
    for i in range(WIDTH):
        to[i] = source[i]


@kernel
def generate(state: Any, t: Tables, size: int, out: Any, floats: Any) -> int:
    """A random genome of about that size; its length. It ends with what makes the result."""
    length = 1 + below(state, size)
    for place in range(length):
        draw_gene(state, t, out[place], floats[place], 0)
    return length


@allocating_kernel
def add_and_delete(
    state: Any,
    t: Tables,
    parent: Any,
    length: int,
    before: Any,
    rates: Any,
    out: Any,
    floats: Any,
) -> int:
    """The parent after UMAD; its length."""
    limit = out.shape[0]
    rate, made, owed = rates[RATE], 0, 0
    delete = rate / (1.0 + rate)
    added = parent[0].copy()
    added_floats = added.view(np.float64)
    for place in range(length + 1):
        if owed > 0 and made < limit:
            owed -= 1
            if owed == 0:
                for i in range(WIDTH):
                    out[made, i] = 0
                out[made, FORM] = END
                made += 1
        if uniform(state) < rate and made < limit:
            live = before[place] if uniform(state) < rates[AIMED] else 0
            draw_gene(state, t, added, added_floats, live)
            if opens(t, added) and owed == 0:
                owed = 1 + below(state, _REACH)
            if uniform(state) >= delete:
                copy_gene(added, out[made])
                made += 1
        if place < length and uniform(state) >= delete and made < limit:
            copy_gene(parent[place], out[made])
            made += 1
    return made


@kernel
def alternate(
    state: Any, mother: Any, num_mother: int, father: Any, num_father: int, out: Any
) -> int:
    """What comes of copying from two parents in turns; its length."""
    place, made = 0, 0
    from_father = uniform(state) < 0.5
    while made < out.shape[0]:
        if place >= (num_father if from_father else num_mother):
            break
        copy_gene(father[place] if from_father else mother[place], out[made])
        made += 1
        place += 1
        if uniform(state) < _ALTERNATE:
            from_father = not from_father
            place = max(0, place + below(state, 2 * _SLIP + 1) - _SLIP)
    return made


@kernel
def touch(state: Any, t: Tables, out: Any, length: int) -> None:
    """Change one word of one gene: an operand, the target, or the production for another of the
    same types."""
    for _ in range(_TRIES):
        gene = out[below(state, length)]
        if gene[FORM] == ELSE or gene[FORM] == END:
            continue
        p = gene[PRODUCTION]
        what = below(state, t.num_args_P[p] + 2)
        if what < t.num_args_P[p]:
            type_ = t.args_PA[p, what]
            gene[OPERANDS + what] = drawn(state, t.reads_TN[type_], 0, t.operands_T[type_])
            return
        if what == t.num_args_P[p] and gene[FORM] == STATEMENT:
            gene[TARGET] = below(state, t.working_T[t.result_P[p]])
            return
        if what > t.num_args_P[p] and t.kind_P[p] == CALL:
            type_ = t.result_P[p]
            sums = t.weights_P if gene[FORM] == STATEMENT else t.test_weights_P
            found = drawn(state, sums, t.begin_T[type_], t.begin_T[type_ + 1])
            if found < 0 or t.kind_P[found] != CALL:
                continue
            same = t.num_args_P[found] <= t.num_args_P[p]
            for i in range(t.num_args_P[found]):
                same = same and t.args_PA[found, i] == t.args_PA[p, i]
            gene[PRODUCTION] = found
            if not same:
                draw_operands(state, t, gene)
            return


@kernel
def move_constants(state: Any, t: Tables, out: Any, floats: Any, length: int) -> bool:
    """Move the constants of genes by a little or by much, and some constant operands to others;
    says whether there were any."""
    found = False
    for place in range(length):
        gene = out[place]
        if gene[FORM] == ELSE or gene[FORM] == END:
            continue
        p = gene[PRODUCTION]
        if gene[FORM] == STATEMENT and t.kind_P[p] == CONSTANT:
            found = True
            step = below(state, 21) - 10 if uniform(state) < 0.3 else 2 * below(state, 2) - 1
            if t.is_float_T[t.result_P[p]]:
                scale = 0.1 ** below(state, 4)
                floats[place, VALUE] += float(step) * scale * uniform(state)
            elif uniform(state) < 0.2:
                gene[VALUE] = min(max(gene[VALUE], -(2**40)), 2**40) * (below(state, 5) - 2)
            else:
                gene[VALUE] += step
            continue
        for i in range(t.num_args_P[p]):
            type_ = t.args_PA[p, i]
            first = t.params_T[type_] + t.working_T[type_]
            if gene[OPERANDS + i] >= first and uniform(state) < 0.5:
                found = True
                number = drawn(state, t.reads_TN[type_], first, t.operands_T[type_])
                if number >= 0:
                    gene[OPERANDS + i] = number
    return found


@kernel
def look_behind(t: Tables, parent: Any, length: int, steps: Any, before: Any) -> None:
    """For each place of a genome, and behind its end, the registers that are read from there on."""
    for place in range(length):
        before[place] = -1
    count = find_steps(t, parent, length, steps)
    mark(t, parent, steps, count, before)
    before[length] = 1 << t.bit_T[t.numbers[0]]
    for place in range(length - 1, -1, -1):
        if before[place] < 0:
            before[place] = before[place + 1]


@entry
def breed(
    t: Tables,
    parents: Any,
    parent_lengths: Any,
    mothers: Any,
    fathers: Any,
    seeds: Any,
    rates: Any,
    out: Any,
    floats: Any,
    lengths: Any,
) -> None:
    """Make a child of each pair of parents: places in `parents`, -1 for none.

    `out` gets the genomes, `floats` is a float view of it; `seeds` are the states of the random
    numbers of each child.
    """
    limit = out.shape[1]
    steps = np.zeros((2 * limit + MAX_DEPTH, COLUMNS), np.int64)
    before = np.zeros(limit + 1, np.int64)
    for n in range(out.shape[0]):
        state = seeds[n : n + 1]
        mother, father = mothers[n], fathers[n]
        chance = uniform(state)
        if mother < 0 or chance < rates[FRESH]:
            lengths[n] = generate(state, t, int(rates[FIRST_SIZE]), out[n], floats[n])
            continue
        parent, length = parents[mother], parent_lengths[mother]
        chance -= rates[FRESH]
        if chance < rates[CROSSOVER]:
            other, size = parents[father], parent_lengths[father]
            lengths[n] = alternate(state, parent, length, other, size, out[n])
            if lengths[n] > 0:
                continue
        chance -= rates[CROSSOVER]
        for place in range(length):
            copy_gene(parent[place], out[n, place])
        lengths[n] = length
        if 0.0 <= chance < rates[PERTURB] and move_constants(state, t, out[n], floats[n], length):
            continue
        chance -= rates[PERTURB]
        if chance < rates[TOUCH]:
            touch(state, t, out[n], length)
            continue
        look_behind(t, parent, length, steps, before)
        lengths[n] = 0
        for _ in range(_TRIES):
            if lengths[n] == 0:
                lengths[n] = add_and_delete(
                    state, t, parent, length, before, rates, out[n], floats[n]
                )
        if lengths[n] == 0:
            lengths[n] = generate(state, t, int(rates[FIRST_SIZE]), out[n], floats[n])
