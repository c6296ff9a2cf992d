"""Four classic programs found by the genetic search, with no ready-made primitive for them.

gcd with `while`, fizz-buzz with `if`, a word count with a hash table, a sort with loops: from the
default pack less what the task withholds, in one configuration of the search. Each program found
is run on examples that were held out, larger than those it was found from. Beside it stands
random search: the same generator and the same executions, without selection or variation.

    python -m benchmarks.genetic_programs --seconds 60 --seeds 5
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from random import Random
from typing import Any

import progsynth
from progsynth.evaluate import evaluate
from progsynth.lang.vm import warm_up
from progsynth.registry import pack
from progsynth.request import parse_request
from progsynth.search.genetic import Settings, genetic
from progsynth.solve import Result, solve
from progsynth.task import Example, Task

RESULTS = Path(__file__).parent / "results"
RANDOM = replace(Settings(), fresh=1.0, elite=0.0)  # every program is a new one

Record = dict[str, Any]


def gcd() -> Task:
    """The greatest common divisor, from numbers up to 300 to numbers up to 1,000,000."""
    rng = Random(1)
    held = [(k * rng.randint(1, 1000), k * rng.randint(1, 1000)) for k in range(1, 41)]
    return _task(
        "gcd",
        "(int, int) -> int",
        [(row, math.gcd(*row)) for row in _divisible(rng, 40)],
        [(row, math.gcd(*row)) for row in _divisible(rng, 10)],
        [((a * a, a * b), math.gcd(a * a, a * b)) for a, b in held],
    )


def _divisible(rng: Random, count: int) -> list[tuple[int, int]]:
    """Pairs with many different divisors, for which Euclid's algorithm takes 1 to 5 steps."""
    rows: list[tuple[int, int]] = []
    met: dict[tuple[str, int], int] = {}
    while len(rows) < count:
        k = rng.randint(1, 30)
        a, b = (k * rng.randint(1, 300 // k) for _ in range(2))
        keys = [("steps", min(5, _steps(a, b))), ("gcd", math.gcd(a, b))]
        if met.get(keys[0], 0) < count / 4 and met.get(keys[1], 0) < 3:
            rows.append((a, b))
            for key in keys:
                met[key] = met.get(key, 0) + 1
    return rows


def _steps(a: int, b: int) -> int:
    count = 0
    while b:
        a, b = b, a % b
        count += 1
    return count


def fizz_buzz() -> Task:
    """Fizz, Buzz, FizzBuzz or the number; from 1 to 45, then up to 1,000."""

    def said(n: int) -> str:
        return "Fizz" * (n % 3 == 0) + "Buzz" * (n % 5 == 0) or str(n)

    rows = [((n,), said(n)) for n in range(1, 46)]
    validation = [((n,), said(n)) for n in range(46, 61)]
    held = [((n,), said(n)) for n in range(61, 1001)]
    words = ("Fizz", "Buzz", "FizzBuzz", 3, 5)  # what its specification names
    return replace(_task("fizz-buzz", "int -> str", rows, validation, held), constants=words)


def word_count() -> Task:
    """How often each word of a text occurs, in the order of first occurrence."""
    rng = Random(2)
    words = ["a", "b", "the", "cat", "dog", "on", "red", "sat", "it", "to"]

    def counted(text: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for word in text.split():
            found[word] = found.get(word, 0) + 1
        return found

    def rows(lengths: Iterable[int]) -> list[Any]:
        texts = [" ".join(rng.choice(words) for _ in range(n)) for n in lengths]
        return [((text,), counted(text)) for text in texts]

    fixed = [((text,), counted(text)) for text in ("a", "", "a b", "a a", "b a b")]
    return replace(
        _task(
            "word count",
            "str -> dict[str, int]",
            [*fixed, *rows(range(3, 15))],
            rows(range(5, 15)),
            rows(range(50, 100)),
        ),
        withheld=("counts", "group_by", "update", "runs"),
    )


def sort() -> Task:
    """A list of up to 6 numbers sorted; then lists of 50 to 100."""
    rng = Random(3)

    def rows(lengths: list[int], high: int) -> list[Any]:
        lists = [[rng.randint(-high, high) for _ in range(n)] for n in lengths]
        return [((xs,), sorted(xs)) for xs in lists]

    fixed: list[list[int]] = [[], [3], [2, 1], [1, 2], [3, 1, 2], [2, 2, 1]]
    return replace(
        _task(
            "sort",
            "list[int] -> list[int]",
            [*(((xs,), sorted(xs)) for xs in fixed), *rows([3, 4, 4, 5, 5, 5, 6, 6, 6, 6, 6], 20)],
            rows([6] * 10, 50),
            rows([50, 60, 70, 80, 90, 100] * 5, 1000),
        ),
        withheld=(
            *("sort", "sort_by", "min.list", "max.list", "min_by", "max_by", "is_sorted"),
            *("unique", "filter", "partition", "count_if", "find_if", "take_while", "drop_while"),
        ),
    )


TASKS = {"gcd": gcd, "fizz-buzz": fizz_buzz, "word-count": word_count, "sort": sort}


def _task(name: str, request: str, train: Any, validation: Any, test: Any) -> Task:
    some = [[Example(given, out) for given, out in pairs] for pairs in (train, validation, test)]
    return Task.from_examples(
        name, some[0], request=parse_request(request), validation=some[1], test=some[2]
    )


def main() -> int:
    """Run every task with every seed, then print the table."""
    options = _options()
    warm_up()  # compiling the VM is not part of the search
    pack()
    lines = []
    options.record.parent.mkdir(parents=True, exist_ok=True)
    with options.record.open("a", encoding="utf-8") as file:
        for name in options.tasks:
            for seed in range(options.seeds):
                line = attempt(name, seed, options.seconds)
                lines.append(line)
                file.write(json.dumps(line) + "\n")
                file.flush()
                found = "right" if line["right"] else "fits" if line["solved"] else "not found"
                control = "right" if line["random_right"] else "not found"
                print(
                    f"{name:12} seed {seed}: {found:9} {line['seconds']:6.1f} s, "
                    f"{line['executions']:>10,} executions; random search: {control}",
                    flush=True,
                )
                if line["program"] and line["right"]:
                    print(line["program"])
    _report(lines)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="for each search (60)")
    parser.add_argument("--seeds", type=int, default=5, help="of each task (5)")
    parser.add_argument("--tasks", nargs="*", choices=list(TASKS), default=list(TASKS))
    default = RESULTS / "genetic_programs.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    return parser.parse_args()


def attempt(name: str, seed: int, seconds: float) -> Record:
    """The record of one task and seed: what was found without its test, and the control."""
    task = TASKS[name]()
    searched = replace(task, test=())
    started = time.time()
    found = solve(searched, seconds=seconds, seed=seed, search=genetic())
    control = solve(
        searched,
        seconds=2 * seconds,
        executions=found.executions,
        seed=seed,
        search=genetic(settings=RANDOM),
    )
    return {
        "task": name,
        "seed": seed,
        "solved": found.solved,
        "right": _right(found, task),
        "program": found.program if found.solved else None,
        "seconds": round(found.seconds, 2),
        "programs": found.programs,
        "executions": found.executions,
        "generations": found.level,
        "random_solved": control.solved,
        "random_right": _right(control, task),
        "random_programs": control.programs,
        "random_executions": control.executions,
        "random_stop": control.stop_reason,
        "settings": asdict(Settings()),
        "withheld": list(task.withheld),
        "seconds_given": seconds,
        "started": round(started),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python_version": platform.python_version(),
        "version": progsynth.__version__,
        "command": " ".join(["python", "-m", "benchmarks.genetic_programs", *sys.argv[1:]]),
    }


def _right(result: Result, task: Task) -> bool:
    """Is the program right on every example that was held out?"""
    if not result.solved or result.core is None:
        return False
    return evaluate(result.core, task.test, pack(), limits=task.limits, engine="python").solved


def _report(lines: list[Record]) -> None:
    print(f"\n{'task':12} {'fits':>5} {'right':>6} {'seconds':>8} {'executions':>12} {'random':>7}")
    for name in dict.fromkeys(line["task"] for line in lines):
        mine = [line for line in lines if line["task"] == name]
        # An unsolved run counts with all it has used: the median is censored, not flattered.
        print(
            f"{name:12} {sum(x['solved'] for x in mine):>3}/{len(mine)} "
            f"{sum(x['right'] for x in mine):>4}/{len(mine)} "
            f"{statistics.median(x['seconds'] for x in mine):>8.1f} "
            f"{statistics.median(x['executions'] for x in mine):>12,.0f} "
            f"{sum(x['random_right'] for x in mine):>5}/{len(mine)}"
        )


if __name__ == "__main__":
    sys.exit(main())
