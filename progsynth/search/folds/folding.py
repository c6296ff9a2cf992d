"""Folds over one list from one first value: their steps, and conditions between two of these.

A step that is a conditional has three parts, and blind triples are far too many. But of two
branches it is soon known whether any condition could tell them apart rightly: whether some way
through the items, with a free choice of the branch at each of them, leads to the output. Few
pairs pass that on every example; for these conditions are tried, the cheapest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.lang.term import If, Term
from progsynth.lang.types import BOOL
from progsynth.lang.values import identity_key
from progsynth.search.folds.shapes import Shape
from progsynth.search.kernels import FAILURES
from progsynth.search.loops.cheap import Cheap, Setting
from progsynth.search.loops.each import Source
from progsynth.search.loops.ground import Found, Ground, Start
from progsynth.search.loops.terms import outer_places
from progsynth.search.space import IF_COST

_DEAREST_STEP = 5  # cost of a step or branch: dearer ones are many, and other searches' work
_STEPS = 60  # branches of one fold, the cheapest
_STATES = 64  # that are followed on one example
_LONGEST = 12  # items of an example on which branches are judged, where there are such
_JUDGED = 5  # examples on which they are
_CONDITIONS = 400  # that are tried on one pair of branches
_DEAREST_TEST = 7  # cost of a condition
_TICK = 64

Run = Callable[[Setting], Any]


@dataclass(slots=True)
class _Pair:
    """Two branches that some choice at each item makes right, and how many conditions were
    tried."""

    then: Cheap
    orelse: Cheap
    tried: int = 0

    @property
    def cost(self) -> int:
        return self.then.cost + self.orelse.cost + IF_COST


class Folding:
    """The folds of one shape over one list, from one first value."""

    def __init__(self, ground: Ground, shape: Shape, source: Source, start: Start):
        self.ground, self.shape, self.source, self.start = ground, shape, source, start
        self.plan = ground.plan(start)
        self.cost = shape.cost + source.made.cost + start.cost
        seen = (shape.state, shape.item)
        self.shelf = ground.shelf(self.plan.kept, seen, shape.state)
        self.conditions = ground.shelf(self.plan.kept, seen, BOOL)
        self.items = tuple(
            [tuple(reversed(some)) if shape.backwards else tuple(some) for some in source.items]
        )
        numbers = range(len(self.items))
        self.order = sorted((n for n in numbers if self.items[n]), key=lambda n: len(self.items[n]))
        short = [n for n in self.order if 1 < len(self.items[n]) <= _LONGEST]
        self.judged = sorted(short[-_JUDGED:] or self.order[:1], key=lambda n: len(self.items[n]))
        self.may_be = all(
            ground.same(start.values[n], ground.outputs[n]) for n in numbers if not self.items[n]
        )
        self._pairs: list[_Pair] = []

    def at(self, cost: int) -> Iterator[Found | None]:
        """The folds that cost so much; None now and then."""
        left = cost - self.cost
        if not self.may_be or left < 1 or not self.ground.bears(cost):
            return
        for step in self.shelf.at(left) if left <= _DEAREST_STEP else ():
            self.ground.programs += 1
            if self._uses_state(step) and self._is_right(step.run):
                yield Found(self._term(step.term, step.width), cost)
        if "if" not in self.ground.kinds:
            return
        yield from self._judged(left - IF_COST - 2)
        for pair in self._pairs:
            for test in self._tests(pair, left - pair.cost):
                self.ground.programs += 1
                if not self.ground.programs % _TICK:
                    yield None
                for then, orelse in ((pair.then, pair.orelse), (pair.orelse, pair.then)):
                    if self._is_right(_branching(test.run, then.run, orelse.run)):
                        term = If(test.term, then.term, orelse.term)
                        yield Found(self._term(term, test.width), cost)

    def _tests(self, pair: _Pair, cost: int) -> Iterator[Cheap]:
        """The conditions of a cost, as far as not too many were tried on the pair."""
        if cost > _DEAREST_TEST:
            return
        for test in self.conditions.at(cost):
            if pair.tried >= _CONDITIONS:
                return
            pair.tried += 1
            yield test

    def _judged(self, left: int) -> Iterator[None]:
        """Take in the pairs of branches that cost so much together."""
        for own in range(max(1, left - _DEAREST_STEP), left // 2 + 1):
            first, second = self._branches(own), self._branches(left - own)
            for number, one in enumerate(first):
                for other in second[number + 1 :] if own == left - own else second:
                    self.ground.programs += 1
                    if not self.ground.programs % _TICK:
                        yield None
                    if not (self._uses_state(one) or self._uses_state(other)):
                        continue
                    if all(self._may_end(one.run, other.run, n) for n in self.judged):
                        self._pairs.append(_Pair(one, other))

    def _uses_state(self, step: Cheap) -> bool:
        """Does it look at what was before? Else the fold is no more than its last turn."""
        return bool(step.uses >> len(self.plan.kept) & 1)

    def _branches(self, cost: int) -> Sequence[Cheap]:
        """The branches of a cost, as far as there is room for them."""
        before = sum(len(self.shelf.at(one)) for one in range(1, cost))
        return self.shelf.at(cost)[: max(0, _STEPS - before)]

    def _may_end(self, left: Run, right: Run, number: int) -> bool:
        """Could a choice of the two at each item lead to the output of that example?"""
        ground, fixed = self.ground, self.ground.fixed(self.plan.kept, number)
        states = [self.start.values[number]]
        for item in self.items[number]:
            after: dict[Any, Any] = {}
            for state in states:
                for run in (left, right):
                    ground.steps += 1
                    try:
                        new = run((*fixed, state, item))
                    except FAILURES:
                        continue
                    if ground.in_proportion(new):
                        after.setdefault(identity_key(new), new)
            states = list(after.values())[:_STATES]
        return any(ground.same(state, ground.outputs[number]) for state in states)

    def _is_right(self, run: Run) -> bool:
        """Does the fold with this step give each output?"""
        ground = self.ground
        for number in self.order:
            fixed, state = ground.fixed(self.plan.kept, number), self.start.values[number]
            try:
                for item in self.items[number]:
                    ground.steps += 1
                    state = run((*fixed, state, item))
                    if not ground.in_proportion(state):
                        return False
            except FAILURES:
                return False
            if not ground.same(state, ground.outputs[number]):
                return False
        return bool(self.order)

    def _term(self, body: Term, width: int) -> Term:
        """The whole program; the body's variables are the parameters kept, the state, the item."""
        num = len(self.ground.types)
        state, item = (0, 1) if self.shape.item_first else (1, 0)
        places = [*(2 + index for index in outer_places(num, self.plan.kept)), state, item]
        made = Cheap(0, 0, width, lambda setting: None, body).placed(places)
        source = self.source.made.placed(outer_places(num, range(num)))
        return self.shape.term(source, self.start.term, made)


def _branching(test: Run, then: Run, orelse: Run) -> Run:
    return lambda setting: then(setting) if test(setting) else orelse(setting)
