"""Records summed up: per task and method over the seeds, and per suite and method.

A job is a success when a program that is right on the test examples was found within its budget.
What is not a success is censored: it would have taken longer than its budget, nobody knows how
much. So times are medians over all jobs, those without success counted as longer than any that
has one.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from progsynth.bench.intervals import Interval, wilson
from progsynth.bench.record import FAILED, Key, Record

LEAST_RUNS = 5  # seeds from which on an interval is given


@dataclass(frozen=True, slots=True)
class TaskScore:
    """How a method did on a task: `records` are one a seed.

    `seconds` and `executions` are medians over the seeds, infinite where less than half of them
    had success.
    """

    suite: str
    task: str
    method: str
    records: tuple[Record, ...]

    @property
    def runs(self) -> int:
        """How many seeds there were."""
        return len(self.records)

    @property
    def successes(self) -> int:
        """How many seeds had success."""
        return sum(record.success for record in self.records)

    @property
    def solved(self) -> int:
        """How many seeds found a program for the training and validation examples."""
        return sum(record.solved for record in self.records)

    @property
    def rate(self) -> float:
        """The share of seeds that had success."""
        return self.successes / self.runs

    @property
    def interval(self) -> Interval | None:
        """Where the rate is with 95%; None where there are too few seeds to say."""
        return wilson(self.successes, self.runs) if self.runs >= LEAST_RUNS else None

    @property
    def seconds(self) -> float:
        """The median time to success."""
        return _median(self.records, lambda record: record.seconds)

    @property
    def executions(self) -> float:
        """The median number of executions to success."""
        return _median(self.records, lambda record: record.executions)


def _median(records: Sequence[Record], measure: Callable[[Record], float]) -> float:
    found = [measure(record) if record.success else math.inf for record in records]
    return statistics.median(found)


@dataclass(frozen=True, slots=True)
class MethodScore:
    """How a method did on a suite.

    Of `per_seed`, each is the number of tasks that it had success on with one seed; `ever` is
    the number of tasks with success in one seed or more.
    """

    suite: str
    method: str
    tasks: tuple[TaskScore, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """All of its records."""
        return tuple(record for task in self.tasks for record in task.records)

    @property
    def per_seed(self) -> tuple[int, ...]:
        """The number of tasks with success, for each seed; seeds that did not run all are left
        out, unless none did."""
        seeds = sorted({record.seed for record in self.records})
        by_seed = {seed: [r for r in self.records if r.seed == seed] for seed in seeds}
        whole = [some for some in by_seed.values() if len(some) == len(self.tasks)]
        return tuple(sum(r.success for r in some) for some in whole or by_seed.values())

    @property
    def ever(self) -> int:
        """The number of tasks with success in one seed or more."""
        return sum(task.successes > 0 for task in self.tasks)

    @property
    def solved(self) -> int:
        """The number of jobs whose program is right on the training and validation examples."""
        return sum(record.solved for record in self.records)

    @property
    def successes(self) -> int:
        """The number of jobs with success."""
        return sum(record.success for record in self.records)

    @property
    def single_calls(self) -> int:
        """How many of the successes are a single call of something ready-made."""
        return sum(record.success and record.single_call for record in self.records)

    @property
    def untested(self) -> int:
        """How many of the successes are on tasks that have no test examples."""
        return sum(r.success and r.test is not None and not r.test.total for r in self.records)

    @property
    def lost(self) -> int:
        """The number of jobs that died, hung, or ended with an error."""
        return sum(record.stop_reason in FAILED for record in self.records)

    @property
    def seconds(self) -> float:
        """The median time to success over all jobs."""
        return _median(self.records, lambda record: record.seconds)

    @property
    def executions(self) -> float:
        """The median number of executions to success over all jobs."""
        return _median(self.records, lambda record: record.executions)


def in_order(records: Iterable[Record], keys: Iterable[Key]) -> tuple[Record, ...]:
    """The records in the order of the keys, whenever they were over."""
    places = {key: place for place, key in enumerate(keys)}
    return tuple(sorted(records, key=lambda record: places.get(record.key, len(places))))


def score_tasks(records: Iterable[Record]) -> tuple[TaskScore, ...]:
    """The scores of each task and method, in the order in which the records name them."""
    found: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        found.setdefault((record.suite, record.task, record.method), []).append(record)
    return tuple(TaskScore(*key, tuple(some)) for key, some in found.items())


def score_methods(records: Iterable[Record]) -> tuple[MethodScore, ...]:
    """The scores of each suite and method, in the order in which the records name them."""
    found: dict[tuple[str, str], list[TaskScore]] = {}
    for task in score_tasks(records):
        found.setdefault((task.suite, task.method), []).append(task)
    return tuple(MethodScore(*key, tuple(tasks)) for key, tasks in found.items())


# What an effort is measured in, and the head above it: the first that had a bound.
_EFFORTS = {
    "seconds": "median s",
    "executions": "median executions",
    "programs": "median programs",
}


def effort_of(records: Iterable[Record]) -> str:
    """What the effort of the jobs is measured in: "seconds" where these were bounded, else
    "programs" where only these were, else "executions"."""
    given = [(r.seconds_given, r.executions_given, r.programs_given) for r in records]
    bounded = (any(bound is not None for bound in column) for column in zip(*given, strict=True))
    return next((name for name, has in zip(_EFFORTS, bounded) if has), "executions")


def effort_text(score: TaskScore | MethodScore) -> str:
    """The median effort to success as text, `> 60` where that is all that is known."""
    name = effort_of(score.records)
    median = _median(score.records, lambda record: getattr(record, name))
    digits = "2f" if name == "seconds" else "0f"
    if math.isfinite(median):
        return f"{median:,.{digits}}"
    given = max((getattr(r, f"{name}_given") or 0 for r in score.records), default=0)
    return f"> {given:,.12g}" if given else "-"


def processor_text(score: MethodScore) -> str:
    """The median processor time to success as text; a dash where most jobs had none."""
    median = _median(score.records, lambda record: record.processor_seconds or 0.0)
    return f"{median:,.2f}" if math.isfinite(median) else "-"


def effort_head(records: Iterable[Record]) -> str:
    """The head above such texts."""
    return _EFFORTS[effort_of(records)]


def untested(records: Iterable[Record]) -> Iterator[str]:
    """A sentence on each method that had success on tasks without test examples."""
    for score in score_methods(records):
        if score.untested:
            yield (
                f"Of the successes of {score.method} on {score.suite}, {score.untested} of "
                f"{score.successes} are of tasks that have no test examples: their programs are "
                "right on the examples that they were made from, and no more is known."
            )


def spread_text(counts: Sequence[int]) -> str:
    """The mean of counts of several seeds with the least and the most of them.

    >>> spread_text([4]), spread_text([4, 6])
    ('4', '5.0 (4 to 6)')
    """
    if len(counts) == 1:
        return str(counts[0])
    return f"{statistics.fmean(counts):.1f} ({min(counts)} to {max(counts)})"


def share_text(part: int, whole: int) -> str:
    """A share in per cent, with what it is of: `25% (1 of 4)`."""
    return f"{part / whole:.0%} ({part} of {whole})" if whole else "-"
