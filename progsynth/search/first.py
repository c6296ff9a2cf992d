"""One search before another: what is quickly tried comes first, and then what takes long."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from progsynth.search.problem import Method, Problem
from progsynth.search.run import Allowance, Batch, Candidate, Detailed, Search, Told

_LEAST = 200  # programs that a share of the budget has to be good for


@dataclass(frozen=True, slots=True)
class Part:
    """What one of the two searches has used."""

    search: str
    programs: int
    executions: int
    seconds: float


def first(before: Method, then: Method, *, share: float | None = None, name: str = "") -> Method:
    """The method that runs one search until it is exhausted, and then another.

    Both are paid from one budget. The second is only made when its turn comes. The first ends at
    the latest when it has used a `share` of what it was first allowed (None: of no bound), and
    is left out where that is next to nothing. The whole goes by the `name`, or else by that of
    the search whose turn it is.
    """

    def method(problem: Problem, seed: int) -> Search:
        return First(before, then, problem, seed, share=share, name=name)

    return method


class First:
    """The two searches as one.

    `finder` says which of them a candidate is from, `parts` what each has used.
    """

    def __init__(
        self,
        before: Method,
        then: Method,
        problem: Problem,
        seed: int,
        *,
        share: float | None = None,
        name: str = "",
    ):
        self._then = then
        self._asked = (problem, seed)
        self._searches = [before(problem, seed)]
        self._named = name
        self.name = name or self._now.name
        self._share = share
        self._bound: Allowance | None = None  # of the first search
        self._used: list[tuple[int, int]] = [(0, 0)]
        self._seconds = [0.0]
        self._found: list[tuple[Candidate, str]] = []

    @property
    def _now(self) -> Search:
        return self._searches[-1]

    @property
    def details(self) -> Mapping[str, Any]:
        """What the one whose turn it is says besides."""
        return self._now.details if isinstance(self._now, Detailed) else {}

    @property
    def exhausted(self) -> bool:
        """Are both?"""
        return len(self._searches) == 2 and self._now.exhausted

    @property
    def level(self) -> int:
        """How far the one whose turn it is has come."""
        return self._now.level

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of both."""
        return tuple(note for search in self._searches for note in search.notes)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What each has used so far."""
        rows = zip(self._searches, self._used, self._seconds, strict=True)
        return tuple(Part(one.name, *used, seconds) for one, used, seconds in rows)

    def finder(self, candidate: Candidate) -> str:
        """The name of the search that proposed the candidate; '' for none of theirs."""
        return next((name for known, name in self._found if known is candidate), "")

    def ask(self, allowance: Allowance) -> Batch:
        """What the one whose turn it is gives; the next one begins once the first is over."""
        begun = time.monotonic()
        if len(self._searches) == 1:
            bound = self._left(allowance)
            if self._now.exhausted or bound is None:
                self._searches.append(self._then(*self._asked))
                self._used.append((0, 0))
                self._seconds.append(0.0)
            else:
                allowance = bound
        now = self._now
        batch = now.ask(allowance)
        self.name = self._named or now.name  # which may have changed, as a first of its own's does
        self._seconds[-1] += time.monotonic() - begun
        programs, executions = self._used[-1]
        self._used[-1] = programs + batch.programs, executions + batch.executions
        self._found += [(candidate, now.name) for candidate in batch.candidates]
        return batch

    def _left(self, allowance: Allowance) -> Allowance | None:
        """How far the first search may go now; None where its share is used up."""
        if self._share is None:
            return allowance
        cases = len(self._asked[0].inputs)
        if self._bound is None:
            self._bound = _part(allowance, self._share)
            executions, programs = self._bound.executions, self._bound.programs
            few = executions is not None and executions < _LEAST * cases
            if few or (programs is not None and programs < _LEAST):
                self._bound = replace(self._bound, executions=0)
        bound, (programs, executions) = self._bound, self._used[0]
        if bound.is_spent(programs, executions):
            return None
        deadlines = [d for d in (bound.deadline, allowance.deadline) if d is not None]
        return replace(
            allowance,
            programs=_rest(bound.programs, programs),
            executions=_rest(bound.executions, executions),
            deadline=min(deadlines, default=None),
        )

    def tell(self, results: Told) -> None:
        """Tell the one whose turn it is."""
        self._now.tell(results)

    def partial(self) -> tuple[Candidate, ...]:
        """The partial programs of both, those of the second first."""
        return tuple(one for search in reversed(self._searches) for one in search.partial())


def _part(allowance: Allowance, share: float) -> Allowance:
    """That share of an allowance; the deadline is that of the whole run."""
    end = allowance.end
    if end is not None:
        now = allowance.clock()
        end = now + share * (end - now)
    return replace(
        allowance,
        programs=None if allowance.programs is None else int(share * allowance.programs),
        executions=None if allowance.executions is None else int(share * allowance.executions),
        deadline=end,
    )


def _rest(bound: int | None, used: int) -> int | None:
    return None if bound is None else bound - used
