"""The genetic search over flat genomes on six problems at 60 million executions, ten seeds each.

The problems are those that were fixed for `genetic_representation`: three of PSB1 and three of
PSB2. Beside it random search, which draws every genome anew, at as many executions, and what has
been published. An execution is one program on one case. Population and share of cases are those
of the published runs with down-sampled lexicase selection: 1,000 programs on a quarter of the
cases; all else is as it is by default. Both are the methods themselves: small programs of usual
shapes, which `solve(search="genetic")` tries first, have no part in it.
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
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.genetic_attempts import Record, attempt, read_records, shown
from progsynth.registry import suite
from progsynth.search.genetic import FlatSettings, genetic
from progsynth.search.problem import Method

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


def main() -> int:
    """Run what is not on record yet, a seed of all problems after another; print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--executions", type=int, default=60_000_000, help="a run (60 million)")
    parser.add_argument("--seeds", type=int, default=10, help="of each problem and method (10)")
    parser.add_argument("--record", type=Path, default=RECORD, help=f"JSON lines ({RECORD.name})")
    parser.add_argument("--report", action="store_true", help="print the table, and no more")
    options = parser.parse_args()
    lines = read_records(options.record)
    done = {(r["task"], r["method"], r["seed"], r["executions_given"]) for r in lines}
    options.record.parent.mkdir(parents=True, exist_ok=True)
    for seed in range(0 if options.report else options.seeds):
        for name in PROBLEMS:
            for method in METHODS:
                if (name, method, seed, options.executions) in done:
                    continue
                line = attempt(
                    suite(PROBLEMS[name][0])[name],
                    METHODS[method],
                    name=method,
                    seed=seed,
                    module="genetic_psb",
                    executions=options.executions,
                )
                lines.append(line)
                with options.record.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
                print(shown(line), flush=True)
    _report([r for r in lines if r["executions_given"] == options.executions])
    return 0


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
