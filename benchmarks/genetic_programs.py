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
import statistics
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.origin import origin
from benchmarks.searched import searched
from progsynth.lang.vm import warm_up
from progsynth.registry import pack, suite
from progsynth.search.genetic import Settings, genetic
from progsynth.task import Task

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
    begun = origin("genetic_programs")
    found = searched(task, genetic(), seed=seed, seconds=seconds)
    record = {
        "task": task.name,
        "seed": seed,
        "solved": found.outcome.solved,
        "right": found.right,
        "program": found.result.program if found.outcome.solved else None,
        "seconds": round(found.seconds, 2),
        "programs": found.outcome.programs,
        "executions": found.outcome.executions,
        "generations": found.outcome.level,
    }
    for name, settings in (("plain", PLAIN), ("random", RANDOM)):
        control = searched(task, genetic(settings=settings), seed=seed, seconds=seconds)
        record |= {
            f"{name}_solved": control.outcome.solved,
            f"{name}_right": control.right,
            f"{name}_programs": control.outcome.programs,
            f"{name}_executions": control.outcome.executions,
            f"{name}_seconds": round(control.seconds, 2),
        }
    return {
        **record,
        "settings": asdict(Settings()),
        "withheld": list(task.withheld),
        "seconds_given": seconds,
        **begun,
    }


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
