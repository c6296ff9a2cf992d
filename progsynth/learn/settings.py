"""How a run of learning goes: budgets, bounds, and the order of its tasks."""

from __future__ import annotations

from dataclasses import dataclass

from progsynth.errors import ProgsynthError
from progsynth.library.ranking import MOST

CURRICULA = ("given", "short")
_COUNTS = (
    *("executions", "frontier", "most", "subroutines", "solutions", "max_arity", "replays"),
    *("share", "patience", "back", "gradient_steps"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What decides the result of a run, beside its tasks and the library that it begins with.

    A task may use `executions` in each round, and one with submodules that are to be trained so
    many `gradient_steps` (see `solving.stages`). `search` is the name of a search, "guided" for the
    one that goes by the grammar (see `attempt`). Of a task's programs the `frontier` likeliest are
    kept. In each round `batch` more tasks are begun with, None for all at once, in the order of
    the `curriculum`: "given", or "short", by the size of their examples. A task sees `most`
    subroutines. Each round proposes `subroutines` at most, of `max_arity` parameters, and as many
    `solutions` as they are; each is tried on `replays` tasks that it was not made from, those
    that are not solved for one part of the budget in `share`. What no solution has called for
    `patience` rounds is retired. Where a task sees new words, one part of its budget in `back` is
    for the search that it began with (see `efforts`).
    """

    executions: int = 500_000
    gradient_steps: int = 2_000
    seed: int = 0
    search: str = "guided"
    frontier: int = 5
    batch: int | None = None
    curriculum: str = "given"
    most: int = MOST
    subroutines: int = 6
    solutions: int = 6
    max_arity: int = 2
    replays: int = 10
    share: int = 5
    patience: int = 2
    back: int = 2

    def __post_init__(self) -> None:
        for name in _COUNTS:
            _check(name, getattr(self, name))
        if self.batch is not None:
            _check("batch", self.batch)
        if self.curriculum not in CURRICULA:
            raise ProgsynthError(
                f"curriculum: expected one of {', '.join(CURRICULA)}, found {self.curriculum!r}"
            )


def _check(name: str, value: object) -> None:
    if type(value) is not int or value < 1:
        raise ProgsynthError(f"{name}: expected a whole number from 1, found {value!r}")
