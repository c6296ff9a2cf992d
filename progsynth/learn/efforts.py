"""How a task's budget is shared among searches, so that no round begins from nothing again.

The search that a task began with goes on, round after round, from where it stopped. Where the
task sees words that it did not see, another search begins with these; from then on that one has
most of the budget of a round, and the first one the rest (`Settings.back`): what a library makes
slower is not lost. A later search takes the place of an earlier one, but not of the first.

A search is not kept in memory from round to round. What it does depends on nothing but its task,
its words and its budget, so it is run again up to where it was: that takes time, but nothing that
was not paid for before, and only what comes after counts as executions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from progsynth.library.loading import Key


@dataclass(frozen=True, slots=True)
class Effort:
    """A search for a task: `begun` is the round whose words and grammar it has, `allowed` the
    executions that it has had. It is `over` where nothing is left of it."""

    begun: int
    allowed: int = 0
    over: bool = False

    def as_json(self) -> list[Any]:
        """The effort as a JSON list."""
        return [self.begun, self.allowed, self.over]

    def after(self, solved: bool, used: int) -> Effort:
        """The effort when an attempt with all that is allowed has used so many executions."""
        return replace(self, over=not solved and used < self.allowed)


Efforts = tuple[Effort, ...]  # of a task: the first, and the latest where that is another


def sees_new(now: Collection[Key], then: Collection[Key]) -> bool:
    """Does a task see words now that it did not see then? Those that are gone are no reason to
    begin again."""
    return not set(now) <= set(then)


def planned(known: Efforts, number: int, new: bool, *, executions: int, back: int) -> Efforts:
    """The task's efforts in the round `number` with what each has had by its end.

    The latest comes last. Those that are over have nothing more; `new` says whether the task sees
    new words.
    """
    if not known:
        return (Effort(number, executions),)
    first, latest = known[0], Effort(number) if new else known[-1]
    if latest == first or first.over:
        later = _more(latest, executions)
        return (later,) if latest == first else (first, later)
    part = executions // back
    return _more(first, executions if latest.over else part), _more(latest, executions - part)


def _more(effort: Effort, executions: int) -> Effort:
    return effort if effort.over else replace(effort, allowed=effort.allowed + executions)


def are_over(efforts: Sequence[Effort]) -> bool:
    """Is nothing left of them?"""
    return all(effort.over for effort in efforts)
