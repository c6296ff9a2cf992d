"""A sort found from lists of at most five items, and judged on 1,000 lists of 1,000 items.

The task is 'sort from short lists' of the suite 'algorithms': all that sorts is withheld. The
program that `solve` returns is run on lists that no part of the search has seen, half of them with
many equal items, half with hardly any; each output has to be exactly the sorted list. Seconds are
the processor's, of all processes that took part.

    python -m benchmarks.long_sort --search genetic --executions 20000000 --seeds 3
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.origin import origin
from progsynth.lang.engines import run_rows
from progsynth.lang.vm import warm_up
from progsynth.registry import pack, suite
from progsynth.solve import solve
from progsynth.solving.result import Result

TASK = "sort from short lists"
NUM_LISTS, LENGTH = 1_000, 1_000
SPREADS = (100, 2**31)  # items from minus this to this: many equal ones, and hardly any
RECORD = Path(__file__).parent / "results" / "long_sort.jsonl"


def main() -> int:
    """Search with each seed, judge, print and keep a record of each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--search", default="auto")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--executions", type=int, default=60_000_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    warm_up()
    for seed in range(options.seeds):
        record = _record(seed, options)
        print(f"seed {seed}: {record['exact']} of {NUM_LISTS} exact, {record['cpu_seconds']} s")
        print(record["program"])
        with RECORD.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
    return 0


def _record(seed: int, options: argparse.Namespace) -> dict[str, Any]:
    task = replace(suite("algorithms")[TASK], test=())
    longest = max(len(e.inputs[0]) for e in (*task.train, *task.validation))
    assert longest <= 5, "the search is shown short lists"
    begun = _processor_seconds()
    result = solve(
        task,
        seconds=options.seconds,
        executions=options.executions,
        seed=seed,
        search=options.search,
        workers=options.workers,
    )
    used = _processor_seconds() - begun
    return {
        "task": TASK,
        "search": options.search,
        "seed": seed,
        "solved": result.solved,
        "found_by": result.found_by,
        "program": result.program,
        "exact": _exact(result, seed) if result.solved else 0,
        "lists": NUM_LISTS,
        "length": LENGTH,
        "executions": result.executions,
        "cpu_seconds": round(used, 2),
        "seconds_given": options.seconds,
        "executions_given": options.executions,
        **origin("long_sort"),
    }


def _exact(result: Result, seed: int) -> int:
    """On how many of the long lists the program's output is the sorted list."""
    assert result.core is not None, "it is solved"
    limits = suite("algorithms")[TASK].limits
    rows = list(_lists(seed))
    found = run_rows(result.core, rows, pack(), limits)
    return sum(out == sorted(row[0]) for row, out in zip(rows, found, strict=True))


def _lists(seed: int) -> Iterator[tuple[list[int]]]:
    rng = random.Random(f"{seed} long lists")
    for number in range(NUM_LISTS):
        most = SPREADS[number % len(SPREADS)]
        yield ([rng.randint(-most, most) for _ in range(LENGTH)],)


def _processor_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    sys.exit(main())
