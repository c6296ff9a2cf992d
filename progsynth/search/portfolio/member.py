"""One search of a portfolio, worked on in turns: here or in a worker, it does the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from progsynth.errors import ProgsynthError
from progsynth.evaluate import Evaluation
from progsynth.lang.term import Term
from progsynth.search.portfolio.closeness import Closeness
from progsynth.search.run import Allowance, Candidate, Search

_PARTIAL = 3  # partial programs that are reported
_REMEMBERED = 1_000  # programs whose closeness is


@dataclass(frozen=True, slots=True)
class Member:
    """A search by name. `make` gives it, as new; workers get it sent, so no closure will do.
    Until something pays, its share of the budget is in proportion to its weight."""

    name: str
    make: Callable[[], Search]
    weight: float = 1.0


@runtime_checkable
class Seeded(Protocol):
    """A search that can go on from programs of others."""

    def seed(self, candidates: Sequence[Candidate]) -> None:
        """Take in programs that come near; they may fail examples."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """One turn: how far the search may go, how its candidates did, what others have found."""

    executions: int | None = None
    seconds: float | None = None
    told: tuple[tuple[Candidate, Evaluation], ...] = ()
    shared: tuple[Candidate, ...] = ()
    programs: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a turn, which ends early at the first candidates.

    `partial` are the programs that come nearest so far, with their closeness. `seconds` were
    spent by this search alone.
    """

    candidates: tuple[Candidate, ...]
    partial: tuple[tuple[Candidate, float], ...]
    programs: int
    executions: int
    gradient_steps: int
    seconds: float
    exhausted: bool
    level: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The search cannot be made for this problem, or met an error in what it was given."""

    error: ProgsynthError


class Turns:
    """The search of a member and the turn that it is at."""

    def __init__(self, make: Callable[[], Search], closeness: Closeness):
        self._make = make
        self._closeness = closeness
        self._known: dict[Term, float] = {}
        self._search: Search | None = None
        self._order = Order()
        self._spent = (0, 0, 0)  # programs, executions, gradient steps
        self._seconds = 0.0

    def prepare(self) -> None:
        """Make the search now: to set it up is no part of a turn. An error waits for the first."""
        with suppress(ProgsynthError):
            self._search = self._make()

    def turn(self, order: Order) -> Report | Refused:
        """A whole turn."""
        self.begin(order)
        while True:
            report = self.go_on(None)
            if report is not None:
                return report

    def begin(self, order: Order) -> None:
        """Begin a turn."""
        self._order, self._spent, self._seconds = order, (0, 0, 0), 0.0

    def go_on(self, deadline: float | None, end: float | None = None) -> Report | Refused | None:
        """Go on with the turn; None where the deadline came first. Both are of time.monotonic."""
        start = time.monotonic()
        try:
            return self._went_on(start, deadline, end)
        except ProgsynthError as error:
            return Refused(error)

    def _went_on(self, start: float, deadline: float | None, end: float | None) -> Report | None:
        search, order = self._made(), self._order
        before, until = self._seconds, deadline
        if order.seconds is not None:
            own = start + order.seconds - before
            until = own if deadline is None else min(own, deadline)
        candidates: tuple[Candidate, ...] = ()
        while not candidates and not search.exhausted:
            programs, executions, _ = self._spent
            left = None if order.executions is None else order.executions - executions
            tries = None if order.programs is None else order.programs - programs
            batch = search.ask(Allowance(left, until, time.monotonic, end=end, programs=tries))
            used = (batch.programs, batch.executions, batch.gradient_steps)
            self._spent = tuple(map(sum, zip(self._spent, used, strict=True)))  # type: ignore
            candidates = batch.candidates
            now = time.monotonic()
            self._seconds = before + now - start
            if candidates or self._is_over():
                break
            if deadline is not None and now >= deadline:
                return None
        return self._report(search, candidates, start - before)

    def _is_over(self) -> bool:
        order = self._order
        if order.executions is not None and self._spent[1] >= order.executions:
            return True
        if order.programs is not None and self._spent[0] >= order.programs:
            return True
        return order.seconds is not None and self._seconds >= order.seconds

    def _made(self) -> Search:
        """The search, told what the order has for it."""
        if self._search is None:
            self._search = self._make()
        order, search = self._order, self._search
        if order.told:
            search.tell(order.told)
        if order.shared and isinstance(search, Seeded):
            search.seed(order.shared)
        self._order = Order(order.executions, order.seconds, programs=order.programs)
        return search

    def _report(self, search: Search, candidates: tuple[Candidate, ...], start: float) -> Report:
        partial = tuple((one, self._measured(one)) for one in search.partial()[:_PARTIAL])
        programs, executions, gradient_steps = self._spent
        return Report(
            candidates,
            partial,
            programs,
            executions,
            gradient_steps,
            time.monotonic() - start,
            search.exhausted,
            search.level,
            search.notes,
        )

    def _measured(self, candidate: Candidate) -> float:
        key = candidate.program.entry.body
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[key] = self._closeness(candidate.program)
        return found
