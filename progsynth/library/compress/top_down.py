"""The search for the abstraction that saves most: top-down, with upper bounds (Stitch).

Bowers et al., POPL 2023, "Top-Down Synthesis for Library Learning". A pattern is a term with
holes; it begins as one label, and its leftmost hole is filled by a label, by a parameter that it
has already, or by a new one. With a pattern go the nodes where it matches. A queue holds patterns
by an upper bound of what any completion saves; when the best finished one saves as much as the
bound of the next, it is the answer.

We depart from the paper. Abstractions are found for n-ary labels with any number of binders.
A parameter may be a function of variables that the body binds, and arguments are passed by value
only where that changes nothing that can be observed: a term that may fail is not moved before
another one that may, nor out of a branch or a loop. And the bound is tighter: all uses share one
body, so k uses save at most k times what the least of them can save (`_bound`).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace

import numpy as np

from progsynth.library.compress.abstraction import (
    FUNCTION,
    NODES,
    VALUE,
    Abstraction,
    Parameter,
    Prices,
    applied_label,
    parameter_label,
)
from progsynth.library.compress.figures import Array, Figures, figures_of
from progsynth.library.compress.labelled import Corpus
from progsynth.library.compress.pattern import (
    Done,
    Hole,
    Pattern,
    Slot,
    Step,
    after,
    matching,
)
from progsynth.library.compress.saving import Matches, Reckoner


@dataclass(frozen=True, slots=True)
class Rules:
    """Which patterns are never looked at; none of the rules changes the answer.

    `bound`: those whose upper bound is less than what is saved already. `constant`: a hole that
    is filled by the same term wherever the pattern matches is that term, and a parameter that
    stands for the same term everywhere is none. `repeated`: a hole that is what a parameter is,
    everywhere, is that parameter; two parameters that are the same everywhere are one. `settled`:
    when no parameter may be added, a term that contains none is taken whole.
    """

    bound: bool = True
    constant: bool = True
    repeated: bool = True
    settled: bool = True

    def without(self, name: str) -> Rules:
        """The rules but that one."""
        assert name in {f.name for f in fields(self)}, name
        return replace(self, **{name: False})


@dataclass(frozen=True, slots=True)
class Scope:
    """Which abstractions are looked for.

    `max_arity` bounds their parameters, and each matches in at least `min_uses` places (2 or
    more), of a task those in the program that has most of them. `functions` allows parameters
    that are functions of variables that the body binds. With `exact` an argument that can fail
    is passed by value only where it is evaluated first in the body; else wherever it is
    evaluated once.
    """

    max_arity: int = 2
    functions: bool = True
    exact: bool = True
    min_uses: int = 2


@dataclass(slots=True)
class Effort:
    """What a search did: patterns taken from the queue, made, and measured by rewriting."""

    taken: int = 0
    made: int = 0
    measured: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The abstraction that saves most, where it matches, and what it saves, its body paid."""

    abstraction: Abstraction
    matches: Matches
    utility: int


# What the queue holds: the bound, negative; a number that grows; a pattern, what its uses can save.
_Entry = tuple[int, int, Pattern, Array]

_PLUNGE = 32  # each so many patterns one is followed to its end: a bound is of use once one is


def _order(entry: _Entry) -> tuple[int, int]:
    return entry[:2]


def search(
    corpus: Corpus,
    *,
    scope: Scope | None = None,
    prices: Prices = NODES,
    rules: Rules | None = None,
    effort: Effort | None = None,
    max_taken: int | None = None,
    refused: frozenset[str] = frozenset(),
) -> Found | None:
    """The abstraction that saves most, None where none saves anything; not one of the `refused`.

    Of those that save the same, the one with the shortest body, fewest parameters, first text.
    The search ends early, with the best found so far, when `max_taken` patterns were taken.
    """
    given = (scope or Scope(), prices, rules or Rules(), effort or Effort())
    return _Search(corpus, figures_of(corpus), Reckoner(corpus), refused, *given).run(max_taken)


@dataclass(slots=True)
class _Search:
    corpus: Corpus
    figures: Figures
    reckoner: Reckoner
    refused: frozenset[str]
    scope: Scope
    prices: Prices
    rules: Rules
    effort: Effort
    queue: list[_Entry] = field(default_factory=list)
    made: list[_Entry] = field(default_factory=list)  # just now, not in the queue yet
    best: Found | None = None
    rank: tuple[int, int, int, str] = (0, 0, 0, "")  # less is better

    def run(self, max_taken: int | None) -> Found | None:
        for pattern in self.roots():
            self.consider(pattern)
        self.queue = sorted(self.made, key=_order)
        self.made.clear()
        most = math.inf if max_taken is None else max_taken
        while self.queue and self.effort.taken < most:
            entry: _Entry | None = heapq.heappop(self.queue)
            assert entry is not None
            if self.rules.bound and -entry[0] < self.enough:
                break
            plunge = self.effort.taken % _PLUNGE == 0
            while entry is not None and self.effort.taken < most:
                self.effort.taken += 1
                for child in self.filled(entry[2], entry[3]):
                    self.consider(child)
                entry = self.deepest() if plunge else None
                for other in self.made:
                    heapq.heappush(self.queue, other)
                self.made.clear()
        return self.best

    @property
    def enough(self) -> int:
        """What an abstraction must save to be looked at: as much as the best so far."""
        return max(-self.rank[0], 1)

    def deepest(self) -> _Entry | None:
        """The child with the largest bound, taken out of those just made."""
        if not self.made:
            return None
        entry = min(self.made, key=_order)
        self.made.remove(entry)
        return entry

    # -------------------------------------------------------------------------- patterns

    def roots(self) -> Iterator[Pattern]:
        """One pattern for each label that a body may begin with."""
        at = np.flatnonzero(
            (self.figures.uses_N > 0) & self.figures.single_N & ~self.figures.inert_N
        )
        if not len(at):
            return
        nothing = np.zeros(len(at), np.int64)
        hole = Hole(at, 0, False)
        yield from self.labelled(Pattern(at, (hole,), (), nothing, 0, 0, False, ()), hole, None)

    def consider(self, pattern: Pattern) -> None:
        """Put the pattern into the queue, measure it if it has no holes, or drop it."""
        rules = self.rules
        if self.figures.uses_N[pattern.at_L].sum() < self.scope.min_uses:
            return
        if self.idle(pattern):
            return
        self.effort.made += 1
        while pattern.rest:
            last = pattern.rest[-1]
            next_ = self.forced(pattern, last) if isinstance(last, Hole) else after(pattern, last)
            if next_ is None:
                break
            pattern = next_
        can_L = self.can(pattern)
        bound = self.bound(pattern, can_L)
        if rules.bound and bound < self.enough:
            return
        if pattern.rest:
            self.made.append((-bound, self.effort.made, pattern, can_L))
        else:
            self.measure(pattern)

    def idle(self, pattern: Pattern) -> bool:
        """Has the pattern a parameter that it could do without?"""
        figures = self.figures
        for place, slot in enumerate(pattern.slots):
            nodes = slot.nodes_L
            if self.rules.constant and (nodes == nodes[0]).all():
                first = nodes[0]
                if figures.most_N[first] <= slot.depth and figures.fixed_N[first]:
                    return True
            if self.rules.repeated and slot.keys_L[0] >= 0:
                for other in pattern.slots[:place]:
                    if other.kind == slot.kind and (other.keys_L == slot.keys_L).all():
                        return True
        return False

    def forced(self, pattern: Pattern, hole: Hole) -> Pattern | None:
        """The pattern with its leftmost hole filled, where there is one best way to do that."""
        nodes, figures = hole.nodes_L, self.figures
        first = int(nodes[0])
        if self.rules.constant and figures.most_N[first] <= hole.depth and figures.fixed_N[first]:
            if (nodes == first).all():
                return self.whole(pattern, first)
        if self.rules.repeated and pattern.slots:
            keys = self.keys(nodes, hole.depth)
            for number, slot in enumerate(pattern.slots):
                if keys[0] == slot.keys_L[0] >= 0 and (keys == slot.keys_L).all():
                    if self.may_reuse(slot, hole):
                        return self.reused(pattern, hole, number)
        return None

    def filled(self, pattern: Pattern, can_L: Array) -> Iterator[Pattern]:
        """The patterns with the leftmost hole filled."""
        hole = pattern.rest[-1]
        assert isinstance(hole, Hole)
        nodes = hole.nodes_L
        keys = self.keys(nodes, hole.depth)
        for number, slot in enumerate(pattern.slots):
            if not self.may_reuse(slot, hole):
                continue
            places = np.flatnonzero((slot.keys_L == keys) & (keys >= 0))
            if len(places):
                yield matching(self.reused(pattern, hole, number), places)
        yield from self.labelled(pattern, hole, can_L)
        if len(pattern.slots) < self.scope.max_arity:
            yield from self.abstracted(pattern, hole, keys)

    def labelled(self, pattern: Pattern, hole: Hole, can_L: Array | None) -> Iterator[Pattern]:
        """The hole filled by each label that is there, or each whole term."""
        figures, nodes = self.figures, hole.nodes_L
        keys = -1 - figures.label_N[nodes]
        if (
            self.rules.settled
            and pattern.slots
            and len(pattern.slots) == self.scope.max_arity
            and figures.occurrences is not None
        ):
            held = np.zeros(len(nodes), bool)
            for slot in pattern.slots:
                like = figures.same_N[slot.nodes_L]
                held |= figures.occurrences[nodes, like] > 0
            keys = np.where(held, keys, nodes)
        order = np.argsort(keys, kind="stable")
        ends = np.flatnonzero(keys[order][1:] != keys[order][:-1]) + 1
        starts = np.concatenate(([0], ends))
        uses_L = figures.uses_N[pattern.at_L[order]]
        enough = np.add.reduceat(uses_L, starts) >= self.scope.min_uses
        if self.rules.bound and can_L is not None:  # each use saves what it could, at most
            most = np.add.reduceat(uses_L * can_L[order], starts)
            enough &= most - (pattern.fixed + pattern.params) >= self.enough
        stops = (*ends.tolist(), len(order))
        for start, stop, worth in zip(starts.tolist(), stops, enough.tolist(), strict=True):
            if not worth:
                continue
            places = order[start:stop]
            key, first = int(keys[places[0]]), int(nodes[places[0]])
            if key >= 0:
                if figures.most_N[first] <= hole.depth and figures.fixed_N[first]:
                    yield self.whole(matching(pattern, places), first)
                continue
            label = self.corpus.forest.labels[-1 - key]
            if not label.fixed or label.index >= hole.depth:
                continue
            yield self.opened(matching(pattern, places), hole, nodes[places], -1 - key)

    def opened(self, pattern: Pattern, hole: Hole, nodes_L: Array, number: int) -> Pattern:
        """The pattern with this label in its leftmost hole, its children new holes."""
        figures, label = self.figures, self.corpus.forest.labels[number]
        holes: list[Hole | Done] = []
        if label.inert:
            if label.binds:
                holes.append(Done(pattern.failing))
        elif label.fails:
            holes.append(Done(None))
        start = figures.first_N[nodes_L]
        for place in reversed(range(len(label.binds))):
            depth = hole.depth + label.binds[place]
            lazy = hole.lazy or place in label.lazy
            holes.append(Hole(figures.children[start + place], depth, lazy))
        return Pattern(
            pattern.at_L,
            (*pattern.rest[:-1], *holes),
            pattern.slots,
            pattern.repeated_L,
            pattern.fixed + label.cost,
            pattern.params,
            pattern.failing,
            (*pattern.steps, ("label", number, 0)),
        )

    def whole(self, pattern: Pattern, node: int) -> Pattern:
        """The pattern with this term in its leftmost hole."""
        forest = self.corpus.forest
        return Pattern(
            pattern.at_L,
            pattern.rest[:-1],
            pattern.slots,
            pattern.repeated_L,
            pattern.fixed + forest.cost[node],
            pattern.params,
            pattern.failing or forest.failing[node],
            (*pattern.steps, ("term", node, 0)),
        )

    # ------------------------------------------------------------------------ parameters

    def keys(self, nodes_L: Array, depth: int) -> Array:
        """A number for each term as it reads outside of `depth` binders; -1 where it cannot."""
        figures = self.figures
        least = figures.least_N[nodes_L]
        outside = np.where(least < 0, 0, least - depth + 1)
        keys = figures.same_N[nodes_L] * 256 + outside
        return np.where((least >= 0) & (least < depth), -1, keys)

    def may_reuse(self, slot: Slot, hole: Hole) -> bool:
        """May the hole be another use of the parameter?"""
        if slot.kind == VALUE:
            return True
        return bool((slot.keys_L >= 0).all()) and not self.figures.function_N[hole.nodes_L].any()

    def reused(self, pattern: Pattern, hole: Hole, number: int) -> Pattern:
        """The hole filled by a parameter that the pattern has."""
        function = pattern.slots[number].kind == FUNCTION
        price = self.prices.apply if function else self.prices.parameter
        return Pattern(
            pattern.at_L,
            pattern.rest[:-1],
            pattern.slots,
            pattern.repeated_L + self.figures.cost_N[hole.nodes_L],
            pattern.fixed,
            pattern.params + price,
            pattern.failing or function,
            (*pattern.steps, ("parameter", number, hole.depth)),
        )

    def abstracted(self, pattern: Pattern, hole: Hole, keys_L: Array) -> Iterator[Pattern]:
        """The hole filled by a new parameter, passed by value or as a function."""
        figures, nodes = self.figures, hole.nodes_L
        plain = (keys_L >= 0) & figures.single_N[nodes]
        if hole.lazy or (self.scope.exact and pattern.failing):
            plain &= figures.inert_N[nodes] | ~figures.failing_N[nodes]
        wanted = {VALUE: plain}
        if self.scope.functions and not plain.all():
            wanted[FUNCTION] = figures.single_N[nodes] & ~figures.function_N[nodes]
            if not (wanted[FUNCTION] & ~plain).any():
                del wanted[FUNCTION]
        for kind, mask in wanted.items():
            places = np.flatnonzero(mask)
            if not len(places):
                continue
            price = self.prices.parameter if kind == VALUE else self.prices.apply
            number = len(pattern.slots)
            slot = Slot(kind, hole.depth, nodes, keys_L)
            made = Pattern(
                pattern.at_L,
                pattern.rest[:-1],
                (*pattern.slots, slot),
                pattern.repeated_L,
                pattern.fixed,
                pattern.params + price,
                pattern.failing or kind == FUNCTION,
                (*pattern.steps, ("parameter", number, hole.depth)),
            )
            yield matching(made, places)

    # -------------------------------------------------------------------- what is saved

    def overhead(self, pattern: Pattern) -> int:
        """What a call costs beside its arguments."""
        functions = sum(slot.kind == FUNCTION for slot in pattern.slots)
        prices = self.prices
        return prices.call + prices.argument * len(pattern.slots) + prices.function * functions

    def can(self, pattern: Pattern) -> Array:
        """What each use can save at most, the body not yet paid."""
        can_L = pattern.repeated_L + (pattern.fixed - self.overhead(pattern))
        for hole in pattern.rest:
            if isinstance(hole, Hole):
                can_L = can_L + self.figures.potential_N[hole.nodes_L]
        return np.maximum(can_L, 0)

    def bound(self, pattern: Pattern, can_L: Array) -> int:
        """No completion of the pattern saves more.

        A use saves the body, which all uses share, less the call, and what parameters that are
        used again stand for. Let the uses be in the order of what they can save, `can_L`. If the
        k-th is the last that is used, the body is worth at most can[k]: the uses before it save
        no more than that each, and what they repeat; nor more than they can.
        """
        figures, at = self.figures, pattern.at_L
        repeat_L = self.repeatable(pattern)
        uses_L = figures.uses_N[at]
        order = np.argsort(-can_L, kind="stable")
        can_L = can_L[order]
        uses_L = uses_L[order]
        each = (uses_L * can_L).cumsum() - (pattern.fixed + pattern.params)
        shared = can_L * (uses_L.cumsum() - 1) + (uses_L * repeat_L[order]).cumsum()
        return int(np.minimum(each, shared - self.overhead(pattern) - pattern.params).max())

    def repeatable(self, pattern: Pattern) -> Array:
        """What each use saves at most by parameters that the body uses several times."""
        figures, at = self.figures, pattern.at_L
        left = self.scope.max_arity - len(pattern.slots)
        if figures.occurrences is None:
            return np.minimum(figures.spare_N[at], self.scope.max_arity * figures.repeats_N[at])
        found = left * figures.repeats_N[at]
        for slot in pattern.slots:
            like = figures.same_N[slot.nodes_L]
            times = np.maximum(figures.occurrences[at, like], 1) - 1
            found = found + times * figures.cost_N[slot.nodes_L]
        return np.minimum(figures.spare_N[at], found)

    def measure(self, pattern: Pattern) -> None:
        """Keep the abstraction if it saves more than the best so far."""
        if not pattern.slots and not self.figures.fixed_N[pattern.at_L[0]]:
            return
        local_L = pattern.repeated_L + (pattern.fixed - self.overhead(pattern))
        body = pattern.fixed + pattern.params
        most = int((self.figures.uses_N[pattern.at_L] * np.maximum(local_L, 0)).sum()) - body
        if most < self.enough:
            return
        self.effort.measured += 1
        matches = Matches(
            {
                int(node): (int(local_L[n]), tuple(int(s.nodes_L[n]) for s in pattern.slots))
                for n, node in enumerate(pattern.at_L)
            }
        )
        gain = self.reckoner.saved(matches)
        if gain - body < self.enough:
            return
        abstraction = self.abstraction(pattern)
        utility = gain - abstraction.cost
        rank = (-utility, abstraction.cost, abstraction.arity, str(abstraction))
        if rank[3] in self.refused:
            return
        if utility > 0 and (self.best is None or rank < self.rank):
            self.best, self.rank = Found(abstraction, matches, utility), rank

    def abstraction(self, pattern: Pattern) -> Abstraction:
        """The finished pattern as a term."""
        parameters = tuple(self.parameter(slot) for slot in pattern.slots)
        forest = self.corpus.forest
        read: Iterator[Step] = iter(pattern.steps)
        waiting: list[tuple[int, list[int]]] = []  # labels, with the children made so far
        while True:
            what, number, depth = next(read)
            if what == "label" and forest.labels[number].binds:
                waiting.append((number, []))
                continue
            if what == "label":
                node = forest.node(number, ())
            elif what == "term":
                node = number
            else:
                node = self.use(number, parameters[number], depth)
            while waiting:
                label, made = waiting[-1]
                made.append(node)
                if len(made) < len(forest.labels[label].binds):
                    break
                waiting.pop()
                node = forest.node(label, tuple(made))
            else:
                return Abstraction(forest, node, parameters, forest.cost[node])

    def parameter(self, slot: Slot) -> Parameter:
        if slot.kind == VALUE:
            return Parameter(VALUE, slot.depth)
        free = 0
        for node in slot.nodes_L:
            free |= self.corpus.forest.free[int(node)]
        given = tuple(n for n in reversed(range(slot.depth)) if free >> n & 1)
        return Parameter(FUNCTION, slot.depth, given)

    def use(self, number: int, parameter: Parameter, depth: int) -> int:
        """The node of a use of a parameter."""
        forest, prices = self.corpus.forest, self.prices
        if parameter.kind == VALUE:
            return forest.add(parameter_label(number, prices))
        given = tuple(forest.variable(one, prices.variable) for one in parameter.given)
        return forest.add(applied_label(number, len(given), prices), given)
