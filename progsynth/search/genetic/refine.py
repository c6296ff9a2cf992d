"""All small subtrees for one place of a loop, those of equal values once: local search.

Variation seldom hits the one expression that a half-right loop lacks, and most of what it tries
at a place is equal to something that it tried before. So the values that the variables in sight
take there are recorded while the program runs on the examples; small expressions over these are
enumerated in order of cost, and of those that agree on all of them only the first is kept
(observational equivalence; Udupa et al. 2013, section 3). Each runs in its place on a few
examples, most of them ones that the program is wrong on; of those with equal outputs the first
is a tree for the search to score.

What is recorded depends on the subtree that is replaced. Settings in which each variable has
its value from another moment are added, so that expressions that only agree on the states of the
half-right program are told apart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from progsynth.evaluate import grade
from progsynth.lang.failure import Fail, Failure, FailureKind, Limits
from progsynth.lang.primitive import Primitive
from progsynth.lang.python.python_engine import PythonProgram, compile_program
from progsynth.lang.types import Signature, Type
from progsynth.lang.values import Value, close, identity_key, size_of
from progsynth.search.genetic.expressions import Expression, Expressions, Setting
from progsynth.search.genetic.grammar import Grammar, Rule
from progsynth.search.genetic.scoring import Errors
from progsynth.search.genetic.tree import (
    Place,
    Tree,
    UnboundError,
    lower,
    name_of,
    node,
    place_at,
    replaced,
    variable,
)
from progsynth.search.holes import sized
from progsynth.search.problem import Problem

_SEEN = 400  # settings of the variables that are recorded
_SETTINGS = 8  # that expressions are told apart by
_MIXED = 4  # and more, in which each variable has its value from another moment
_LEAST = 2  # settings without which there is nothing to tell apart
_EXECUTIONS = 500_000  # of the enumeration for a place when it is first taken
_MORE = 4  # times as many when it was taken twice
_EXPRESSIONS = 6_000  # that are tried at one place, at most
_WRONG, _RIGHT = 4, 1  # examples that they are tried on: so many that the tree is wrong on
_TREES = 250  # that are made of them
_HOLE = "?place"
_SCALARS = ("int", "float", "bool")

Filling = Callable[[Setting], Value]
Rank = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Refined:
    """Trees with another subtree at one place, the most promising first; executions so far."""

    trees: tuple[Tree, ...]
    executions: int


class Refiner:
    """Enumerates what may stand at the places of trees, for one problem."""

    def __init__(
        self,
        problem: Problem,
        grammar: Grammar,
        limits: Limits,
        rng: Random,
        expressions: Expressions,
    ):
        self.problem = problem
        self.grammar = grammar
        self.limits = limits
        self.rng = rng
        self.expressions = expressions
        self.taken: Counter[tuple[int, int]] = Counter()

    def refine(self, tree: Tree, errors_C: Errors) -> Iterator[Refined | None]:
        """Trees that differ from this one at one place inside a loop.

        Yields None now and then, and at the end what was found. The first time that a place is
        taken, the expressions are of variables that loops and lambdas bind, the second time of
        all; the next two times they are searched further.
        """
        found = self.place(tree)
        if found is None:
            yield Refined((), 0)
            return
        place, times = found
        settings = self.settings(place)
        executions = len(self.problem.inputs)
        if len(settings) < _LEAST:
            yield Refined((), executions)
            return
        run = self.screen(place, errors_C)
        scope, outer = place.scope, len(self.grammar.scope.types)
        if times % 2 or outer == len(scope.types):
            outer = 0
        shown = [setting[outer:] for setting in settings]
        enumeration = self.expressions.over(scope.types[outer:], shown, place.tree.type)
        best: dict[Any, tuple[Rank, int, Expression]] = {}
        tried = 0
        for expression in enumeration.expressions(_EXECUTIONS * _MORE ** (times // 2)):
            if expression is None:
                yield None
                continue
            key, rank = run(expression.run, outer)
            best.setdefault(key, (rank, tried, expression))
            tried += 1
            if tried >= _EXPRESSIONS:
                break
        executions += enumeration.executions + tried * (_WRONG + _RIGHT)
        trees = []
        for _, _, expression in sorted(best.values(), key=lambda one: one[:2]):
            new = self.expressions.tree(expression, scope)
            if new is not None and not (place.plain and new.loops):
                trees.append(replaced(place, new))
                if len(trees) == _TREES:
                    break
        yield Refined(tuple(trees), executions)

    def times(self, tree: Tree) -> int:
        """How often the place that would be next was taken."""
        return min((times for times, _ in self.places(tree)), default=0)

    def place(self, tree: Tree) -> tuple[Place, int] | None:
        """A place inside a loop, of those taken least often, and how often that is."""
        places = self.places(tree)
        if not places:
            return None
        least = min(times for times, _ in places)
        chosen = self.rng.choice([index for times, index in places if times == least])
        self.taken[name_of(tree, self.grammar), chosen] += 1
        return place_at(tree, chosen, self.grammar.scope), least

    def places(self, tree: Tree) -> list[tuple[int, int]]:
        """The places inside loops: how often each was taken, and the number of its node."""
        try:
            name = name_of(tree, self.grammar)
        except UnboundError:
            return []
        found, index = [], 0
        todo = [(tree, False)]
        while todo:
            one, inside = todo.pop()
            if inside:
                found.append((self.taken[name, index], index))
            index += 1
            inner = [(c, inside or _is_body(one.rule, at)) for at, c in enumerate(one.children)]
            todo += reversed(inner)
        return found

    # -------------------------------------------------------------------------- running

    def settings(self, place: Place) -> list[Setting]:
        """What the variables in sight at the place are while the program runs."""
        seen: dict[Any, Setting] = {}

        def note(*values: Value) -> Value:
            if len(seen) < _SEEN:
                seen.setdefault(identity_key(values[:-1]), values[:-1])
            return values[-1]

        program = self.with_hole(place, note, place.tree)
        if program is None:
            return []
        program.run(self.problem.inputs, self.limits)
        known = list(seen.values())
        chosen = self.rng.sample(known, min(_SETTINGS, len(known)))
        columns = list(zip(*known, strict=True))
        mixed = [tuple(map(self.rng.choice, columns)) for _ in range(_MIXED if known else 0)]
        return [*chosen, *mixed]

    def screen(self, place: Place, errors_C: Errors) -> Callable[[Filling, int], tuple[Any, Rank]]:
        """What runs the program with a filling at the place on a few examples; the filling sees
        all variables in sight but so many outermost ones.

        It says what tells the outputs from others, and how good they are: the fewest wrong
        first, then the least error.
        """
        problem, chosen = self.problem, []
        for cases, most in (
            (np.flatnonzero(errors_C), _WRONG),
            (np.flatnonzero(errors_C == 0), _RIGHT),
        ):
            chosen += self.rng.sample(cases.tolist(), min(most, len(cases)))
        rows = [problem.inputs[case] for case in chosen]
        outputs = [problem.outputs[case] for case in chosen]
        filling: list[tuple[Filling, int]] = []
        keep = _bounded(self.grammar.types[place.tree.type], self.limits.cells)
        program = self.with_hole(
            place, lambda *values: keep(filling[-1][0](values[filling[-1][1] :]))
        )
        assert program is not None, "it was run with its own subtree"
        type_, tolerance = problem.entry_result, problem.tolerance

        def run(new: Filling, outer: int) -> tuple[Any, Rank]:
            filling[:] = [(new, outer)]
            keys: list[Hashable] = []
            wrong, total = 0, 0.0
            for output, value in zip(outputs, program.run(rows, self.limits), strict=True):
                if isinstance(value, Failure):
                    keys.append(value.kind)
                    wrong, total = wrong + 1, math.inf
                    continue
                keys.append(identity_key(value))
                if not close(output, value, tolerance):
                    wrong, total = wrong + 1, total + grade(type_, output, value)
            return tuple(keys), (wrong, total)

        return run

    def with_hole(
        self, place: Place, function: Callable[..., Value], *more: Tree
    ) -> PythonProgram | None:
        """The program with a call of a function at the place: of the variables in sight, and
        what `more` gives. None where a variable of it has no value."""
        grammar, scope, type_ = self.grammar, place.scope, place.tree.type
        numbers = (*scope.types, *(tree.type for tree in more))
        params = tuple((f"x{n}", grammar.types[number]) for n, number in enumerate(numbers))
        signature = Signature(params, grammar.types[type_])
        hole = Primitive(_HOLE, _HOLE, signature, sized(function, len(params)))
        none = (None,) * len(numbers)
        rule = Rule("call", type_, numbers, ((),) * len(numbers), _HOLE, lambdas=none)
        variables = [variable(grammar, scope, n) for n in range(len(scope.types))]
        try:
            term = lower(replaced(place, node(rule, (*variables, *more))), grammar).term
        except UnboundError:
            return None
        program = self.problem.wrap(term, 1).program
        return compile_program(program, self.problem.dsl.extend(hole))


def _bounded(type_: Type, cells: int) -> Callable[[Value], Value]:
    """What fails where a value is larger than that: nobody charges a filling for what it makes,
    and in a loop `s + s` would soon take all the memory there is."""
    if type_.name not in ("str", "list", "dict", "tuple", "graph", "memory"):
        return lambda value: value
    is_flat = type_.name == "str" or all(t.name in _SCALARS for t in type_.types)
    measure: Callable[[Value], int] = len if is_flat and type_.name != "tuple" else size_of

    def bounded(value: Value) -> Value:
        if measure(value) > cells:
            raise Fail(FailureKind.MEMORY)
        return value

    return bounded


def _is_body(rule: Rule, at: int) -> bool:
    """Does that child make the loop: its source, its condition, what its variables become?"""
    first = 0 if rule.kind == "for" else rule.detail
    return (
        rule.kind in ("while", "for") and first <= at < len(rule.args) - 1 and not rule.is_start(at)
    )
