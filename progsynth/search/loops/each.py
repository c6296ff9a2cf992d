"""`for` loops over a list: its last turn is known, so that steps alone decide.

One variable, or a first one and a second one that looks at it and is the output. What is gone over
is a cheap list of the parameters: one of them, a range, the characters of a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from progsynth.lang.term import Term
from progsynth.lang.types import Type
from progsynth.lang.values import Value
from progsynth.search.kernels import FAILURES
from progsynth.search.loops.cheap import Cheap
from progsynth.search.loops.ground import Found, Ground, Plan
from progsynth.search.loops.terms import Layout, for_term, outer_places

_SOURCES = 6  # lists of one type that are gone over
_DEAREST_SOURCE = 4
_LONGEST = 200  # items
_TICK = 256


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A list that a loop goes over: its items on each example."""

    made: Cheap
    item: Type
    items: tuple[Sequence[Value], ...]

    @property
    def params(self) -> tuple[int, ...]:
        """The parameters that it is made of."""
        return tuple(p for p in range(self.made.width) if self.made.uses >> p & 1)


def sources(ground: Ground) -> list[Source]:
    """The cheap lists that are not the same on all examples, some of each type."""
    found = []
    for type_ in ground.outside.space.least:
        if type_.name != "list":
            continue
        shelf = ground.outside.shelf(ground.types, type_)
        made = (_source(ground, type_, one) for one in shelf.up_to(_DEAREST_SOURCE) if one.uses)
        for one in islice((one for one in made if one is not None), _SOURCES):
            found.append(one)
            known = ground.store.pool.setdefault(one.item, [])
            if not known:
                known += [item for some in one.items for item in some][:_LONGEST]
    return found


def _source(ground: Ground, type_: Type, made: Cheap) -> Source | None:
    try:
        items = tuple([made.run(row) for row in ground.inputs])
    except FAILURES:
        return None
    ground.steps += len(items)
    lengths = [len(some) for some in items]
    if max(lengths) < 2 or max(lengths) > _LONGEST:
        return None
    return Source(made, type_.types[0], items)


class Each:
    """Loops of one or two variables over one list; the last variable is the output."""

    def __init__(self, ground: Ground, source: Source, plan: Plan):
        self.ground, self.source, self.plan = ground, source, plan
        seen = (*plan.types, source.item)
        self.shelves = [ground.shelf(plan.kept, seen, type_) for type_ in plan.types]
        lengths = [len(items) for items in source.items]
        self.order = sorted((n for n in ground.order if lengths[n]), key=lambda n: lengths[n])
        # where the list is empty, the output is what the last variable starts with
        self.may_be = all(
            ground.same(plan.starts[-1].values[n], ground.outputs[n])
            for n in ground.order
            if not lengths[n]
        )

    def at(self, cost: int) -> Iterator[Found | None]:
        """The loops whose list, starts and steps cost so much."""
        left = cost - self.plan.cost - self.source.made.cost
        if not self.may_be or not self.ground.bears(cost):
            return
        for steps in self._steps(left):
            self.ground.programs += 1
            if not self.ground.programs % _TICK:
                yield None
            if self._is_right(steps):
                yield Found(self._term(steps), cost)

    def _steps(self, left: int) -> Iterator[tuple[Cheap, ...]]:
        num = len(self.plan.kept)
        if len(self.plan.starts) == 1:
            for one in self.shelves[0].at(left):
                if one.uses >> num & 1:
                    yield (one,)
            return
        for own in range(1, left):
            second = [s for s in self.shelves[1].at(left - own) if s.uses >> num & 1]
            first = [s for s in self.shelves[0].at(own) if s.uses >> num] if second else []
            for a in first:
                for b in second:
                    yield a, b

    def _is_right(self, steps: Sequence[Cheap]) -> bool:
        ground, plan = self.ground, self.plan
        runs = [step.run for step in steps]
        moved = False
        for number in self.order:
            fixed = ground.fixed(plan.kept, number)
            state = tuple([start.values[number] for start in plan.starts])
            items = self.source.items[number]
            try:
                for item in items:
                    setting = (*fixed, *state, item)
                    state = tuple([run(setting) for run in runs])
                    if not ground.in_proportion(state[-1]):
                        return False
            except FAILURES:
                return False
            ground.steps += len(items)
            if not ground.same(state[-1], ground.outputs[number]):
                return False
            moved |= len(items) > 1
        return moved

    def _term(self, steps: Sequence[Cheap]) -> Term:
        plan, num = self.plan, len(self.ground.types)
        count = len(plan.starts)
        places = Layout(num, count, True).places(plan.kept, range(count), True)
        source = self.source.made.placed(outer_places(num, range(num)))
        inner = [step.placed(places) for step in steps]
        return for_term(source, [start.term for start in plan.starts], inner, count - 1)
