"""Choices of the genetic search, each against the one that is made, at equal executions.

Selection: all cases of a generation, a quarter of them drawn, a quarter informed. Variation: with
and without the size-neutral renewal and the perturbed constants. Four problems that were settled
on beforehand, selection and variation alone (no local search), for local search does not depend
on them. Right is what is right on all examples that were held out.

    python -m benchmarks.genetic_choices --executions 600000 --seeds 2
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from deap import base

from benchmarks.origin import origin
from benchmarks.searched import searched
from progsynth.lang.vm import warm_up
from progsynth.registry import suite
from progsynth.search.genetic import Settings, genetic
from progsynth.task import Task

PROBLEMS = ("median", "smallest", "compare-string-lengths", "negative-to-zero")
ALONE = replace(Settings(), fits=0.0, local=0.0)
CHOICES: Mapping[str, tuple[Settings, tuple[str, ...]]] = {
    "all": (ALONE, ()),
    "drawn": (replace(ALONE, sample=0.25), ()),
    "informed": (replace(ALONE, sample=0.25, informed=10), ()),
    "no renewal": (ALONE, ("renewal",)),
    "no perturbation": (ALONE, ("perturbation",)),
}
RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Run each choice on each problem and seed; what is recorded is not run again."""
    options = _options()
    warm_up(background=False)
    options.record.parent.mkdir(parents=True, exist_ok=True)
    known = options.record.read_text().splitlines() if options.record.exists() else []
    done = {
        (line["choice"], line["task"], line["seed"], line["executions_given"])
        for line in map(json.loads, known)
    }
    tasks = {task.name: task for task in suite("psb1")}
    with options.record.open("a", encoding="utf-8") as file:
        for seed in range(options.seeds):
            for name in options.tasks:
                for choice in options.choices:
                    if (choice, name, seed, options.executions) not in done:
                        line = attempt(tasks[name], choice, seed, options.executions)
                        file.write(json.dumps(line) + "\n")
                        file.flush()
                        print(
                            f"{name:24} {choice:16} seed {seed}: "
                            f"{'right' if line['right'] else '-':6} {line['passed']:>4} of "
                            f"{line['cases']} {line['executions']:>9,} executions "
                            f"{line['programs']:>7,} programs {line['cpu_seconds']:6.1f} s",
                            flush=True,
                        )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--executions", type=int, default=600_000, help="of each run (600000)")
    parser.add_argument("--seeds", type=int, default=2, help="of each choice (2)")
    parser.add_argument("--tasks", nargs="*", choices=PROBLEMS, default=PROBLEMS, metavar="NAME")
    parser.add_argument("--choices", nargs="*", choices=list(CHOICES), default=list(CHOICES))
    default = RESULTS / "genetic_choices.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    return parser.parse_args()


def attempt(task: Task, choice: str, seed: int, executions: int) -> dict[str, Any]:
    """The record of one run."""
    settings, without = CHOICES[choice]
    toolbox = base.Toolbox()
    for name in without:
        toolbox.register(name, lambda *_: None)  # it finds no change to make
    method = genetic(settings=settings, toolbox=toolbox)
    found = searched(task, method, seed=seed, executions=executions)
    outcome = found.outcome
    return {
        "choice": choice,
        "task": task.name,
        "seed": seed,
        "solved": outcome.solved,
        "right": found.right,
        "passed": 0 if outcome.evaluation is None else outcome.evaluation.passed,
        "cases": len(task.train),
        "programs": outcome.programs,
        "executions": outcome.executions,
        "executions_given": executions,
        "generations": outcome.level,
        "cpu_seconds": round(found.seconds - found.seconds_before, 2),
        **origin("genetic_choices"),
    }


if __name__ == "__main__":
    sys.exit(main())
