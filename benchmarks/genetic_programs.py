"""Four classic programs found by the genetic search, with no ready-made primitive for them.

The first four of the suite 'algorithms': gcd with `while`, fizz-buzz with `if`, a word count with
a hash table, a sort with loops; from the default pack less what the task withholds, in one
configuration of the search. Each program found is run on examples that were held out, larger than
those it was found from. Beside it stand, in the same time, selection and variation alone, without
the local search of loops and conditions, and random search: the same generator, without selection
or variation. Seconds are the processor's, so that nothing else that runs takes any away.

    python -m benchmarks.genetic_programs --seconds 60 --seeds 5
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import progsynth
from progsynth.evaluate import Evaluation, evaluate
from progsynth.lang.vm import warm_up
from progsynth.registry import pack, suite
from progsynth.search.genetic import Settings, genetic
from progsynth.search.run import Budget, Candidate, run
from progsynth.solving.conclude import make_result
from progsynth.solving.problem import make_problem
from progsynth.solving.result import Result
from progsynth.solving.setting import evaluate_in, make_setting
from progsynth.task import Example, Task

CLASSICS = ("greatest common divisor", "fizz-buzz", "word count", "sort")
RESULTS = Path(__file__).parent / "results"
PLAIN = replace(Settings(), fits=0.0, local=0.0)  # selection and variation alone
RANDOM = replace(PLAIN, fresh=1.0, elite=0.0)  # every program is a new one

_WIDTH = 24  # of a task's name

Record = dict[str, Any]


def main() -> int:
    """Run every task with every seed, then print the table."""
    options = _options()
    warm_up()  # compiling the VM is not part of the search
    pack()
    lines = []
    options.record.parent.mkdir(parents=True, exist_ok=True)
    with options.record.open("a", encoding="utf-8") as file:
        for task in suite("algorithms"):
            for seed in range(options.seeds if task.name in options.tasks else 0):
                line = attempt(task, seed, options.seconds)
                lines.append(line)
                file.write(json.dumps(line) + "\n")
                file.flush()
                found = "right" if line["right"] else "fits" if line["solved"] else "not found"
                plain, drawn = (
                    "right" if line[key] else "not found" for key in ("plain_right", "random_right")
                )
                print(
                    f"{task.name:{_WIDTH}} seed {seed}: {found:9} {line['seconds']:6.1f} s, "
                    f"{line['executions']:>10,} executions; alone: {plain}; random: {drawn}",
                    flush=True,
                )
                if line["program"] and line["right"]:
                    print(line["program"])
    _report(lines)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    names = [task.name for task in suite("algorithms")]
    parser.add_argument("--seconds", type=float, default=60.0, help="for each search (60)")
    parser.add_argument("--seeds", type=int, default=5, help="of each task (5)")
    parser.add_argument("--tasks", nargs="*", choices=names, default=names[:4], metavar="NAME")
    default = RESULTS / "genetic_programs.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    return parser.parse_args()


def attempt(task: Task, seed: int, seconds: float) -> Record:
    """The record of one task and seed: what was found without its test, and the controls."""
    searched = replace(task, test=())
    started = time.time()
    found = solved(searched, Settings(), seconds, seed)
    record = {
        "task": task.name,
        "seed": seed,
        "solved": found.solved,
        "right": _right(found, task),
        "program": found.program if found.solved else None,
        "seconds": round(found.seconds, 2),
        "programs": found.programs,
        "executions": found.executions,
        "generations": found.level,
    }
    for name, settings in (("plain", PLAIN), ("random", RANDOM)):
        control = solved(searched, settings, seconds, seed)
        record |= {
            f"{name}_solved": control.solved,
            f"{name}_right": _right(control, task),
            f"{name}_programs": control.programs,
            f"{name}_executions": control.executions,
            f"{name}_seconds": round(control.seconds, 2),
        }
    return {
        **record,
        "settings": asdict(Settings()),
        "withheld": list(task.withheld),
        "seconds_given": seconds,
        "started": round(started),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python_version": platform.python_version(),
        "version": progsynth.__version__,
        "command": " ".join(["python", "-m", "benchmarks.genetic_programs", *sys.argv[1:]]),
    }


def solved(task: Task, settings: Settings, seconds: float, seed: int) -> Result:
    """What the search finds in so many seconds of the processor."""
    setting = make_setting(task)
    search = genetic(settings=settings)(make_problem(setting), seed)

    def checked(examples: Sequence[Example]) -> Callable[[Candidate], Evaluation]:
        return lambda one: evaluate_in(setting.words(one), one.program, examples, task)

    outcome = run(
        search,
        checked(task.train),
        checked(task.validation),
        Budget(seconds),
        accuracy=task.accuracy,
        clock=time.process_time,
    )
    return make_result(setting, outcome, search=search.name, seed=seed)


def _right(result: Result, task: Task) -> bool:
    """Is the program right on every example that was held out?"""
    if not result.solved or result.core is None:
        return False
    return evaluate(result.core, task.test, pack(), limits=task.limits, engine="python").solved


def _report(lines: list[Record]) -> None:
    heads = ("fits", "right", "seconds", "executions", "alone", "random")
    print(
        f"\n{'task':{_WIDTH}} {heads[0]:>5} {heads[1]:>6} {heads[2]:>8} {heads[3]:>12}", *heads[4:]
    )
    for name in dict.fromkeys(line["task"] for line in lines):
        mine = [line for line in lines if line["task"] == name]
        # An unsolved run counts with all it has used: the median is censored, not flattered.
        print(
            f"{name:{_WIDTH}} {sum(x['solved'] for x in mine):>3}/{len(mine)} "
            f"{sum(x['right'] for x in mine):>4}/{len(mine)} "
            f"{statistics.median(x['seconds'] for x in mine):>8.1f} "
            f"{statistics.median(x['executions'] for x in mine):>12,.0f} "
            f"{sum(x['plain_right'] for x in mine):>3}/{len(mine)} "
            f"{sum(x['random_right'] for x in mine):>4}/{len(mine)}"
        )


if __name__ == "__main__":
    sys.exit(main())
