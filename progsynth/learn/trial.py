"""Is a new subroutine worth its place? Tasks that it was not made from are solved again with it.

The executions up to the first program that fits are compared, with it and without. Most of the
tasks are not solved yet: a subroutine pays where it solves one of them. These may use a share of
the budget (a task that is within reach of a good subroutine is soon found with it), and one that is
not solved then counts as the whole budget, as it does without. Tasks that were solved before may
use twice what they used. A subroutine is admitted if the sum is lower.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from progsynth.lang.term import Function
from progsynth.learn.attempt import Attempt, Seen
from progsynth.learn.settings import Settings
from progsynth.learn.units import Bench, Unit
from progsynth.task import Task

_SLACK = 2_000  # executions that any task may use with a new subroutine
_SOLVED = 3  # tasks among those replayed that are solved: what a subroutine slows down


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the replays of a subroutine used, without it and with it, and on how many tasks."""

    without: int
    with_it: int
    tasks: int

    @property
    def pays(self) -> bool:
        """Were executions saved?"""
        return self.with_it < self.without

    def as_json(self) -> dict[str, int]:
        """The verdict as a JSON object."""
        return {
            "tasks": self.tasks,
            "executions_without": self.without,
            "executions_with": self.with_it,
        }


class Trials:
    """The trials of one round, on one set of tasks; `seen` says what each of them sees."""

    def __init__(
        self,
        bench: Bench,
        settings: Settings,
        number: int,
        seen: Mapping[str, Seen],
        tasks: Sequence[Task],
        solved: Iterable[str],
    ):
        self._bench, self._settings, self._number = bench, settings, number
        self._seen, self._tasks, self._solved = seen, tasks, set(solved)

    def verdict(
        self, function: Function, made_from: Iterable[str], before: Sequence[Function]
    ) -> Verdict:
        """The verdict on the function; those `before` were admitted in this round."""
        chosen = self._replayed(function, set(made_from))
        settings = self._settings
        whole = settings.executions
        solved = [task for task in chosen if task.name in self._solved]
        without = self._attempts(solved, before, dict.fromkeys(_names(solved), whole))
        budgets = dict.fromkeys(_names(chosen), max(1, whole // settings.share))
        used = {name: _used(without.get(name), whole) for name in _names(chosen)}
        at_most = dict.fromkeys(used, whole)
        for name in without:
            budgets[name] = at_most[name] = min(whole, 2 * used[name] + _SLACK)
        with_it = self._attempts(chosen, (*before, function), budgets)
        spent = [_used(with_it[name], at_most[name]) for name in at_most]
        return Verdict(sum(used.values()), sum(spent), len(chosen))

    def _replayed(self, function: Function, made_from: set[str]) -> list[Task]:
        """Tasks that it was not made from: a few solved, the others not, as far as there are
        enough."""
        rng = random.Random(f"{self._settings.seed} {self._number} {function.name}")
        others = [task for task in self._tasks if task.name not in made_from]
        rng.shuffle(others)
        solved = [task for task in others if task.name in self._solved]
        not_solved = [task for task in others if task.name not in self._solved]
        count = self._settings.replays
        few = max(min(_SOLVED, count // 2), count - len(not_solved))
        chosen = solved[:few]
        return [*chosen, *not_solved[: count - len(chosen)]]

    def _attempts(
        self, tasks: Sequence[Task], added: Sequence[Function], budgets: dict[str, int]
    ) -> dict[str, Attempt]:
        words = " + ".join(map(_label, added)) or "nothing"
        units = [
            Unit(
                f"{self._number} replay {words}: {task.name}",
                task,
                replace(self._seen[task.name], added=tuple(added)),
                {
                    "executions": budgets[task.name],
                    "search": self._settings.search,
                    "seed": self._settings.seed,
                },
            )
            for task in tasks
        ]
        found = self._bench.done(units)
        return {task.name: one for task, one in zip(tasks, found, strict=True)}


def _label(function: Function) -> str:
    """What tells it from all others that were tried, of which some may have had its name."""
    content = repr((function.types, function.result, function.body))
    return f"{function.name} {sha256(content.encode()).hexdigest()[:8]}"


def _names(tasks: Iterable[Task]) -> list[str]:
    return [task.name for task in tasks]


def _used(attempt: Attempt | None, budget: int) -> int:
    """What the attempt counts for: what was used, or what might have been."""
    return attempt.executions if attempt is not None and attempt.solved else budget
