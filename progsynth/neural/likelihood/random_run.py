"""A program run once on random values, in place of once on each of their combinations.

Operations on known values are carried out; on random ones they combine distributions (see
`random_primitives`). Where a program branches on a random value, each branch is run in the world
in which it is taken, and what comes of the branches is mixed (see `branching`). So `for`,
`while` and the functions of a prelude need no rules of their own.

Fuel and cells are not counted: a program that the limits would stop is taken to go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from progsynth.errors import UnsupportedError
from progsynth.lang.interpret import build, several
from progsynth.lang.primitive import DSL
from progsynth.lang.term import (
    Apply,
    Build,
    Call,
    Const,
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
)
from progsynth.lang.values import Value
from progsynth.lang.walk import Walk, walk
from progsynth.neural.likelihood.branching import Branching, Steps
from progsynth.neural.likelihood.distributions import Leaf, NotExact, combine
from progsynth.neural.likelihood.random_primitives import primitive
from progsynth.neural.likelihood.random_values import Closure, Env, is_known


def run_random(
    program: Program, args: Sequence[Any], dsl: DSL, steps: Steps
) -> tuple[Any, list[Leaf]]:
    """The ordinary program's value on random arguments, and what must hold for it to succeed.

    Raises Fail, NotExact, Conflict.
    """
    run = _Run(program, dsl, steps)
    try:
        value = walk(run.visit(program.entry.body, tuple(args)))
    except RecursionError:  # lambdas inside lambdas given to primitives
        raise NotExact("functions are nested too deep") from None
    return value, run.branching.checks


class _Run:
    def __init__(self, program: Program, dsl: DSL, steps: Steps):
        self.functions: Mapping[str, Function] = {f.name: f for f in program.functions}
        self.dsl = dsl
        self.branching = Branching(self.apply, steps)

    def visit(self, term: Term, env: Env) -> Walk[Any]:
        """The value of a term; a tuple of them for a term with several values."""
        match term:
            case Const(value):
                return value
            case Var(index):
                return env[-1 - index]
            case Call(name, args):
                values = yield self.visit_all(args, env)
                return (yield self.call(name, values))
            case Apply(index, args):
                values = yield self.visit_all(args, env)
                return (yield self.apply(env[-1 - index], values))
            case Lambda():
                return Closure(term, env)
            case Build(kind, items):
                values = yield self.visit_all(items, env)
                return self.build(kind, values)
            case Project(position, inner):
                value = yield self.visit(inner, env)
                if isinstance(value, Leaf):
                    return combine([value], lambda given: given[0][position])
                return value[position]
            case Values(items):
                return (yield self.visit_all(items, env))
            case If(cond, then, orelse):
                holds = yield self.visit(cond, env)
                if isinstance(holds, Leaf):
                    return (yield self.either(holds, then, orelse, env))
                return (yield self.visit(then if holds else orelse, env))
            case Let(count, bound, body):
                value = yield self.visit(bound, env)
                return (yield self.visit(body, env + several(value, count)))
            case While(count, init, cond, body):
                state = several((yield self.visit(init, env)), count)
                return (yield self.loop(count, state, cond, body, env))
            case For(count, source, init, body):
                items = yield self.visit(source, env)
                state = several((yield self.visit(init, env)), count)

                def turn(state: Env, item: Any, env: Env) -> Walk[Env]:
                    return self.visited(body, (*env, *state, item), count)

                state = yield self.branching.over(items, state, env, turn)
                return state[0] if count == 1 else state
        raise UnsupportedError(f"a program with a {type(term).__name__} has no likelihood")

    def visit_all(self, terms: tuple[Term, ...], env: Env) -> Walk[tuple[Any, ...]]:
        found = []
        for term in terms:
            found.append((yield self.visit(term, env)))
        return tuple(found)

    def visited(self, term: Term, env: Env, count: int) -> Walk[Env]:
        """The values of a term that has `count` of them, always as a tuple."""
        return several((yield self.visit(term, env)), count)

    def apply(self, closure: Closure, values: tuple[Any, ...]) -> Walk[Any]:
        return (yield self.visit(closure.function.body, closure.env + values))

    def call(self, name: str, args: tuple[Any, ...]) -> Walk[Any]:
        function = self.functions.get(name) or self.dsl.functions.get(name)
        self.branching.tick()
        if function is not None:
            return (yield self.visit(function.body, args))
        return (yield primitive(self.branching, self.dsl.primitives[name], args))

    def build(self, kind: str, values: tuple[Any, ...]) -> Any:
        if kind == "dict" and not all(map(is_known, values[::2])):
            return self.branching.combined(values, lambda given: build(kind, given))
        return build(kind, values)

    def either(self, holds: Leaf, then: Term, orelse: Term, env: Env) -> Walk[Any]:
        """The value, or values, of a conditional of which the condition is random."""
        count = num_values(then)

        def run(value: Value, seen: Env) -> Walk[Env]:
            return self.visited(then if value else orelse, seen, count)

        found = yield self.branching.split(holds, env, run)
        return found[0] if count == 1 else found

    def loop(self, count: int, state: Env, cond: Term, body: Term, env: Env) -> Walk[Any]:
        """The state after a `while`."""

        def run(goes_on: Value, seen: Env) -> Walk[Env]:
            if goes_on:
                return (yield self.visited(body, seen, count))
            return seen[len(seen) - count :]

        while True:
            self.branching.tick()
            holds = yield self.visit(cond, env + state)
            if isinstance(holds, Leaf):
                state = yield self.branching.split(holds, env + state, run)
            elif holds:
                state = yield self.visited(body, env + state, count)
            else:
                return state[0] if count == 1 else state


def num_values(term: Term) -> int:
    """How many values the term has."""
    while isinstance(term, If | Let):
        term = term.then if isinstance(term, If) else term.body
    if isinstance(term, While | For):
        return term.count
    return len(term.items) if isinstance(term, Values) else 1
