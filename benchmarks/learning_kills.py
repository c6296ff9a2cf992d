"""Random kills of `learn` with several writers: is the library that of an undisturbed run?

    python -m benchmarks.learning_kills --kills 20 --writers 4

Each time `writers` processes work on one run, and all are killed after a random time; the last
time they end. A line of JSON says whether all that the library holds is the same, but for times.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.origin import origin
from progsynth.lang.primitive import DSL
from progsynth.learn import Settings, learn
from progsynth.library.store import Library
from progsynth.registry import pack
from progsynth.task import Suite, Task

SETTINGS = Settings(executions=6_000, frontier=3, subroutines=4, solutions=4, replays=6)
ROUNDS = 3
_ROWS = [list(range(3, 23)), [5, 2, 9] * 6, [1] * 9 + [4, 8, 7, 2, 1, 9, 0, 0]]


def suite() -> Suite:
    """Tasks that are many small steps, in a language of four words."""
    origami = pack("origami")
    words = {name: origami.primitives[name] for name in ("cdr", "head", "cons", "up")}
    steps = DSL("steps", words, {}, origami.surfaces)
    kinds: tuple[tuple[str, str, Callable[[list[int], int], Any]], ...] = (
        ("drop", "list[int] -> list[int]", lambda xs, k: xs[k:]),
        ("item", "list[int] -> int", lambda xs, k: xs[k]),
        ("next", "list[int] -> int", lambda xs, k: xs[k] + 1),
    )
    tasks = []
    for count in (2, 3, 4, 5, 7, 9):
        for name, request, answer in kinds:
            pairs = [(xs, answer(xs, count)) for xs in _ROWS]
            tasks.append(Task.from_pairs(f"{name} {count}", pairs, request=request, pack=steps))
    return Suite("steps", tuple(tasks))


def content(folder: Path) -> list[tuple[Any, ...]]:
    """All that a library holds, but for times."""
    library = Library(folder, create=False)
    return [
        (e.key, e.signature, e.source, e.doc, repr(e.provenance), e.needs, bool(e.retired), e.uses)
        for e in library.entries(all_versions=True)
    ]


def main() -> None:
    """Measure, and print a record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longest", type=float, default=8.0, help="seconds before a kill")
    parser.add_argument("--work", type=Path, help="work on the library in this folder, and end")
    options = parser.parse_args()
    if options.work is not None:
        for _ in learn(suite(), options.work, rounds=ROUNDS, settings=SETTINGS):
            pass
        return
    folder = Path(tempfile.mkdtemp())
    try:
        print(json.dumps(_measured(options, folder)))
    finally:
        shutil.rmtree(folder)


def _measured(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    rng = random.Random(options.seed)
    undisturbed = list(learn(suite(), folder / "undisturbed", rounds=ROUNDS, settings=SETTINGS))
    killed, running = 0, []
    for number in range(options.kills + 1):
        running = [_writer(folder / "disturbed", 10 * number + n) for n in range(options.writers)]
        if number < options.kills:
            time.sleep(rng.uniform(0.0, options.longest))
            killed += sum(process.poll() is None for process in running)
            for process in running:
                process.kill()
        for process in running:
            process.wait()
    return {
        "benchmark": "learning_kills",
        "kills": options.kills,
        "writers": options.writers,
        "processes_killed": killed,
        "ended": [process.returncode for process in running],
        "solved": len(undisturbed[-1].solved),
        "entries": len(content(folder / "undisturbed")),
        "same": content(folder / "disturbed") == content(folder / "undisturbed"),
        **origin("learning_kills"),
    }


def _writer(folder: Path, hash_seed: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.learning_kills", "--work", str(folder)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONHASHSEED": str(hash_seed)})


if __name__ == "__main__":
    main()
