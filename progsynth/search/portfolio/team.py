"""What is known of the searches of a portfolio: what each used, found, and is still owed.

Reports are committed one after another; what a commit leaves here depends on nothing but the
reports and their order.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

from progsynth.errors import NotReadyError, ProgsynthError, UnsupportedError
from progsynth.evaluate import Evaluation
from progsynth.execute import Lost, Trouble
from progsynth.lang.term import Term
from progsynth.search.portfolio.hosts import Answer, Host
from progsynth.search.portfolio.member import Member, Order, Refused, Report
from progsynth.search.portfolio.shares import credit_after, shares
from progsynth.search.run import Batch, Candidate

_FINDS = 12  # partial programs that are kept to be shared
_SENT = 4  # of them go with one order
_REST = 2.0  # seconds after which a search that was not ready is tried again
_RESTS = 150  # and so many times at most
NOTHING = Batch((), 0, 0)


@dataclass(slots=True, eq=False)
class Seat:
    """A member, where it lives, and its accounts. One that is `own` stays in this process, and
    begins before those that are not. `turned` is what its turns have used, each
    divided by its share at the time: whose is least, is next. `late` is by how many seconds
    turns in this process took longer than they should, the last ones above all. One that was not
    ready `rests` until that time (of time.monotonic), for the time that `num_rests` counts."""

    member: Member
    place: int
    own: bool
    host: Host | None = None
    over: bool = False
    programs: int = 0
    executions: int = 0
    gradient_steps: int = 0
    seconds: float = 0.0
    credit: float = 0.0
    turned: float = 0.0
    late: float = 0.0
    rests: float | None = None
    num_rests: int = 0
    level: int = 0
    notes: tuple[str, ...] = ()
    told: list[tuple[Candidate, Evaluation]] = field(default_factory=list)
    sent: set[Term] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The member's name."""
        return self.member.name


@dataclass(frozen=True, slots=True)
class Find:
    """A program that comes near, and whose it is."""

    candidate: Candidate
    closeness: float
    place: int


class Team:
    """All seats, the best programs of all, and the notes on those that were lost."""

    def __init__(self, members: Sequence[Member], own: int):
        self.seats = tuple(Seat(one, place, place < own) for place, one in enumerate(members))
        self.joined = False  # have those that are not of this process begun?
        self.finds: dict[Term, Find] = {}
        self.owners: dict[Term, int] = {}
        self.notes: list[str] = []
        self.refusal: ProgsynthError | None = None
        self._asked: list[int] = []

    @property
    def alive(self) -> list[Seat]:
        """Those that can still go on."""
        return [seat for seat in self.seats if not seat.over]

    def awake(self) -> list[Seat]:
        """Those that can go on now; one that was not ready is tried again after a while, and owed
        nothing for that."""
        now = time.monotonic()
        for seat in self.alive:
            if seat.rests is not None and seat.rests <= now:
                seat.rests = None
                others = [one.turned for one in self.alive if one is not seat and not one.num_rests]
                seat.turned = max(seat.turned, min(others, default=0.0))
        return [seat for seat in self.alive if seat.rests is None]

    @property
    def best(self) -> float:
        """The closeness of the best program."""
        return max((find.closeness for find in self.finds.values()), default=0.0)

    def shares(self, seats: Sequence[Seat]) -> dict[int, float]:
        """The share of each of the seats, by its place."""
        made = shares([seat.credit for seat in seats], [seat.member.weight for seat in seats])
        return {seat.place: share for seat, share in zip(seats, made, strict=True)}

    def order(
        self,
        seat: Seat,
        *,
        executions: int | None,
        seconds: float | None,
        programs: int | None = None,
    ) -> Order:
        """A turn for the seat, with what it has not been told yet."""
        told, seat.told = tuple(seat.told), []
        others = [
            find
            for term, find in self.finds.items()
            if find.place != seat.place and term not in seat.sent
        ][:_SENT]
        seat.sent.update(_key(find.candidate) for find in others)
        shared = tuple(find.candidate for find in others)
        return Order(executions, seconds, told, shared, programs)

    def commit(self, seat: Seat, answer: Answer, *, unit: float | None = None) -> Batch:
        """Take in how a turn ended; `unit` is the executions that count as one unit of budget,
        None where seconds do."""
        if isinstance(answer, Report):
            return self._took(seat, answer, unit)
        if isinstance(answer, Refused) and self._rests(seat, answer.error):
            return NOTHING
        self.close(seat)
        if isinstance(answer, Refused):
            self._refused(seat, answer.error)
        else:
            self._lost(seat, answer)
        return NOTHING

    def tell(self, results: Sequence[tuple[Candidate, Evaluation]]) -> None:
        """Keep how the candidates handed out last did, for those who proposed them."""
        for place, result in zip(self._asked, results, strict=False):
            self.seats[place].told.append(result)
        self._asked = []

    def close(self, seat: Seat) -> None:
        """Give the seat's search up."""
        seat.over = True
        if seat.host is not None:
            seat.host.close()
            seat.host = None

    def _took(self, seat: Seat, report: Report, unit: float | None) -> Batch:
        seat.programs += report.programs
        seat.executions += report.executions
        seat.gradient_steps += report.gradient_steps
        seat.seconds += report.seconds
        seat.level, seat.notes = report.level, report.notes
        used = report.seconds if unit is None else report.executions / unit
        seat.turned += used / self.shares(self.alive)[seat.place]
        before = self.best
        for candidate, closeness in report.partial:
            self.finds.setdefault(_key(candidate), Find(candidate, closeness, seat.place))
        seat.credit = credit_after(seat.credit, max(0.0, self.best - before), used)
        kept = sorted(self.finds.items(), key=lambda item: -item[1].closeness)
        self.finds = dict(kept[:_FINDS])
        for candidate in report.candidates:
            self.owners.setdefault(_key(candidate), seat.place)
            self._asked.append(seat.place)
        if report.exhausted:
            # What the first can make is so little that the others had not joined: that was all.
            alone = seat.place == 0 and not self.joined
            for one in self.seats if alone and not report.candidates else (seat,):
                self.close(one)
        return Batch(report.candidates, report.programs, report.executions, report.gradient_steps)

    def _rests(self, seat: Seat, error: ProgsynthError) -> bool:
        """Let a search that is not ready rest; False where it is another error, or enough."""
        if not isinstance(error, NotReadyError) or seat.num_rests >= _RESTS:
            return False
        if not seat.num_rests:
            self.notes.append(f"{seat.name} had to wait: {error}")
        seat.num_rests += 1
        seat.sent.clear()  # it has taken nothing in
        seat.rests = time.monotonic() + _REST
        return True

    def _refused(self, seat: Seat, error: ProgsynthError) -> None:
        """A search that is not for such problems is left out; other errors are the user's."""
        if not isinstance(error, UnsupportedError):
            raise error
        self.refusal = self.refusal or error
        self.notes.append(f"{seat.name} was left out: {error}")

    def _lost(self, seat: Seat, lost: Lost) -> None:
        self.notes.append(f"{seat.name} was lost, the others went on: {lost.message}")
        if lost.trouble is Trouble.ERROR:  # a defect of ours, or of a method's author
            text = f"the search {seat.name} failed: {lost.message}\n{lost.details}"
            warnings.warn(text, RuntimeWarning, stacklevel=2)


def _key(candidate: Candidate) -> Term:
    return candidate.program.entry.body


def owner_of(team: Team, candidate: Candidate) -> str:
    """The name of the search that found the candidate; '' where none did."""
    key = _key(candidate)
    place = team.owners.get(key)
    if place is None and key in team.finds:
        place = team.finds[key].place
    return "" if place is None else team.seats[place].name
