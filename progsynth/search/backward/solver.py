"""Solving one goal from what the bank holds: each way looks at new entries only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice, product
from math import log2
from operator import or_
from typing import Any

from progsynth.lang.primitive import DSL
from progsynth.lang.term import If, Term, const
from progsynth.lang.types import BOOL, FLOAT, INT
from progsynth.search.backward.concatenation import Way, places
from progsynth.search.backward.goals import Solution, Subgoal, lacking
from progsynth.search.backward.roles import SLICES, is_less
from progsynth.search.backward.view import Row, View, new_cells
from progsynth.search.decisions import Known, Leaf, Tree, gain
from progsynth.search.evidence import CHOICES
from progsynth.search.logic import combined
from progsynth.search.space import LOGIC_COST, Production, Space, Symbol, build_term
from progsynth.search.thresholds import bounds, num_digits

_NUMBERS = 40  # expressions that are compared with a bound
_LABELS = 32  # programs whose change from one number to the next makes a bound
_FEWEST, _MOST = 3_000, 60_000  # steps that are tried for a concatenation of all examples
_STEPS = 2_000  # for one of some examples
_PER_STEP = 40  # executions of the search for each of these steps
_WHOLES = 4  # sequences that a piece may be cut from
_ROWS = 50  # entries of a cell that are looked at for these
_GIVEN = 3  # operations on two values that are kept of one cell
_WRITTEN = 2  # what a number costs beside its digits that nothing but the examples' order shows


@dataclass
class Conditions:
    """The conditions of the bank, and the numbers that may be compared with a bound."""

    space: Space
    dsl: DSL
    top: Symbol
    view: View
    known: list[tuple[int, int, Any]] = field(default_factory=list)  # mask, cost, handle
    numbers: list[tuple[Production, Row, int, Any]] = field(default_factory=list)
    _done: dict[Symbol, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        scope = self.top.scope
        self.symbol = self.space.symbol(scope, BOOL)
        self.less = {
            p.args[0].type: p
            for p in self.space.productions(self.symbol)
            if all(a.scope is scope for a in p.args) and is_less(self.dsl, p)
        }
        if self.space.forms.constants is not None:
            self.less.clear()  # a bound is a constant of its own

    def update(self) -> None:
        """Take in what is new."""
        for cost in new_cells(self.view, self.symbol, self._done):
            found = self.view.holding(self.symbol, cost)
            self.known += [(mask, cost, handle) for mask, handle in found]
        for type_ in (INT, FLOAT):
            if type_ not in self.less or type_ not in self.space.least:
                continue
            symbol = self.space.symbol(self.top.scope, type_)
            for cost in new_cells(self.view, symbol, self._done):
                room = _NUMBERS - len(self.numbers)
                for row, handle in islice(self.view.rows(symbol, cost, room), max(0, room)):
                    if len(set(row)) > 1:
                        self.numbers.append((self.less[type_], row, cost, handle))

    def bounded(self, goal: Subgoal) -> Iterator[tuple[int, int, Term]]:
        """Comparisons with bounds at which other programs become right."""
        masks = [p.mask for p in goal.decisions.programs[:_LABELS]]
        count = len(goal.wanted)
        labels = [sum((m >> i & 1) << n for n, m in enumerate(masks)) for i in range(count)]
        costs = {c.value: c.cost for c in self.space.constants if c.type in self.less}
        for less, row, cost, handle in self.numbers:
            for bound, mask in bounds(row, labels):
                term = build_term(less, (self.view.term(handle), const(bound)))
                own = costs.get(bound, _WRITTEN + num_digits(bound))
                yield mask, less.cost + cost + own, term


@dataclass
class Solver:
    """Solves goals on one bank, whose search has used so many `executions`: what takes long is
    done in proportion."""

    view: View
    conditions: Conditions
    executions: int = 0
    _done: dict[tuple[str, Subgoal], dict[Symbol, int]] = field(default_factory=dict)
    _taken: dict[Subgoal, int] = field(default_factory=dict)
    _combined: dict[Subgoal, int] = field(default_factory=dict)
    _bounded: dict[Subgoal, tuple[int, int]] = field(default_factory=dict)
    _sets: int = 0  # of examples that concatenations were looked for

    @property
    def ways(self) -> tuple[Callable[[Subgoal], Iterator[None]], ...]:
        """The ways to solve a goal but by a value of the bank."""
        return self.concatenate, self.combine, self.decide, self.operate, self.cut

    def new(self, what: str, goal: Subgoal, symbol: Symbol) -> Iterator[int]:
        """The costs of the symbol's cells that are new to that way of solving the goal."""
        yield from new_cells(self.view, symbol, self._done.setdefault((what, goal), {}))

    def look_up(self, goal: Subgoal) -> None:
        """Is there a value of the bank that is what is wanted?"""
        if all(s.cost > goal.symbol.least for s in goal.solutions):
            found = self.view.find(goal.symbol, goal.wanted)
            if found is not None:
                cost, handle = found
                goal.add(Solution(cost, self.view.term(handle), lacking(goal, cost)))

    def decide(self, goal: Subgoal) -> Iterator[None]:
        """Find conditionals."""
        decisions = goal.decisions
        if not goal.decided:
            return
        for cost in self.new("decide", goal, goal.symbol):
            for mask, handle in self.view.right(goal.symbol, cost, goal.wanted):
                decisions.note_program(mask, cost, handle)
            yield
        first = self._taken.get(goal, 0)
        for mask, cost, handle in self.conditions.known[first:]:
            decisions.note_condition(mask, cost, handle)
        self._taken[goal] = len(self.conditions.known)
        seen = min(len(decisions.programs), _LABELS), len(self.conditions.numbers)
        if self._bounded.get(goal) != seen and _is_covered(goal):
            self._bounded[goal] = seen
            for mask, cost, term in self.conditions.bounded(goal):
                decisions.note_condition(mask, cost, term)
        yield
        for tree in decisions.trees():
            lacks = max(0.0, -gain(tree, goal.evidence))
            goal.add(Solution(tree.cost, self.chosen(tree), lacks))
        yield

    def combine(self, goal: Subgoal) -> Iterator[None]:
        """Find conjunctions and disjunctions of conditions."""
        known = self.conditions.known
        if goal.symbol is not self.conditions.symbol or self._combined.get(goal) == len(known):
            return
        self._combined[goal] = len(known)
        wanted = sum(1 << i for i, value in enumerate(goal.wanted) if value)
        full = (1 << len(goal.wanted)) - 1
        kinds = self.conditions.space.forms.kinds
        for one in combined(wanted, full, [Known(*condition) for condition in known]):
            if one.kind in kinds:
                production = Production(one.kind, None, LOGIC_COST)
                terms = [self.term(part.handle) for part in one.parts]
                term = reduce(lambda left, right: build_term(production, (left, right)), terms)
                goal.add(Solution(one.cost, term, lacking(goal, one.cost)))
        yield

    def chosen(self, tree: Tree) -> Term:
        """The conditional as a term."""
        # Recursion is as deep as the tree, which is small.
        if isinstance(tree, Leaf):
            return self.term(tree.program.handle)
        asked = self.term(tree.condition.handle)
        return If(asked, self.chosen(tree.then), self.chosen(tree.orelse))

    def term(self, handle: Any) -> Term:
        """What a decision was made of, as a term."""
        return handle if isinstance(handle, Term) else self.view.term(handle)

    def concatenate(self, goal: Subgoal) -> Iterator[None]:
        """Find concatenations: of all examples, and of those that conditions tell apart."""
        whole, full = goal.concatenation, (1 << len(goal.wanted)) - 1
        if whole is None:
            return
        before = len(whole.parts)
        for cost in self.new("parts", goal, goal.symbol):
            for row, where, handle in self.view.parts(goal.symbol, cost, goal.wanted):
                whole.note(row, where, cost, handle)
            yield
        if len(whole.parts) == before:
            return
        steps = min(_MOST, max(_FEWEST, self.executions // _PER_STEP))
        ways = list(whole.ways(full, steps))
        for way in ways:
            term, pieces = self.joined(goal, way), max(1, way.pieces)
            goal.add(Solution(way.cost, term, way.lacks, way.letters, pieces))
        yield
        if ways or not goal.decided:
            return
        known = [p.mask for p in goal.decisions.programs]
        masks = [m for mask, _, _ in self.conditions.known for m in (mask, full & ~mask)]
        missed = (m for m in masks if m and m != full and all(m & ~k for k in known))
        sets = self.executions // (_PER_STEP * _STEPS) - self._sets
        for mask in islice(dict.fromkeys(missed), max(0, sets)):
            self._sets += 1
            for way in islice(whole.ways(mask, _STEPS), 1):
                goal.decisions.note_program(mask, way.cost, self.joined(goal, way))
            yield

    def joined(self, goal: Subgoal, way: Way) -> Term:
        """The concatenation as a term."""
        production = goal.joined
        assert production is not None
        terms = [self.view.term(part.handle) for part in way.parts]
        return reduce(lambda left, right: build_term(production, (left, right)), terms)

    def cut(self, goal: Subgoal) -> Iterator[None]:
        """Find pieces of a known sequence between two positions: of one known, the other is
        looked up."""
        production = goal.cut
        if production is None:
            return
        for cost in self.new("wholes", goal, goal.symbol):
            for row, handle in self.view.rows(goal.symbol, cost, _ROWS):
                pairs = zip(goal.wanted, row, strict=True)
                if len(goal.wholes) < _WHOLES and all(places(*pair) for pair in pairs):
                    goal.wholes.append((row, cost, handle))
        numbers = production.args[1]
        for (place, (row, whole_cost, whole)), one in product(enumerate(goal.wholes), SLICES):
            wanted = tuple(zip(row, goal.wanted, strict=True))
            # Two positions of each sequence are what speaks for the numbers, not what is there.
            said = goal.evidence.scale * sum(2 * log2(len(value) + 1) for value in row)
            for cost in self.new(f"{one.name} {place}", goal, numbers):
                for first, stop, stop_cost in islice(
                    self.view.partners(one, numbers, cost, wanted), _GIVEN
                ):
                    total = production.cost + whole_cost + cost + stop_cost
                    terms = tuple(map(self.view.term, (whole, first, stop)))
                    lacks = max(0.0, CHOICES * (cost + stop_cost) - said) + lacking(goal, total)
                    goal.add(Solution(total, build_term(production, terms), lacks))
                yield

    def operate(self, goal: Subgoal) -> Iterator[None]:
        """Find operations on two values: of one known, the other is looked up."""
        for operation, production in goal.operations:
            what = f"{operation.name} {operation.given_left}"
            for cost in self.new(what, goal, production.args[0]):
                pairs = self.view.partners(operation, production.args[0], cost, goal.wanted)
                for given, other, other_cost in islice(pairs, _GIVEN):
                    terms = self.view.term(given), self.view.term(other)
                    left, right = terms if operation.given_left else terms[::-1]
                    total = production.cost + cost + other_cost
                    term = build_term(production, (left, right))
                    goal.add(Solution(total, term, lacking(goal, total)))
                yield


def _is_covered(goal: Subgoal) -> bool:
    """Is some program right on each example, but for those that may be wrong? Else it is no use
    to look for conditions."""
    covered = reduce(or_, (program.mask for program in goal.decisions.programs), 0)
    return (goal.decisions.full & ~covered).bit_count() <= goal.decisions.misses
