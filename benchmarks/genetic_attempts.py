"""One run of a genetic search on a task, and what is kept of it: for the measurements beside this
file. Solved is what is right on the training examples, right what is so on those held out, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.origin import origin
from benchmarks.searched import searched
from progsynth.search.problem import Method
from progsynth.task import Task

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
    processor or executions. `module` is the measurement that asks."""
    begun = origin(module)
    found = searched(task, method, seed=seed, seconds=seconds, executions=executions)
    outcome = found.outcome
    return {
        "task": task.name,
        "method": name,
        "seed": seed,
        "solved": outcome.solved,
        "right": found.right,
        "passed": outcome.evaluation.passed if outcome.evaluation else 0,
        "total": len(task.train),
        "seconds": round(found.seconds, 2),
        "seconds_before": round(found.seconds_before, 2),
        "programs": outcome.programs,
        "executions": outcome.executions,
        "generations": outcome.level,
        "program": found.result.program if outcome.solved else None,
        "seconds_given": seconds,
        "executions_given": executions,
        **begun,
    }


def shown(line: Record) -> str:
    """A record on a line of the terminal."""
    found = "right" if line["right"] else "fits" if line["solved"] else "not found"
    return (
        f"{line['task']:20} {line['method']:16} seed {line['seed']}: {found:9} "
        f"{line['passed']:>3}/{line['total']} {line['seconds']:7.1f} s "
        f"{line['executions']:>11,} executions {line['programs']:>9,} programs"
    )
