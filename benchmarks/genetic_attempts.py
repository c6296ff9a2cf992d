"""One run of a genetic search on a task, and what is kept of it: for the measurements beside this
file. Solved is what is right on the training examples, right what is so on those held out, too."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import progsynth
from progsynth.evaluate import Evaluation, evaluate
from progsynth.registry import pack
from progsynth.search.problem import Method
from progsynth.search.run import Budget, Candidate, run
from progsynth.solving.conclude import make_result
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import evaluate_in, make_setting
from progsynth.task import Example, Task

Record = dict[str, Any]


def read_records(path: Path) -> list[Record]:
    """The records of a file of JSON lines; none where there is no such file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def attempt(
    task: Task,
    method: Method,
    *,
    name: str,
    seed: int,
    module: str,
    seconds: float | None = None,
    executions: int | None = None,
) -> Record:
    """The record of one task and seed by the method of that name, within so many seconds of the
    processor or executions; making tables is a part of the search. The test examples are for its
    end only. `module` is the measurement that asks."""
    setting = make_setting(replace(task, test=()))
    started, begun = time.time(), time.process_time()
    search = method(make_problem(setting), seed)
    prepared = time.process_time() - begun

    def checked(examples: Sequence[Example]) -> Callable[[Candidate], Evaluation]:
        return lambda one: evaluate_in(setting.words(one), one.program, examples, task)

    outcome = run(
        search,
        checked(task.train),
        checked(task.validation),
        Budget(None if seconds is None else seconds - prepared, executions=executions),
        accuracy=task.accuracy,
        clock=time.process_time,
    )
    used = time.process_time() - begun
    result = None
    if outcome.solved:
        result = make_result(setting, outcome, search=search.name, seed=seed)
    return {
        "task": task.name,
        "method": name,
        "seed": seed,
        "solved": outcome.solved,
        "right": result is not None and is_right(result.core, task),
        "passed": outcome.evaluation.passed if outcome.evaluation else 0,
        "total": len(task.train),
        "seconds": round(used, 2),
        "seconds_before": round(prepared, 2),
        "programs": outcome.programs,
        "executions": outcome.executions,
        "generations": outcome.level,
        "program": result.program if result is not None else None,
        "seconds_given": seconds,
        "executions_given": executions,
        "started": round(started),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python_version": platform.python_version(),
        "version": progsynth.__version__,
        "command": " ".join(["python", "-m", f"benchmarks.{module}", *sys.argv[1:]]),
    }


def is_right(core: Any, task: Task) -> bool:
    """Is the program right on every example that was held out?"""
    if core is None:
        return False
    found = evaluate(
        core, task.test, pack(), limits=task.limits, tolerance=task.tolerance, engine="python"
    )
    return found.solved


def shown(line: Record) -> str:
    """A record on a line of the terminal."""
    found = "right" if line["right"] else "fits" if line["solved"] else "not found"
    return (
        f"{line['task']:20} {line['method']:16} seed {line['seed']}: {found:9} "
        f"{line['passed']:>3}/{line['total']} {line['seconds']:7.1f} s "
        f"{line['executions']:>11,} executions {line['programs']:>9,} programs"
    )
