"""When a loop shall end, found from what its body does: a step of local search.

A `while` is right only when its initial values, its condition, its next values and its result
are, all at once; a population seldom has a slope to climb there. But what the body does is known
without the condition: it is run for 0, 1, 2, ... turns on a few examples. Where one of the loop's
variables meets the expected output in each of them, many conditions are tried against the states
met on the way, and the one that ends the loop where it should, on the most examples, is taken,
with that variable for a result.

The conditions are drawn from the grammar like any other tree; nothing is known here of what a
condition or a body means.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from progsynth.errors import UnsupportedError
from progsynth.lang import vm
from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.infer import Typed
from progsynth.lang.term import Build, For, Function, Let, Program, Term, Var, shift
from progsynth.lang.types import BOOL, Type, list_of, tuple_of
from progsynth.lang.values import Value, close
from progsynth.lang.vm import bytecode
from progsynth.lang.vm.code import Code
from progsynth.search.genetic.generate import generate
from progsynth.search.genetic.grammar import Grammar, Rule
from progsynth.search.genetic.tree import Tree, UnboundError, lower, name_of, node, nodes
from progsynth.search.problem import Problem

_PROBES = 8  # examples that a loop is tried on
_TURNS = 10  # turns of the loop that are looked at
_REACHED = 0.5  # the share of them in which the output has to be met on the way
_RIGHT = 0.4  # and at the end, with the best condition
_CONDITIONS = 300  # that are tried
_CONDITION_SIZE = 6

Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A tree with the condition that fits best, if any does, and what finding it took."""

    tree: Tree | None
    executions: int


@dataclass(frozen=True, slots=True, eq=False)
class _Bank:
    """Conditions over variables of these types; `codes` are for the VM, where it has them all."""

    trees: tuple[Tree, ...]
    programs: tuple[Program, ...]
    types: tuple[Type, ...]
    codes: tuple[Code, ...]


class Fitter:
    """Fits the conditions of loops at the roots of trees, for one problem."""

    def __init__(self, problem: Problem, grammar: Grammar, limits: Limits, rng: Random):
        self.problem = problem
        self.grammar = grammar
        self.limits = limits
        self.rng = rng
        self.banks: dict[tuple[int, ...], _Bank] = {}
        self.known: set[int] = set()  # the numbers of bodies that were looked at
        self.seed = rng.getrandbits(64)  # of the banks, whenever they are made

    def applies(self, tree: Tree) -> bool:
        """Is the tree a `while` with a variable of the goal's type, of a program that runs as
        it is?"""
        return self.suits(tree.rule)

    def suits(self, rule: Rule) -> bool:
        """The same of a tree with that rule at its root."""
        problem = self.problem
        return (
            rule.kind == "while"
            and self.grammar.goal in rule.args[: rule.detail]
            and not problem.neural
            and problem.types == problem.entry_types
            and bool(problem.inputs)
        )

    def fit(self, tree: Tree) -> Fitted:
        """The tree with another condition and result, where these are right on some examples."""
        inputs, outputs = self.problem.inputs, self.problem.outputs
        probes = self.rng.sample(range(len(inputs)), min(_PROBES, len(inputs)))
        count, states = tree.rule.detail, tree.rule.args[: tree.rule.detail]
        rows = [([False] * turns, *inputs[c]) for c in probes for turns in range(_TURNS)]
        try:
            typed = lower(tree, self.grammar)
        except UnboundError:
            return Fitted(None, 0)
        body = self.body(tree)
        if body in self.known:
            return Fitted(None, 0)
        self.known.add(body)
        trace = self.trace(typed, count, rows)
        places = [place for place, state in enumerate(states) if state == self.grammar.goal]
        met_PTS = np.array(
            [
                [self.meets(state, place, count, outputs[c]) for place in places]
                for c, state in zip(np.repeat(probes, _TURNS), trace, strict=True)
            ]
        ).reshape(len(probes), _TURNS, len(places))
        reached = met_PTS.any(axis=1).sum(axis=0)
        chosen = int(np.argmax(reached))
        place, met = places[chosen], met_PTS[:, :, chosen]
        if reached[chosen] < _REACHED * len(probes):
            return Fitted(None, len(rows))
        known = [n for n, state in enumerate(trace) if not isinstance(state, Failure)]
        at = [(*rows[n][1:], *_parts(trace[n], count)) for n in known]
        bank = self.bank(states)
        if not bank.trees:
            return Fitted(None, len(rows))
        goes_on = np.zeros((len(bank.trees), len(rows)), np.bool_)
        goes_on[:, known] = self.truths(bank, at)
        best = _best(goes_on.reshape(-1, len(probes), _TURNS), met, bank.trees)
        executions = len(rows) + goes_on.size
        if best is None:
            return Fitted(None, executions)
        result = node(self.grammar.variables[self.grammar.goal], number=_number(states, place))
        children = (*tree.children[:count], best, *tree.children[count + 1 : -1], result)
        return Fitted(node(tree.rule, children), executions)

    def body(self, tree: Tree) -> int:
        """A number of what the loop starts with and what its steps are."""
        count, binds = tree.rule.detail, tree.rule.binds
        scopes = [self.grammar.scope.inside(bound) for bound in binds]
        told = [
            name_of(child, self.grammar, scope)
            for place, (child, scope) in enumerate(zip(tree.children, scopes, strict=True))
            if place not in (count, len(binds) - 1)
        ]
        return hash((count, *told))

    def trace(self, typed: Typed, count: int, rows: Sequence[Row]) -> list[Value | Failure]:
        """The loop's variables after as many turns as the first argument has items."""
        init, _, step = typed.children[0].children
        kept: Term = Build("tuple", tuple(Var(n) for n in reversed(range(count))))
        if count == 1:
            kept = Var(0)
        turns = Var(len(self.problem.types))
        body = Let(count, For(count, turns, init.term, shift(step.term, 1)), kept)
        result = tuple_of(*init.types) if count > 1 else init.type
        return run_rows(
            self.program(body, (list_of(BOOL), *self.problem.types), result),
            rows,
            self.problem.dsl,
            self.limits,
        )

    def program(self, body: Term, types: tuple[Type, ...], result: Type) -> Program:
        """The program of a body."""
        names = tuple(f"x{n}" for n in range(len(types)))
        return Program((Function("fitted", names, types, result, body),))

    def meets(self, state: Value | Failure, place: int, count: int, output: Value) -> bool:
        """Is that variable the expected output?"""
        if isinstance(state, Failure):
            return False
        return close(output, _parts(state, count)[place], self.problem.tolerance)

    def bank(self, states: tuple[int, ...]) -> _Bank:
        """Conditions over variables of these types, made once."""
        found = self.banks.get(states)
        if found is None:
            found = self.banks[states] = self.conditions(states)
        return found

    def conditions(self, states: tuple[int, ...]) -> _Bank:
        """Small conditions, each once, that the loop's variables can change."""
        grammar = self.grammar
        scope = grammar.scope.inside(states)
        inner = grammar.within(scope)
        rng = Random(f"{self.seed} {states}")
        made: dict[Term, Tree] = {}
        for _ in range(_CONDITIONS * 8):
            size = rng.randint(2, _CONDITION_SIZE)
            tree = generate(
                inner, rng, size=size, depth=_CONDITION_SIZE, type_=grammar.test, plain=True
            )
            if not any(one.rule.kind == "variable" for one in nodes(tree)):
                continue
            made.setdefault(lower(tree, inner).term, tree)
            if len(made) >= _CONDITIONS:
                break
        types = tuple(grammar.types[t] for t in scope.types)
        programs = tuple(self.program(term, types, BOOL) for term in made)
        codes: tuple[Code, ...] = ()
        if vm.available() and vm.ready():
            with suppress(UnsupportedError):
                codes = tuple(bytecode.compile_program(p, self.problem.dsl) for p in programs)
        return _Bank(tuple(made.values()), programs, types, codes)

    def truths(self, bank: _Bank, rows: Sequence[Row]) -> NDArray[np.bool_]:
        """Which conditions hold in which rows: an array [condition, row]."""
        if bank.codes:
            batch = vm.encode_rows(bank.types, rows, [True] * len(rows), BOOL)
            return np.asarray(vm.score(bank.codes, batch, self.limits).equal, np.bool_)
        found = [
            run_rows(program, rows, self.problem.dsl, self.limits, engine="python")
            for program in bank.programs
        ]
        return np.array([[value is True for value in row] for row in found])


def _parts(state: Value | Failure, count: int) -> tuple[Value, ...]:
    return state if count > 1 and isinstance(state, tuple) else (state,)


def _number(states: tuple[int, ...], place: int) -> int:
    """The number of a loop's variable: how many of its type come behind it."""
    return states[place + 1 :].count(states[place])


def _best(goes_on: NDArray[np.bool_], met: NDArray[np.bool_], trees: Sequence[Tree]) -> Tree | None:
    """The condition that ends the loop at the output on the most probes; of equals the least.

    `goes_on` is an array [condition, probe, turn], `met` one of [probe, turn].
    """
    ends = np.argmin(goes_on, axis=2)  # the first turn at which it does not hold
    ended = ~goes_on.all(axis=2)
    right = met[np.arange(met.shape[0]), ends] & ended
    counts = right.sum(axis=1)
    most = int(counts.max(initial=0))
    if most < _RIGHT * met.shape[0]:
        return None
    return min(
        (trees[n] for n in np.flatnonzero(counts == most).tolist()), key=lambda tree: tree.size
    )
