"""A search that serves until a better one is ready, which then goes on in its place."""

from __future__ import annotations

from collections.abc import Callable

from progsynth.search.run import Allowance, Batch, Candidate, Search, Told

_LOOK = 1.0  # seconds between questions whether the other is ready


class ChangeOver:
    """The search `now`, and from when `ready` says so the one that `then` makes.

    What `now` came nearest with is kept. When that happens depends on the clock: for runs that
    have to come out the same every time, wait until the other is ready instead.
    """

    def __init__(self, now: Search, ready: Callable[[], bool], then: Callable[[], Search]):
        self.name = now.name
        self.searches = [now]
        self._ready = ready
        self._then = then
        self._looked: float | None = None

    @property
    def exhausted(self) -> bool:
        """Is the last one?"""
        return self.searches[-1].exhausted

    @property
    def level(self) -> int:
        """How far the last one has come."""
        return self.searches[-1].level

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of all."""
        return tuple(dict.fromkeys(note for search in self.searches for note in search.notes))

    def ask(self, allowance: Allowance) -> Batch:
        """What the last one gives; the other takes over first when it is ready."""
        if len(self.searches) == 1 and self._is_time(allowance.clock()) and self._ready():
            self.searches.append(self._then())
        return self.searches[-1].ask(allowance)

    def tell(self, results: Told) -> None:
        """Tell the last one, whose candidates they are."""
        self.searches[-1].tell(results)

    def partial(self) -> tuple[Candidate, ...]:
        """The partial programs of all, those of the last one first."""
        return tuple(one for search in reversed(self.searches) for one in search.partial())

    def _is_time(self, now: float) -> bool:
        if self._looked is not None and now < self._looked + _LOOK:
            return False
        self._looked = now
        return True
