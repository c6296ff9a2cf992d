"""The portfolio as a search of the one loop.

Its searches take turns. Under a budget of executions or programs these are rounds that give the
same result however many workers there are (`rounds`), else they follow the clock (`clock`). What
is found goes to the loop, which verifies it; the first valid solution ends the run, and `close`
kills the workers. Programs that come near are passed on to the other searches, and the budget
goes to where progress is made (`shares`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from progsynth.errors import UnsupportedError
from progsynth.execute import cores, is_worker, may_start_workers
from progsynth.search.portfolio.clock import Clock
from progsynth.search.portfolio.closeness import Closeness
from progsynth.search.portfolio.hosts import Here, Patience, There
from progsynth.search.portfolio.member import Member
from progsynth.search.portfolio.rounds import Rounds
from progsynth.search.portfolio.team import NOTHING, Seat, Team, owner_of
from progsynth.search.run import Allowance, Batch, Candidate, Told

_PARTIAL = 5  # partial programs that are handed out
_MEMORY = 0.8  # of the machine's memory may be taken by all workers together


@dataclass(frozen=True, slots=True)
class Used:
    """What one search of a run has used; `seconds` are its own, which others ran beside."""

    search: str
    programs: int
    executions: int
    seconds: float


class Portfolio:
    """Runs its members: the first `own` of them in this process, the others in workers if there
    are any.

    `workers` is how many run at a time, this process included; None is as many as there are
    cores, and one in a process that is a worker itself. Each worker may have `memory` bytes; None
    is its part of most of what the machine has. `patience` is for workers that keep silent.
    """

    name = "portfolio"

    def __init__(
        self,
        members: Sequence[Member],
        closeness: Closeness,
        *,
        own: int = 1,
        workers: int | None = None,
        memory: int | None = None,
        patience: Patience | None = None,
    ):
        self.workers = _workers(workers, len(members) - own + 1)
        self.memory = _memory_share(max(1, len(members) - own)) if memory is None else memory
        self.patience = patience
        self.closeness = closeness
        self.team = Team(members, own)
        self._turns: Clock | Rounds | None = None
        for seat in self.team.seats[:own]:
            seat.host = here = Here(seat.member, closeness)
            here.prepare()

    # ------------------------------------------------------------------------- protocol

    @property
    def exhausted(self) -> bool:
        """Have all ended?"""
        return not self.team.alive

    @property
    def level(self) -> int:
        """How far the first member has come."""
        return self.team.seats[0].level

    @property
    def notes(self) -> tuple[str, ...]:
        """The members' own notes, and what was lost."""
        own = (f"{s.name}: {note}" for s in self.team.seats for note in s.notes)
        return (*own, *self.team.notes)

    def ask(self, allowance: Allowance) -> Batch:
        """Go on until the deadline, or to the first candidates."""
        if self._turns is None:
            counted = allowance.executions is not None or allowance.programs is not None
            by_clock = allowance.end is not None and not counted
            self._turns = (Clock if by_clock else Rounds)(self.team, self._settle, self.workers)
        batch = self._turns.ask(allowance) if self.team.alive else NOTHING
        if self.exhausted and self.team.refusal is not None and not self._has_run:
            raise self.team.refusal  # none of them is for such a problem
        return batch

    def tell(self, results: Told) -> None:
        """Pass on how the candidates did to those who proposed them."""
        self.team.tell(results)

    def partial(self) -> tuple[Candidate, ...]:
        """The programs that come nearest, of all searches."""
        return tuple(find.candidate for find in self.team.finds.values())[:_PARTIAL]

    # ---------------------------------------------------------------------------- beside it

    def close(self) -> None:
        """Kill the workers and give all searches up."""
        for seat in self.team.seats:
            self.team.close(seat)

    def finder(self, candidate: Candidate) -> str:
        """The name of the search that found the candidate; '' where none of them did."""
        return owner_of(self.team, candidate)

    def used(self) -> tuple[Used, ...]:
        """What each search has used."""
        return tuple(
            Used(s.name, s.programs, s.executions, round(s.seconds, 3)) for s in self.team.seats
        )

    @property
    def _has_run(self) -> bool:
        return any(seat.seconds for seat in self.team.seats)

    def _settle(self, seat: Seat, there: bool) -> None:
        """Find a seat its host: a worker if it shall be one, but not for this process's own."""
        if there and self.workers > 1 and not seat.own:
            try:
                seat.host = There(
                    seat.member, self.closeness, memory=self.memory, patience=self.patience
                )
                return
            except UnsupportedError as error:
                self.team.notes.append(f"{seat.name} ran in this process: {error}")
        seat.host = Here(seat.member, self.closeness)


def _workers(given: int | None, members: int) -> int:
    """How many may run at a time."""
    if not may_start_workers():
        return 1
    wanted = (1 if is_worker() else cores()) if given is None else given
    return max(1, min(wanted, members))


def _memory_share(count: int) -> int | None:
    """What each of so many workers may take of the machine's memory, where that is known."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    return int(_MEMORY * total / count) if total > 0 else None
