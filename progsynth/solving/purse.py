"""A budget that several trials share, one after the other: each has a part of what is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from progsynth.search.run import Budget, Outcome


@dataclass(frozen=True, slots=True)
class Weight:
    """What a trial weighs against those after it: in executions (programs and seconds go with
    them), and in gradient steps."""

    executions: float
    gradient_steps: float = 0.0


@dataclass(slots=True)
class Purse:
    """What is left of a budget; what one trial leaves goes to those after it."""

    budget: Budget
    weights: Mapping[str, Weight]
    clock: Callable[[], float] = time.monotonic
    executions: int = 0
    programs: int = 0
    gradient_steps: int = 0
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return self.clock() - self.began

    def part(self, names: list[str]) -> Budget:
        """The budget of the first of these trials, which are all that are to come.

        Where it takes no gradient steps there is no bound on them, for that would be reached.
        """
        some = [self.weights[name] for name in names]
        plain = _share([one.executions for one in some])
        steps = _share([one.gradient_steps for one in some])
        budget = self.budget
        return Budget(
            None if budget.seconds is None else max(0.0, budget.seconds - self.seconds) * plain,
            _part(budget.executions, self.executions, plain),
            _part(budget.programs, self.programs, plain),
            _part(budget.gradient_steps, self.gradient_steps, steps) if steps else None,
        )

    def spend(self, outcome: Outcome) -> None:
        """Take what a trial has used."""
        self.executions += outcome.executions
        self.programs += outcome.programs
        self.gradient_steps += outcome.gradient_steps


def _share(weights: list[float]) -> float:
    return weights[0] / sum(weights) if weights[0] else 0.0


def _part(bound: int | None, used: int, share: float) -> int | None:
    return None if bound is None else int(max(0, bound - used) * share)
