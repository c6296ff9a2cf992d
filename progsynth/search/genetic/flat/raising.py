"""Core terms as genomes: the way back from `decode`, so that evolution may begin from programs.

A term becomes statements that put what its sub-terms give into registers, each as long as it is
read. Only what the alphabet has can be said: a lambda is one call, or else the call that it is
an argument of becomes a loop (see `unfold`). What a genome evaluates before a choice may fail
where the term would not have; programs from elsewhere may be wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from progsynth.errors import ProgsynthError
from progsynth.lang.infer import Typed, infer
from progsynth.lang.term import (
    Build,
    Call,
    Const,
    For,
    If,
    Lambda,
    Let,
    Project,
    Term,
    Values,
    Var,
    While,
    free_variables,
)
from progsynth.lang.types import FLOAT, INT, Type, as_int
from progsynth.lang.walk import Walk, walk
from progsynth.search.genetic.flat import gene
from progsynth.search.genetic.flat.alphabet import Alphabet, Production
from progsynth.search.genetic.flat.unfold import unfolded
from progsynth.search.problem import Problem

Words = NDArray[np.int64]
Register = tuple[int, int]  # its type and its number among those of the type
Seen = tuple[Type, int | None]  # a variable in scope: its type and operand; None: of a lambda
Env = tuple[Seen, ...]  # the innermost last


class OutsideError(Exception):
    """The term has no genome."""


@dataclass(frozen=True, slots=True)
class _Operand:
    """What a gene reads: its number, and the registers that are free when it was read."""

    number: int
    held: tuple[Register, ...] = ()


class Raiser:
    """Makes genomes of terms; what it knows of the alphabet is made once."""

    def __init__(self, problem: Problem, alphabet: Alphabet):
        self.problem = problem
        self.alphabet = alphabet
        self.numbers = {type_: number for number, type_ in enumerate(alphabet.types)}
        self.by_head: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self.by_kind: dict[tuple[int, int, tuple[int, ...]], int] = {}
        for place, production in enumerate(alphabet.productions):
            if production.kind == gene.CALL:
                assert production.term is not None
                self.by_head[(production.result, *_head(production.term))].append(place)
            self.by_kind.setdefault((production.kind, production.result, production.args), place)

    def genome(self, term: Term, *, most: int) -> Words | None:
        """The genome of a body, of `most` genes at most; None where there is none."""
        alphabet = self.alphabet
        types = tuple(alphabet.types[number] for number in alphabet.params)
        result = alphabet.types[alphabet.goal]
        env = tuple(
            (type_, alphabet.own_params(number).index(place))
            for place, (type_, number) in enumerate(zip(types, alphabet.params, strict=True))
        )
        writer = _Writer(self)
        try:
            typed = infer(term, types, self.problem.dsl, result=result)
            walk(writer.into(typed, env, (alphabet.goal, 0)))
        except (OutsideError, ProgsynthError):
            return None
        return np.array(writer.genes, np.int64) if 0 < len(writer.genes) <= most else None

    def number(self, type_: Type) -> int:
        """The number of a type. Raises OutsideError."""
        found = self.numbers.get(as_int(type_))
        if found is None:
            raise OutsideError
        return found

    def production(self, kind: int, result: int, args: tuple[int, ...]) -> int:
        """The place of a loop or a constant's production. Raises OutsideError."""
        found = self.by_kind.get((kind, result, args))
        if found is None:
            raise OutsideError
        return found

    def calls(self, typed: Typed) -> Iterator[tuple[int, list[tuple[Typed, tuple[Seen, ...]]]]]:
        """The productions that make the term, each with the sub-terms that are its operands and
        the variables of lambdas that these stand in."""
        result = self.number(typed.type)
        for place in self.by_head.get((result, *_head(typed.term)), ()):
            production = self.alphabet.productions[place]
            found = _matched(production, typed)
            if found is not None:
                types = tuple(self.numbers.get(as_int(one.type)) for one, _ in found)
                if types == production.args:
                    yield place, found


def _head(term: Term) -> tuple[object, ...]:
    return (type(term), *(term.label() if isinstance(term, Call | Build | Project) else ()))


def _matched(production: Production, typed: Typed) -> list[tuple[Typed, tuple[Seen, ...]]] | None:
    """The sub-terms that stand for the operands of a production, where it makes the term."""
    assert production.term is not None
    found: dict[int, tuple[Typed, tuple[Seen, ...]]] = {}
    todo: list[tuple[Term, Typed, tuple[Seen, ...]]] = [(production.term, typed, ())]
    while todo:
        pattern, one, inner = todo.pop()
        bound = len(inner)
        if isinstance(pattern, Var) and pattern.index >= bound:
            if free_variables(one.term) & set(range(bound)):
                return None
            found[pattern.index - bound] = one, inner
            continue
        same = type(pattern) is type(one.term) and pattern.label() == one.term.label()
        if not same or len(pattern.children) != len(one.children):
            return None
        if isinstance(pattern, Lambda):
            inner = (*inner, *((type_, None) for type_ in one.type.types[:-1]))
        todo += [(p, t, inner) for p, t in zip(pattern.children, one.children, strict=True)]
    return [found[place] for place in reversed(range(len(production.args)))]


class _Writer:
    """Writes the genes of one term."""

    def __init__(self, raiser: Raiser):
        self.raiser = raiser
        self.alphabet = raiser.alphabet
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
                taken.append(self.take(self.raiser.number(type_), start))
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
        kind, item = gene.EACH, self.raiser.number(source.type.types[0])
        if isinstance(source.term, Call) and source.term.name == "range.stop":
            kind, (source,) = gene.COUNT, source.children
        args = (self.raiser.number(source.type),)
        place = self.raiser.production(kind, item, args)
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
        for place, parts in self.raiser.calls(typed):
            operands = []
            for part, inner in parts:
                operands.append((yield self.read(part, (*env, *inner))))
            self.write(gene.STATEMENT, place, to[1], operands)
            self.clean.discard(to)
            return
        loop = None
        if isinstance(typed.term, Call):
            loop = unfolded(typed.term, self.raiser.problem.dsl)
        if loop is None:
            raise OutsideError
        types = tuple(type_ for type_, _ in env)
        again = infer(loop, types, self.raiser.problem.dsl, result=typed.type)
        yield self.into(again, env, to)

    def test(self, cond: Typed, env: Env) -> Walk[tuple[int, list[_Operand]]]:
        """A condition as a production and its operands."""
        if not isinstance(cond.term, If | Let):
            for place, parts in self.raiser.calls(cond):
                operands = []
                for part, inner in parts:
                    operands.append((yield self.read(part, (*env, *inner))))
                return place, operands
        asked = yield self.read(cond, env)
        return self.both(asked.number, asked.held)

    # ------------------------------------------------------------------------ what is read

    def read(self, typed: Typed, env: Env) -> Walk[_Operand]:
        """What an operand is that has the value of a term; it may have to be written first."""
        known = self.atom(typed, env)
        if known is not None:
            return _Operand(known)
        own = self.take(self.raiser.number(typed.type), typed.term)
        yield self.into(typed, env, own)
        return _Operand(self.operand(own), (own,))

    def atom(self, typed: Typed, env: Env) -> int | None:
        """The operand of a variable or a constant that can be read as it is."""
        if isinstance(typed.term, Var):
            return self.variable(typed.term, env)
        if isinstance(typed.term, Const):
            type_ = self.raiser.number(typed.type)
            constants = self.alphabet.constants[type_]
            if typed.term in constants:
                own = len(self.alphabet.own_params(type_)) + self.alphabet.working[type_]
                return own + constants.index(typed.term)
        return None

    def choice(self, typed: Typed, env: Env) -> tuple[int, list[_Operand]] | None:
        """The production of a term whose operands can all be read as they are."""
        for place, parts in self.raiser.calls(typed):
            numbers = [self.atom(part, (*env, *inner)) for part, inner in parts]
            known = [_Operand(number) for number in numbers if number is not None]
            if len(known) == len(numbers):
                return place, known
        return None

    def both(self, asked: int, held: tuple[Register, ...] = ()) -> tuple[int, list[_Operand]]:
        """A bool as a condition: it `and` itself."""
        bool_ = self.alphabet.test
        for place in self.raiser.by_head.get((bool_, If), ()):
            if len(self.alphabet.productions[place].args) == 2:
                return place, [_Operand(asked, held), _Operand(asked)]
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
        for place in self.raiser.by_head.get((to[0], If), ()):
            args = self.alphabet.productions[place].args
            if args == (bool_, to[0], to[0]):
                some = (_Operand(0), _Operand(operand), _Operand(operand))
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
        place = self.raiser.production(gene.CONSTANT, to[0], ())
        self.write(gene.STATEMENT, place, to[1], ())
        word = np.float64(term.value).view(np.int64) if type_ == FLOAT else term.value
        self.genes[-1][gene.VALUE] = int(word)
        self.clean.discard(to)

    def write(self, form: int, place: int, target: int, operands: Sequence[_Operand]) -> None:
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
