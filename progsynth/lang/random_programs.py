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

from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.interpret import run, several
from progsynth.lang.operators import BINARY, COMPARISONS
from progsynth.lang.primitive import DSL, class_problem, signature_of
from progsynth.lang.random_values import (
    CONTAINERS,
    random_float,
    random_int,
    random_text,
    random_type,
    random_value,
)
from progsynth.lang.term import (
    FALSE,
    TRUE,
    Apply,
    Build,
    Call,
    For,
    Function,
    If,
    Lambda,
    Let,
    Program,
    Project,
    Term,
    Values,
    Var,
    While,
    const,
)
from progsynth.lang.types import (
    BOOL,
    FLOAT,
    INT,
    STR,
    Signature,
    Type,
    fn_of,
    list_of,
    substitute,
    tuple_of,
    unify,
    variables,
    walk_type,
)
from progsynth.lang.values import Value, entry_types

Rows = tuple[tuple[Value, ...], ...]
Steps = list[tuple[int, Term]]  # terms to bind, each with the number of its values
Env = tuple[Type, ...]  # the types of the variables in scope, innermost last

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


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a program is. `num_focus` callees are dealt to it."""

    num_rows: int
    num_focus: int
    depth: int
    num_nodes: int  # no new calls once a function has so many


SMALL = Shape(num_rows=2, num_focus=2, depth=2, num_nodes=20)
LARGE = Shape(num_rows=3, num_focus=3, depth=3, num_nodes=60)
MIXED = (*(SMALL,) * 7, LARGE)


@dataclass(frozen=True, slots=True)
class _Callee:
    name: str
    signature: Signature


class RandomPrograms:
    """A source of random programs over one DSL. Frozen: all randomness comes in by `sample`."""

    def __init__(self, dsl: DSL, shapes: Sequence[Shape] = MIXED):
        self.dsl = dsl
        self.shapes = shapes  # each program has one of these
        self.callees = [c for c in map(self._callee, dsl) if _expressible(c.signature)]
        self.makers = {head: self._makers(head) for head in CONTAINERS}
        self.heads = tuple(h for h in CONTAINERS if h in _BUILT or self.makers[h])

    def _callee(self, name: str) -> _Callee:
        return _Callee(name, signature_of(self.dsl[name]))

    def _makers(self, head: str) -> list[_Callee]:
        """The callees that make a value of that head from values of other heads."""
        return [
            c
            for c in self.callees
            if c.signature.result.name == head
            and all(t.name != head for p in c.signature.types for t in walk_type(p))
        ]

    def sample(self, seed: int, *, focus: str = "") -> Sample:
        """The program of that seed: the same in every process.

        `focus` names a callee that it calls for certain.
        """
        rng = Random(f"program {seed}")
        shape = rng.choice(self.shapes)
        wanted = [self._callee(focus)] if focus else self._focus(seed, shape.num_focus)
        functions: list[Function] = []
        for number in range(rng.choice((0, 0, 0, 1, 2))):
            functions.append(_Body(self, rng, shape, functions).helper(number))
        entry, rows = _Body(self, rng, shape, functions).entry(wanted)
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
            return run(program, row, self.dsl, limits) != Failure(kind)

        most: int = getattr(ORDINARY, name)
        return bisect_left(range(most), True, key=suffices)

    def _focus(self, seed: int, num_focus: int) -> list[_Callee]:
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


_BUILT = ("list", "tuple", "dict")  # the containers that have literals


def _expressible(signature: Signature) -> bool:
    """Can programs give it arguments? There are no literals of tensors and choices."""
    types = [t for outer in (*signature.types, signature.result) for t in walk_type(outer)]
    return not any(t.name in ("tensor", "choice") for t in types)


class _Body:
    """Grows the body of one function. `left` counts down the nodes that it may still have."""

    def __init__(
        self, source: RandomPrograms, rng: Random, shape: Shape, helpers: Sequence[Function]
    ):
        self.source = source
        self.rng = rng
        self.shape = shape
        self.left = shape.num_nodes
        self.functions = tuple(helpers)
        self.helpers = [_Callee(f.name, signature_of(f)) for f in helpers]
        self.callees = source.callees + 3 * self.helpers

    # ---------------------------------------------------------------------- functions

    def entry(self, focus: Sequence[_Callee]) -> tuple[Function, Rows]:
        """The function that the program is run by, with rows of arguments."""
        types = tuple(self.any_type() for _ in range(self.rng.randint(1, 3)))
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
            result = self.any_type()
            grow = partial(self.term, result, env, self.shape.depth)
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
            lambda: Build("tuple", (old, self.leaf(INT, env, plain=True))), (whole,), env, rows
        )
        env = (*env, whole)
        grow = partial(self.update, type_, Var(old.index + 1), env)
        new, rows = self.lasting(grow, (type_,), env, rows)
        return [(1, held), (1, new)], (*env, type_), rows

    def helper(self, number: int) -> Function:
        """A function for the entry to call; now and then polymorphic, or of a function."""
        rng = self.rng
        types = [self.any_type() for _ in range(rng.randint(1, 2))]
        result = self.any_type()
        draw = rng.random()
        if draw < 0.2:
            params = tuple(self.any_type(1) for _ in range(rng.randint(0, 2)))
            types.insert(rng.randrange(2), fn_of(params, result))
        elif draw < 0.4:
            item = Type("yz"[number])  # no two functions share one: see types.substitute
            types = [item, list_of(item), *types[1:]]
            result = rng.choice((item, list_of(item), tuple_of(item, types[-1])))
        steps, env, _ = self.steps([rng.choice(self.source.callees)], tuple(types), ())
        body = _bound(steps, self.term(result, env, self.shape.depth))
        names = tuple(f"p{n}" for n in range(len(types)))
        return Function(f"helper_{number}", names, tuple(types), result, body)

    def steps(self, wanted: Sequence[_Callee], env: Env, rows: Rows) -> tuple[Steps, Env, Rows]:
        """A call of each of these, to be bound one after another, with all that is then in scope.

        Where rows of values for `env` are given, a step that fails on them is mostly drawn
        again: else hardly any program would end in a value.
        """
        depth = self.shape.depth
        found: Steps = []
        for callee in wanted:
            by = self.instance(callee, None)
            assert by is not None
            result = substitute(callee.signature.result, by)
            grow = partial(self.call, callee, by, env, depth - 1, plain=False)
            step, rows = self.lasting(grow, (result,), env, rows)
            found.append((1, step))
            env = (*env, result)
        if self.rng.random() < 0.4:
            types = tuple(self.any_type() for _ in range(self.rng.randint(1, 3)))
            grow = partial(self.several, types, env, depth - 1)
            step, rows = self.lasting(grow, types, env, rows)
            found.append((len(types), step))
            env += types
        return found, env, rows

    def lasting(
        self, grow: Callable[[], Term], types: Env, env: Env, rows: Rows
    ) -> tuple[Term, Rows]:
        """A term that gives values on all rows, if one is found soon; the rows with its values."""
        left = self.left
        for _ in range(REDRAWS):
            self.left = left
            term = grow()
            names = tuple(f"x{n}" for n in range(len(env)))
            step = Function("step", names, env, types[0], term)
            program = Program((*self.functions, step))
            results = [run(program, row, self.source.dsl, SCREENING) for row in rows]
            if self.rng.random() < BOLD_SHARE or not any(isinstance(r, Failure) for r in results):
                break
        alive = [
            (row, r) for row, r in zip(rows, results, strict=True) if not isinstance(r, Failure)
        ]
        return term, tuple(row + several(value, len(types)) for row, value in alive)

    # ------------------------------------------------------------------------- types

    def any_type(self, depth: int = 2, cls: str = "") -> Type:
        return random_type(self.rng, self.source.heads, depth, cls)

    def instance(self, callee: _Callee, wanted: Type | None) -> dict[str, Type] | None:
        """What its type variables stand for, so that its result is `wanted`; None if impossible."""
        signature = callee.signature
        rename = {v: Type(f"?{v}") for v in variables(signature.type)}
        by: dict[str, Type] = {}
        if wanted is not None:
            fits = unify(substitute(signature.result, rename), wanted, by)
            if not fits or any(name[0] != "?" for name in by):
                return None  # a helper's own type variable stands for itself
        classes = dict(signature.classes)
        found: dict[str, Type] = {}
        for variable, renamed in rename.items():
            known = substitute(renamed, by)
            if known.is_variable and known.name.startswith("?"):
                depth = 2 if self.rng.random() < 0.2 else 1
                known = self.any_type(depth, classes.get(variable, ""))
                if variable in classes and self.rng.random() < 0.3:
                    known = self.rng.choice((INT, BOOL))  # engines treat these on their own
                by[renamed.name] = known
            found[variable] = known
        if class_problem(signature, found) or any(
            t.is_variable and v in classes for v, k in found.items() for t in walk_type(k)
        ):
            return None
        return found

    # ------------------------------------------------------------------------- terms

    def term(self, wanted: Type, env: Env, depth: int, *, plain: bool = False) -> Term:
        """A term of that type. A `plain` one binds nothing outside lambdas."""
        self.left -= 1
        if depth <= 0 or self.left <= 0:
            return self.leaf(wanted, env, plain=plain)
        draw = self.rng.random()
        if draw < 0.12:
            return self.leaf(wanted, env, plain=plain)
        if draw < 0.20:
            return If(
                self.condition(env, depth - 1, plain=plain),
                self.term(wanted, env, depth - 1, plain=plain),
                self.term(wanted, env, depth - 1, plain=plain),
            )
        if draw < 0.30 and not plain:
            return self.several((wanted,), env, depth)
        if draw < 0.34:
            return self.project(wanted, env, depth, plain=plain)
        if draw < 0.44:
            found = self.apply(wanted, env, depth, plain=plain)
            if found is not None:
                return found
        if draw < 0.52 and wanted.name in _BUILT:
            return self.build(wanted, env, depth, plain=plain)
        return self.any_call(wanted, env, depth, plain=plain)

    def condition(self, env: Env, depth: int, *, plain: bool) -> Term:
        """A bool; half of them compare two scalars, as conditions mostly do."""
        found = None
        if self.rng.random() < 0.5:
            type_ = self.rng.choice((INT, INT, FLOAT, STR))
            left = self.term(type_, env, depth - 1, plain=plain)
            right = self.leaf(type_, env, plain=plain)
            found = self.operation(self.rng.choice(COMPARISONS[:6]), type_, left, right)
        return found or self.term(BOOL, env, depth, plain=plain)

    def any_call(self, wanted: Type, env: Env, depth: int, *, plain: bool) -> Term:
        if wanted == BOOL and self.rng.random() < 0.2:
            return self.condition(env, depth - 1, plain=plain)
        for _ in range(12):
            callee = self.rng.choice(self._with_result(wanted))
            by = self.instance(callee, wanted)
            if by is not None:
                return self.call(callee, by, env, depth - 1, plain=plain)
        return self.leaf(wanted, env, plain=plain)

    def _with_result(self, wanted: Type) -> list[_Callee]:
        if self.rng.random() < 0.3:
            return self.callees
        same = [c for c in self.callees if c.signature.result.name == wanted.name]
        return same or self.callees

    def call(
        self, callee: _Callee, by: dict[str, Type], env: Env, depth: int, *, plain: bool
    ) -> Term:
        """A call of it with random arguments."""
        self.left -= 1
        args = []
        for param in callee.signature.types:
            wanted = substitute(param, by)
            if wanted.name == "fn":
                args.append(self.function(wanted, env, depth))
            else:
                args.append(self.term(wanted, env, depth, plain=plain))
        return Call(callee.name, tuple(args))

    def function(self, wanted: Type, env: Env, depth: int) -> Term:
        """A lambda, or a function parameter of exactly that type."""
        same = self.places(wanted, env)
        if same and self.rng.random() < 0.5:
            return Var(self.rng.choice(same))
        *params, result = wanted.types
        return Lambda(len(params), self.term(result, (*env, *params), depth))

    def apply(self, wanted: Type, env: Env, depth: int, *, plain: bool) -> Term | None:
        """A call of a function parameter in scope, if one gives that type."""
        fitting = [
            (len(env) - 1 - place, t)
            for place, t in enumerate(env)
            if t.name == "fn" and t.types[-1] == wanted
        ]
        if not fitting:
            return None
        index, function = self.rng.choice(fitting)
        params = function.types[:-1]
        return Apply(index, tuple(self.term(t, env, depth - 1, plain=plain) for t in params))

    def project(self, wanted: Type, env: Env, depth: int, *, plain: bool) -> Term:
        """An item of a tuple: one in scope, or a new one."""
        fitting = [
            (t, n)
            for t in env
            if t.name == "tuple"
            for n, item in enumerate(t.types)
            if item == wanted
        ]
        if fitting and self.rng.random() < 0.7:
            whole, position = self.rng.choice(fitting)
            return Project(position, Var(self.rng.choice(self.places(whole, env))))
        types = [self.any_type(1) for _ in range(self.rng.randint(1, 3))]
        position = self.rng.randrange(len(types))
        types[position] = wanted
        return Project(position, self.term(tuple_of(*types), env, depth - 1, plain=plain))

    def build(self, wanted: Type, env: Env, depth: int, *, plain: bool) -> Term:
        """A literal of a container."""
        if wanted.name == "tuple":
            parts = list(wanted.types)
        else:
            length = self.rng.choice((0, 1, 1, 2, 2, 3))
            item = wanted.types if wanted.name == "list" else entry_types(wanted)
            parts = list(item) * length
        items = tuple(self.term(t, env, depth - 1, plain=plain) for t in parts)
        return Build(wanted.name, items)

    # -------------------------------------------------------------------------- leaves

    def places(self, wanted: Type, env: Env) -> list[int]:
        """The indices of the variables in scope that have exactly that type."""
        return [len(env) - 1 - place for place, t in enumerate(env) if t == wanted]

    def leaf(self, wanted: Type, env: Env, *, plain: bool) -> Term:
        """A variable or a small literal."""
        same = self.places(wanted, env)
        if same and self.rng.random() < 0.75:
            return Var(self.rng.choice(same))
        name = wanted.name
        if name == "int":
            return const(random_int(self.rng))
        if name == "float":
            return const(random_float(self.rng))
        if name == "str":
            return const(random_text(self.rng))
        if name == "bool":
            return self.rng.choice((TRUE, FALSE))
        if name in _BUILT:
            return self.build(wanted, env, 0, plain=plain)
        if wanted.is_variable:
            return self.opaque(wanted, env)
        for callee in self.source.makers[name]:
            by = self.instance(callee, wanted)
            if by is not None:
                return self.call(callee, by, env, 0, plain=plain)
        raise AssertionError(f"no way to make a value of type {wanted}")

    def opaque(self, wanted: Type, env: Env) -> Term:
        """A value of a type variable: only variables have one."""
        same = self.places(wanted, env)
        assert same, "polymorphic helpers have a parameter of the variable's type"
        return Var(self.rng.choice(same))

    # ------------------------------------------------------- several values at once

    def several(self, types: tuple[Type, ...], env: Env, depth: int) -> Term:
        """A term with a value of each type: a branch, a binding, a loop, or the values."""
        self.left -= 1
        draw = self.rng.random()
        if depth <= 0 or self.left <= 0 or draw < 0.1:
            return self.values(types, env, depth - 1)
        if draw < 0.3:
            cond = self.condition(env, depth - 1, plain=False)
            then = self.several(types, env, depth - 1)
            return If(cond, then, self.several(types, env, depth - 1))
        if draw < 0.5:
            inner = tuple(self.any_type() for _ in range(self.rng.randint(1, 2)))
            bound = self.several(inner, env, depth - 1)
            return Let(len(inner), bound, self.several(types, env + inner, depth - 1))
        if draw < 0.75:
            return self.for_loop(types, env, depth)
        return self.while_loop(types, env, depth)

    def values(self, types: tuple[Type, ...], env: Env, depth: int) -> Term:
        items = tuple(self.term(t, env, depth) for t in types)
        return items[0] if len(items) == 1 else Values(items)

    def for_loop(self, types: tuple[Type, ...], env: Env, depth: int) -> Term:
        """A loop over a list, whose state has the types."""
        item = INT if self.rng.random() < 0.3 else self.any_type(1)
        source = self.range(env) if item == INT else self.term(list_of(item), env, depth - 1)
        init = self.values(types, env, depth - 1)
        inner = (*env, *types, item)
        updated = None
        if self.rng.random() < 0.4:
            states = [Var(len(types) - place) for place in range(len(types))]
            updates = [self.update(t, v, inner) for t, v in zip(types, states, strict=True)]
            updated = updates[0] if len(updates) == 1 else Values(tuple(updates))
        body = updated or self.several(types, inner, depth - 1)
        return For(len(types), source, init, body)

    def range(self, env: Env) -> Term:
        """A list of ints: the numbers up to a small one where the DSL has such a range."""
        for name in self.source.dsl.overloads("range"):
            if signature_of(self.source.dsl[name]).types == (INT,):
                return Call(name, (const(self.rng.randint(0, 6)),))
        return self.leaf(list_of(INT), env, plain=True)

    def update(self, wanted: Type, old: Term, env: Env) -> Term:
        """A new version of a value: a call that gives its type and takes it as an argument."""
        for _ in range(12):
            callee = self.rng.choice(self._with_result(wanted))
            by = self.instance(callee, wanted)
            params = [] if by is None else [substitute(p, by) for p in callee.signature.types]
            if by is not None and wanted in params and all(p.name != "fn" for p in params):
                place = params.index(wanted)
                args = [self.leaf(p, env, plain=False) for p in params]
                args[place] = old
                return Call(callee.name, tuple(args))
        return old

    def while_loop(self, types: tuple[Type, ...], env: Env, depth: int) -> Term:
        """A loop that counts in a state variable of its own, before those of the types."""
        number = len(types) + 1
        state = (INT, *types)
        init = Values((const(0), *_items(self.values(types, env, depth - 1))))
        bound = const(self.rng.randint(0, 5))
        cond = self.operation("<", INT, Var(number - 1), bound)
        step = self.operation("+", INT, Var(number - 1), const(1))
        if cond is None or step is None:
            return self.values(types, env, depth)
        if self.rng.random() < 0.3:
            cond = If(cond, self.term(BOOL, env + state, depth - 1, plain=True), FALSE)
        if self.rng.random() < 0.01:
            cond = TRUE  # endless
        body = Values((step, *_items(self.values(types, env + state, depth - 1))))
        loop = While(number, init, cond, body)
        kept = tuple(Var(len(types) - 1 - place) for place in range(len(types)))
        return Let(number, loop, kept[0] if len(kept) == 1 else Values(kept))

    # ---------------------------------------------------------------------- hostile

    def operation(self, symbol: str, type_: Type, left: Term, right: Term) -> Term | None:
        """A binary operator on two values of the type, if the DSL has it."""
        for name in self.source.dsl.overloads(BINARY[symbol].form):
            params = signature_of(self.source.dsl[name]).types
            by: dict[str, Type] = {}
            if len(params) == 2 and all(unify(p, type_, by) for p in params):
                return Call(name, (left, right))
        return None

    def hostile(self, type_: Type, env: Env) -> Term:
        """A value that doubles without end, an endless loop, or one that fails far inside."""
        start = self.leaf(type_, env, plain=True)
        doubled = self.operation("+", type_, Var(0), Var(0))
        draw = self.rng.random()
        if doubled is None or draw < 0.25:
            return While(1, start, TRUE, Var(0))
        if draw < 0.85:
            return While(1, start, TRUE, doubled)
        return While(1, start, TRUE, self.term(type_, (*env, type_), 2))


def _bound(steps: Steps, body: Term) -> Term:
    for number, step in reversed(steps):
        body = Let(number, step, body)
    return body


def _items(term: Term) -> tuple[Term, ...]:
    return term.items if isinstance(term, Values) else (term,)
