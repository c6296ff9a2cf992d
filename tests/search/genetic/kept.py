"""What the tests of searches kept in files share: a problem, how a search of it ends, a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from progsynth.evaluate import Evaluation, compare
from progsynth.lang.engines import run_rows
from progsynth.lang.printing.pretty import pretty
from progsynth.search.problem import Problem
from progsynth.search.run import Budget, Candidate, Outcome, Search, run
from tests.search.genetic.problems import problem


def rarely_solved(
    rows: Sequence[tuple[Any, ...]], accuracy: float, allowed: tuple[str, ...]
) -> Problem:
    """A problem that is not solved soon; but one of its examples is, now and then."""

    def meaning(xs: list[int]) -> list[int]:
        return [x * 7 + 13 * place for place, x in enumerate(sorted(xs))][::-1] if xs else [1]

    signature = "(xs: list[int]) -> list[int]"
    return problem(signature, meaning, rows, accuracy=accuracy, allowed=allowed)


def ended(search: Search, made: Problem, executions: int) -> Outcome:
    """How the search ends; what fits the training examples is never right on those held out."""

    def check(candidate: Candidate) -> Evaluation:
        outputs = run_rows(candidate.program, made.inputs, made.dsl, made.limits, engine="python")
        return compare(made.outputs, outputs, made.result)

    def validate(candidate: Candidate) -> Evaluation:
        return compare([1], [2], made.result, error=lambda *_: 1.0)

    return run(search, check, validate, Budget(None, executions), accuracy=made.accuracy)


def shown(found: Outcome, made: Problem) -> dict[str, Any]:
    """What has to be the same of two outcomes."""
    assert found.candidate is not None
    return {
        "reason": found.stop_reason,
        "used": [found.programs, found.executions, found.level],
        "notes": list(found.notes),
        "best": pretty(found.candidate.program, made.dsl),
        "rejected": [pretty(one.program, made.dsl) for one in found.rejected],
    }


def killed_and_gone_on(module: str, path: Path, *, level: int) -> Any:
    """What the module's `main` writes, as JSON, when it goes on from the file of a process that
    was killed once it had come to that level. The two have other hash seeds."""
    first = _start(module, path, "1")
    for _ in range(6_000):
        if path.exists() and json.loads(path.read_text())["counts"]["level"] >= level:
            break
        assert first.poll() is None, "it ended before it could be killed"
        time.sleep(0.005)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert first.returncode == -signal.SIGKILL
    resumed, _ = _start(module, path, "2").communicate()
    return json.loads(resumed)


def _start(module: str, path: Path, hash_seed: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", f"from {module} import main; main()", str(path)]
    env = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
