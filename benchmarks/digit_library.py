"""A second task from the library: what is learned from sums of digits finds what else lists hold.

A network of digits is trained from pairs of images and their sums alone (the hybrid search finds
`sum(map(digit, xs))` and trains `digit`), and goes into a library. Two new tasks of 20 examples
each, "largest digit" and "count of threes", are then solved twice with the same seconds: with
the library, where bottom-up search finds a program over the frozen network, and without it, where
the hybrid search has structure and weights to find from 20 examples.

Why 20 examples that the network misreads in part suffice. The search meets some hundred
thousand programs that are cheaper than the right one. A program that has nothing to do with the
answer is right on an example as often as the most frequent answer, in a quarter of the
cases, and on 17 of 20 by chance with a probability of 1e-7. Programs near the right one (the
last digit for the largest) are right on the short lists, and told apart by those of two to
five digits, and by 50 validation examples.

What share has to be right. A network that reads a share p of the digits is right on lists of n
digits with a probability of at least p^n. `asked` takes p from the sums' validation pairs (both
digits are read in p^2 of them; no digit's label is used), and asks for the share that a right
program reaches, on these examples and on those for validation, with a probability of 95%. The
test examples are opened once, on the one program that was returned.

    python -m benchmarks.digit_library --seeds 0 1 2
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from progsynth.tasks.digits.generate import LENGTHS, make_tasks

from benchmarks.origin import origin
from progsynth.library.store import Library
from progsynth.solve import Result, solve
from progsynth.task import Task

RESULTS = Path(__file__).parent / "results"
CERTAINTY = 0.95  # of a right program to reach the share that is asked for

Record = dict[str, Any]


def main() -> int:
    """Run the seeds, append their records and print a table."""
    options = _options()
    options.record.parent.mkdir(parents=True, exist_ok=True)
    with options.record.open("a", encoding="utf-8") as file:
        print(
            _row(
                "seed",
                "task",
                "",
                "solved",
                "executions",
                "steps",
                "seconds",
                "right on test (majority)",
            )
        )
        for seed in options.seeds:
            for line in _seed(seed, options):
                file.write(json.dumps(line) + "\n")
                file.flush()
                print(_shown(line), flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=60.0, help="for each of the tasks (60)")
    parser.add_argument("--training", type=float, default=180.0, help="seconds for the sums (180)")
    default = RESULTS / "digit_library.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    return parser.parse_args()


def _seed(seed: int, options: argparse.Namespace) -> Iterator[Record]:
    """The records of one seed: the sums, and each new task with and without the library."""
    sums, *tasks = make_tasks(seed)
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library")
        learned = _solve(sums, options.training, seed)
        yield _record(sums, learned, seed, "training", options.training)
        if not learned.solved:
            return
        learned.add_networks_to(library, doc="Reads a handwritten digit.")
        assert learned.accuracy is not None
        share = math.sqrt(learned.accuracy.validation or 0.0)
        for task in tasks:
            wanted = replace(task, accuracy=asked(share, [len(task.train), len(task.validation)]))
            for way, known in (("library", library), ("no library", None)):
                found = _solve(wanted, options.seconds, seed, library=known)
                yield _record(wanted, found, seed, way, options.seconds)


def asked(share: float, numbers: Sequence[int]) -> float:
    """The share of examples that a right program reaches though only that share of digits is read.

    Of each of these numbers of examples it does so with a probability of `CERTAINTY`.

    >>> asked(0.985, [20, 50])
    0.85
    """
    right = sum(share**length for length in LENGTHS) / len(LENGTHS)
    return min(_least(number, right) / number for number in numbers)


def _least(number: int, right: float) -> int:
    """How many of that number of examples are right, each with a probability, almost surely."""
    chance, least = 0.0, number
    while True:
        chance += math.comb(number, least) * right**least * (1 - right) ** (number - least)
        if chance >= CERTAINTY or least == 0:
            return least
        least -= 1


def _solve(task: Task, seconds: float, seed: int, library: Library | None = None) -> Result:
    search = "hybrid" if library is None else "bottom_up"
    return solve(replace(task, test=()), seconds=seconds, seed=seed, library=library, search=search)


def _record(task: Task, found: Result, seed: int, way: str, seconds: float) -> Record:
    """The line of one run; the test is opened here."""
    right = found.evaluate(task.test).passed if found.core is not None else 0
    return {
        **{key: value for key, value in found.as_json().items() if key not in _LONG},
        "way": way,
        "asked": task.accuracy,
        "right": right,
        "right_by_majority": _by_majority(task),
        "test": len(task.test),
        "seconds_given": seconds,
        **origin("digit_library"),
    }


def _by_majority(task: Task) -> int:
    """How many test examples the most frequent training answer is right on."""
    answers = Counter(example.output for example in task.train)
    ((answer, _),) = answers.most_common(1)
    return sum(example.output == answer for example in task.test)


_LONG = ("failed", "rejected", "python", "advice")


def _shown(line: Record) -> str:
    return _row(
        str(line["seed"]),
        line["task"],
        line["way"],
        "yes" if line["solved"] else "no",
        f"{line['executions']:,}",
        f"{line['gradient_steps']:,}",
        f"{line['seconds']:.1f}",
        f"{line['right'] / line['test']:.1%} ({line['right_by_majority'] / line['test']:.1%})",
    )


def _row(*entries: str) -> str:
    widths = (5, 18, 11, 7, 12, 7, 8, 24)
    return " ".join(e.ljust(w) for e, w in zip(entries, widths, strict=True)).rstrip()


if __name__ == "__main__":
    sys.exit(main())
