"""One search before another: what is quickly tried comes first, and then what takes long."""

from __future__ import annotations

from dataclasses import dataclass

from progsynth.search.problem import Method, Problem
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told


@dataclass(frozen=True, slots=True)
class Part:
    """What one of the two searches has used."""

    search: str
    programs: int
    executions: int


def first(before: Method, then: Method) -> Method:
    """The method that runs one search until it is exhausted, and then another.

    Both are paid from one budget. The second is only made when its turn comes.
    """

    def method(problem: Problem, seed: int) -> Search:
        return First(before, then, problem, seed)

    return method


class First:
    """The two searches as one; it goes by the name of the one whose turn it is.

    `finder` says which of them a candidate is from, `parts` what each has used.
    """

    def __init__(self, before: Method, then: Method, problem: Problem, seed: int):
        self._then = then
        self._asked = (problem, seed)
        self._searches = [before(problem, seed)]
        self.name = self._now.name
        self._used = [[0, 0]]
        self._found: list[tuple[Candidate, str]] = []

    @property
    def _now(self) -> Search:
        return self._searches[-1]

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
        pairs = zip(self._searches, self._used, strict=True)
        return tuple(Part(search.name, *used) for search, used in pairs)

    def finder(self, candidate: Candidate) -> str:
        """The name of the search that proposed the candidate; '' for none of theirs."""
        return next((name for known, name in self._found if known is candidate), "")

    def ask(self, allowance: Allowance) -> Batch:
        """What the one whose turn it is gives; the next one begins once the first is exhausted."""
        if self._now.exhausted and len(self._searches) == 1:
            self._searches.append(self._then(*self._asked))
            self._used.append([0, 0])
            self.name = self._now.name
        now = self._now
        batch = now.ask(allowance)
        self._used[-1][0] += batch.programs
        self._used[-1][1] += batch.executions
        self._found += [(candidate, now.name) for candidate in batch.candidates]
        return batch

    def tell(self, results: Told) -> None:
        """Tell the one whose turn it is."""
        self._now.tell(results)

    def partial(self) -> tuple[Candidate, ...]:
        """The partial programs of both, those of the second first."""
        return tuple(one for search in reversed(self._searches) for one in search.partial())
