"""When a loop stops: conditions that hold after every turn but one of those that are wanted.

The states that a loop passes through are known before its condition is: they depend on its steps
only. Each example has some turns after which what the loop gives is right. A condition fits when
on each example the first state on which it does not hold is after one of these. Conditions are
enumerated on all these states at once, in order of cost; a conjunction stops where the first of
its two sides does, so that all pairs are tested on the turns at which the sides stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from progsynth.lang.term import If, const
from progsynth.lang.types import BOOL, Type
from progsynth.search.bank import Bank
from progsynth.search.kernels import FAIL, Kernels
from progsynth.search.levels import Levels
from progsynth.search.loops.cheap import Cheap, Setting, cheap
from progsynth.search.space import LOGIC_COST, Space

_ROWS = 500  # states that conditions are enumerated on
_EXECUTIONS = 60_000  # of one enumeration
_DEAREST = 9  # cost of a condition, without conjunctions
_PAIRED = 400  # conditions that conjunctions are made of
_NEVER = 1 << 30

Turns = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Course:
    """What a loop does on one example: the settings after each turn, and where it may stop."""

    settings: Sequence[Setting]
    stops: frozenset[int]


def stop_of(values: Sequence[object]) -> tuple[int, bool]:
    """The first turn at which a condition does not hold, and whether it fails there.

    `values` are the condition's after each turn.
    """
    for turn, value in enumerate(values):
        if value is not True:
            return turn, value is FAIL
    return _NEVER, False


def fits(values: Sequence[Sequence[object]], courses: Sequence[Course]) -> bool:
    """Does a condition with these values stop each course where it may? (The slow twin.)"""
    for own, course in zip(values, courses, strict=True):
        turn, fails = stop_of(own)
        if fails or turn not in course.stops:
            return False
    return True


def both(left: Sequence[object], right: Sequence[object]) -> list[object]:
    """The values of `left and right`. (The slow twin.)"""
    return [b if a is True else a for a, b in zip(left, right, strict=True)]


class Stopping:
    """Looks for conditions of one set of courses; `executions` counts what it has run."""

    def __init__(self, space: Space, kernels: Kernels, types: Sequence[Type]):
        self.space = space
        self.kernels = kernels
        self.top = space.top(tuple(types))
        self.executions = 0

    def conditions(self, courses: Sequence[Course]) -> Iterator[Cheap | None]:
        """Those that fit, the cheapest first as far as they come; None now and then."""
        chosen = _shortest(courses)
        settings = [setting for course in chosen for setting in course.settings]
        table = _Table(chosen)
        bank = Bank(self.space, self.kernels, self.top, settings, [[] for _ in settings])
        root = self.space.symbol(self.top, BOOL)
        levels = Levels(self.space, bank, root, keep_root=True)
        conjunctions = "and" in self.space.forms.kinds
        known: list[Cheap] = []
        for cost in range(1, _DEAREST + 1):
            before = bank.executions
            for _ in levels.fill(cost):
                if bank.executions > 2 * _EXECUTIONS:
                    break
                yield None
            self.executions += bank.executions - before
            made = [cheap(bank, self.top, entry) for entry in bank.shelf(root).cell(cost)]
            rows = [entry.row for entry in bank.shelf(root).cell(cost)]
            first = len(known)
            for one, row in zip(made, rows, strict=True):
                if table.note(row):
                    yield one
            known += made
            if conjunctions:
                for a, b in table.pairs(first):
                    yield conjunction(known[a], known[b])
            if bank.executions > _EXECUTIONS:
                return


def conjunction(left: Cheap, right: Cheap) -> Cheap:
    """`left and right`."""
    term = If(left.term, right.term, const(False))
    cost = left.cost + right.cost + LOGIC_COST
    a, b = left.run, right.run
    uses = left.uses | right.uses
    return Cheap(cost, uses, left.width, lambda env: b(env) if a(env) else False, term)


class _Table:
    """At which turn each condition stops each course, one row a condition."""

    def __init__(self, courses: Sequence[Course]):
        lengths = [len(course.settings) for course in courses]
        self.starts = np.cumsum([0, *lengths[:-1]])
        self.turns = np.concatenate([np.arange(n) for n in lengths])
        self.count = len(courses)
        self.longest = max(lengths)
        self.may = np.zeros((len(courses), self.longest + 1), np.bool_)
        for number, course in enumerate(courses):
            self.may[number, [t for t in course.stops if t < lengths[number]]] = True
        self.last: Turns = np.array(lengths)
        self.stops: list[Turns] = []
        self.fails: list[NDArray[np.bool_]] = []

    def note(self, row: Sequence[object]) -> bool:
        """Take in a condition; does it fit?"""
        held = np.array([value is True for value in row])
        failed = np.array([value is FAIL for value in row])
        here = np.where(held, self.longest, self.turns)
        stop = np.minimum.reduceat(here, self.starts)
        inside = stop < self.last
        at = self.starts + np.minimum(stop, self.last - 1)
        fails = inside & failed[at]
        self.stops.append(np.where(inside, stop, self.longest))
        self.fails.append(fails)
        return bool((self.may[np.arange(self.count), self.stops[-1]] & ~fails).all())

    def pairs(self, first: int) -> Iterator[tuple[int, int]]:
        """The conjunctions that fit, of which one side at least is from `first` on."""
        stops, fails = np.array(self.stops[:_PAIRED]), np.array(self.fails[:_PAIRED])
        total = len(stops)
        alone = np.array([self._right(s, f) for s, f in zip(stops, fails, strict=True)], np.bool_)
        for b in range(first, total):
            if alone[b]:
                continue
            for left, right in ((np.arange(b), np.full(b, b)), (np.full(b, b), np.arange(b))):
                at = np.minimum(stops[left], stops[right])
                # the right side is asked only where the left one holds
                wrong = np.where(stops[left] <= stops[right], fails[left], fails[right])
                ok = (self.may[np.arange(self.count)[None, :], at] & ~wrong).all(axis=1)
                for a in np.flatnonzero(ok & ~alone[left] & ~alone[right]).tolist():
                    yield int(left[a]), int(right[a])

    def _right(self, stop: Turns, fails: NDArray[np.bool_]) -> bool:
        return bool((self.may[np.arange(self.count), stop] & ~fails).all())


def _shortest(courses: Sequence[Course]) -> list[Course]:
    """The shortest courses, as many as there is room for, one at least."""
    chosen: list[Course] = []
    rows = 0
    for course in sorted(courses, key=lambda c: len(c.settings)):
        rows += len(course.settings)
        if chosen and rows > _ROWS:
            break
        chosen.append(course)
    return chosen
