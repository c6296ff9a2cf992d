"""Where a search of a portfolio lives: in this process, or in a worker of its own."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from progsynth.execute import Done, Lost, Resident, answered
from progsynth.execute.job import out_of_memory
from progsynth.search.portfolio.closeness import Closeness
from progsynth.search.portfolio.member import Member, Order, Refused, Report, Turns

Answer = Report | Refused | Lost

_NICE = 5  # a busy machine shall not make the first search much slower than it is alone


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a worker may keep silent before it is killed.

    `start` is for loading the language and its kernels, `grace` for a turn that takes longer
    than it should. A turn of a number of executions may take `least`, and `each` for each.
    """

    start: float = 90.0
    grace: float = 10.0
    least: float = 60.0
    each: float = 1e-3

    def limit(self, order: Order) -> float:
        """The seconds for a turn of a worker that has started."""
        if order.seconds is not None:
            return order.seconds + self.grace
        return self.least + self.each * (order.executions or 0)


class Host(Protocol):
    """One search, and the turn that it is at."""

    def start(self, order: Order) -> None:
        """Begin a turn."""
        ...

    def poll(self, deadline: float, end: float | None) -> Answer | None:
        """What came of the turn, if it is over by the deadline (of time.monotonic)."""
        ...

    def close(self) -> None:
        """Give up the search and all that it holds."""
        ...


class Here:
    """A search in this process; it goes on only while it is polled."""

    def __init__(self, member: Member, closeness: Closeness):
        self._turns: Turns | None = Turns(member.make, closeness)

    def prepare(self) -> None:
        """Make the search now."""
        assert self._turns is not None, "it was given up"
        self._turns.prepare()

    def start(self, order: Order) -> None:
        """Begin a turn."""
        assert self._turns is not None, "it was given up"
        self._turns.begin(order)

    def poll(self, deadline: float, end: float | None) -> Answer | None:
        """Go on with the turn until the deadline."""
        assert self._turns is not None, "it was given up"
        try:
            return self._turns.go_on(deadline, end)
        except MemoryError as error:
            return out_of_memory(error)

    def close(self) -> None:
        """Let its memory go."""
        self._turns = None


class There:
    """A search in a process of its own, killed when it does not answer in time.

    Raises UnsupportedError where the search cannot be sent.
    """

    def __init__(
        self,
        member: Member,
        closeness: Closeness,
        *,
        memory: int | None = None,
        patience: Patience | None = None,
    ):
        self.resident = Resident(Turns, (member.make, closeness), memory=memory, nice=_NICE)
        self.patience = patience or Patience()
        self._started = False

    @property
    def running(self) -> bool:
        """Is its turn under way?"""
        return self.resident.busy and not answered([self.resident], 0.0)

    def start(self, order: Order) -> None:
        """Have it begin a turn."""
        limit = self.patience.limit(order) + (0.0 if self._started else self.patience.start)
        self.resident.call("turn", order, seconds=limit)
        self._started = True

    def poll(self, deadline: float, end: float | None) -> Answer | None:
        """Its answer, if it comes by the deadline."""
        ended = self.resident.answer(max(0.0, deadline - time.monotonic()))
        if isinstance(ended, Done):
            found: Answer = ended.value
            return found
        return ended

    def close(self) -> None:
        """Kill its process."""
        self.resident.close()
