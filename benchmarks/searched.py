"""One search for a task, by the clock of the processor: for the measurements beside this file.

The search never sees the test examples. Making its tables is a part of it and of its budget.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from progsynth.evaluate import Evaluation
from progsynth.search.problem import Method
from progsynth.search.run import Budget, Candidate, Outcome, Search, run
from progsynth.solving.conclude import make_result
from progsynth.solving.problem import make_problem
from progsynth.solving.result import Result
from progsynth.solving.setting import evaluate_in, make_setting
from progsynth.task import Example, Task


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search came to. Of the `seconds` those `seconds_before` went into its tables.
    `right` says that the program is right on the test examples as well."""

    search: Search
    outcome: Outcome
    result: Result
    right: bool
    seconds: float
    seconds_before: float


def searched(
    task: Task,
    method: Method,
    *,
    seed: int,
    seconds: float | None = None,
    executions: int | None = None,
) -> Searched:
    """What the method finds for the task within so many seconds of the processor or executions."""
    setting = make_setting(replace(task, test=()))
    begun = time.process_time()
    search = method(make_problem(setting), seed)
    before = time.process_time() - begun

    def checked(examples: Sequence[Example]) -> Callable[[Candidate], Evaluation]:
        return lambda one: evaluate_in(setting.words(one), one.program, examples, task)

    outcome = run(
        search,
        checked(task.train),
        checked(task.validation),
        Budget(None if seconds is None else max(0.0, seconds - before), executions=executions),
        accuracy=task.accuracy,
        clock=time.process_time,
    )
    used = time.process_time() - begun
    result = make_result(setting, outcome, search=search.name, seed=seed)
    right = result.solved and result.evaluate(task.test).solved
    return Searched(search, outcome, result, right, used, before)
