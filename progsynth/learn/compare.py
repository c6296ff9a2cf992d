"""What a library is worth: all tasks of a suite solved with it and without it, at equal budgets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from statistics import median

from progsynth.grammar.weights import Weights
from progsynth.learn.attempt import Attempt, Seen
from progsynth.learn.plan import run_of
from progsynth.learn.seeing import seen_by
from progsynth.learn.settings import Settings
from progsynth.learn.state import end
from progsynth.learn.units import Bench, Told, Unit
from progsynth.library import journal
from progsynth.library.entry import Entry
from progsynth.library.store import Library
from progsynth.task import Suite, Task


@dataclass(frozen=True, slots=True)
class Compared:
    """Attempts at the same tasks, by their names: with the library, and without it.

    A task that is not solved counts as the budget.
    """

    budget: int
    with_it: Mapping[str, Attempt]
    without: Mapping[str, Attempt]

    def used(self, name: str) -> tuple[int, int]:
        """The executions of a task with the library and without."""
        both = self.with_it[name], self.without[name]
        first, second = (one.executions if one.solved else self.budget for one in both)
        return first, second

    def __str__(self) -> str:
        lines = []
        for label, some, place in (
            ("with the library", self.with_it, 0),
            ("without", self.without, 1),
        ):
            solved = sum(one.solved for one in some.values())
            used = [self.used(name)[place] for name in some]
            lines.append(
                f"{label}: {solved} of {len(some)} solved, {sum(used):,} executions, median "
                f"{median(used):,.0f} (a task not solved counts as {self.budget:,})"
            )
        return "\n".join(lines)


def compared(
    suite: Suite,
    library: Library | str | Path,
    *,
    settings: Settings | None = None,
    workers: int = 1,
    told: Told | None = None,
) -> Compared:
    """The tasks solved with what the library has in use now, and without it.

    With it goes the grammar that the run of these tasks and settings has fitted last. The first
    program that fits is taken on both sides, and each side has the settings' budget for each
    task.
    """
    library = library if isinstance(library, Library) else Library(Path(library), create=False)
    settings = settings or Settings()
    tasks = [replace(task, test=()) for task in suite]
    in_use = library.entries()
    run = run_of(suite, settings)
    weights = _last_weights(library, run)
    state = _digest_of(in_use, weights)

    def unit(task: Task, label: str, seen: Seen) -> Unit:
        options = {
            "executions": settings.executions,
            "gradient_steps": settings.gradient_steps,
            "search": settings.search,
            "seed": settings.seed,
        }
        return Unit(f"{label}: {task.name}", task, seen, options)

    with closing(Bench(library, f"compare {run}", workers=workers, told=told)) as bench:
        both = [unit(task, "without", Seen(library.path)) for task in tasks]
        both += [
            unit(task, f"with {state}", seen_by(task, library.path, in_use, settings.most, weights))
            for task in tasks
        ]
        found = bench.done(both)
    names = [task.name for task in tasks]
    without = dict(zip(names, found[: len(names)], strict=True))
    with_it = dict(zip(names, found[len(names) :], strict=True))
    return Compared(settings.executions, with_it, without)


def _last_weights(library: Library, run: str) -> Weights | None:
    """The grammar after the last round of the run; None where there is none."""
    steps = journal.steps(library, run)
    ends = [int(step.split()[0]) for step in steps if step.endswith(" end")]
    return Weights.from_json(steps[end(max(ends))]["weights"]) if ends else None


def _digest_of(in_use: Sequence[Entry], weights: Weights | None) -> str:
    """A short name for the state of a library and its grammar."""
    content = [[entry.key for entry in in_use], weights and weights.as_json()]
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
