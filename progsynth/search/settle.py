"""A search that does not take the first program that fits: it looks on for a while and chooses.

Few examples are fitted by many programs, and which of them a search meets first says little. So
after the first fit the search goes on, for about as long again, and the fits are compared by a
`weigh`: the bits of a program, and how it takes changed inputs. It ends at once where the
examples leave no doubt, and soon where hardly any that is still to come can be better. Where the
best of them is odd on changed inputs, a second search looks for a while for one that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from progsynth.lang.term import Program
from progsynth.search.run import Allowance, Batch, Candidate, Check, Detailed, Search, Told

_NONE = Batch((), 0, 0)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a search goes on after the first fit.

    For a `share` of what it had used, but at least `least` and at most `most` executions, until
    `fits` programs fit. After the first few of these, `closely`, only those that may be the
    likeliest are run on changed inputs. Where a clock runs, for no longer than `share` of the
    time before, or `seconds`, if that is more. Where the best fit is likely enough (it is vouched
    for, or nearly all that is to come is longer) `least` and `seconds` are all. A second search
    may take `second` executions and `later` seconds where these are more.
    """

    share: float = 0.5
    least: int = 25_000
    most: int = 3_000_000
    fits: int = 60
    closely: int = 8
    seconds: float = 1.0
    second: int = 400_000
    later: float = 4.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """How unlikely a program is: its `bits`, and what it does on changed inputs.

    `odd` is the share of these on which it does not do what it should, as far as one knows;
    `behaviour` is what it does, to tell programs apart by. One that is `sure` need not be
    compared with others; one that is `vouched` for, as it does on changed inputs what it should,
    only with those that are found soon.
    """

    bits: float
    odd: float = 0.0
    sure: bool = False
    vouched: bool = False
    behaviour: Hashable = None


@dataclass(frozen=True, slots=True)
class Fit:
    """A program that is right on the training examples, the `order`-th that was found."""

    weighed: Weighed
    order: int
    candidate: Candidate

    @property
    def rank(self) -> tuple[float, int]:
        """What puts all fits into one order, the likeliest first."""
        return self.weighed.bits, self.order


@dataclass(frozen=True, slots=True)
class Judge:
    """What is wanted of fits.

    `check` is the training examples, `weigh` says how unlikely a program is. `lightest(level)`
    is a bound: no program that the search finds from that level on weighs less. Of a program of
    more bits than `weigh` is told no more is wanted than these. `second` makes
    the search for a program that is not odd where this one is; None where there is none to make.
    """

    check: Check
    weigh: Callable[[Candidate, float], Weighed]
    lightest: Callable[[int], float]
    second: Callable[[Candidate], Search | None]
    accuracy: float = 1.0


class Settling:
    """The search; it goes by the name of the one that it asks first."""

    def __init__(self, search: Search, judge: Judge, patience: Patience | None = None):
        self.name = search.name
        self.search = search
        self.judge = judge
        self.patience = patience or Patience()
        self.fits: list[Fit] = []  # the likeliest first
        self._second: Search | None = None
        self._choosing = True  # are fits collected, and not handed out yet?
        self._released: set[Program] = set()
        self._known: set[Program] = set()
        self._used = 0  # executions
        self._start: float | None = None
        self._since: tuple[int, float] = (0, 0.0)  # executions and time when this stage began
        self._longer = (0.0, 0.0)  # how many executions and seconds it may take

    # ------------------------------------------------------------------------- protocol

    @property
    def exhausted(self) -> bool:
        """Is the search, and has all been handed out?"""
        return self.search.exhausted and self._best() is None

    @property
    def level(self) -> int:
        """How far the search has come."""
        return self.search.level

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of the search."""
        return self.search.notes

    @property
    def details(self) -> Mapping[str, Any]:
        """What the search says besides."""
        return self.search.details if isinstance(self.search, Detailed) else {}

    def ask(self, allowance: Allowance) -> Batch:
        """What the search gives that does not fit; and the best fit once it is time to choose."""
        if self._start is None:
            self._start = allowance.clock()
        batch = _NONE
        others: tuple[Candidate, ...] = ()
        if self._choosing or self._best() is None:
            batch, others = self._look(allowance)
        best = self._best()
        if best is None or (self._choosing and not self._is_over(best, batch, allowance)):
            found: tuple[Candidate, ...] = others
        else:
            self._choosing = False
            self._released.add(best.candidate.program)
            found = (*others, best.candidate)
        return Batch(found, batch.programs, batch.executions, batch.gradient_steps)

    def tell(self, results: Told) -> None:
        """Nothing: the search has been told."""

    def partial(self) -> tuple[Candidate, ...]:
        """The best fit, and what the search has."""
        return (*(fit.candidate for fit in self.fits[:1]), *self.search.partial())

    # ---------------------------------------------------------------------------- choice

    def _look(self, allowance: Allowance) -> tuple[Batch, tuple[Candidate, ...]]:
        """Go on with the search, and keep what fits; with what does not."""
        search = self.search if self._second is None else self._second
        batch = _NONE if search.exhausted else search.ask(allowance)
        results = [(c, self.judge.check(c)) for c in batch.candidates]
        executions = batch.executions + sum(evaluation.total for _, evaluation in results)
        self._used += executions
        search.tell(results)
        self.name = self.search.name
        others = []
        for candidate, evaluation in results:
            if evaluation.reaches(self.judge.accuracy):
                self._take(candidate, allowance)
            else:
                others.append(candidate)
        done = Batch(batch.candidates, batch.programs, executions, batch.gradient_steps)
        return done, tuple(others) if self._second is None else ()

    def _take(self, candidate: Candidate, allowance: Allowance) -> None:
        if candidate.program in self._known:
            return
        if not self._known:
            self._begin(allowance, self.patience.least, self.patience.seconds)
        self._known.add(candidate.program)
        best, many = self._best(), len(self.fits) >= self.patience.closely
        bound = best.weighed.bits if many and best is not None else inf
        self.fits.append(Fit(self.judge.weigh(candidate, bound), len(self._known), candidate))
        self.fits.sort(key=lambda fit: fit.rank)

    def _best(self) -> Fit | None:
        """The best fit that was not handed out."""
        return next((f for f in self.fits if f.candidate.program not in self._released), None)

    def _begin(self, allowance: Allowance, least: int, seconds: float) -> None:
        """Begin a stage that may take so long, or a share of what there was before."""
        assert self._start is not None, "it was asked"
        patience, now = self.patience, allowance.clock()
        self._since = self._used, now
        self._longer = (
            min(patience.most, max(least, patience.share * self._used)),
            max(seconds, patience.share * (now - self._start)),
        )

    def _is_over(self, best: Fit, batch: Batch, allowance: Allowance) -> bool:
        """Is it time to choose? Begins a second search where that is worth while."""
        if _is_last(batch, allowance):
            return True
        used, since = self._since
        now = allowance.clock()
        most, seconds = self._longer
        if self._second is None and self._is_likely(best):
            most, seconds = min(most, self.patience.least), min(seconds, self.patience.seconds)
        late = self._used - used >= most
        late = late or (allowance.end is not None and now - since >= seconds)
        if self._second is not None:
            return late or best.weighed.odd == 0.0 or self._second.exhausted
        late = late or self.search.exhausted or len(self._known) >= self.patience.fits
        if not late and not best.weighed.sure:
            return False
        if best.weighed.odd > 0.0:
            self._second = self.judge.second(best.candidate)
            self._begin(allowance, self.patience.second, self.patience.later)
        return self._second is None

    def _is_likely(self, best: Fit) -> bool:
        """Is it vouched for, or as short as what is still to come?"""
        lightest = self.judge.lightest(self.search.level)
        return best.weighed.vouched or best.weighed.bits <= lightest


def _is_last(batch: Batch, allowance: Allowance) -> bool:
    """Is nothing left of the budget?"""
    if allowance.end is not None and allowance.clock() >= allowance.end:
        return True
    pairs = (
        (batch.executions, allowance.executions),
        (batch.programs, allowance.programs),
        (batch.gradient_steps, allowance.gradient_steps),
    )
    return any(bound is not None and used >= bound for used, bound in pairs)
