"""Bottom-up search with costs learnt again from what comes near, against the search without, at
equal executions: `fast_bottom_up(relearn=True)` gives half the turns to a second search, at costs
learnt from the programs that came nearest in the first.

The tasks are the quick subsets of three suites of our own. Solved is what is right on the
training examples, right what is so on those held out, too.

    python -m benchmarks.relearnt_costs

Records are kept as they come: a run that was cut off goes on where it was. `--report` prints the
table of what is there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.genetic_attempts import Record, attempt, read_records
from progsynth.registry import suite
from progsynth.search.fast.method import fast_bottom_up
from progsynth.search.problem import Method

SUITES = ("lists", "lambda_lists", "text")
METHODS: Mapping[str, Method] = {
    "plain": fast_bottom_up(),
    "relearnt": fast_bottom_up(relearn=True),
}
RECORD = Path(__file__).parent / "results" / "relearnt_costs.jsonl"


def main() -> int:
    """Run what is not on record yet; print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--executions", type=int, default=3_000_000, help="a run (3 million)")
    parser.add_argument("--record", type=Path, default=RECORD, help=f"JSON lines ({RECORD.name})")
    parser.add_argument("--report", action="store_true", help="print the table, and no more")
    options = parser.parse_args()
    lines = read_records(options.record)
    done = {(r["suite"], r["task"], r["method"], r["executions_given"]) for r in lines}
    options.record.parent.mkdir(parents=True, exist_ok=True)
    for name in () if options.report else SUITES:
        tasks = suite(name)
        for task in tasks.subset(tasks.quick).tasks:
            for method in METHODS:
                if (name, task.name, method, options.executions) in done:
                    continue
                line = attempt(
                    task,
                    METHODS[method],
                    name=method,
                    seed=0,
                    module="relearnt_costs",
                    executions=options.executions,
                )
                lines.append({"suite": name, **line})
                with options.record.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(lines[-1]) + "\n")
    _report([r for r in lines if r["executions_given"] == options.executions])
    return 0


def _report(lines: list[Record]) -> None:
    """Solved and right of the tasks that both were run on, and the executions that took."""
    print(f"{'':14} {'method':10} {'solved':>8} {'right':>8} {'executions to solve':>22}")
    for name in SUITES:
        own = [r for r in lines if r["suite"] == name]
        both = {r["task"] for r in own if r["method"] == "plain"}
        both &= {r["task"] for r in own if r["method"] == "relearnt"}
        solved = [
            {r["task"]: r for r in own if r["method"] == method and r["task"] in both}
            for method in METHODS
        ]
        by_all = [task for task in both if all(some[task]["solved"] for some in solved)]
        for method, some in zip(METHODS, solved, strict=True):
            counts = [sum(r[key] for r in some.values()) for key in ("solved", "right")]
            used = sum(some[task]["executions"] for task in by_all)
            cells = [f"{count} of {len(both)}" for count in counts]
            print(f"{name:14} {method:10} {cells[0]:>8} {cells[1]:>8} {used:>22,}")


if __name__ == "__main__":
    sys.exit(main())
