"""Which genes of a genome count: blocks matched, and a backward pass over what is read behind.

A gene that opens a block reaches to the END that closes it, or to the end of the genome; ELSE
and END that belong to no block, and blocks nested too deep, are skipped. A statement counts when
its target is read behind it, a block when anything in it counts. What does not count is no part
of the program: it cannot fail, and takes no time. The slow twin is in `decode`.

A set of working registers is a word. S: steps, the genes that are not skipped and the ENDs that
were left out.
"""

from __future__ import annotations

from typing import Any

from progsynth.search.genetic.flat.draw import opens
from progsynth.search.genetic.flat.gene import (
    ELSE,
    END,
    FORM,
    IF,
    MAX_DEPTH,
    OPERANDS,
    PRODUCTION,
    STATEMENT,
    TARGET,
    WHILE,
)
from progsynth.search.genetic.flat.jit import allocating_kernel, kernel
from progsynth.search.genetic.flat.tables import Tables

# The columns of steps.
(
    GENE,  # its place in the genome; -1: an END that was left out
    ROLE,  # a form of `gene`, or LOOP
    OPENER,  # of ELSE and END: the step that opens the block
    OTHER,  # of IF: the step of its ELSE, or -1
    LAST,  # of what opens a block: the step of its END
    COUNTS,  # is it part of the program?
    BEHIND,  # of END: the registers read behind the block
    AGAIN,  # of a loop's END: those, and what is read when it goes round
) = range(8)
LOOP = END + 1  # a statement that opens a block
COLUMNS = 8


@allocating_kernel
def find_steps(t: Tables, genome: Any, length: int, steps: Any) -> int:
    """Match the blocks of a genome; the number of steps."""
    count, depth = 0, 0
    stack = [0] * MAX_DEPTH
    for place in range(length):
        gene = genome[place]
        form = gene[FORM]
        opening = opens(t, gene)
        if opening and depth == MAX_DEPTH:
            continue
        if form == ELSE and (
            depth == 0 or steps[stack[depth - 1], ROLE] != IF or steps[stack[depth - 1], OTHER] >= 0
        ):
            continue
        if form == END and depth == 0:
            continue
        steps[count, GENE], steps[count, ROLE] = place, form
        if opening:
            steps[count, ROLE] = LOOP if form == STATEMENT else form
            steps[count, OTHER] = -1
            stack[depth] = count
            depth += 1
        elif form == ELSE:
            steps[stack[depth - 1], OTHER] = count
            steps[count, OPENER] = stack[depth - 1]
        elif form == END:
            depth -= 1
            steps[stack[depth], LAST] = count
            steps[count, OPENER] = stack[depth]
        count += 1
    while depth > 0:
        depth -= 1
        steps[count, GENE], steps[count, ROLE], steps[count, OPENER] = -1, END, stack[depth]
        steps[stack[depth], LAST] = count
        count += 1
    return count


@kernel
def register_bit(t: Tables, type_: int, number: int) -> int:
    """The set of one operand: empty but for working registers."""
    number -= t.params_T[type_]
    if number < 0 or number >= t.working_T[type_]:
        return 0
    return 1 << (t.bit_T[type_] + number)


@kernel
def read_by(t: Tables, gene: Any) -> int:
    """The registers that a gene reads."""
    p, found = gene[PRODUCTION], 0
    for i in range(t.num_args_P[p]):
        found |= register_bit(t, t.args_PA[p, i], gene[OPERANDS + i])
    return found


@kernel
def written_by(t: Tables, gene: Any) -> int:
    """The register that a statement writes."""
    return 1 << (t.bit_T[t.result_P[gene[PRODUCTION]]] + gene[TARGET])


@kernel
def written_within(t: Tables, genome: Any, steps: Any, begin: int, end: int) -> int:
    """The registers that those of these steps write that count."""
    found = 0
    for s in range(begin, end):
        if steps[s, COUNTS] and (steps[s, ROLE] == STATEMENT or steps[s, ROLE] == LOOP):
            found |= written_by(t, genome[steps[s, GENE]])
    return found


@kernel
def steering(t: Tables, genome: Any, steps: Any, opener: int) -> int:
    """The registers written in a `while` on which its tests depend, at this turn or a later one.

    Where these are as they once were at an earlier turn, so are those of all turns to come.
    """
    found, before = read_by(t, genome[steps[opener, GENE]]), 0
    while found != before:
        before = found
        for s in range(opener + 1, steps[opener, LAST]):
            if not steps[s, COUNTS] or steps[s, ROLE] == ELSE or steps[s, ROLE] == END:
                continue
            end = s + 1 if steps[s, ROLE] == STATEMENT else steps[s, LAST]
            if written_within(t, genome, steps, s, end) & found:
                found |= read_by(t, genome[steps[s, GENE]])
    return found & written_within(t, genome, steps, opener + 1, steps[opener, LAST])


@kernel
def any_counts(steps: Any, begin: int, end: int) -> bool:
    """Does any of these steps count?"""
    for s in range(begin, end):  # noqa: SIM110 (kernels have no generators)
        if steps[s, COUNTS]:
            return True
    return False


@kernel
def mark(t: Tables, genome: Any, steps: Any, count: int, before: Any) -> int:
    """Find which steps count; the registers that are read before they are written.

    `before` gets, for each gene that is a step, the registers that are read from there on.
    """
    live = 1 << t.bit_T[t.numbers[0]]  # the result is the first register of its type
    s = count - 1
    while s >= 0:
        role, place = steps[s, ROLE], steps[s, GENE]
        steps[s, COUNTS] = 0
        if role == STATEMENT:
            written = written_by(t, genome[place])
            if live & written:
                steps[s, COUNTS] = 1
                live = (live & ~written) | read_by(t, genome[place])
        elif role == END:
            steps[s, BEHIND] = steps[s, AGAIN] = live
        elif role == ELSE:
            opener = steps[s, OPENER]
            steps[s, BEHIND] = live
            live = steps[steps[opener, LAST], BEHIND]
        elif role == IF:
            last = steps[s, LAST]
            if any_counts(steps, s + 1, last):
                steps[s, COUNTS] = 1
                other = steps[s, OTHER]
                live |= steps[other, BEHIND] if other >= 0 else steps[last, BEHIND]
                live |= read_by(t, genome[place])
            else:
                live = steps[last, BEHIND]
        else:
            last = steps[s, LAST]
            item = written_by(t, genome[place]) if role == LOOP else 0
            if any_counts(steps, s + 1, last) or steps[last, AGAIN] & item:
                head = steps[last, BEHIND] | (live & ~item)
                if role == WHILE:
                    head |= read_by(t, genome[place])
                if head & ~steps[last, AGAIN]:
                    steps[last, AGAIN] |= head
                    live = steps[last, AGAIN]
                    s = last - 1
                    continue
                steps[s, COUNTS] = 1
                live = head | (read_by(t, genome[place]) if role == LOOP else 0)
            else:
                live = steps[last, BEHIND]
        if place >= 0:
            before[place] = live
        s -= 1
    return live
