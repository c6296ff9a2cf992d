"""Two searches by turns, paid from one budget: one that is fast, and one that covers more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from progsynth.search.run import Allowance, Batch, Candidate, Search, Told


class InTurns:
    """The two searches as one, which goes by the name of the first.

    A turn ends after so many executions, `turns`, not by the clock: what is found under a budget
    of executions is the same every time. The second is only made when its turn comes;
    `searches` are those made. It begins, for `before` executions, where it covers what may make
    the smallest programs: else larger ones that fit would be found first.
    """

    def __init__(
        self,
        first: Search,
        second: Callable[[], Search],
        turns: tuple[int, int],
        *,
        before: int = 0,
    ):
        self.name = first.name
        self.searches = [first, second()] if before else [first]
        self._second = second
        self._turns = turns
        self._turn = 1 if before else 0
        self._left = before or turns[0]
        self._last = 0  # whose candidates are out

    @property
    def exhausted(self) -> bool:
        """Are both?"""
        return len(self.searches) == 2 and all(search.exhausted for search in self.searches)

    @property
    def level(self) -> int:
        """How far both have come."""
        return min(search.level for search in self.searches)

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of both."""
        return tuple(note for search in self.searches for note in search.notes)

    def ask(self, allowance: Allowance) -> Batch:
        """What the one whose turn it is gives, and then the other, until the allowance ends."""
        programs = executions = 0
        while True:
            now = self._now()
            left = _less(allowance.executions, executions)
            bound = self._left if left is None else min(left, self._left)
            part = replace(
                allowance, executions=bound, programs=_less(allowance.programs, programs)
            )
            batch = now.ask(part)
            programs += batch.programs
            executions += batch.executions
            self._left -= batch.executions
            self._last = self._turn
            over = self.exhausted or allowance.is_spent(programs, executions)
            if batch.candidates or over:
                return Batch(batch.candidates, programs, executions)

    def tell(self, results: Told) -> None:
        """Tell the one whose candidates they are."""
        self.searches[self._last].tell(results)

    def partial(self) -> tuple[Candidate, ...]:
        """The partial programs of both."""
        return tuple(one for search in self.searches for one in search.partial())

    def _now(self) -> Search:
        if self._left <= 0 or self.searches[self._turn].exhausted:
            if len(self.searches) == 1:
                self.searches.append(self._second())
            if not self.searches[1 - self._turn].exhausted:
                self._turn = 1 - self._turn
            self._left = self._turns[self._turn]
        return self.searches[self._turn]


class Later:
    """A search that is made when it is first asked, and goes by this name.

    To make one may take longer than a small task does whose turns it never gets.
    """

    def __init__(self, name: str, make: Callable[[], Search]):
        self.name = name
        self._make = make
        self._made: Search | None = None

    @property
    def made(self) -> Search:
        """The search, made now if it was not."""
        if self._made is None:
            self._made = self._make()
        return self._made

    @property
    def exhausted(self) -> bool:
        """Has it come to its end?"""
        return self._made is not None and self._made.exhausted

    @property
    def level(self) -> int:
        """How far it has come."""
        return 0 if self._made is None else self._made.level

    @property
    def notes(self) -> tuple[str, ...]:
        """Its notes; none before it is made."""
        return () if self._made is None else self._made.notes

    def ask(self, allowance: Allowance) -> Batch:
        """What the search gives."""
        return self.made.ask(allowance)

    def tell(self, results: Told) -> None:
        """Tell the search."""
        self.made.tell(results)

    def partial(self) -> tuple[Candidate, ...]:
        """Its partial programs; none before it is made."""
        return () if self._made is None else self._made.partial()


def _less(bound: int | None, used: int) -> int | None:
    return None if bound is None else bound - used
