"""What an `if` shall ask, found from what its branches do: a step of local search.

Where each branch is right is known without the condition. Of many small conditions the one is
taken that sends the most examples to a branch that is right on them: as the conditionals of the
bottom-up search are found, for two branches that evolution has brought together.

The conditions are tests of small expressions over the program's parameters against each other,
and expressions that are true or false themselves. They are run once; equal ones count once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from progsynth.lang.failure import KIND_OF_EXCEPTION, Fail, Failure, Limits
from progsynth.lang.primitive import Primitive
from progsynth.lang.values import Value, close
from progsynth.search.genetic.fit import Fitted
from progsynth.search.genetic.grammar import Grammar, Rule
from progsynth.search.genetic.small import Expression, expressions, small_trees, values_of
from progsynth.search.genetic.tree import Place, Tree, UnboundError, lowered, node, replaced
from progsynth.search.problem import Problem

_CONDITIONS = 20_000  # that are kept
_CASES = 64  # examples that decide
_KNOWN = 20_000  # branches and conditions of which it is remembered where they are right
_FAILURES: tuple[type[Exception], ...] = (Fail, *KIND_OF_EXCEPTION)

Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Conditions:
    """Conditions, least first, and where each holds: an array [condition, case]."""

    trees: tuple[Tree, ...]
    holds: Truths


class Decider:
    """Decides what the `if`s at the top of trees ask, for one problem."""

    def __init__(self, problem: Problem, grammar: Grammar, limits: Limits, rng: Random):
        self.problem = problem
        self.grammar = grammar
        self.limits = limits
        self.rng = rng
        self.executions = 0
        self.conditions: _Conditions | None = None
        self.charged = False  # were the conditions paid for?
        self.known: dict[int, Truths] = {}  # where branches are right, and conditions hold
        self.seed = rng.getrandbits(64)  # of the conditions, whenever they are made
        count = len(problem.inputs)
        self.cases = rng.sample(range(count), min(count, _CASES))
        self.rows = [problem.inputs[case] for case in self.cases]

    def applies(self, tree: Tree) -> bool:
        """Is the tree an `if`, of a program that runs as it is?"""
        problem = self.problem
        plain = not problem.neural and problem.types == problem.entry_types
        return tree.rule.kind == "if" and plain and bool(self.rows)

    def fit(self, tree: Tree) -> Fitted:
        """The tree with another condition, where that makes it right on more examples."""
        before = self.executions
        try:
            found = self.decided(tree)
        except UnboundError:
            found = None
        return Fitted(found, self.executions - before)

    def decided(self, tree: Tree) -> Tree | None:
        """The same, with the `if` to decide chosen among those at the top."""
        if self.conditions is None:
            before = self.executions
            self.conditions = self.made()
            if self.charged:  # by the run that this one goes on from
                self.executions = before
            self.charged = True
        outputs = [self.problem.outputs[case] for case in self.cases]
        for place, here in self.tops(tree):
            branches = place.tree.children[1:]
            then, orelse = (self.right(one, outputs, self.grammar.goal) & here for one in branches)
            asked = self.holds(place.tree.children[0])
            now = int((asked & then).sum() + (~asked & orelse).sum())
            best = _best(self.conditions, then, orelse, now)
            if best is not None:
                return replaced(place, node(place.tree.rule, (best, *branches)))
        return None

    def tops(self, tree: Tree) -> list[tuple[Place, Truths]]:
        """The `if`s at the top, with the cases that reach each, in a random order."""
        found = []
        todo: list[tuple[Tree, tuple[tuple[Tree, int], ...], Truths]] = [
            (tree, (), np.ones(len(self.rows), np.bool_))
        ]
        while todo:
            one, way, here = todo.pop()
            if one.rule.kind == "if":
                found.append((Place(way, one, self.grammar.scope, False), here))
                asked = self.holds(one.children[0])
                todo.append((one.children[1], (*way, (one, 1)), here & asked))
                todo.append((one.children[2], (*way, (one, 2)), here & ~asked))
        self.rng.shuffle(found)
        return found

    def holds(self, condition: Tree) -> Truths:
        """Where a condition holds."""
        return self.right(condition, [True] * len(self.rows), self.grammar.test, asked=True)

    def right(
        self, tree: Tree, wanted: Sequence[Value], type_: int, *, asked: bool = False
    ) -> Truths:
        """Where the tree gives what is wanted."""
        found = lowered(tree, self.grammar.scope, self.grammar)
        name, term = hash((found.name, asked)), found.typed.term
        known = self.known.get(name)
        if known is None:
            if len(self.known) >= _KNOWN:
                self.known.clear()
            type_of = self.grammar.types[type_]
            values = values_of(term, type_of, self.problem, self.rows, self.limits)
            self.executions += len(values)
            known = np.array(
                [
                    not isinstance(value, Failure) and close(out, value, self.problem.tolerance)
                    for out, value in zip(wanted, values, strict=True)
                ]
            )
            self.known[name] = known
        return known

    # -------------------------------------------------------------------- conditions

    def made(self) -> _Conditions:
        """All small conditions that tell cases apart, the least of each kind."""
        found: dict[tuple[bool, ...], Tree] = {}
        for tree, holds in self.tests():
            old = found.get(holds)
            new = old is None and len(found) < _CONDITIONS and any(holds) and not all(holds)
            if new or (old is not None and tree.size < old.size):
                found[holds] = tree
        ordered = sorted(found.items(), key=lambda item: item[1].size)
        rows = np.array([holds for holds, _ in ordered], np.bool_).reshape(-1, len(self.rows))
        return _Conditions(tuple(tree for _, tree in ordered), rows)

    def tests(self) -> Iterator[tuple[Tree, tuple[bool, ...]]]:
        """Conditions and where they hold; a condition that fails somewhere is none."""
        for one in self.expressions(self.grammar.test):
            yield one.tree, tuple(map(bool, one.values))
        by_type: dict[int, list[tuple[Rule, Callable[..., Any]]]] = {}
        for rule in self.grammar.rules[self.grammar.test]:
            primitive = self.problem.dsl.primitives.get(rule.detail) if rule.is_test else None
            if isinstance(primitive, Primitive) and rule.weight >= _LEAST_WEIGHT:
                by_type.setdefault(rule.args[0], []).append((rule, primitive.fn))
        for type_, rules in by_type.items():
            some = self.expressions(type_)
            leaves = [one for one in some if one.tree.size == 1]
            for left, right in product(some, leaves):
                if left is right:
                    continue
                for rule, fn in rules:
                    self.executions += len(self.rows)
                    try:
                        holds = tuple(map(fn, left.values, right.values))
                    except _FAILURES:
                        continue
                    yield node(rule, (left.tree, right.tree)), holds

    def expressions(self, type_: int) -> list[Expression]:
        """Small expressions of a type."""
        trees = small_trees(self.grammar, Random(f"{self.seed} {type_}"), type_)
        self.executions += len(trees) * len(self.rows)
        return expressions(trees, self.grammar, self.problem, self.rows, self.limits)


_LEAST_WEIGHT = 0.05  # of a test whose type is close enough to the request


def _best(conditions: _Conditions, then: Truths, orelse: Truths, now: int) -> Tree | None:
    """The least condition with which the most cases are right, if these are more than now."""
    if not conditions.trees:
        return None
    counts = conditions.holds @ then.astype(np.int64) + ~conditions.holds @ orelse.astype(np.int64)
    place = int(np.argmax(counts))
    return conditions.trees[place] if counts[place] > now else None
