"""Loops of small steps, run before they are bred: local search over what a loop's variables become.

A loop is right only when all its parts are, and a population seldom has a slope to climb there.
But whether its variables ever meet the expected output needs no condition and no population: for
a skeleton (which variables, what they start with, what is gone over) the steps are taken from
all small expressions over the loop's variables, each behaviour once, and run as plain Python
functions on one telling example, and on a few more where that one is met. Loops of one variable
are tried in full. Of two, a second one that goes its own way is run alone first, and of those
that take the same way one is kept; steps that both use both variables are tried cheapest first.

For a `while`, `fit` then finds the condition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random

from progsynth.search.genetic.expressions import Expression, Expressions
from progsynth.search.genetic.grammar import Grammar
from progsynth.search.genetic.skeletons import Skeleton, Skeletons
from progsynth.search.genetic.steps import Steps
from progsynth.search.genetic.tree import Tree, least_tree, node, variable
from progsynth.search.genetic.turning import Runs
from progsynth.search.problem import Problem

_VISITS = 4  # of one skeleton
_HITS = 20  # loops of one skeleton that are gone on with
_YIELD = 2_000  # loops between two looks at the clock


@dataclass(frozen=True, slots=True)
class Probed:
    """Loops whose variable meets the output on each example that was looked at; executions."""

    trees: tuple[Tree, ...]
    executions: int


class Prober:
    """Tries loops of one problem."""

    def __init__(self, problem: Problem, grammar: Grammar, rng: Random, expressions: Expressions):
        self.grammar = grammar
        self.expressions = expressions
        self.runs = Runs(problem, grammar)
        self.skeletons = Skeletons(problem, grammar, rng, expressions)
        self.steps = Steps(problem, grammar, rng, expressions, self.runs)
        # Those of which the cheap steps were tried, the plainest first.
        self.waiting: list[tuple[int, int, int, Skeleton]] = []
        self.spent = [0, 0]  # executions on new skeletons, and on these
        self.count = 0

    @property
    def executions(self) -> int:
        """What was run in all."""
        return self.runs.executions + self.skeletons.executions

    def probe(self) -> Iterator[Probed | None]:
        """Try one skeleton, a new one with cheap steps or one that was met before with all: each
        half of the work. Yields None now and then.
        """
        before = self.executions
        visits, skeleton = 0, None
        if not self.waiting or self.spent[0] <= self.spent[1]:
            skeleton = self.skeletons.drawn_anew()
        if skeleton is None and self.waiting:
            _, _, visits, skeleton = heappop(self.waiting)
        if skeleton is None:
            yield Probed((), 0)
            return
        self.wait(skeleton, visits + 1)
        rule, cases = skeleton.rule, skeleton.cases
        hits: list[Tree] = []
        for count, steps in enumerate(self.steps.candidates(rule, cases[0], visits)):
            if not count % _YIELD:
                yield None
            if steps is None:
                continue
            place = self.runs.met(rule, steps, cases[0])
            if place is None or not self.runs.meets(rule, steps, cases[1:]):
                continue
            tree = self.tree(skeleton, steps, place)
            if tree is not None:
                hits.append(tree)
            if len(hits) >= _HITS:
                break
        used = self.executions - before
        self.spent[visits > 0] += used
        yield Probed(tuple(hits), used)

    def wait(self, skeleton: Skeleton, visits: int) -> None:
        """Put the skeleton where it will be met again, if there is more of it to be tried.

        The order is that of universal search (Levin 1973): by the logarithm of the work that it
        takes, to the base of `steps.MORE`, and how plain it is, for with each step less plain there
        are about so many times as many.
        """
        if skeleton.rule.detail > 1 and visits < _VISITS:
            rank = self.skeletons.plainness(skeleton.rule, skeleton.over, skeleton.starts) + visits
            self.count += 1
            heappush(self.waiting, (rank, self.count, visits, skeleton))

    def tree(self, skeleton: Skeleton, steps: Sequence[Expression], place: int) -> Tree | None:
        """The loop as a tree, of a `while` with some condition; None where a rule is missing."""
        grammar, rule = self.grammar, skeleton.rule
        source, starts = skeleton.source, skeleton.starts
        inside = grammar.scope.inside(rule.binds[-2])
        made = [self.expressions.tree(step, inside) for step in steps]
        bodies = [tree for tree in made if tree is not None]
        if len(bodies) < len(made):
            return None
        after = grammar.scope.inside(rule.binds[-1])
        result = variable(grammar, after, len(grammar.scope.types) + place)
        if source is not None:
            over = self.expressions.tree(source, grammar.scope)
            return None if over is None else node(rule, (over, *starts, *bodies, result))
        condition = least_tree(grammar.test, inside, grammar)
        return node(rule, (*starts, condition, *bodies, result))
