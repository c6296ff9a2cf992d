"""Turns measured in seconds: whoever is free goes on, and reports are taken as they come.

This process searches from the beginning with members of its own, by turns, so that what is easy
is found without a worker. The others join after a while, if enough time is left for it to be
worth their start: in workers, or, where there is one core, by turns in this process too.

A search looks at the clock between two steps, and a step may be long. How long those of a search
in this process were is kept: one that may not be back in time is not asked again before the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from progsynth.execute import answered
from progsynth.search.portfolio.hosts import Here, There
from progsynth.search.portfolio.rounds import running
from progsynth.search.portfolio.team import NOTHING, Seat, Team
from progsynth.search.run import Allowance, Batch

HEAD_START = 1.0  # seconds of this process's computing before the others join
LATEST = 4.0  # seconds after which they do anyway: a busy machine may give it little time
WORTH = 4.0  # seconds that have to be left for that
_TURN = 1.0  # seconds of a turn in a worker
_GRACE = 0.3  # seconds by which the whole may take longer than it should
_FORGET = 0.9  # of what is known of a search's steps that is left after a turn

Settle = Callable[[Seat, bool], None]


class Clock:
    """Keeps `workers` cores busy; `settle` finds a seat its host, in a worker if it shall be."""

    def __init__(self, team: Team, settle: Settle, workers: int):
        self.team = team
        self.settle = settle
        self.workers = workers
        self._start: float | None = None
        self._computed = 0.0

    def ask(self, allowance: Allowance) -> Batch:
        """Go on until the deadline: here with one search, meanwhile in workers with others."""
        seats = self._taking_part(allowance)
        self._launch(seats)
        own = [seat for seat in seats if isinstance(seat.host, Here)]
        others = [seat for seat in seats if isinstance(seat.host, There)]
        deadline = allowance.clock() if allowance.deadline is None else allowance.deadline
        end = allowance.end
        made = []
        in_time = [seat for seat in own if end is None or deadline + seat.late <= end + _GRACE]
        if in_time:
            made.append(self._turn_here(min(in_time, key=_next), deadline, end))
        elif own and not others:
            time.sleep(max(0.0, deadline - time.monotonic()))
        else:
            busy = [s.host.resident for s in others if isinstance(s.host, There) and running(s)]
            answered(busy, deadline - time.monotonic())
        for seat in others:
            if isinstance(seat.host, There) and seat.host.resident.busy:
                answer = seat.host.poll(0.0, end)
                if answer is not None:
                    made.append(self.team.commit(seat, answer))
        return _together(made)

    def _taking_part(self, allowance: Allowance) -> list[Seat]:
        """Those whose time has come."""
        now = allowance.clock()
        if self._start is None:
            self._start, self._computed = now, time.process_time()
        left = None if allowance.end is None else allowance.end - now
        seats = self.team.awake()
        if not self.team.joined and (left is None or left >= WORTH):
            late = time.process_time() - self._computed >= HEAD_START
            late = late or now - self._start >= LATEST
            self.team.joined = late or not any(seat.own for seat in seats)
            if self.team.joined:
                for seat in self.team.alive:
                    seat.turned = 0.0
        if not self.team.joined:
            seats = [seat for seat in seats if seat.own] or seats[:1]
        return seats

    def _launch(self, seats: Sequence[Seat]) -> None:
        """Find hosts for those who have none, and begin turns in workers while there are places,
        of those first that are owed most."""
        for seat in seats:
            if seat.host is None and (seat.own or not self.team.joined or self.workers == 1):
                self.settle(seat, False)
        free = self.workers - sum(map(running, seats))
        free -= any(isinstance(seat.host, Here) for seat in seats)
        for seat in sorted(seats, key=_next):
            if free > 0 and seat.host is None:
                self.settle(seat, True)
            host = seat.host
            if free > 0 and isinstance(host, There) and not host.resident.busy:
                free -= 1
                host.start(self.team.order(seat, executions=None, seconds=_TURN))

    def _turn_here(self, seat: Seat, deadline: float, end: float | None) -> Batch:
        host = seat.host
        assert isinstance(host, Here)
        seconds = max(0.0, deadline - time.monotonic())
        host.start(self.team.order(seat, executions=None, seconds=seconds))
        answer = host.poll(deadline, end)
        seat.late = max(_FORGET * seat.late, time.monotonic() - deadline)
        return NOTHING if answer is None else self.team.commit(seat, answer)


def _next(seat: Seat) -> tuple[float, int]:
    return seat.turned, seat.place


def _together(batches: Sequence[Batch]) -> Batch:
    return Batch(
        tuple(candidate for batch in batches for candidate in batch.candidates),
        sum(batch.programs for batch in batches),
        sum(batch.executions for batch in batches),
        sum(batch.gradient_steps for batch in batches),
    )
