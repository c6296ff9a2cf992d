"""The genetic search alone on three tasks of images: `python -m benchmarks.genetic_hybrid`.

The sum of two digits, the count of threes and the sort of lists, of `tasks/perception`, each with
other examples for each seed. What is run:

* genetic: `solve` with the genetic search, whose scorer trains what it scores, and no other
  search beside it or after it (`hybrid(alone=True)`, which `search="genetic"` is);
* random: programs of the same generator, trained for as many gradient steps as the genetic search
  took, in the order in which they are met: no selection, no bound on what is trained, nothing
  inherited;
* random with the bound: those alone that can reach the best so far, the most promising first.

A program is right where it reaches the accuracy that the task asks for on the test examples,
which are opened once, on what was returned; beside each share stands what the most frequent
training answer gets. The bound on a search is the processor's seconds; random search has twice as
many, so that steps end it. Lines that are in the record are not run again: a killed run goes on.

    python -m benchmarks.genetic_hybrid --seeds 5
    python -m benchmarks.genetic_hybrid --source mnist10k --seconds 600
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from progsynth.tasks.perception.generate import Source, make_tasks

from benchmarks.genetic_attempts import read_records
from benchmarks.origin import origin
from benchmarks.perception import majority, processor_seconds, read_rightly
from progsynth.lang.engines import prepare
from progsynth.solve import solve
from progsynth.task import Task
from progsynth.train import Schedule, hybrid

RESULTS = Path(__file__).parent / "results" / "genetic_hybrid.jsonl"
TASKS = ("sum of 2", "count of 3", "sort")
GENETIC = "genetic"
CONTROLS: Mapping[str, Schedule] = {
    "random": Schedule(inherit=False, bounded=False),
    "random with the bound": Schedule(inherit=False),
}
PASSES = ((GENETIC, "random"), ("random with the bound",))
Record = dict[str, Any]


def searched(
    task: Task, method: str, seed: int, steps: int, seconds: float, source: Source
) -> Record:
    """What the method finds for the task within so many steps and seconds of the processor."""
    control = CONTROLS.get(method)
    random: dict[str, Any] = {} if control is None else {"fresh": 1.0, "schedule": control}
    start = time.process_time()
    with processor_seconds(seconds):
        result = solve(
            replace(task, test=()),
            seconds=None,
            gradient_steps=steps,
            seed=seed,
            search=hybrid(device="cpu", alone=True, **random),
        )
    record: Record = {
        "solved": result.solved,
        "stop reason": result.stop_reason,
        "program": result.program,
        "seconds": round(time.process_time() - start, 2),
        "gradient steps": result.gradient_steps,
        "programs": result.programs,
        "notes": list(result.notes),
        "asked for": task.accuracy,
        "majority": majority(task, task.test),
        "right": False,
    }
    if result.core is None:
        return record
    test = result.score(task.test)
    right = result.solved and test >= task.accuracy
    return record | {"test": test, "right": right} | read_rightly(result, source)


def runs(options: argparse.Namespace, source: Source) -> Iterator[Record]:
    """The runs that are not in the record yet, seed by seed: the genetic search and random search
    first, the second control in the end."""
    known = {
        (line["source"], line["task"], line["seed"], line["method"]): line
        for line in read_records(options.record)
    }
    for methods in PASSES:
        for seed in options.seeds:
            tasks = make_tasks(seed, source, only=options.tasks)
            for method, task in product(methods, tasks):
                at = {"source": source.name, "task": task.name, "seed": seed, "method": method}
                if tuple(at.values()) in known:
                    continue
                first = known.get((source.name, task.name, seed, GENETIC), {})
                steps = first.get("gradient steps", options.gradient_steps)
                seconds = options.seconds * (1 if method == GENETIC else 2)
                begun = origin("genetic_hybrid")
                found = searched(task, method, seed, steps, seconds, source)
                line = at | found | {"processor limit": seconds} | begun
                known[tuple(at.values())] = line
                yield line


def shown(line: Record) -> str:
    """A record on a line of the terminal."""
    found = "right" if line["right"] else "fits" if line["solved"] else "not found"
    body = " ; ".join((line["program"] or "").strip().split("\n    ")[1:])
    return (
        f"{line['source']} {line['task']:10} seed {line['seed']} {line['method']:21} {found:9} "
        f"test {line.get('test', 0.0):.1%} (majority {line['majority']:.1%}) "
        f"{line['seconds']:.1f} s, {line['gradient steps']:,} gradient steps  {body}"
    )


def table(lines: list[Record]) -> Iterator[str]:
    """For each task and method how often it was right, with means and spreads."""
    groups = dict.fromkeys((line["source"], line["task"], line["method"]) for line in lines)
    for source, task, method in groups:
        some = [
            one
            for one in lines
            if (one["source"], one["task"], one["method"]) == (source, task, method)
        ]
        test = [100 * one.get("test", 0.0) for one in some]
        means = "  ".join(
            f"{name} {np.mean([one[name] for one in some]):,.0f}"
            for name in ("gradient steps", "seconds")
        )
        yield (
            f"{source} {task:10} {method:21} right {sum(one['right'] for one in some)} of "
            f"{len(some)}  test {np.mean(test):.1f}% (spread {np.ptp(test):.1f})  {means}"
        )


def main() -> int:
    """Run what is not in the record, append it, print the table of all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--tasks", nargs="+", default=list(TASKS))
    parser.add_argument("--source", default="digits", help="digits, mnist10k or mnist")
    parser.add_argument("--folder", default="", help="of the source's files")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--gradient-steps", type=int, default=200_000, help="of the genetic one")
    parser.add_argument("--seconds", type=float, default=300.0, help="of the processor")
    parser.add_argument("--record", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    prepare()  # compiling the VM is no part of a search
    for line in runs(options, Source(options.source, options.folder)):
        print(shown(line), flush=True)
        with options.record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    print("\n".join(table(read_records(options.record))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
