"""Turns measured in executions or programs: rounds, committed in the order of the members.

A round gives each search a number of executions, by shares that are settled when it begins.
Whatever order the workers end in, their reports are taken in that of the members, and what
others have found is passed on between rounds only: the same comes out of one process and of
many. The first round belongs to those that live in this process: most tasks are easy.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from progsynth.search.portfolio.hosts import Here, There
from progsynth.search.portfolio.member import Order
from progsynth.search.portfolio.team import NOTHING, Seat, Team
from progsynth.search.run import Allowance, Batch

HEAD_START = 200_000  # executions before the others begin
_FIRST = 200_000  # executions of the first round of all together
_LARGEST = 6_400_000  # and of a round at most: it doubles
_LEAST = 1_000  # executions of a turn
_FEWEST = 100  # programs of a turn, where the budget is of programs
_UNIT = 1e5  # executions that count as a unit of budget
_PAUSE = 0.1  # seconds between looks at searches of which none is ready

Settle = Callable[[Seat, bool], None]


class Rounds:
    """Plans rounds and commits them; `settle` finds a seat its host, `workers` run at a time."""

    def __init__(self, team: Team, settle: Settle, workers: int):
        self.team = team
        self.settle = settle
        self.workers = workers
        self.round = 0
        self._size = _FIRST
        self._left: deque[tuple[Seat, Order]] = deque()
        self._begun: set[int] = set()  # places of those whose turn is under way

    def ask(self, allowance: Allowance) -> Batch:
        """Commit the next turn if it ends by the deadline."""
        if not self._left:
            self._plan(allowance.executions, allowance.programs)
        while self._left and self._left[0][0].over:
            self._left.popleft()
        if not self._left:
            if self.team.alive and not self.team.awake():
                time.sleep(_PAUSE)
            return NOTHING
        self._launch()
        seat, _ = self._left[0]
        assert seat.host is not None, "it was launched"
        deadline = allowance.clock() if allowance.deadline is None else allowance.deadline
        answer = seat.host.poll(deadline, allowance.end)
        if answer is None:
            return NOTHING
        self._left.popleft()
        self._begun.discard(seat.place)
        return self.team.commit(seat, answer, unit=_UNIT)

    def _plan(self, left: int | None, programs: int | None) -> None:
        """The turns of the next round; none is larger than what is left of the budget."""
        seats, total = self.team.awake(), self._size
        if not seats:
            return
        if self.round == 0:
            seats, total = [seat for seat in seats if seat.own] or seats, HEAD_START
        else:
            self.team.joined = True
            self._size = min(2 * self._size, _LARGEST)
        self.round += 1
        total = total if left is None else min(total, left)
        shares = self.team.shares(seats)
        for seat in seats:
            share = shares[seat.place]
            size = max(_LEAST, round(share * total))
            tries = None if programs is None else max(_FEWEST, round(share * programs))
            order = self.team.order(seat, executions=size, seconds=None, programs=tries)
            self._left.append((seat, order))

    def _launch(self) -> None:
        """Begin as many turns as may run at a time, and in any case the first."""
        here = any(seat.own or isinstance(seat.host, Here) for seat, _ in self._left)
        free = self.workers - here - sum(map(running, self.team.seats))
        for number, (seat, order) in enumerate(self._left):
            if seat.over or seat.place in self._begun or (number > 0 and free <= 0):
                continue
            if seat.host is None:
                self.settle(seat, True)
            if number == 0 or isinstance(seat.host, There):
                assert seat.host is not None, "it was settled"
                free -= isinstance(seat.host, There)
                self._begun.add(seat.place)
                seat.host.start(order)


def running(seat: Seat) -> bool:
    """Is a turn of it under way in a worker?"""
    return isinstance(seat.host, There) and seat.host.running
