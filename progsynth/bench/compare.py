"""Runs and methods side by side: what the one solves and the other does not, task by task.

A side is a method of a run. Two sides are compared on the tasks that both have tried, which have
to be the same tasks: their examples are compared by checksum. Of each task the success rates over
the seeds are subtracted, so that a task counts once however many seeds there were.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from progsynth.bench.intervals import Interval, bootstrap, sign_test
from progsynth.bench.record import Record
from progsynth.bench.runs import Run
from progsynth.bench.scores import TaskScore, effort_head, effort_text, score_tasks
from progsynth.bench.tables import Table
from progsynth.errors import ProgsynthError

TaskKey = tuple[str, str, str]  # suite, task, checksum


@dataclass(frozen=True, slots=True)
class Side:
    """A method of a run, with its scores by task."""

    name: str
    scores: Mapping[TaskKey, TaskScore]

    @property
    def records(self) -> tuple[Record, ...]:
        """All of its records."""
        return tuple(record for score in self.scores.values() for record in score.records)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides on the tasks that both have tried.

    `differences` are rates of the first less those of the second; `wins` and `losses` are the
    tasks on which the first has the higher or the lower rate. `warnings` say what makes the
    comparison less than fair.
    """

    first: Side
    second: Side
    keys: tuple[TaskKey, ...]
    warnings: tuple[str, ...]

    @property
    def differences(self) -> tuple[float, ...]:
        """The difference of the success rates on each task."""
        return tuple(self.first.scores[k].rate - self.second.scores[k].rate for k in self.keys)

    @property
    def wins(self) -> tuple[TaskKey, ...]:
        """The tasks on which the first has the higher rate."""
        return tuple(k for k, d in zip(self.keys, self.differences, strict=True) if d > 0)

    @property
    def losses(self) -> tuple[TaskKey, ...]:
        """The tasks on which the first has the lower rate."""
        return tuple(k for k, d in zip(self.keys, self.differences, strict=True) if d < 0)

    @property
    def mean(self) -> float:
        """The mean difference."""
        return statistics.fmean(self.differences)

    @property
    def interval(self) -> Interval:
        """Where the mean difference is with 95%, for tasks like these."""
        return bootstrap(self.differences)

    @property
    def chance(self) -> float:
        """How likely so uneven a split of wins and losses is between equals (sign test)."""
        return sign_test(len(self.wins), len(self.losses))


def sides_of(runs: Sequence[Run]) -> tuple[Side, ...]:
    """The sides of the runs: `run: method`, the method alone where there is one run, the run
    alone where each has one method."""
    names = [run.name for run in runs]
    made = []
    for run in runs:
        name = run.name if names.count(run.name) == 1 else str(run.folder)
        by_method: dict[str, dict[TaskKey, TaskScore]] = {}
        for score in score_tasks(run.records):
            key = (score.suite, score.task, score.records[0].task_checksum)
            by_method.setdefault(score.method, {})[key] = score
        made += [(name, method, scores) for method, scores in by_method.items()]
    alone = len(made) == len(runs) and len({method for _, method, _ in made}) == 1
    sides = []
    for name, method, scores in made:
        label = method if len(runs) == 1 else name if alone else f"{name}: {method}"
        sides.append(Side(label, scores))
    return tuple(sides)


def pairs_of(sides: Sequence[Side]) -> tuple[Pair, ...]:
    """Every two sides that have a task in common.

    Raises ProgsynthError where no two have.
    """
    if len(sides) < 2:
        raise ProgsynthError("there is one method in one run: nothing to compare it with")
    found = []
    for first, second in combinations(sides, 2):
        keys = tuple(key for key in first.scores if key in second.scores)
        if keys:
            found.append(Pair(first, second, keys, tuple(_warnings(first, second, keys))))
    if not found:
        raise ProgsynthError(
            "the runs have no task in common, with the same examples: nothing can be compared"
        )
    return tuple(found)


# What has to be the same on both sides for the comparison to be fair.
_SAME: Mapping[str, Callable[[Record], object]] = {
    "seconds given": lambda r: r.seconds_given,
    "executions given": lambda r: r.executions_given,
    "programs given": lambda r: r.programs_given,
    "gradient steps given": lambda r: r.gradient_steps_given,
    "workers at a time": lambda r: r.workers,
    "cores for a job": lambda r: r.cores,
    "machine": lambda r: f"{r.machine.platform}, {r.machine.cores} cores",
    "pack": lambda r: f"{r.pack} {r.pack_digest}",
    "version": lambda r: f"{r.version} (sources {r.source})",
    "Python": lambda r: r.python,
}


def _warnings(first: Side, second: Side, keys: Sequence[TaskKey]) -> Iterator[str]:
    for what, get in _SAME.items():
        one, other = (
            sorted({_shown(get(r)) for key in keys for r in side.scores[key].records})
            for side in (first, second)
        )
        if one != other:
            yield f"unequal {what}: {_listed(one)} against {_listed(other)}"
    for side in (first, second):
        left = len(side.scores) - len(keys)
        if left:
            yield f"{left} of the {len(side.scores)} tasks of {side.name} are not compared"
    seeds = [{score.runs for score in side.scores.values()} for side in (first, second)]
    if seeds[0] != seeds[1]:
        yield "unequal numbers of seeds"


def _listed(values: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(values) - _MOST
    return " and ".join(values[:_MOST]) + (f" and {more} more" if more > 0 else "")


_MOST = 2  # unequal values that a warning shows


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value or "none")


def warnings_of(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """What makes the comparisons less than fair, each with the sides that it is about."""
    by_text: dict[str, list[str]] = {}
    for pair in pairs:
        for warning in pair.warnings:
            by_text.setdefault(warning, []).append(f"{pair.first.name} against {pair.second.name}")
    return tuple(f"{text} ({', '.join(sides)})" for text, sides in by_text.items())


# ------------------------------------------------------------------------------ as tables


def pairs_table(pairs: Sequence[Pair]) -> Table:
    """A line for each pair of sides."""
    heads = ("first", "second", "tasks", "wins", "losses", "ties", "difference", "95%", "sign test")
    rows = []
    for pair in pairs:
        wins, losses = len(pair.wins), len(pair.losses)
        low, high = pair.interval
        rows.append(
            (
                pair.first.name,
                pair.second.name,
                str(len(pair.keys)),
                str(wins),
                str(losses),
                str(len(pair.keys) - wins - losses),
                f"{pair.mean:+.1%}",
                f"{low:+.1%} to {high:+.1%}",
                f"p = {pair.chance:.3f}",
            )
        )
    return Table(heads, tuple(rows))


def differing_table(sides: Sequence[Side]) -> Table:
    """A line for each task that all sides have tried and that they did not do alike on."""
    first, effort = sides[0], effort_head([r for side in sides for r in side.records])
    keys = [key for key in first.scores if all(key in side.scores for side in sides)]
    rows = []
    for key in keys:
        scores = [side.scores[key] for side in sides]
        if len({score.rate for score in scores}) > 1:
            cells = [f"{s.successes}/{s.runs}  {effort_text(s)}" for s in scores]
            rows.append((f"{key[1]} ({key[0]})", *cells))
    return Table(("task", *(f"{side.name}, {effort}" for side in sides)), tuple(rows))
