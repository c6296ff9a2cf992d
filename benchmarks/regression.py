"""Formulas found by our genetic search and, beside it in the same seconds, by gplearn.

The quick tasks of the suite 'regression', one after the other and each search alone on one core.
Seconds are the processor's, so that nothing else that runs takes any away.
Both learn from the training rows, and stop when these and those for validation are right within
the task's tolerance; then the test rows, from a wider range, are opened once, on the program that
each returned, whether or not it was right on the others. gplearn is fitted generation by
generation until the time is over (population 1,000; its parsimony coefficient 0.001 and the
functions that our pack has as well). Where a task gives the shape of the formula (a sketch), its
numbers are fitted by the search for holes; gplearn takes no shapes.

gplearn is no requirement: where it is not installed (`pip install gplearn`), it is left out and
the record says so.

    python -m benchmarks.regression --seconds 20 --seeds 1
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.origin import origin
from benchmarks.searched import searched
from progsynth.lang.engines import run_rows
from progsynth.lang.values import close
from progsynth.lang.vm import warm_up
from progsynth.registry import pack, suite
from progsynth.search.genetic import genetic
from progsynth.solve import solve
from progsynth.task import Example, Task

try:
    from gplearn.functions import make_function
    from gplearn.genetic import SymbolicRegressor
except ImportError:
    SymbolicRegressor = None

RESULTS = Path(__file__).parent / "results"
Record = dict[str, Any]
Predict = Callable[[Sequence[Example]], list[float]]  # NaN where there is no value

_WIDTH = 26  # of a task's name


def main() -> int:
    """Run every quick task with every seed; a line of JSON and of text for each."""
    options = _options()
    warm_up()  # compiling the VM is no part of the search
    if SymbolicRegressor is None:
        print("gplearn is not installed (pip install gplearn): ours runs alone")
    quick = suite("regression").subset(suite("regression").quick)
    options.record.parent.mkdir(parents=True, exist_ok=True)
    with options.record.open("a", encoding="utf-8") as file:
        for task in quick:
            for seed in range(options.seeds):
                line = attempt(task, seed, options.seconds)
                file.write(json.dumps(line) + "\n")
                file.flush()
                ours, theirs = _said(line["ours"]), _said(line["gplearn"])
                print(f"{task.name:{_WIDTH}} seed {seed}  {ours} | gplearn {theirs}", flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="for each search (20)")
    parser.add_argument("--seeds", type=int, default=1, help="of each task (1)")
    default = RESULTS / "regression.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    return parser.parse_args()


def _said(found: Record) -> str:
    if "absent" in found:
        return str(found["absent"])
    fits = "fits" if found["solved"] else "no fit"
    return (
        f"{fits:6} test {found['right']:>2}/{found['test']}, R2 {found['r2']:6.3f}, "
        f"{found['cpu_seconds']:5.1f} s"
    )


def attempt(task: Task, seed: int, seconds: float) -> Record:
    """The record of one task and seed."""
    return {
        "task": task.name,
        "seed": seed,
        "tolerance": task.tolerance,
        "ours": ours(task, seed, seconds),
        "gplearn": gplearn(task, seed, seconds),
        "seconds_given": seconds,
        "clock": "processor",
        **origin("regression"),
    }


def ours(task: Task, seed: int, seconds: float) -> Record:
    """What the genetic search finds, or the search for holes where the task has a sketch."""
    begun = time.perf_counter(), time.process_time()
    if task.sketch:
        result = solve(replace(task, test=()), seconds=seconds, seed=seed)
    else:
        result = searched(task, genetic(), seed=seed, seconds=seconds).result
    spent = _since(begun)

    def predict(examples: Sequence[Example]) -> list[float]:
        if result.core is None:
            return [math.nan] * len(examples)
        outputs = run_rows(result.core, [e.inputs for e in examples], pack(), task.limits)
        return [x if isinstance(x, float) else math.nan for x in outputs]

    return {
        "search": result.search,
        "solved": result.solved,
        "program": result.program,
        "programs": result.programs,
        "executions": result.executions,
        **spent,
        **_judged(task, predict),
    }


def gplearn(task: Task, seed: int, seconds: float) -> Record:
    """What gplearn finds in as many seconds."""
    if SymbolicRegressor is None:
        return {"absent": "not installed"}
    if task.sketch:
        return {"absent": "takes no shapes"}
    model = SymbolicRegressor(
        population_size=1000,
        generations=1,
        warm_start=True,
        const_range=(-5.0, 5.0),
        function_set=(
            "add",
            "sub",
            "mul",
            "div",
            "sqrt",
            "log",
            "neg",
            "max",
            "sin",
            "cos",
            _exp(),
        ),
        parsimony_coefficient=0.001,
        random_state=seed,
        n_jobs=1,
    )
    x_ND = np.array([e.inputs for e in task.train])
    y_N = np.array([e.output for e in task.train])

    def predict(examples: Sequence[Example]) -> list[float]:
        return [float(v) for v in model.predict(np.array([e.inputs for e in examples]))]

    begun = time.perf_counter(), time.process_time()
    generations, solved = 0, False
    with np.errstate(all="ignore"):
        while not solved and time.process_time() - begun[1] < seconds:
            generations += 1
            model.set_params(generations=generations)
            model.fit(x_ND, y_N)
            solved = all(
                _right(task, some, predict) == len(some) for some in (task.train, task.validation)
            )
        spent = _since(begun)
        judged = _judged(task, predict)
    return {
        "solved": solved,
        "program": str(model._program),
        "generations": generations,
        **spent,
        **judged,
    }


def _exp() -> Any:
    """The exponential, which gplearn lacks, cut off where it would grow too large."""
    return make_function(function=_exp_of, name="exp", arity=1)


def _exp_of(x: Any) -> Any:
    return np.exp(np.clip(x, -50.0, 50.0))


def _since(begun: tuple[float, float]) -> Record:
    return {
        "seconds": round(time.perf_counter() - begun[0], 2),
        "cpu_seconds": round(time.process_time() - begun[1], 2),
    }


def _right(task: Task, examples: Sequence[Example], predict: Predict) -> int:
    """On how many of the examples the prediction is right, within the task's tolerance."""
    pairs = zip(examples, predict(examples), strict=True)
    return sum(close(e.output, found, task.tolerance) for e, found in pairs)


def _judged(task: Task, predict: Predict) -> Record:
    """How it does on the test rows: how many are right, and the share of variance explained."""
    y_N = np.array([e.output for e in task.test])
    found_N = np.array(predict(task.test))
    found_N = np.where(np.isfinite(found_N), found_N, y_N.mean())  # no value: the mean
    r2 = 1.0 - float(((y_N - found_N) ** 2).sum() / ((y_N - y_N.mean()) ** 2).sum())
    return {"right": _right(task, task.test, predict), "test": len(task.test), "r2": round(r2, 4)}


if __name__ == "__main__":
    sys.exit(main())
