"""Aggregates that are what is wanted, or that what is wanted can be made of.

The bodies under aggregates (`aggregates`) are tried over the lists at hand (`sources`), and what
they come to is compared with the goals behind the goal: as it is, under a root, with a number
added, with a bound. A goal that is none of these may still depend on an aggregate: where equal
values of it go with equal values wanted, a search of its own looks for what makes the one of the
other, in which the aggregate is the only variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.python import python_engine
from progsynth.lang.term import Function, Program, Term, bind, const
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type
from progsynth.search.aggregates import (
    Found,
    Shape,
    Trial,
    Valued,
    of_items,
    shapes,
)
from progsynth.search.at_hand import Lists
from progsynth.search.backward.goals import Solution, Subgoal, lacking
from progsynth.search.backward.roles import is_less
from progsynth.search.backward.view import Row
from progsynth.search.goal import Goal, Hit
from progsynth.search.nested import BEFORE, Inner, gives
from progsynth.search.reductions import Numbers, Settings
from progsynth.search.run import Allowance
from progsynth.search.sources import Sources
from progsynth.search.space import Production, Space, Symbol, build_term

SHARE = 0.5  # of the executions of the search around them that all aggregates may use
_AGAIN = 1.5  # times as many executions as when lists were looked at, before that is done again
_SLICE = 20_000  # executions of one turn
_TRIALS = 8  # that are gone on with
_LOOKED = 256  # of one batch that are looked at for what depends on them
_DEPTH = 2  # of the goals that aggregates are compared with
_HITS = 8  # of one batch for one goal that are tried
_AROUND, _EACH = 6, 2  # searches around an aggregate, and those for one goal
_NUMBER = 2  # what a number costs
_VARIETY = 4  # values wanted, at least, for a search of what makes them
_SLACK = 1e-6  # of a sum, before it is tried whole


@dataclass(frozen=True, slots=True)
class Target:
    """Numbers wanted of an aggregate, and what is made of it then for a goal."""

    symbol: Symbol
    wanted: Numbers
    goal: Subgoal
    cost: int
    made: Callable[[Term], Term]


@dataclass(eq=False)
class Around:
    """A search for what makes a goal of an aggregate; see `nested.Body`."""

    target: Subgoal
    term: Term
    cost: int
    goal: Goal
    search: Inner | None = None
    executions: int = 0
    found: list[Solution] = field(default_factory=list)

    @property
    def weight(self) -> int:
        """How little it is worth."""
        return int(2 ** (1 + self.cost // 2 + self.target.depth))

    @property
    def is_over(self) -> bool:
        """Is nothing more wanted of it?"""
        return bool(self.found) or (self.search is not None and self.search.exhausted)

    def call(self, hit: Hit) -> Solution:
        """What was found, of the aggregate."""
        cost = self.cost + hit.cost - 1
        return Solution(cost, bind(hit.term, (self.term,)), lacking(self.target, cost))


class Aggregates:
    """The aggregates tried in a search; `aim` makes a bank for the items of lists, `around` takes
    in a search around an aggregate. `programs` and `executions` are those that were used."""

    def __init__(
        self,
        space: Space,
        dsl: DSL,
        limits: Limits,
        aim: Callable[[Space, Goal], Valued],
        sources: Sources,
        arounds: list[Any],
    ):
        self.space = space
        self._inner: dict[tuple[Type, ...], Space] = {}
        self.dsl = dsl
        self.limits = limits
        self.arounds = arounds
        self.programs = self.executions = 0
        self.trials: list[Trial] = []
        self._aim = aim
        self._sources = sources
        self._examples: tuple[Row, ...] | None = None
        self._solved: list[tuple[Symbol, Row, Solution]] = []

    def begin(self, goal: Goal, goals: Sequence[Subgoal]) -> None:
        """Begin a pass over these examples; over the same ones what is known stays known."""
        self.goal = goal
        self._looked = 0
        self._goals = [one for one in goals if one.depth <= _DEPTH]
        self._targets = [target for one in self._goals for target in self._targets_of(one)]
        if self._examples == goal.rows:
            self._again()
            return
        self._examples = goal.rows
        self._lists = Lists(self._sources)
        self._taken: dict[Any, tuple[int, ...]] = {}  # how many lists of each type, by group
        self.trials = []
        self.arounds.clear()
        self._known: set[Any] = set()
        self._counted: set[Any] = set()
        self._seen: set[Any] = set()
        self._tried: set[Any] = set()
        self._searched: dict[Any, int] = {}  # searches around aggregates, by the values wanted
        self._solved.clear()
        self._groups: dict[Any, list[tuple[Symbol, Shape]]] = {}
        for symbol, shape in shapes(self.space, goal.params):
            lists = tuple([a.type for a in shape.call.args[1:]])
            self._groups.setdefault((shape.body.scope, lists), []).append((symbol, shape))
        boolean = self.space.symbol(self.space.top(goal.params), BOOL)
        calls = [p for p in self.space.productions(boolean) if p.kind == "call"]
        self._less = {p.args[0].type: p for p in calls if is_less(self.dsl, p)}
        self._equal = {
            p.args[0].type: p for p in calls if p.detail == "eq" and p.args[0].type == INT
        }

    def _again(self) -> None:
        """Give what was found to the goals of a new pass."""
        for around in self.arounds:
            for one in self._goals:
                if one.symbol is around.target.symbol and one.wanted == around.target.wanted:
                    around.target = one
                    for solution in around.found:
                        one.add(solution)
        for symbol, wanted, solution in self._solved:
            for one in self._goals:
                if one.symbol is symbol and one.wanted == wanted:
                    one.add(solution)

    def _targets_of(self, one: Subgoal) -> Iterator[Target]:
        """What aggregates may have to be for a goal."""
        if one.symbol.type not in (BOOL, INT, FLOAT):
            return
        wanted = np.array([float(value) for value in one.wanted])
        yield Target(one.symbol, wanted, one, 0, _same)
        for production in self.space.productions(one.symbol):
            if production.detail == "sqrt" and (wanted >= 0).all():
                made = _called(production)
                yield Target(production.args[0], wanted**2, one, production.cost, made)

    # ----------------------------------------------------------------------------- lists

    def look(self, executions: int) -> None:
        """Take in the lists that are at hand now, when the pass around has used so many."""
        if executions < _AGAIN * self._looked:
            return
        self._looked = max(BEFORE, executions)
        for (scope, types), some in self._groups.items():
            sizes = self._lists.update(types)
            if self._taken.get((scope, types)) == sizes:
                continue  # all are known
            self._taken[scope, types] = sizes
            for lists, cost in self._lists.choices(types):
                key = scope, tuple([term for term, _ in lists])
                if key in self._known:
                    continue
                self._known.add(key)
                settings = Settings(self.goal, some[0][1].body.scope, [row for _, row in lists])
                items = scope, settings.contents
                if settings.serves and items not in self._counted:
                    self._counted.add(items)
                    goal = Goal(
                        scope.visible,
                        BOOL,
                        tuple(settings.rows),
                        (True,) * len(settings.rows),
                        self.goal.tolerance,
                    )
                    terms = [term for term, _ in lists]
                    inner = self._space_of(scope.visible)
                    make = partial(self._aim, inner, goal)
                    kinds = self.space.forms.kinds
                    self.trials.append(Trial(some, settings, terms, cost, inner, kinds, make))
        self.trials.sort(key=lambda trial: trial.weight)
        del self.trials[_TRIALS:]

    def _space_of(self, visible: tuple[Type, ...]) -> Space:
        found = self._inner.get(visible)
        if found is None:
            found = self._inner[visible] = of_items(self.space, visible)
        return found

    # ----------------------------------------------------------------------------- turns

    def is_due(self, executions: int) -> bool:
        """Have they a turn, when the search around them has used so many executions?"""
        due = self.executions <= SHARE * executions
        return due and any(not trial.exhausted for trial in self.trials)

    def turn(self, allowance: Allowance) -> bool:
        """Go on with the trial that has had least; was something found?"""
        trial = min(
            (trial for trial in self.trials if not trial.exhausted),
            key=lambda trial: (_SLICE + trial.executions) * trial.weight,
        )
        most = allowance.executions
        before = trial.programs, trial.executions
        found = False
        for batch in trial.ask(_SLICE if most is None else max(1, min(_SLICE, most))):
            found |= self._compare(trial, batch)
        self.programs += trial.programs - before[0]
        self.executions += max(1, trial.executions - before[1])
        return found

    def _compare(self, trial: Trial, batch: Found) -> bool:
        """Compare aggregates with all that is wanted; was one right?"""
        examples = trial.settings.examples
        found = False
        for target in self._targets:
            wanted = target.wanted[examples]
            if target.symbol is batch.symbol:
                slack = 0.0 if target.symbol.type != FLOAT else _SLACK * (1 + np.abs(wanted))
                fits = (np.abs(batch.rows_NE - wanted) <= slack).all(axis=1)
                for i in np.flatnonzero(fits)[:_HITS].tolist():
                    cost = batch.costs[i] + target.cost
                    found |= self._add(target.goal, target.made(batch.term(i)), cost)
            elif target.symbol.type == BOOL and target.goal.symbol.type == BOOL:
                found |= self._bounded(target, wanted > 0, batch)
            if target.symbol is batch.symbol and target.symbol.type == INT and not target.cost:
                found |= self._added(target, wanted, batch)
        if batch.symbol.type != BOOL and batch.single:
            self._go_up(trial, batch)
        return found

    def _add(self, goal: Subgoal, term: Term, cost: int) -> bool:
        if term in self._seen:
            return False
        self._seen.add(term)
        self.executions += len(self.goal.rows)
        if not gives(term, self.goal, goal, self.dsl, self.limits):
            return False
        solution = Solution(cost, term, lacking(goal, cost))
        self._solved.append((goal.symbol, goal.wanted, solution))
        goal.add(solution)
        return True

    def _added(self, target: Target, wanted: Numbers, batch: Found) -> bool:
        """Aggregates to which a number is added."""
        adding = [p for one, p in target.goal.operations if one.name == "add"]
        if not adding or len(set(wanted.tolist())) < 2:
            return False
        more = wanted - batch.rows_NE
        fits = (more == more[:, :1]).all(axis=1) & (more[:, 0] != 0) & (np.abs(more[:, 0]) < 10)
        found = False
        for i in np.flatnonzero(fits)[:_HITS].tolist():
            number = const(int(more[i, 0]))
            cost = batch.costs[i] + adding[0].cost + _NUMBER
            found |= self._add(target.goal, build_term(adding[0], (batch.term(i), number)), cost)
        return found

    def _bounded(self, target: Target, holds: Any, batch: Found) -> bool:
        """Aggregates that are compared with a bound, or a number."""
        if holds.all() or not holds.any() or batch.symbol.type != INT:
            return False
        yes, no = batch.rows_NE[:, holds], batch.rows_NE[:, ~holds]
        equal = (yes == yes[:, :1]).all(axis=1) & (no != yes[:, :1]).all(axis=1)
        less, more = yes.max(axis=1) < no.min(axis=1), yes.min(axis=1) > no.max(axis=1)
        ways: list[tuple[Any, dict[Any, Production], Callable[[int], Any], bool]] = [
            (equal, self._equal, lambda i: yes[i, 0], True),
            (less & ~equal, self._less, lambda i: no[i].min(), True),
            (more & ~equal, self._less, lambda i: no[i].max(), False),
        ]
        found = False
        for fits, table, bound, is_left in ways:
            production = table.get(batch.symbol.type)
            if production is None:
                continue
            for i in np.flatnonzero(fits)[:_HITS].tolist():
                sides = batch.term(i), const(int(bound(i)))
                term = build_term(production, sides if is_left else sides[::-1])
                cost = batch.costs[i] + production.cost + _NUMBER
                found |= self._add(target.goal, term, cost)
        return found

    # ---------------------------------------------------------------------------- around

    def _go_up(self, trial: Trial, batch: Found) -> None:
        """Search for what makes goals of the cheapest aggregates that say enough for them."""
        examples = trial.settings.examples
        for one in self._goals:
            if one.symbol.type not in (STR, INT, FLOAT) or one.depth > 1:
                continue
            room = min(_AROUND - len(self.arounds), _EACH - self._searched.get(repr(one.wanted), 0))
            if room <= 0:
                continue
            if len(set(map(repr, one.wanted))) < _VARIETY:
                continue
            wanted = [repr(one.wanted[i]) for i in examples]
            variety = len(set(wanted))
            for i, row in enumerate(batch.rows_NE[:_LOOKED].tolist()):
                if room and len(set(row)) >= variety and _tells(row, wanted):
                    room -= self._around(one, batch.term(i), batch.costs[i], batch.symbol)

    def _around(self, goal: Subgoal, term: Term, cost: int, symbol: Symbol) -> bool:
        """Take in a search around the aggregate, if it is a new one that says enough."""
        key = repr(goal.wanted), term
        if key in self._tried:
            return False
        self._tried.add(key)
        row = self._values(term, symbol)
        if row is None or not _tells(row, list(map(repr, goal.wanted))):
            return False
        rows = tuple([(value,) for value in row])
        if any(one.target is goal and one.goal.rows == rows for one in self.arounds):
            return False
        tolerance = self.goal.tolerance
        inner = Goal((symbol.type,), goal.symbol.type, rows, goal.wanted, tolerance)
        self.arounds.append(Around(goal, term, cost, inner))
        about = repr(goal.wanted)
        self._searched[about] = self._searched.get(about, 0) + 1
        return True

    def _values(self, term: Term, symbol: Symbol) -> Row | None:
        """What the term gives on the examples; None where it fails on one."""
        goal = self.goal
        names = tuple(f"x{i}" for i in range(len(goal.params)))
        program = Program((Function("f", names, goal.params, symbol.type, term),))
        run = python_engine.compile_program(program, self.dsl)
        found = run.run(list(goal.rows), self.limits)
        self.executions += len(goal.rows)
        return None if any(isinstance(v, Failure) for v in found) else tuple(found)


def _same(term: Term) -> Term:
    return term


def _called(production: Production) -> Callable[[Term], Term]:
    return lambda term: build_term(production, (term,))


def _tells(row: Sequence[Any], wanted: Sequence[str]) -> bool:
    """Do equal values go with equal values wanted?"""
    known: dict[Any, str] = {}
    return all(known.setdefault(v, out) == out for v, out in zip(row, wanted, strict=True))
