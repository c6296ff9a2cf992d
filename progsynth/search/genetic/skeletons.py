"""Skeletons of loops: which variables, what they start with, what is gone over; no steps yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from progsynth.lang.values import Value, size_of
from progsynth.search.genetic.expressions import Expression, Expressions, Setting
from progsynth.search.genetic.generate import leaf
from progsynth.search.genetic.grammar import Grammar, Rule
from progsynth.search.genetic.tree import Tree, UnboundError, node, variable
from progsynth.search.genetic.turning import TURNS, Case, states_of
from progsynth.search.problem import Problem

_CASES = 10  # examples that a loop is run on, the telling one first
_PLAIN = 0.85  # how often a variable starts with a parameter or what is next to nothing
_NOTHING = (0, 1, "")
_TELLING = 5  # the telling one is drawn from so many with the largest outputs
_SOURCES = 20_000  # executions of the enumeration of what can be gone over
_DRAWN = 4  # skeletons of which the plainest is taken

_Starts = tuple[Tree, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """A loop without its steps, and some examples of it, a telling one first.

    `over` is the place of what it goes over among all that it might, -1 for none.
    """

    rule: Rule
    over: int
    source: Expression | None
    starts: tuple[Tree, ...]
    numbers: tuple[int, ...]
    cases: tuple[Case, ...]


class Skeletons:
    """Draws skeletons for one problem, each once; `executions` counts what that takes."""

    def __init__(self, problem: Problem, grammar: Grammar, rng: Random, expressions: Expressions):
        self.problem = problem
        self.grammar = grammar
        self.rng = rng
        self.expressions = expressions
        self.loops = [
            rule
            for rule in grammar.rules[grammar.goal]
            if rule.kind in ("while", "for")
            and grammar.goal in states_of(rule)
            and all(_has_start(grammar, type_) for type_ in states_of(rule))
        ]
        plain = not problem.neural and problem.types == problem.entry_types
        if not plain or not problem.inputs:
            self.loops = []
        self.sources: dict[int, list[Expression]] = {}
        self.charged: set[int] = set()  # of these, those that were paid for
        self.done: set[int] = set()  # the numbers of those that were drawn
        self.executions = 0

    def drawn_anew(self) -> Skeleton | None:
        """A loop without its steps that was not tried, and some examples of it.

        It is the plainest of a few that are drawn.
        """
        drawn = [self.drawn() for _ in range(_DRAWN if self.loops else 0)]
        new = [one for one in drawn if one is not None and self.name(*one) not in self.done]
        for rule, over, starts in sorted(new, key=lambda one: self.plainness(*one)):
            self.done.add(self.name(rule, over, starts))
            numbers = self.numbers(rule, over, starts)
            if len(numbers) in (_CASES, len(self.problem.inputs)):
                return self.skeleton(rule, over, starts, numbers)
        return None

    def skeleton(self, rule: Rule, over: int, starts: _Starts, numbers: Sequence[int]) -> Skeleton:
        """The skeleton of these, with the examples of these numbers."""
        source = self.source(rule, over)
        cases = [self.case(number, source, starts) for number in numbers]
        fit = tuple(case for case in cases if case is not None)
        return Skeleton(rule, over, source, starts, tuple(numbers), fit)

    def drawn(self) -> tuple[Rule, int, _Starts] | None:
        """A kind of loop, what it goes over and what its variables start with, by weight."""
        rule = self.rng.choices(self.loops, [one.weight for one in self.loops])[0]
        over = -1
        if rule.kind == "for":
            known = self.over(rule.args[0])
            if not known:
                return None
            over = self.rng.randrange(self.rng.randint(1, len(known)))
        return rule, over, tuple(self.start(type_) for type_ in states_of(rule))

    def source(self, rule: Rule, over: int) -> Expression | None:
        """What a loop of that rule goes over."""
        return None if over < 0 else self.over(rule.args[0])[over]

    def name(self, rule: Rule, over: int, starts: _Starts) -> int:
        """A number that skeletons share that are the same, in whatever order their variables
        come."""
        told = sorted((start.rule.code, start.number) for start in starts)
        return hash((-1 if over < 0 else rule.args[0], over, *told))

    def plainness(self, rule: Rule, over: int, starts: _Starts) -> int:
        """The variables, those that start with a constant or like another twice, and the cost of
        the source."""
        constants = sum(one.rule.kind == "constant" for one in starts)
        again = len(starts) - len({(one.rule, one.number) for one in starts})
        source = self.source(rule, over)
        return len(starts) + constants + again + (source.cost if source else 0)

    def start(self, type_: int) -> Tree:
        """A leaf that a variable may start with."""
        grammar, scope = self.grammar, self.grammar.scope
        params = [variable(grammar, scope, n) for n, t in enumerate(scope.types) if t == type_]
        nothing = [
            node(one) for one in grammar.leaves[type_] if one.is_idle or one.detail in _NOTHING
        ]
        known = [*params, *params, *nothing]
        if known and self.rng.random() < _PLAIN:
            return self.rng.choice(known)
        rule, number = leaf(grammar, self.rng, type_, scope, start=True)
        return node(rule, number=number)

    def over(self, type_: int) -> list[Expression]:
        """What a `for` may go over: small expressions of the parameters that differ between
        examples, the least first."""
        found = self.sources.get(type_)
        if found is None:
            types, rows = self.grammar.scope.types, self.problem.inputs
            enumeration = self.expressions.over(types, rows, type_)
            made = [e for e in enumeration.expressions(_SOURCES) if e is not None]
            found = [e for e in made if e.entry.whole and e.entry.uses]
            if type_ not in self.charged:
                self.executions += enumeration.executions
                self.charged.add(type_)
            self.sources[type_] = found
        return found

    def numbers(self, rule: Rule, over: int, starts: _Starts) -> list[int]:
        """The numbers of a telling example of the skeleton, and of a few others."""
        problem, source = self.problem, self.source(rule, over)
        order = sorted(range(len(problem.inputs)), key=lambda n: -size_of(problem.outputs[n]))
        first = self.rng.choice(order[:_TELLING])
        others = self.rng.sample(range(len(order)), len(order))
        found: list[int] = []
        for number in (first, *others):
            if self.case(number, source, starts) is None or (number == first and found):
                continue
            found.append(number)
            if len(found) == _CASES:
                break
        return found

    def case(self, number: int, source: Expression | None, starts: _Starts) -> Case | None:
        """An example of a skeleton; None of one that goes over too many items."""
        row = self.problem.inputs[number]
        items = None if source is None else tuple(source.run(row))
        if items is not None and len(items) > 3 * TURNS:
            return None
        start = tuple(self.value(one, row) for one in starts)
        return Case(items, start, self.problem.outputs[number])

    def value(self, start: Tree, row: Setting) -> Value:
        """What a leaf is on an example."""
        kind, scope = start.rule.kind, self.grammar.scope
        if kind == "variable":
            index = scope.index(start.type, start.number)
            if index is None:
                raise UnboundError("a variable of a type that nothing in sight has")
            return row[len(scope.types) - 1 - index]
        if kind == "empty":
            return [] if start.rule.detail == "list" else {}
        return start.rule.detail


def _has_start(grammar: Grammar, type_: int) -> bool:
    """Is there a leaf that a variable of the type may start with? A tuple that is no parameter
    has none."""
    return type_ in grammar.scope.places or bool(grammar.leaves[type_])
