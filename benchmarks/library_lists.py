"""DreamCoder's list tasks from a small language: with a library that grows, and without one.

    python -m benchmarks.library_lists --seeds 0 1 2 --rounds 3 --executions 500000
    python -m benchmarks.library_lists --sample 30 --seeds 0 --executions 100000

The language takes lists apart and makes them, with `map`, `fold`, `unfold`, `range`, `if`, a few
operations on numbers, 0 and 1: no length, sum, count, filter, unique. With a library each task
that is not solved has the budget in each of the rounds, and its search goes on where it was
until there are words to begin another with; without one it has the budgets of all rounds at once,
so that both sides may use the same. The trials of new subroutines are counted
beside: they are what the library cost.

Of the examples of each task the last 5 are held out and opened here, once, on the program found.
The seed draws the sample, and what replays are made of. A line of JSON for each seed goes into
the record; a run that was stopped goes on where it was, from the libraries in `--folder`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.dreamcoder_lists import GIVEN, RESULTS
from benchmarks.origin import origin
from progsynth.evaluate import evaluate
from progsynth.lang.primitive import DSL
from progsynth.lang.read import read_program
from progsynth.learn import Settings, learn
from progsynth.learn.attempt import Attempt, Seen
from progsynth.learn.plan import run_of
from progsynth.learn.state import end
from progsynth.learn.units import Bench, Unit
from progsynth.library import journal
from progsynth.library.loading import load
from progsynth.library.store import Library
from progsynth.registry import pack
from progsynth.task import Suite, Task
from progsynth.task_formats import read_tasks

LACKS = ("is_square", "is_prime", "len.list")
RECORD = RESULTS / "library_lists.jsonl"


def main() -> int:
    """Run what the record lacks, and print the lines."""
    options = _options()
    known = _lines(options.record)
    for seed in options.seeds:
        settings = Settings(executions=options.executions, seed=seed, replays=options.replays)
        asked = {"seed": seed, "sample": options.sample, "rounds": options.rounds}
        asked["settings"] = asdict(settings)
        asked["words"] = sorted(small_language())
        line = next((one for one in known if asked.items() <= one.items()), None)
        if line is None:
            line = {**asked, **_measured(_suite(options, seed), settings, options)}
            with options.record.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        print(json.dumps(line, indent=2), flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--executions", type=int, default=500_000, help="of a task in a round")
    parser.add_argument("--replays", type=int, default=Settings().replays)
    parser.add_argument("--sample", type=int, help="only so many tasks, drawn by the seed")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("library_lists"), help="of libraries")
    parser.add_argument("--record", type=Path, default=RECORD, help=f"JSON lines ({RECORD.name})")
    return parser.parse_args()


def _lines(record: Path) -> list[dict[str, Any]]:
    if not record.exists():
        return []
    return [json.loads(text) for text in record.read_text(encoding="utf-8").splitlines()]


def small_language() -> DSL:
    """DreamCoder's primitives, but for those that say much in one word.

    Its `fold` and `is_empty` are written with `length` and would go with it: those of `origami`,
    which mean the same, take their place.
    """
    origami = pack("origami")
    kept = origami.primitives["is_empty"], origami.functions["fold"]
    return pack("dreamcoder_lists").without(*LACKS).extend(*kept)


def _suite(options: argparse.Namespace, seed: int) -> Suite:
    """The tasks, all or a sample."""
    folder = os.environ.get("PROGSYNTH_DATA", "")
    if not folder:
        sys.exit("PROGSYNTH_DATA is not set: it names the folder that holds dreamcoder/")
    tasks = list(read_tasks(Path(folder) / "dreamcoder" / "list_train.json"))
    if options.sample is not None:
        chosen = sorted(random.Random(seed).sample(range(len(tasks)), options.sample))
        tasks = [tasks[number] for number in chosen]
    words = small_language()
    return Suite("list tasks", tuple(replace(_split(task), pack=words) for task in tasks))


def _measured(suite: Suite, settings: Settings, options: argparse.Namespace) -> dict[str, Any]:
    """Both sides, and what the library holds."""
    begun = origin("library_lists")
    clock = time.process_time()
    name = f"{options.sample or 'all'}_{settings.executions}_{settings.seed}"
    library = Library(options.folder / name)
    workers = options.workers
    rounds = list(
        learn(suite, library, rounds=options.rounds, settings=settings, workers=workers, told=_say)
    )
    without = _without(suite, library, settings, options)
    steps = journal.steps(library, run_of(suite, settings))
    programs = {name: texts[0] for name, texts in steps[end(len(rounds))]["programs"].items()}
    solved = {name: one.programs[0] for name, one in without.items() if one.solved}
    small = small_language()
    keys = [entry.key for entry in library.entries(all_versions=True)]
    return {
        "tasks": len(suite),
        "lacks": list(LACKS),
        "with": {
            "solved": len(programs),
            "right": _right(suite, programs, load(small, library, keys=keys).dsl),
            "solved_by_round": [len(one.solved) for one in rounds],
            "executions": sum(one.executions for one in rounds),
            "executions_of_trials": sum(one.replayed for one in rounds),
        },
        "without": {
            "solved": len(solved),
            "right": _right(suite, solved, small),
            "executions": sum(one.executions for one in without.values()),
        },
        "library": [entry.source for entry in library.entries()],
        "only_with": sorted(programs.keys() - solved.keys()),
        "only_without": sorted(solved.keys() - programs.keys()),
        "cpu_seconds_of_this_call": round(time.process_time() - clock, 1),
        **begun,
    }


def _right(suite: Suite, programs: Mapping[str, str], words: DSL) -> int:
    """How many of the programs of these words are right on what was held out."""
    return sum(
        evaluate(read_program(programs[task.name], words), task.test, words, engine="python").solved
        for task in suite
        if task.name in programs
    )


def _say(step: str, attempt: Attempt) -> None:
    how = "solved" if attempt.solved else "not solved"
    print(f"  {step}: {how}, {attempt.executions:,}", file=sys.stderr, flush=True)


def _split(task: Task) -> Task:
    return replace(task, train=task.train[:GIVEN], test=(*task.test, *task.train[GIVEN:]))


def _without(
    suite: Suite, library: Library, settings: Settings, options: argparse.Namespace
) -> dict[str, Attempt]:
    """The attempts without a library, each with the budgets of all rounds."""
    whole = {
        "executions": settings.executions * options.rounds,
        "search": settings.search,
        "seed": settings.seed,
        "frontier": settings.frontier,
    }
    seen = Seen(library.path)
    units = [
        Unit(f"without, {options.rounds} rounds: {task.name}", replace(task, test=()), seen, whole)
        for task in suite
    ]
    run = f"without {run_of(suite, settings)}"
    with closing(Bench(library, run, workers=options.workers, told=_say)) as bench:
        return {u.task.name: one for u, one in zip(units, bench.done(units), strict=True)}


if __name__ == "__main__":
    sys.exit(main())
