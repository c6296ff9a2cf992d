"""Random well-typed programs over the whole core, to test that all engines mean the same.

Terms are grown top-down, each for a wanted type: a variable in scope, a literal, a callee whose
result unifies with the type, a branch, a binding, a loop. They are well-typed by construction.
Every program calls a few callees ("focus") that are dealt out evenly, so that rare ones are met
as often as common ones. Loops count up to a small bound; a small share of the programs is
hostile on purpose (endless loops, doubling values, tight limits), so that the failures `fuel`
and `memory` are met as well.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import gcd
from random import Random

from progsynth.lang.agreement.random_terms import Callee, Env, Grower, Shape, Vocabulary
from progsynth.lang.agreement.random_values import random_value
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.interpret import run, several
from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.term import TRUE, Build, Function, Let, Program, Term, Var, While
from progsynth.lang.types import INT, STR, Type, fn_of, list_of, substitute, tuple_of
from progsynth.lang.values import Value

Rows = tuple[tuple[Value, ...], ...]
Steps = list[tuple[int, Term]]  # terms to bind, each with the number of its values

ORDINARY = Limits(fuel=4000, cells=40_000)
HOSTILE_SHARE = 0.04  # of the programs loop without end or double a text
SCREENING = Limits(fuel=1000, cells=10_000)  # a step within these seldom breaks `ORDINARY`
REDRAWS = 5  # tries for a step that fails on no row
BOLD_SHARE = 0.05  # of the failing steps are kept as they are
WHOLE_SHARE = 0.6  # of the programs give all that their steps made; else it may be unused
KEPT_SHARE = 0.3  # of the programs update a parameter of which something else holds the old version
TIGHT_SHARE = 0.06  # of the samples have just enough fuel or one too little; so for cells


@dataclass(frozen=True, slots=True)
class Sample:
    """A random program, rows of arguments for it, and the limits to run it under."""

    program: Program
    rows: Rows
    limits: Limits


SMALL = Shape(num_rows=2, num_focus=2, depth=2, num_nodes=20)
LARGE = Shape(num_rows=3, num_focus=3, depth=3, num_nodes=60)
MIXED = (*(SMALL,) * 7, LARGE)


class RandomPrograms:
    """A source of random programs over one DSL. Frozen: all randomness comes in by `sample`."""

    def __init__(self, dsl: DSL, shapes: Sequence[Shape] = MIXED):
        self.vocabulary = Vocabulary(dsl)
        self.shapes = shapes  # each program has one of these

    @property
    def callees(self) -> list[Callee]:
        """All that the programs may call, their own functions apart."""
        return self.vocabulary.callees

    def sample(self, seed: int, *, focus: str = "") -> Sample:
        """The program of that seed: the same in every process.

        `focus` names a callee that it calls for certain.
        """
        rng = Random(f"program {seed}")
        shape = rng.choice(self.shapes)
        wanted = [self.vocabulary.callee(focus)] if focus else self._focus(seed, shape.num_focus)
        functions: list[Function] = []
        for number in range(rng.choice((0, 0, 0, 1, 2))):
            functions.append(_Body(self.vocabulary, rng, shape, functions).helper(number))
        entry, rows = _Body(self.vocabulary, rng, shape, functions).entry(wanted)
        program = Program((*functions, entry))
        return Sample(program, rows, self._limits(program, rows[0], rng))

    def _limits(self, program: Program, row: tuple[Value, ...], rng: Random) -> Limits:
        """Ordinary ones mostly; else what the row just needs, or one less."""
        draw = rng.random()
        if draw < TIGHT_SHARE:
            least = self._least(FailureKind.FUEL, program, row)
            return replace(ORDINARY, fuel=max(0, least - rng.randrange(2)))
        if draw < 2 * TIGHT_SHARE:
            least = self._least(FailureKind.MEMORY, program, row)
            return replace(ORDINARY, cells=max(0, least - rng.randrange(2)))
        return ORDINARY

    def _least(self, kind: FailureKind, program: Program, row: tuple[Value, ...]) -> int:
        """The least fuel or cells with which the row does not fail for want of them."""
        name = "fuel" if kind == FailureKind.FUEL else "cells"

        def suffices(amount: int) -> bool:
            limits = replace(ORDINARY, **{name: amount})
            return run(program, row, self.vocabulary.dsl, limits) != Failure(kind)

        most: int = getattr(ORDINARY, name)
        return bisect_left(range(most), True, key=suffices)

    def _focus(self, seed: int, num_focus: int) -> list[Callee]:
        """The callees that the program of that seed is about, dealt out evenly.

        Those that make containers are dealt twice: programs seldom come upon them otherwise.
        """
        dealt = [*self.callees, *(c for c in self.callees if c.signature.result.args)]
        number = len(dealt)
        found = []
        for place in range(num_focus):
            # A permutation of all callees for each block of as many seeds.
            rng = Random(f"order {seed // number} {place}")
            step = rng.choice([n for n in range(1, number + 1) if gcd(n, number) == 1])
            found.append(dealt[(rng.randrange(number) + step * seed) % number])
        return found


class _Body:
    """Makes one function of a program."""

    def __init__(
        self, vocabulary: Vocabulary, rng: Random, shape: Shape, functions: Sequence[Function]
    ):
        self.vocabulary = vocabulary
        self.rng = rng
        self.shape = shape
        self.functions = tuple(functions)  # made before, which it may call
        self.helpers = [Callee(f.name, signature_of(f)) for f in functions]
        self.grow = Grower(vocabulary, rng, shape, self.helpers)

    def entry(self, focus: Sequence[Callee]) -> tuple[Function, Rows]:
        """The function that the program is run by, with rows of arguments."""
        types = tuple(self.grow.any_type() for _ in range(self.rng.randint(1, 3)))
        rows = tuple(
            tuple(random_value(self.rng, t) for t in types) for _ in range(self.shape.num_rows)
        )
        names = tuple(f"x{n}" for n in range(len(types)))
        if self.rng.random() < HOSTILE_SHARE:
            grown = self.rng.choice((STR, STR, INT, list_of(INT)))
            return Function("entry", names, types, grown, self.hostile(grown, types)), rows
        wanted = list(focus)
        wanted += [h for h in self.helpers if self.rng.random() < 0.8]
        self.rng.shuffle(wanted)
        steps, env, alive = self.steps(wanted, types, rows)
        if self.rng.random() < KEPT_SHARE:
            more, env, alive = self.kept(types, env, alive)
            steps += more
        if self.rng.random() < WHOLE_SHARE:
            made = env[len(types) :]
            result = tuple_of(*made)
            body: Term = Build("tuple", tuple(Var(n) for n in reversed(range(len(made)))))
        else:
            result = self.grow.any_type()
            grow = partial(self.grow.term, result, env, self.shape.depth)
            body, _ = self.lasting(grow, (result,), env, alive)
        return Function("entry", names, types, result, _bound(steps, body)), rows

    def kept(self, types: Env, env: Env, rows: Rows) -> tuple[Steps, Env, Rows]:
        """A parameter is put into a tuple and then updated for its last use.

        Engines that update in place must not change what the tuple holds.
        """
        places = [n for n, t in enumerate(types) if t.name in ("list", "dict")]
        if not places:
            return [], env, rows
        place = self.rng.choice(places)
        type_ = types[place]
        old = Var(len(env) - 1 - place)
        whole = tuple_of(type_, INT)
        held, rows = self.lasting(
            lambda: Build("tuple", (old, self.grow.leaf(INT, env, plain=True))), (whole,), env, rows
        )
        env = (*env, whole)
        grow = partial(self.grow.update, type_, Var(old.index + 1), env)
        new, rows = self.lasting(grow, (type_,), env, rows)
        return [(1, held), (1, new)], (*env, type_), rows

    def helper(self, number: int) -> Function:
        """A function for the entry to call; now and then polymorphic, or of a function."""
        rng = self.rng
        types = [self.grow.any_type() for _ in range(rng.randint(1, 2))]
        result = self.grow.any_type()
        draw = rng.random()
        if draw < 0.2:
            params = tuple(self.grow.any_type(1) for _ in range(rng.randint(0, 2)))
            types.insert(rng.randrange(2), fn_of(params, result))
        elif draw < 0.4:
            item = Type("yz"[number])  # no two functions share one: see types.substitute
            types = [item, list_of(item), *types[1:]]
            result = rng.choice((item, list_of(item), tuple_of(item, types[-1])))
        steps, env, _ = self.steps([rng.choice(self.vocabulary.callees)], tuple(types), ())
        body = _bound(steps, self.grow.term(result, env, self.shape.depth))
        names = tuple(f"p{n}" for n in range(len(types)))
        return Function(f"helper_{number}", names, tuple(types), result, body)

    def steps(self, wanted: Sequence[Callee], env: Env, rows: Rows) -> tuple[Steps, Env, Rows]:
        """A call of each of these, to be bound one after another, with all that is then in scope.

        Where rows of values for `env` are given, a step that fails on them is mostly drawn
        again: else hardly any program would end in a value.
        """
        depth = self.shape.depth
        found: Steps = []
        for callee in wanted:
            by = self.grow.instance(callee, None)
            assert by is not None
            result = substitute(callee.signature.result, by)
            grow = partial(self.grow.call, callee, by, env, depth - 1, plain=False)
            step, rows = self.lasting(grow, (result,), env, rows)
            found.append((1, step))
            env = (*env, result)
        if self.rng.random() < 0.4:
            types = tuple(self.grow.any_type() for _ in range(self.rng.randint(1, 3)))
            grow = partial(self.grow.several, types, env, depth - 1)
            step, rows = self.lasting(grow, types, env, rows)
            found.append((len(types), step))
            env += types
        return found, env, rows

    def lasting(
        self, grow: Callable[[], Term], types: Env, env: Env, rows: Rows
    ) -> tuple[Term, Rows]:
        """A term that gives values on all rows, if one is found soon; the rows with its values."""
        left = self.grow.left
        for _ in range(REDRAWS):
            self.grow.left = left
            term = grow()
            names = tuple(f"x{n}" for n in range(len(env)))
            step = Function("step", names, env, types[0], term)
            program = Program((*self.functions, step))
            results = [run(program, row, self.vocabulary.dsl, SCREENING) for row in rows]
            if self.rng.random() < BOLD_SHARE or not any(isinstance(r, Failure) for r in results):
                break
        alive = [
            (row, r) for row, r in zip(rows, results, strict=True) if not isinstance(r, Failure)
        ]
        return term, tuple(row + several(value, len(types)) for row, value in alive)

    def hostile(self, type_: Type, env: Env) -> Term:
        """A value that doubles without end, an endless loop, or one that fails far inside."""
        start = self.grow.leaf(type_, env, plain=True)
        doubled = self.grow.operation("+", type_, Var(0), Var(0))
        draw = self.rng.random()
        if doubled is None or draw < 0.25:
            return While(1, start, TRUE, Var(0))
        if draw < 0.85:
            return While(1, start, TRUE, doubled)
        return While(1, start, TRUE, self.grow.term(type_, (*env, type_), 2))


def _bound(steps: Steps, body: Term) -> Term:
    for number, step in reversed(steps):
        body = Let(number, step, body)
    return body
