"""From few examples to the program that is meant: how often what `solve` returns generalises.

Each task is a function written here, two to four examples as a person would type them, and twenty
inputs drawn at random that are not shown. A program is right if it gives what the function gives
on all of them. Each run is one line of JSON in the record, with what was returned.

    python -m benchmarks.few_examples --seconds 10
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.origin import origin
from progsynth.bench.digests import pack_digest, source_digest
from progsynth.registry import pack
from progsynth.solve import solve
from progsynth.task import Example, Task

HELD_OUT = 20
RESULTS = Path(__file__).parent / "results"

Draw = Callable[[random.Random], Any]


@dataclass(frozen=True)
class Meant:
    """A function of one argument, the inputs of its examples, and how to draw others."""

    name: str
    function: Callable[[Any], Any]
    shown: tuple[Any, ...]
    draw: Draw


# ----------------------------------------------------------------------------------- inputs


def numbers(low: int = -20, high: int = 20, least: int = 1, most: int = 8) -> Draw:
    """Lists of numbers."""
    return lambda rng: [rng.randint(low, high) for _ in range(rng.randint(least, most))]


def number(low: int, high: int) -> Draw:
    """Numbers."""
    return lambda rng: rng.randint(low, high)


def word(rng: random.Random) -> str:
    """A word that can be spoken."""
    size = rng.randint(2, 9)
    return "".join(rng.choice(("bcdfgklmnprstv", "aeiou")[i % 2]) for i in range(size))


def words(least: int = 2, most: int = 2, *, between: str = " ", case: str = "lower") -> Draw:
    """Words with something between them."""

    def draw(rng: random.Random) -> str:
        some = [getattr(word(rng), case)() for _ in range(rng.randint(least, most))]
        return between.join(some)

    return draw


def wordlist(rng: random.Random) -> list[str]:
    """A list of words."""
    return [word(rng) for _ in range(rng.randint(1, 6))]


def dated(rng: random.Random) -> str:
    """A day as year, month and day."""
    return f"{rng.randint(1900, 2099)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def measured(rng: random.Random) -> str:
    """A name, an equals sign and a number."""
    return f"{word(rng)}={rng.randint(0, 9999)}"


def address(rng: random.Random) -> str:
    """A name at a host."""
    return f"{word(rng)}@{word(rng)}.{rng.choice(('net', 'org', 'info'))}"


def filed(rng: random.Random) -> str:
    """A path of folders, with a file."""
    folders = [word(rng) for _ in range(rng.randint(1, 4))]
    return "/".join([*folders, f"{word(rng)}.{rng.choice(('txt', 'c', 'html'))}"])


# ------------------------------------------------------------------------------------ tasks

TASKS = (
    Meant("double each", lambda xs: [2 * x for x in xs], ([1, 2], [5]), numbers()),
    Meant("add one", lambda xs: [x + 1 for x in xs], ([1, 2, 3], [5, 0]), numbers()),
    Meant("sum of squares", lambda xs: sum(x * x for x in xs), ([1, 2], [3]), numbers()),
    Meant("turned around", lambda xs: xs[::-1], ([1, 2, 3], [4, 5]), numbers()),
    Meant("even ones", lambda xs: [x for x in xs if x % 2 == 0], ([1, 2, 3, 4], [5, 6]), numbers()),
    Meant("descending", lambda xs: sorted(xs, reverse=True), ([3, 1, 2], [5, 9]), numbers()),
    Meant("largest", max, ([3, 8, 2], [7, 1]), numbers()),
    Meant("range of values", lambda xs: max(xs) - min(xs), ([3, 8, 2], [7, 1], [4]), numbers()),
    Meant("all but the first", lambda xs: xs[1:], ([3, 8, 2], [7, 1]), numbers()),
    Meant("second", lambda xs: xs[1], ([3, 8, 2], [7, 1]), numbers(least=2)),
    Meant("how many positive", lambda xs: sum(x > 0 for x in xs), ([3, -1, 2], [-4]), numbers()),
    Meant(
        "without doubles", lambda xs: list(dict.fromkeys(xs)), ([3, 3, 1], [2, 5, 2]), numbers(0, 5)
    ),
    Meant("signs turned", lambda xs: [-x for x in xs], ([3, -1], [0, 7]), numbers()),
    Meant("positive ones", lambda xs: [x for x in xs if x > 0], ([3, -1, 2], [-4, 6]), numbers()),
    Meant(
        "is sorted",
        lambda xs: xs == sorted(xs),
        ([1, 2, 5], [3, 1], [4, 4], [2, 3, 1]),
        numbers(0, 9, 2, 4),
    ),
    Meant("sum of the ends", lambda xs: xs[0] + xs[-1], ([3, 8, 2], [7, 1], [4]), numbers()),
    Meant(
        "running total",
        lambda xs: [sum(xs[: i + 1]) for i in range(len(xs))],
        ([1, 2, 3], [5, 4]),
        numbers(),
    ),
    Meant("squares up to", lambda n: [i * i for i in range(1, n + 1)], (2, 4), number(0, 15)),
    Meant("sum up to", lambda n: n * (n + 1) // 2, (3, 5, 10), number(0, 60)),
    Meant("is even", lambda n: n % 2 == 0, (3, 4, 7, 10), number(0, 99)),
    Meant("last digit", lambda n: n % 10, (37, 120, 5), number(0, 9999)),
    Meant("first name", lambda s: s.split(" ")[0], ("ada lovelace", "alan turing"), words()),
    Meant("family name", lambda s: s.split(" ")[-1], ("ada lovelace", "alan turing"), words(2, 4)),
    Meant(
        "family name of two",
        lambda s: s.split(" ")[1],
        ("Max Ernst", "Lee Krasner"),
        words(case="capitalize"),
    ),
    Meant(
        "initials",
        lambda s: "".join(w[0].upper() + "." for w in s.split(" ")),
        ("ada lovelace", "alan turing"),
        words(),
    ),
    Meant(
        "family name first",
        lambda s: ", ".join(s.split(" ")[::-1]),
        ("Ada Lovelace", "Alan Turing"),
        words(case="capitalize"),
    ),
    Meant(
        "initial and family name",
        lambda s: s[0] + ". " + s.split(" ")[1],
        ("Ada Lovelace", "Alan Turing"),
        words(case="capitalize"),
    ),
    Meant(
        "how many words",
        lambda s: len(s.split(" ")),
        ("to be or", "not to be that is", "so"),
        words(1, 7),
    ),
    Meant("loud", lambda s: s.upper() + "!", ("hello", "bye"), word),
    Meant(
        "loud list", lambda xs: [x.upper() + "!" for x in xs], (["a", "bc"], ["de", "f"]), wordlist
    ),
    Meant("lengths", lambda xs: [len(x) for x in xs], (["a", "bc"], ["def", "g"]), wordlist),
    Meant("longest", lambda xs: max(xs, key=len), (["a", "bc"], ["def", "g", "hi"]), wordlist),
    Meant("with commas", ", ".join, (["a", "bc"], ["def", "g", "hi"]), wordlist),
    Meant(
        "words turned around",
        lambda s: " ".join(s.split(" ")[::-1]),
        ("to be or", "not that"),
        words(1, 5),
    ),
    Meant("year", lambda s: s.split("-")[0], ("2024-03-15", "1999-12-01"), dated),
    Meant("month", lambda s: s.split("-")[1], ("2024-03-15", "1999-12-01"), dated),
    Meant(
        "with points", lambda s: ".".join(s.split("-")[::-1]), ("2024-03-15", "1999-12-01"), dated
    ),
    Meant("value", lambda s: s.split("=")[1], ("width=120", "depth=455"), measured),
    Meant("value as number", lambda s: int(s.split("=")[1]), ("width=120", "depth=455"), measured),
    Meant("key", lambda s: s.split("=")[0], ("width=120", "depth=455"), measured),
    Meant("user", lambda s: s.split("@")[0], ("mary@pond.net", "carl@lake.org"), address),
    Meant("host", lambda s: s.split("@")[1], ("mary@pond.net", "carl@lake.org"), address),
    Meant(
        "host's name",
        lambda s: s.split("@")[1].split(".")[0],
        ("mary@pond.net", "carl@lake.org"),
        address,
    ),
    Meant(
        "greeting",
        lambda s: "Dear " + s.split("@")[0].capitalize() + ",",
        ("mary@pond.net", "carl@lake.org"),
        address,
    ),
    Meant("file", lambda s: s.split("/")[-1], ("docs/old/plan.txt", "src/main.c"), filed),
    Meant("ending", lambda s: s.rsplit(".", 1)[-1], ("docs/old/plan.txt", "src/main.c"), filed),
    Meant(
        "how deep", lambda s: s.count("/"), ("docs/old/plan.txt", "src/main.c", "a/b/c/d.c"), filed
    ),
    Meant(
        "without vowels",
        lambda s: "".join(c for c in s if c not in "aeiou"),
        ("banana", "tuna"),
        word,
    ),
    Meant(
        "every word's end",
        lambda s: "".join(w[-1] for w in s.split(" ")),
        ("to be or", "not that"),
        words(1, 5),
    ),
    Meant("doubled text", lambda s: s + s, ("ab", "cde"), word),
)


# ------------------------------------------------------------------------------------- runs


def main() -> int:
    """Run the tasks, add what came of them to the record, print the totals."""
    options = _options()
    chosen = [meant for meant in TASKS if options.only in meant.name]
    pack()  # loading the language is not part of the search
    solve(Task.from_pairs("warm up", [(1, 1), (2, 2)]), seconds=5, search=options.search)
    right = 0
    options.record.parent.mkdir(parents=True, exist_ok=True)
    with options.record.open("a", encoding="utf-8") as file:
        for line in _run(chosen, options):
            file.write(json.dumps(line) + "\n")
            file.flush()
            right += line["right"]
            state = "right" if line["right"] else "wrong" if line["solved"] else "none"
            body = (line["program"] or "").partition(":\n")[2].strip().replace("\n", "; ")
            print(f"{line['task']:26} {state:6} {line['cpu_seconds']:6.2f} s  {body}", flush=True)
    print(f"{right} of {len(chosen)} are right on {HELD_OUT} other inputs")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="for each task (10)")
    parser.add_argument("--search", default="auto")
    parser.add_argument("--executions", type=int, help="for each task, in place of seconds")
    parser.add_argument("--seed", type=int, default=0, help="of the held-out inputs")
    parser.add_argument("--only", default="", help="tasks with this in their name")
    default = RESULTS / "few_examples.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    return parser.parse_args()


def _run(chosen: list[Meant], options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    for meant in chosen:
        start = time.process_time()
        task = Task.from_pairs(meant.name, [(x, meant.function(x)) for x in meant.shown])
        result = solve(
            task,
            seconds=options.seconds or None,
            executions=options.executions,
            search=options.search,
            workers=1,
        )
        used = time.process_time() - start
        rng = random.Random(f"{options.seed} {meant.name}")
        inputs = [meant.draw(rng) for _ in range(HELD_OUT)]
        rows = [Example((x,), meant.function(x)) for x in inputs]
        right = result.solved and result.evaluate(rows).solved
        yield {
            "task": meant.name,
            "examples": len(meant.shown),
            "solved": result.solved,
            "right": right,
            "program": result.program,
            "alternatives": list(getattr(result, "alternatives", ())),
            "cpu_seconds": round(used, 3),
            "executions": result.executions,
            "search": options.search,
            "seconds_given": options.seconds,
            "seed": options.seed,
            "pack_digest": pack_digest(pack()),
            "source": source_digest(),
            **origin("few_examples"),
        }


if __name__ == "__main__":
    sys.exit(main())
