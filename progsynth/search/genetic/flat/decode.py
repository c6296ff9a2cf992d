"""Genomes as core terms, the slow and obvious way: the twin of `structure` and `lower`.

Registers become variables. A statement is a `Let` of its target's new value; a block is a `Let`
of the registers that it assigns and that are read behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from progsynth.lang.term import Call, For, If, Let, Term, Values, Var, While, bind, const
from progsynth.lang.types import FLOAT
from progsynth.search.genetic.flat import gene
from progsynth.search.genetic.flat.alphabet import Alphabet, Production

Genome = NDArray[np.int64]  # [gene, word]
Register = tuple[int, int]  # its type and its number among those of the type
Env = dict[Register, Term | int]  # what a register holds: a literal, or how far out its variable is


@dataclass(frozen=True, slots=True)
class Step:
    """A gene, and the blocks that it opens. `behind` are the registers read after it; of a loop,
    also what is read when it goes round."""

    words: tuple[int, ...]
    body: tuple[Step, ...] = ()
    orelse: tuple[Step, ...] = ()
    behind: frozenset[Register] = frozenset()

    @property
    def form(self) -> int:
        """The form of the gene."""
        return self.words[gene.FORM]


class Decoder:
    """Makes core terms of the genomes of an alphabet."""

    def __init__(self, alphabet: Alphabet):
        self.alphabet = alphabet
        self.result: Register = (alphabet.goal, 0)

    def term(self, genome: Genome) -> Term:
        """The body of the program that a genome is: of the parameters as variables."""
        steps, _ = self.needed(self.blocks(genome), frozenset([self.result]))
        env: Env = {
            (type_, number): start
            for type_, start in enumerate(self.alphabet.start)
            if start is not None
            for number in range(self.alphabet.working[type_])
        }
        return self.sequence(steps, env, len(self.alphabet.params), [self.result])

    # ---------------------------------------------------------------------------- blocks

    def production(self, step: Step) -> Production:
        """The production of a step's gene."""
        return self.alphabet.productions[step.words[gene.PRODUCTION]]

    def is_loop(self, step: Step) -> bool:
        """Is it a loop over a list or over numbers?"""
        return step.form == gene.STATEMENT and self.production(step).kind in (gene.EACH, gene.COUNT)

    def blocks(self, genome: Genome) -> tuple[Step, ...]:
        """The genes with their blocks inside them; those that belong nowhere are skipped."""
        # each block that is open: its opening gene, its steps, those before an ELSE if there was
        opened: list[tuple[Step | None, list[Step], list[Step] | None]] = [(None, [], None)]

        def close() -> None:
            opener, steps, before = opened.pop()
            assert opener is not None
            body, orelse = (steps, []) if before is None else (before, steps)
            opened[-1][1].append(Step(opener.words, tuple(body), tuple(orelse)))

        for row in genome.tolist():
            step = Step(tuple(row))
            opener, steps, before = opened[-1]
            if step.form == gene.END:
                if opener is not None:
                    close()
            elif step.form == gene.ELSE:
                if opener is not None and opener.form == gene.IF and before is None:
                    opened[-1] = (opener, [], steps)
            elif step.form == gene.STATEMENT and not self.is_loop(step):
                steps.append(step)
            elif len(opened) <= gene.MAX_DEPTH:
                opened.append((step, [], None))
        while len(opened) > 1:
            close()
        return tuple(opened[0][1])

    # ------------------------------------------------------------------------ what counts

    def reads(self, step: Step) -> frozenset[Register]:
        """The registers among the operands of a step's gene."""
        found = set()
        for type_, number in zip(
            self.production(step).args, step.words[gene.OPERANDS :], strict=False
        ):
            what, place = self.alphabet.operand(type_, number)
            if what == "register":
                found.add((type_, place))
        return frozenset(found)

    def writes(self, step: Step) -> Register:
        """The register that a statement, or the head of a loop, writes."""
        return self.production(step).result, step.words[gene.TARGET]

    def needed(
        self, steps: Sequence[Step], behind: frozenset[Register]
    ) -> tuple[tuple[Step, ...], frozenset[Register]]:
        """The steps that count where these registers are read behind them, and what is read
        before them."""
        kept: list[Step] = []
        live = behind
        for step in reversed(steps):
            if step.form == gene.IF:
                body, before = self.needed(step.body, live)
                orelse, other = self.needed(step.orelse, live)
                if body or orelse:
                    kept.append(Step(step.words, body, orelse, live))
                    live = before | other | self.reads(step)
            elif step.form == gene.WHILE or self.is_loop(step):
                loop, live = self.needed_loop(step, live)
                kept += [loop] if loop is not None else []
            elif self.writes(step) in live:
                kept.append(step)
                live = (live - {self.writes(step)}) | self.reads(step)
        return tuple(reversed(kept)), live

    def needed_loop(
        self, step: Step, behind: frozenset[Register]
    ) -> tuple[Step | None, frozenset[Register]]:
        """The same of one loop: what a round reads is read behind the round before."""
        item = frozenset() if step.form == gene.WHILE else frozenset([self.writes(step)])
        again = behind
        while True:
            body, before = self.needed(step.body, again)
            if not body and not item & again:
                return None, behind
            head = behind | (before - item)
            if step.form == gene.WHILE:
                head |= self.reads(step)
            if head <= again:
                break
            again |= head
        source = frozenset() if step.form == gene.WHILE else self.reads(step)
        return Step(step.words, body, (), again), head | source

    # ------------------------------------------------------------------------------ terms

    def sequence(
        self, steps: Sequence[Step], env: Env, depth: int, results: Sequence[Register]
    ) -> Term:
        """The steps as one `Let` inside another, around the values that the registers then have.

        `depth` counts the variables in scope; a register that a variable holds is known by how
        many were in scope before it.
        """
        env = dict(env)
        lets: list[tuple[int, Term]] = []
        for step in steps:
            if step.body or step.orelse or step.form != gene.STATEMENT or self.is_loop(step):
                states = self.states(step)
                lets.append((len(states), self.block(step, env, depth, states)))
            else:
                states = [self.writes(step)]
                lets.append((1, self.value(step, env, depth)))
            env.update({register: depth + place for place, register in enumerate(states)})
            depth += len(states)
        inside = _several([self.held(env, register, depth) for register in results])
        return reduce(lambda body, let: Let(let[0], let[1], body), reversed(lets), inside)

    def states(self, step: Step) -> list[Register]:
        """The registers that a block assigns and that are read behind it."""
        assigned: set[Register] = set()
        todo = [step]
        while todo:
            one = todo.pop()
            if one.form == gene.STATEMENT:
                assigned.add(self.writes(one))
            todo += [*one.body, *one.orelse]
        return sorted(assigned & step.behind)

    def block(self, step: Step, env: Env, depth: int, states: list[Register]) -> Term:
        """The term of a block: the values of these registers behind it."""
        start = _several([self.held(env, register, depth) for register in states])
        if step.form == gene.IF:
            then = self.sequence(step.body, env, depth, states)
            orelse = self.sequence(step.orelse, env, depth, states)
            return If(self.value(step, env, depth), then, orelse)
        inside = {**env, **{register: depth + i for i, register in enumerate(states)}}
        count = len(states)
        if step.form == gene.WHILE:
            test = self.value(step, inside, depth + count)
            body = self.sequence(step.body, inside, depth + count, states)
            return While(count, start, test, body)
        inside[self.writes(step)] = depth + count
        (source,) = self.operands(step, env, depth)
        if self.production(step).kind == gene.COUNT:
            source = Call("range.stop", (source,))
        return For(
            count, source, start, self.sequence(step.body, inside, depth + count + 1, states)
        )

    def value(self, step: Step, env: Env, depth: int) -> Term:
        """What a gene's production makes of its operands."""
        production = self.production(step)
        if production.kind == gene.CONSTANT:
            word = step.words[gene.VALUE]
            is_float = self.alphabet.types[production.result] == FLOAT
            return const(float(np.int64(word).view(np.float64)) if is_float else word)
        assert production.term is not None
        return bind(production.term, tuple(self.operands(step, env, depth)))

    def operands(self, step: Step, env: Env, depth: int) -> list[Term]:
        """The operands of a gene as terms."""
        found: list[Term] = []
        for type_, number in zip(
            self.production(step).args, step.words[gene.OPERANDS :], strict=False
        ):
            what, place = self.alphabet.operand(type_, number)
            if what == "parameter":
                found.append(Var(depth - 1 - place))
            elif what == "register":
                found.append(self.held(env, (type_, place), depth))
            else:
                found.append(self.alphabet.constants[type_][place])
        return found

    def held(self, env: Env, register: Register, depth: int) -> Term:
        """What a register holds."""
        found = env[register]
        return Var(depth - 1 - found) if isinstance(found, int) else found


def _several(terms: list[Term]) -> Term:
    return terms[0] if len(terms) == 1 else Values(tuple(terms))
