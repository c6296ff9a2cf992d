"""Terms as statements: each puts what a sub-term gives into a register.

A register is held as long as it is read. What is evaluated before a choice may fail where the
term would not have; a choice between more than variables and constants is a block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from progsynth.lang.infer import Typed, infer
from progsynth.lang.term import Call, Const, For, If, Let, Term, Values, Var, While, free_variables
from progsynth.lang.types import FLOAT, INT, as_int
from progsynth.lang.walk import Walk
from progsynth.search.genetic.flat import gene
from progsynth.search.genetic.flat.makers import Env, Makers, OutsideError
from progsynth.search.genetic.flat.unfold import unfolded

Register = tuple[int, int]  # its type and its number among those of the type


@dataclass(frozen=True, slots=True)
class Operand:
    """What a gene reads: its number, and the registers that are free when it was read."""

    number: int
    held: tuple[Register, ...] = ()


class Writer:
    """Writes the genes of one term."""

    def __init__(self, makers: Makers):
        self.makers = makers
        self.alphabet = makers.alphabet
        self.genes: list[list[int]] = []
        self.blocks = self.loops = 0  # that are open
        every = [(t, n) for t, count in enumerate(self.alphabet.working) for n in range(count)]
        self.free = [register for register in every if register != (self.alphabet.goal, 0)]
        self.clean = set(every)  # those that hold what they do at first

    # ------------------------------------------------------------------------ what is written

    def into(self, typed: Typed, env: Env, to: Register) -> Walk[None]:
        """Put the value of a term into a register, which is written last: it may be read."""
        term = typed.term
        if self.is_there(term, to):
            self.clean.discard(to)
            return
        match term:
            case Var():
                self.move(self.variable(term, env), to)
            case Const():
                self.constant(term, to)
            case Let(count=1, body=Var(index=0)):
                yield self.into(typed.children[0], env, to)
            case Let():
                yield self.bound(typed, env, [to])
            case For() | While():
                yield self.loop(typed, env, [to])
            case If() if self.choice(typed, env) is None:
                yield self.branches(typed, env, [to])
            case _:
                yield self.call(typed, env, to)

    def values(self, typed: Typed, env: Env, to: Sequence[Register]) -> Walk[None]:
        """Put the values of a term into registers, all at once."""
        match typed.term:
            case Values():
                yield self.several(typed.children, env, to)
            case Let():
                yield self.bound(typed, env, to)
            case For() | While():
                yield self.loop(typed, env, to)
            case If() if len(to) > 1:
                yield self.branches(typed, env, to)
            case _:
                yield self.into(typed, env, to[0])

    def several(self, items: Sequence[Typed], env: Env, to: Sequence[Register]) -> Walk[None]:
        """The same of values that stand side by side: none may overwrite what another reads."""
        later: list[tuple[Register, Register]] = []
        for place, (item, register) in enumerate(zip(items, to, strict=True)):
            if any(self.reads(other.term, env, register) for other in items[place + 1 :]):
                if isinstance(item.term, Var) and self.reads(item.term, env, register):
                    continue  # it stays as it is
                aside = self.take(register[0])
                yield self.into(item, env, aside)
                later.append((aside, register))
            else:
                yield self.into(item, env, register)
        for aside, register in later:
            self.move(self.operand(aside), register)
            self.release([aside])

    def bound(self, typed: Typed, env: Env, to: Sequence[Register]) -> Walk[None]:
        """The values of a `Let`; what can be read as it is stays where it is."""
        first, body = typed.children
        known = self.atom(first, env) if len(first.types) == 1 else None
        if known is not None:
            yield self.values(body, (*env, (as_int(first.type), known)), to)
            return
        direct = _handed_on(body.term, len(first.types), to)
        own, taken = [], []
        for place, (type_, start) in enumerate(zip(first.types, _starts(first), strict=True)):
            if place not in direct:
                taken.append(self.take(self.makers.number(type_), start))
            own.append(direct[place] if place in direct else taken[-1])
        yield self.values(first, env, own)
        yield self.values(body, (*env, *self.seen(own)), to)
        self.release(taken)

    def branches(self, typed: Typed, env: Env, to: Sequence[Register]) -> Walk[None]:
        """The values of a conditional, as a block."""
        cond, then, orelse = typed.children
        place, operands = yield self.test(cond, env)
        self.write(gene.IF, place, 0, operands)
        self.open()
        yield self.values(then, env, to)
        self.write(gene.ELSE, 0, 0, ())
        yield self.values(orelse, env, to)
        self.close()

    def loop(self, typed: Typed, env: Env, to: Sequence[Register]) -> Walk[None]:
        """The values of a loop's variables, behind it."""
        if any(self.is_lost(typed, env, register) for register in to):
            own = [
                self.take(register[0], start)
                for register, start in zip(to, _starts(typed), strict=True)
            ]
            yield self.loop(typed, env, own)
            for register, one in zip(to, own, strict=True):
                self.move(self.operand(one), register)
            self.release(own)
        elif isinstance(typed.term, For):
            yield self.each(typed, env, to)
        else:
            yield self.repeated(typed, env, to)

    def is_lost(self, typed: Typed, env: Env, register: Register) -> bool:
        """Does a loop still read what a register had before it, when it is one of its variables?"""
        hidden = len(typed.types) + isinstance(typed.term, For)
        first, *_ = typed.children
        parts = typed.children[2:] if isinstance(typed.term, For) else typed.children[1:]
        inner = (*env, *((INT, None) for _ in range(hidden)))
        if isinstance(typed.term, For) and self.reads(first.term, env, register):
            return True
        return any(self.reads(part.term, inner, register) for part in parts)

    def each(self, typed: Typed, env: Env, to: Sequence[Register]) -> Walk[None]:
        """A loop over a list, or over numbers."""
        source, init, step = typed.children
        kind, item = gene.EACH, self.makers.number(source.type.types[0])
        if isinstance(source.term, Call) and source.term.name == "range.stop":
            kind, (source,) = gene.COUNT, source.children
        args = (self.makers.number(source.type),)
        place = self.makers.production(kind, item, args)
        operand = yield self.read(source, env)
        yield self.values(init, env, to)
        own = self.take(item)
        self.write(gene.STATEMENT, place, own[1], (operand,))
        self.clean.discard(own)
        self.open(loop=True)
        yield self.values(step, (*env, *self.seen([*to, own])), to)
        self.close(loop=True)
        self.release([own])

    def repeated(self, typed: Typed, env: Env, to: Sequence[Register]) -> Walk[None]:
        """A loop with a condition; one of several calls is asked for in a register."""
        init, cond, step = typed.children
        yield self.values(init, env, to)
        inside = (*env, *self.seen(to))
        found = self.choice(cond, inside)
        asked: list[Register] = []
        if found is None:
            asked = [self.take(self.alphabet.test)]
            yield self.into(cond, inside, asked[0])
            found = self.both(self.operand(asked[0]))
        self.write(gene.WHILE, found[0], 0, found[1])
        self.open(loop=True)
        yield self.values(step, inside, to)
        if asked:
            yield self.into(cond, inside, asked[0])
        self.close(loop=True)
        self.release(asked)

    def call(self, typed: Typed, env: Env, to: Register) -> Walk[None]:
        """A statement, and before it those that its operands need."""
        for place, parts in self.makers.calls(typed):
            operands = []
            for part, inner in parts:
                operands.append((yield self.read(part, (*env, *inner))))
            self.write(gene.STATEMENT, place, to[1], operands)
            self.clean.discard(to)
            return
        loop = None
        if isinstance(typed.term, Call):
            loop = unfolded(typed.term, self.makers.dsl)
        if loop is None:
            raise OutsideError
        types = tuple(type_ for type_, _ in env)
        again = infer(loop, types, self.makers.dsl, result=typed.type)
        yield self.into(again, env, to)

    def test(self, cond: Typed, env: Env) -> Walk[tuple[int, list[Operand]]]:
        """A condition as a production and its operands."""
        if not isinstance(cond.term, If | Let):
            for place, parts in self.makers.calls(cond):
                operands = []
                for part, inner in parts:
                    operands.append((yield self.read(part, (*env, *inner))))
                return place, operands
        asked = yield self.read(cond, env)
        return self.both(asked.number, asked.held)

    # ------------------------------------------------------------------------ what is read

    def read(self, typed: Typed, env: Env) -> Walk[Operand]:
        """What an operand is that has the value of a term; it may have to be written first."""
        known = self.atom(typed, env)
        if known is not None:
            return Operand(known)
        own = self.take(self.makers.number(typed.type), typed.term)
        yield self.into(typed, env, own)
        return Operand(self.operand(own), (own,))

    def atom(self, typed: Typed, env: Env) -> int | None:
        """The operand of a variable or a constant that can be read as it is."""
        if isinstance(typed.term, Var):
            return self.variable(typed.term, env)
        if isinstance(typed.term, Const):
            type_ = self.makers.number(typed.type)
            constants = self.alphabet.constants[type_]
            if typed.term in constants:
                own = len(self.alphabet.own_params(type_)) + self.alphabet.working[type_]
                return own + constants.index(typed.term)
        return None

    def choice(self, typed: Typed, env: Env) -> tuple[int, list[Operand]] | None:
        """The production of a term whose operands can all be read as they are."""
        for place, parts in self.makers.calls(typed):
            numbers = [self.atom(part, (*env, *inner)) for part, inner in parts]
            known = [Operand(number) for number in numbers if number is not None]
            if len(known) == len(numbers):
                return place, known
        return None

    def both(self, asked: int, held: tuple[Register, ...] = ()) -> tuple[int, list[Operand]]:
        """A bool as a condition: it `and` itself."""
        bool_ = self.alphabet.test
        for place in self.makers.by_head.get((bool_, If), ()):
            if len(self.alphabet.productions[place].args) == 2:
                return place, [Operand(asked, held), Operand(asked)]
        raise OutsideError

    def variable(self, term: Term, env: Env) -> int:
        """The operand of a variable. Raises OutsideError for one of a lambda."""
        assert isinstance(term, Var)
        _, number = env[len(env) - 1 - term.index]
        if number is None:
            raise OutsideError
        return number

    def reads(self, term: Term, env: Env, register: Register) -> bool:
        """Does the term read the register?"""
        type_ = self.alphabet.types[register[0]]
        seen = (type_, self.operand(register))
        return any(env[len(env) - 1 - index] == seen for index in free_variables(term))

    def operand(self, register: Register) -> int:
        """The number of a register as an operand."""
        type_, number = register
        return len(self.alphabet.own_params(type_)) + number

    def seen(self, registers: Sequence[Register]) -> Env:
        """Registers as variables in scope."""
        return tuple((self.alphabet.types[one[0]], self.operand(one)) for one in registers)

    # ------------------------------------------------------------------------ registers, genes

    def is_there(self, term: Term, register: Register) -> bool:
        """Does the register hold the literal from the beginning?"""
        is_first = register in self.clean and not self.loops
        return is_first and term == self.alphabet.start[register[0]]

    def take(self, type_: int, start: Term | None = None) -> Register:
        """A free register of the type: one never written where it shall `start` with a literal
        that it holds at first. Raises OutsideError where none is left."""
        mine = [one for one in self.free if one[0] == type_]
        if not mine:
            raise OutsideError
        wants_clean = start is not None and start == self.alphabet.start[type_]
        found = next((one for one in mine if (one in self.clean) == wants_clean), mine[0])
        self.free.remove(found)
        return found

    def release(self, registers: Sequence[Register]) -> None:
        """Let registers be used for something else."""
        self.free = sorted({*self.free, *registers})

    def move(self, operand: int, to: Register) -> None:
        """Copy an operand: a choice between it and itself."""
        if operand == self.operand(to):
            return
        bool_ = self.alphabet.test
        for place in self.makers.by_head.get((to[0], If), ()):
            args = self.alphabet.productions[place].args
            if args == (bool_, to[0], to[0]):
                some = (Operand(0), Operand(operand), Operand(operand))
                self.write(gene.STATEMENT, place, to[1], some)
                self.clean.discard(to)
                return
        raise OutsideError

    def constant(self, term: Const, to: Register) -> None:
        """Put a constant into a register."""
        type_ = self.alphabet.types[to[0]]
        known = self.atom(Typed(term, (type_,), (), {}), ())
        if known is not None:
            self.move(known, to)
            return
        if type_ not in (INT, FLOAT):
            raise OutsideError
        place = self.makers.production(gene.CONSTANT, to[0], ())
        self.write(gene.STATEMENT, place, to[1], ())
        word = np.float64(term.value).view(np.int64) if type_ == FLOAT else term.value
        self.genes[-1][gene.VALUE] = int(word)
        self.clean.discard(to)

    def write(self, form: int, place: int, target: int, operands: Sequence[Operand]) -> None:
        """Write a gene; what its operands held is free."""
        numbers = [one.number for one in operands]
        padding = [0] * (gene.MOST_OPERANDS - len(numbers))
        self.genes.append([form, place, target, *numbers, *padding, 0])
        self.release([register for one in operands for register in one.held])

    def open(self, *, loop: bool = False) -> None:
        """Begin a block. Raises OutsideError where it is too deep."""
        self.blocks += 1
        self.loops += loop
        if self.blocks > gene.MAX_DEPTH:
            raise OutsideError

    def close(self, *, loop: bool = False) -> None:
        """End a block."""
        self.write(gene.END, 0, 0, ())
        self.blocks -= 1
        self.loops -= loop


def _handed_on(body: Term, count: int, to: Sequence[Register]) -> dict[int, Register]:
    """Where the body of a `Let` hands its variables on and no more: which of them can be in the
    registers of the result from the beginning."""
    items = body.items if isinstance(body, Values) else (body,)
    found: dict[int, Register] = {}
    for item, register in zip(items, to, strict=False):
        if not isinstance(item, Var) or item.index >= count:
            return {}
        found.setdefault(count - 1 - item.index, register)
    return found


def _starts(typed: Typed) -> Sequence[Term | None]:
    """What variables start with, as far as it is known: in a loop, what they do first."""
    if isinstance(typed.term, For | While):
        typed = typed.children[1 if isinstance(typed.term, For) else 0]
    if isinstance(typed.term, Values):
        return typed.term.items
    return [typed.term] if len(typed.types) == 1 else [None] * len(typed.types)
