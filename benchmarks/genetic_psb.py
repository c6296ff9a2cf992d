"""The genetic search over flat genomes on six problems at 60 million executions, ten seeds each.

The problems are those that were fixed for `genetic_representation`: three of PSB1 and three of
PSB2. Beside it random search, which draws every genome anew, at as many executions, and what has
been published. An execution is one program on one case. Population and share of cases are those
of the published runs with down-sampled lexicase selection: 1,000 programs on a quarter of the
cases; all else is as it is by default.
Solved is what is right on the training examples, right what is so on those held out, too.

    nice -n 19 python -m benchmarks.genetic_psb

Records are kept as they come: a run that was cut off goes on where it was. `--report` prints the
table of what is there. The published counts are of 100 runs that were right on training and test
cases: Lex-15 is lexicase selection in Helmuth and Spector, "General program synthesis benchmark
suite", GECCO 2015; PushGP-21 is lexicase selection in Helmuth and Kelly, "PSB2: the second program
synthesis benchmark suite", GECCO 2021 (arXiv 2106.06086); PushGP-25 is down-sampled lexicase
selection in arXiv 2508.03966 (2025). They are in other languages, and Lex-15 had fewer
executions: 300 generations (median: 200) of 1,000 programs on its 100 to 200 training cases.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import progsynth
from progsynth.evaluate import Evaluation, evaluate
from progsynth.registry import pack, suite
from progsynth.search.genetic import FlatSettings, genetic
from progsynth.search.problem import Method
from progsynth.search.run import Budget, Candidate, run
from progsynth.solving.conclude import make_result
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import evaluate_in, make_setting
from progsynth.task import Example, Task

# For each problem its suite, and what has been published: of 100 runs.
PROBLEMS: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "median": ("psb1", {"Lex-15": 45}),
    "last-index-of-zero": ("psb1", {"Lex-15": 21}),
    "negative-to-zero": ("psb1", {"Lex-15": 45}),
    "fuel-cost": ("psb2", {"PushGP-21": 50, "PushGP-25": 56}),
    "gcd": ("psb2", {"PushGP-21": 8, "PushGP-25": 14}),
    "fizz-buzz": ("psb2", {"PushGP-21": 25, "PushGP-25": 82}),
}
BRED = FlatSettings(population=1000, sample=0.25)
METHODS: Mapping[str, Method] = {
    "genetic": genetic(settings=BRED),
    "random": genetic(settings=replace(BRED, fresh=1.0)),
}
RECORD = Path(__file__).parent / "results" / "genetic_psb.jsonl"

Record = dict[str, Any]


def main() -> int:
    """Run what is not on record yet, a seed of all problems after another; print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--executions", type=int, default=60_000_000, help="a run (60 million)")
    parser.add_argument("--seeds", type=int, default=10, help="of each problem and method (10)")
    parser.add_argument("--record", type=Path, default=RECORD, help=f"JSON lines ({RECORD.name})")
    parser.add_argument("--report", action="store_true", help="print the table, and no more")
    options = parser.parse_args()
    lines = _read(options.record)
    done = {(r["task"], r["method"], r["seed"], r["executions_given"]) for r in lines}
    options.record.parent.mkdir(parents=True, exist_ok=True)
    for seed in range(0 if options.report else options.seeds):
        for name in PROBLEMS:
            for method in METHODS:
                if (name, method, seed, options.executions) in done:
                    continue
                line = attempt(name, method, seed, options.executions)
                lines.append(line)
                with options.record.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
                print(_shown(line), flush=True)
    _report([r for r in lines if r["executions_given"] == options.executions])
    return 0


def _read(path: Path) -> list[Record]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def attempt(name: str, method: str, seed: int, executions: int) -> Record:
    """The record of one problem, method and seed; the test examples are for its end only."""
    task = suite(PROBLEMS[name][0])[name]
    setting = make_setting(replace(task, test=()))
    started, begun = time.time(), time.process_time()
    search = METHODS[method](make_problem(setting), seed)

    def checked(examples: Sequence[Example]) -> Callable[[Candidate], Evaluation]:
        return lambda one: evaluate_in(setting.words(one), one.program, examples, task)

    budget = Budget(None, executions=executions)
    checks = checked(task.train), checked(task.validation)
    outcome = run(search, *checks, budget, accuracy=task.accuracy, clock=time.process_time)
    seconds = time.process_time() - begun
    result = None
    if outcome.solved:
        result = make_result(setting, outcome, search=search.name, seed=seed)
    return {
        "task": name,
        "method": method,
        "seed": seed,
        "solved": outcome.solved,
        "right": result is not None and _is_right(result.core, task),
        "passed": outcome.evaluation.passed if outcome.evaluation else 0,
        "total": len(task.train),
        "seconds": round(seconds, 1),
        "programs": outcome.programs,
        "executions": outcome.executions,
        "generations": outcome.level,
        "program": result.program if result is not None else None,
        "executions_given": executions,
        "started": round(started),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python_version": platform.python_version(),
        "version": progsynth.__version__,
        "command": " ".join(["python", "-m", "benchmarks.genetic_psb", *sys.argv[1:]]),
    }


def _is_right(core: Any, task: Task) -> bool:
    """Is the program right on every example that was held out?"""
    if core is None:
        return False
    return evaluate(core, task.test, pack(), limits=task.limits, engine="python").solved


def _shown(line: Record) -> str:
    found = "right" if line["right"] else "fits" if line["solved"] else "not found"
    return (
        f"{line['task']:20} {line['method']:8} seed {line['seed']}: {found:9} "
        f"{line['passed']:>3}/{line['total']} {line['executions']:>11,} executions "
        f"{line['seconds']:7.1f} s"
    )


def _report(lines: list[Record]) -> None:
    """Right programs of so many runs, beside what has been published."""
    print(f"{'':20} {'genetic':>10} {'random':>10} {'s a run':>9}  published, of 100")
    for name, (_, published) in PROBLEMS.items():
        cells, seconds = [], []
        for method in METHODS:
            own = [r for r in lines if (r["task"], r["method"]) == (name, method)]
            cells.append(f"{sum(r['right'] for r in own)} of {len(own)}")
            seconds += [r["seconds"] for r in own if method == "genetic"]
        mean = f"{sum(seconds) / len(seconds):.0f}" if seconds else ""
        told = ", ".join(f"{who} {count}" for who, count in published.items())
        print(f"{name:20} {cells[0]:>10} {cells[1]:>10} {mean:>9}  {told}")


if __name__ == "__main__":
    sys.exit(main())
