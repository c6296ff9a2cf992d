"""Lambda bodies as problems of their own.

Where an output is a `map`, a `filter`, ... of a list at hand, it says what the lambda has to
give on each item (`deduce`). A body that is plain is found by the bank of the whole search; one
that decides, or puts several things together, is too dear for that. So it is searched for like a
program: the variables in sight are its parameters, the items its examples. Its search has a bank
of its own, whose levels are those of the body alone, and all that finds whole programs finds
bodies too: conditionals, concatenations, comparisons with bounds.

These searches have a share of the executions, by turns, once the smallest programs have been
tried (`BEFORE`). What they find is a solution of the goal that the call is for (`backward`), and
comes early only if the items say more than it costs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any, Protocol

from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Lambda, Term
from progsynth.search.backward.goals import Solution, Subgoal
from progsynth.search.backward.hook import PATIENCE
from progsynth.search.backward.view import Row, new_cells
from progsynth.search.deduce import Deducible, deducible, demanded
from progsynth.search.evidence import evidence
from progsynth.search.goal import Goal, Hit, same_function
from progsynth.search.run import Allowance
from progsynth.search.sources import Sources
from progsynth.search.space import Space, Symbol, build_term
from progsynth.search.telling import Telling

SHARE = 0.5  # of the executions of the search around them that all bodies may use
PART = 8  # one in so many of the values that a bank may hold is for a body's
_SLICE = 10_000  # executions of one turn
BEFORE = 5_000  # executions of the search around them before they and aggregates begin
_SEARCHES = 6  # bodies that are searched for at a time
_FOUND = 12  # of one body wanted; then its search ends
_LOOKED = 128  # entries of a cell that are looked at for the other arguments
_ROWS = 16  # of the right lengths that are kept of these
_DEAREST = 4  # and what these may cost together
_FITTING = 7  # the same of one list whose lengths are those of the outputs, and vary
_ENDLESS = 1 << 30
_TRIED = 1_000  # choices of the other arguments of one call
_DEPTH = 1  # of the goals that calls are looked for
_MOST_PARAMS = 24
_AGAIN = 1.5  # times as many executions as when they were looked at, before that is done again
_OPEN = 2  # by how much less a body that sees the variables outside is searched for


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon a search puts dear programs together: after `patience` executions, and with
    `conditions` of almost the cost of the level, or only those that a program of the level has
    room for."""

    patience: int = PATIENCE
    conditions: bool = False


# What a body is worth is asked once more of its call, which need not come early.
BODY = Pace(2_000, conditions=True)


class Inner(Protocol):
    """A search for a body."""

    exhausted: bool

    def seek(self, allowance: Allowance) -> tuple[Hit | None, int, int]:
        """The next that is right, and the programs and executions used."""
        ...


class Wanted(Protocol):
    """A search by itself for what serves a goal."""

    target: Subgoal
    goal: Goal
    search: Inner | None
    executions: int
    found: list[Solution]

    @property
    def weight(self) -> int: ...

    @property
    def is_over(self) -> bool: ...

    def call(self, hit: Hit) -> Solution: ...


@dataclass(eq=False)
class Body:
    """A body wanted, its search, and the calls of bodies found."""

    target: Subgoal
    one: Deducible
    others: tuple[Term, ...]
    cost: int  # of the call without its body
    goal: Goal
    telling: bool = False  # do the lengths of the other argument say that it is the right one?
    search: Inner | None = None  # until it begins
    executions: int = 0
    found: list[Solution] = field(default_factory=list)

    @property
    def weight(self) -> int:
        """How little it is worth to search for it: one in so many of the executions."""
        closed = self.one.instead.args[0].scope.closed
        call = self.one.production.cost
        others = self.cost - call
        if self.telling:  # each two units of cost are made good by lengths that fit
            others = 1 + others // 2
        return 2 ** (call + others + self.target.depth) * (1 if closed else _OPEN)

    @property
    def is_over(self) -> bool:
        """Is nothing more wanted of it?"""
        over = self.search is not None and self.search.exhausted
        return over or len(self.found) >= _FOUND

    def call(self, hit: Hit) -> Solution:
        """The call of a body, for the goal that it is for."""
        scope = self.one.instead.args[0].scope
        term = build_term(self.one.instead, (Lambda(len(scope.own), hit.term), *self.others))
        cost = self.cost + hit.cost
        worth = evidence(self.goal.expected)
        everything = (1 << len(self.goal.rows)) - 1
        whole = self.target.evidence.of((1 << len(self.target.wanted)) - 1)
        pieces = max(1, int(worth.of(everything) / max(1.0, whole)))
        return Solution(cost, term, worth.lacking(everything, hit.cost), pieces=pieces)


@dataclass(eq=False)
class Nested:
    """The bodies wanted in a search; `make` begins the search for one.

    `used` are the programs and executions of the bodies' searches.
    """

    space: Space
    dsl: DSL
    limits: Limits
    make: Callable[[Goal], Inner]
    sources: Sources
    used: list[int] = field(default_factory=lambda: [0, 0])
    bodies: list[Body] = field(default_factory=list)  # of this pass
    arounds: list[Wanted] = field(default_factory=list)  # what else is to be searched for so
    _known: dict[Hashable, Body] = field(default_factory=dict)  # of all
    _places: list[_Place] = field(default_factory=list)
    _deducible: dict[Symbol, list[Deducible]] = field(default_factory=dict)
    _looked: int = 0

    @property
    def programs(self) -> int:
        """The programs that they have used, those of the sources included."""
        return self.used[0] + self.sources.programs

    @property
    def executions(self) -> int:
        """The executions, likewise."""
        return self.used[1] + self.sources.executions

    def begin(self, goal: Goal, targets: Sequence[Subgoal]) -> None:
        """Begin a pass over other examples with these goals."""
        self.bodies.clear()
        self._looked = 0
        self.sources.begin(goal)
        self._places = [
            _Place(goal, target, one, self.sources)
            for target in targets
            if target.depth <= _DEPTH
            for one in self._deducible_of(target.symbol)
            if len(one.production.args[0].scope.visible) <= _MOST_PARAMS
        ]

    def _deducible_of(self, symbol: Symbol) -> list[Deducible]:
        found = self._deducible.get(symbol)
        if found is None:
            found = self._deducible[symbol] = deducible(self.dsl, self.space, symbol)
        return found

    def look(self, executions: int, most: Callable[[], int | None]) -> Iterator[None]:
        """Take in the bodies that are wanted of what more there is at hand, when the pass around
        has used so many executions. Ticks before `most` more are used, or soon after."""
        if executions < _AGAIN * self._looked:
            return
        self._looked = max(1, executions)
        yield from self.sources.go_on(executions, most)
        for place in self._places:
            if not place.has_news:
                continue
            for others, cost, goal in place.wanted():
                key = (id(place.one.instead), others, repr((goal.rows, goal.expected)))
                body = self._known.get(key)
                if body is None:
                    body = Body(place.target, place.one, others, cost, goal, place.fitting)
                    self._known[key] = body
                elif body in self.bodies:
                    continue
                body.target = place.target
                for solution in body.found:
                    place.target.add(solution)
                self.bodies.append(body)
            yield
        self.bodies.sort(key=lambda body: body.weight)
        del self.bodies[_SEARCHES:]

    def is_due(self, executions: int) -> bool:
        """Have they a turn, when the search around them has used so many executions?"""
        due = self.used[1] <= SHARE * executions
        return due and any(not body.is_over for body in (*self.bodies, *self.arounds))

    def turn(self, goal: Goal, allowance: Allowance) -> bool:
        """Go on with the search that has had least; was something found?"""
        body: Wanted = min(
            (body for body in (*self.bodies, *self.arounds) if not body.is_over),
            key=lambda body: (_SLICE + body.executions) * body.weight,
        )
        if body.search is None:
            body.search = self.make(body.goal)
        hit, programs, executions = body.search.seek(allowance)
        self.used[0] += programs
        self.used[1] += executions
        body.executions += max(1, executions)
        if hit is None:
            return False
        solution = body.call(hit)
        self.used[1] += len(goal.rows)
        if not gives(solution.term, goal, body.target, self.dsl, self.limits):
            return False
        body.found.append(solution)
        body.target.add(solution)
        return True

    def slice(self, executions: int | None) -> int:
        """The executions of one turn, of those left."""
        return _SLICE if executions is None else max(1, min(_SLICE, executions))


def gives(term: Term, goal: Goal, target: Subgoal, dsl: DSL, limits: Limits) -> bool:
    """Does the term give what is wanted of a goal behind the goal on all examples?"""
    whole = Goal(goal.params, target.symbol.type, goal.rows, target.wanted, goal.tolerance)
    telling = Telling(whole, dsl, limits)
    return telling.is_right(term) and not telling.wrong(term)


class _Place:
    """A call that may give a goal, if its body is found; `wanted` says of which bodies."""

    def __init__(self, goal: Goal, target: Subgoal, one: Deducible, sources: Sources):
        self.goal = goal
        self.target = target
        self.one = one
        self.view = sources.view
        self._symbols = [sources.symbol(a.type) for a in one.production.args[1:]]
        self._same = same_function(one.production.args[0].type, goal.tolerance)
        self._entries: list[list[tuple[int, Row, Any]]] = [[] for _ in one.production.args[1:]]
        self._tried = 0
        self.fitting = self._is_fitting()
        self._dearest = _FITTING if self.fitting else _DEAREST
        self._done: list[dict[Symbol, int]] = [{} for _ in one.production.args[1:]]

    @property
    def has_news(self) -> bool:
        """Are there cells that were not looked at, and serve?"""
        return self._tried < _TRIED and any(
            done.get(symbol, 1) < min(self.view.num_cells(symbol), self._dearest + 1)
            for symbol, done in zip(self._symbols, self._done, strict=True)
        )

    def wanted(self) -> Iterator[tuple[tuple[Term, ...], int, Goal]]:
        """What bodies have to give, for other arguments that are new, with the call's cost."""
        if self._tried >= _TRIED:
            return
        known = [len(some) for some in self._entries]
        for symbol, some, done, spare in zip(
            self._symbols,
            self._entries,
            self._done,
            self.one.known.spare,
            strict=True,
        ):
            for cost in new_cells(self.view, symbol, done):
                if cost <= self._dearest:
                    some += ((cost, row, handle) for row, handle in self._rows(symbol, cost, spare))
        if known == [len(some) for some in self._entries]:
            return
        for chosen in product(*map(enumerate, self._entries)):
            if all(place < old for (place, _), old in zip(chosen, known, strict=True)):
                continue
            if sum(cost for _, (cost, _, _) in chosen) > self._dearest:
                continue
            self._tried += 1
            if self._tried > _TRIED:
                return
            entries = [entry for _, entry in chosen]
            if not any(_differs(row) for _, row, _ in entries):
                continue  # what is the same in all examples says nothing of these
            if len(entries) == 2 and entries[0][1] == entries[1][1]:
                continue  # of one list twice: that is a call of another function
            goal = self._body_goal([row for _, row, _ in entries])
            if goal is not None:
                others = tuple([self.view.term(handle) for _, _, handle in entries])
                cost = self.one.production.cost + sum(cost for cost, _, _ in entries)
                yield others, cost, goal

    def _is_fitting(self) -> bool:
        """Is there one other argument, whose lengths follow from the outputs and say something?"""
        spares = self.one.known.spare
        exact = len(spares) == 1 and spares[0] is not None and spares[0][0] == spares[0][1]
        return exact and len(set(map(len, self.target.wanted))) > 1

    def _rows(
        self, symbol: Symbol, cost: int, spare: tuple[int, int | None] | None
    ) -> Iterator[tuple[Row, Any]]:
        """The first values of the cell that are longer than the outputs by as much as they have
        to be."""
        if spare is None:
            return islice(self.view.rows(symbol, cost, _LOOKED), _ROWS)
        least, most = spare
        sizes = list(map(len, self.target.wanted))
        longest = [_ENDLESS if most is None else size + most for size in sizes]
        shortest = [size + least for size in sizes]
        return self.view.sized(symbol, cost, shortest, longest, _ROWS)

    def _body_goal(self, rows: Sequence[Row]) -> Goal | None:
        """The body's examples where the other arguments have these values; None where none can
        be, and where one value is wanted everywhere."""
        scope = self.one.production.args[0].scope
        pairs = []
        for i, output in enumerate(self.target.wanted):
            some = self.one.known.deduce(*[row[i] for row in rows], output)
            if some is None:
                return None
            pairs.append(some)
        found = demanded(scope, pairs, self._same)
        if not found:
            return None
        outer = [()] if scope.closed else self.goal.rows
        values = tuple([value for _, value in found.values()])
        if all(self._same(value, values[0]) for value in values):
            return None
        return Goal(
            scope.visible,
            self.one.production.args[0].type,
            tuple([(*outer[i], *args) for (i, _), (args, _) in found.items()]),
            values,
            self.goal.tolerance,
        )


def _differs(row: Row) -> bool:
    return any(value != row[0] for value in row)


def flat(space: Space) -> Space:
    """The space without lambdas."""
    return Space(
        space.instances,
        space.least,
        space.constants,
        max_nesting=0,
        surcharge=space.surcharge,
        forms=space.forms,
    )
