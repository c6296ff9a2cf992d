"""Typed trees against flat genomes of typed statements, on six problems fixed beforehand.

Three of PSB1 (median, last-index-of-zero, negative-to-zero) and three of PSB2 (fuel-cost, gcd,
fizz-buzz), in the default pack and one configuration of each search. `trees` is selection and
variation alone, on the same share of the cases: the local search of loops and conditions that
the genetic search has besides (`trees and local`) works on trees only, and is shown for what it
adds. `random` draws every
program anew. Each gets the same seconds of the processor, and the records say at how many
executions a solution came, so that they can be compared at equal executions as well: at as many
as the search had that made the fewest. A problem is solved when a program is right on the
training examples; it is right when it is so on those held out, too.

    python -m benchmarks.genetic_representation --seconds 30 --seeds 5

Records are kept as they come: a run that was cut off goes on where it was. What variation,
lowering and running take is measured by `genetic_speed`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.genetic_attempts import Record, attempt, read_records, shown
from progsynth.lang.vm import warm_up
from progsynth.registry import suite
from progsynth.search.genetic import Settings, genetic
from progsynth.search.genetic.flat.method import flat_genetic
from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.problem import Method
from progsynth.task import Task

PROBLEMS = (
    ("psb1", "median"),
    ("psb1", "last-index-of-zero"),
    ("psb1", "negative-to-zero"),
    ("psb2", "fuel-cost"),
    ("psb2", "gcd"),
    ("psb2", "fizz-buzz"),
)
RESULTS = Path(__file__).parent / "results"
PLAIN = replace(Settings(), fits=0.0, local=0.0)
SHARE = FlatSettings().sample  # of the cases that a generation selects by
METHODS: Mapping[str, Method] = {
    "flat": flat_genetic(),
    "trees": genetic(settings=replace(PLAIN, sample=SHARE)),
    "trees and local": genetic(),
    "random": genetic(settings=replace(PLAIN, fresh=1.0, elite=0.0)),
}


def main() -> int:
    """Run what is not on record yet, then print the tables."""
    options = _options()
    warm_up(background=False)  # compiling is not part of the search
    _compile_kernels(options.methods)
    options.record.parent.mkdir(parents=True, exist_ok=True)
    lines = read_records(options.record)
    done = {(r["task"], r["method"], r["seed"], r["seconds_given"]) for r in lines}
    with options.record.open("a", encoding="utf-8") as file:
        for seed in range(options.seeds):
            for suite_name, name in PROBLEMS:
                task = named_task(suite_name, name)
                for method in options.methods:
                    if (name, method, seed, options.seconds) in done:
                        continue
                    line = _attempt(task, method, seed, options.seconds)
                    lines.append(line)
                    file.write(json.dumps(line) + "\n")
                    file.flush()
                    print(shown(line), flush=True)
    _report([r for r in lines if r["seconds_given"] == options.seconds])
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="of the processor, each (30)")
    parser.add_argument("--seeds", type=int, default=5, help="of each problem and method (5)")
    names = list(METHODS)
    parser.add_argument("--methods", nargs="*", choices=names, default=names, metavar="NAME")
    default = RESULTS / "genetic_representation.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    return parser.parse_args()


def named_task(suite_name: str, name: str) -> Task:
    """The task of a suite."""
    found: Task = next(t for t in suite(suite_name) if t.name == name)
    return found


def _compile_kernels(methods: Sequence[str]) -> None:
    """Run a search of each kind, of an easy problem: kernels are compiled at their first use."""
    for method in methods:
        _attempt(named_task("psb1", "smallest"), method, 0, 5.0)


def _attempt(task: Task, method: str, seed: int, seconds: float) -> Record:
    """The record of one task, method and seed."""
    return attempt(
        task,
        METHODS[method],
        name=method,
        seed=seed,
        module="genetic_representation",
        seconds=seconds,
    )


def _report(lines: list[Record]) -> None:
    """Right programs of so many seeds: at equal seconds, and at equal executions."""
    methods = [m for m in METHODS if any(r["method"] == m for r in lines)]
    print(f"\n{'':20} " + " ".join(f"{m:>24}" for m in methods))
    print(f"{'':20} " + " ".join(f"{'seconds':>12}{'executions':>12}" for _ in methods))
    for _, name in PROBLEMS:
        mine = [r for r in lines if r["task"] == name]
        fewest = min((r["executions"] for r in mine if not r["solved"]), default=None)
        cells = []
        for method in methods:
            own = [r for r in mine if r["method"] == method]
            right = [r for r in own if r["right"]]
            soon = [r for r in right if fewest is None or r["executions"] <= fewest]
            cells.append(f"{len(right):>9}/{len(own):<2}{len(soon):>9}/{len(own):<2}")
        print(f"{name:20} " + " ".join(f"{cell:>24}" for cell in cells))
    print(f"\n{'million executions':20} " + " ".join(f"{_speed(lines, m):>24}" for m in methods))


def _speed(lines: list[Record], method: str) -> str:
    own = [r for r in lines if r["method"] == method]
    seconds = sum(r["seconds"] for r in own)
    return f"{sum(r['executions'] for r in own) / max(seconds, 1e-9) / 1e6:.2f} a second"


if __name__ == "__main__":
    sys.exit(main())
