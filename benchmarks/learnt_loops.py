"""Learnt parts inside loops, found by the search: `python -m benchmarks.learnt_loops`.

Four tasks, each with one submodule and the default pack, from pairs of the whole alone:

* energy: a signal's energy, where what is long ago counts less; a cell in a `fold`;
* turns: how often 1 can be taken from a number while it is full; a condition in a `while`;
* drain: what is left of the number then; the same condition;
* crashes: a population after so many years, which grows and crashes; a step in a `for`.

Nothing of the program is given. Tests are ten times as long as training: signals of 50 against 5
at most, numbers of 40 and more turns against 4 at most, 50 years against 5. The energy is right
within 0.3, the population within 0.05, what is counted or left only if it is exact. No number
comes within 0.05 of being full: that close, examples do not say which it is. Figures are appended
to benchmarks/results/learnt_loops.jsonl.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.origin import origin
from progsynth import Task, solve

RESULTS = Path(__file__).parent / "results" / "learnt_loops.jsonl"
FULL = 1.37
GAP = 0.05  # how far from it all numbers stay
NUM_TRAIN, NUM_VALIDATION, NUM_TEST = 200, 50, 100

Pairs = list[tuple[Any, Any]]


def energy(xs: Sequence[float]) -> float:
    """The energy of the signal, where what is long ago counts less."""
    state = 0.0
    for x in xs:
        state = 0.6 * state + x * x
    return state


def drained(x: float) -> tuple[float, int]:
    """What is left of x, and after how many turns."""
    turns = 0
    while x > FULL:
        x, turns = x - 1.0, turns + 1
    return x, turns


def crashed(x: float, years: int) -> float:
    """A population after so many years: May 1976, "Simple mathematical models with very
    complicated dynamics", at a rate where good and bad years take turns."""
    for _ in range(years):
        x = 3.3 * x * (1.0 - x)
    return x


def signals(count: int, longest: int, rng: np.random.Generator) -> Pairs:
    """Signals with their energies; those of tests are all of that length."""
    lengths = rng.integers(1 if longest < 10 else longest, longest + 1, count)
    rows = [rng.uniform(-1, 1, length).tolist() for length in lengths]
    return [(xs, energy(xs)) for xs in rows]


def numbers(part: int) -> Callable[[int, int, np.random.Generator], Pairs]:
    """Numbers with what is left of them (part 0), or after how many turns (part 1)."""

    def drawn(count: int, longest: int, rng: np.random.Generator) -> Pairs:
        low = 0.4 if longest < 10 else longest
        found: Pairs = []
        while len(found) < count:
            x = float(rng.uniform(low, longest + 1.3))
            left, turns = drained(x)
            if left < FULL - GAP and (turns == 0 or left + 1.0 > FULL + GAP):
                found.append((x, (left, turns)[part]))
        return found

    return drawn


def populations(count: int, longest: int, rng: np.random.Generator) -> Pairs:
    """Populations and years, with what becomes of them; in tests all after the most years."""
    years = rng.integers(1 if longest < 10 else longest, longest + 2, count).tolist()
    starts = rng.uniform(0.05, 0.95, count).tolist()
    return [((x, n), crashed(x, n)) for x, n in zip(starts, years, strict=True)]


# name: request, submodule, accuracy, tolerance in tests, and how many turns there are in training
TASKS: dict[str, tuple[str, str, float, float, int, Callable[..., Pairs]]] = {
    "energy": ("list[float] -> float", "cell(s: float, x: float) -> float", 0.85, 0.3, 5, signals),
    "turns": ("float -> int", "full(x: float) -> bool", 0.95, 0.0, 4, numbers(1)),
    "drain": ("float -> float", "full(x: float) -> bool", 0.95, 1e-9, 4, numbers(0)),
    "crashes": ("(float, int) -> float", "step(x: float) -> float", 0.85, 0.05, 5, populations),
}


def measured(name: str, seed: int, programs: int) -> dict[str, Any]:
    """One search: what it found, and how that does on what is ten times as long."""
    request, neural, accuracy, tolerance, longest, draw = TASKS[name]
    rng = np.random.default_rng(seed)
    pairs = draw(NUM_TRAIN + NUM_VALIDATION, longest, rng)
    task = Task.from_pairs(
        name,
        pairs[:NUM_TRAIN],
        validation=pairs[NUM_TRAIN:],
        request=request,
        neural=(neural,),
        accuracy=accuracy,
        tolerance=tolerance / 2 or 1e-9,
    )
    start = time.process_time()
    result = solve(task, seconds=None, programs=programs, seed=seed, search="near")
    record = {
        "task": name,
        "seed": seed,
        "solved": result.solved,
        "seconds": time.process_time() - start,
        "program": result.program,
        "programs": result.programs,
        "gradient steps": result.gradient_steps,
        "notes": list(result.notes),
    }
    if result.solved:
        test = draw(NUM_TEST, 10 * longest, rng)
        given = [x if isinstance(x, tuple) else (x,) for x, _ in test]
        found = [result.function(*x) for x in given]
        right = [abs(f - w) <= tolerance for f, (_, w) in zip(found, test, strict=True)]
        record["right on ten times the length"] = float(np.mean(right))
    return record


def main() -> None:
    """Measure, print, and append the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--tasks", nargs="+", default=list(TASKS), choices=list(TASKS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--programs", type=int, default=600, help="for each search")
    parser.add_argument("--record", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name in options.tasks:
        for seed in range(options.seeds):
            line = measured(name, seed, options.programs)
            body = (line["program"] or "none").strip().split("\n    ")[1:]
            print(
                f"{name} seed {seed}  {line['seconds']:.1f} s  {line['programs']} programs  "
                f"right on ten times the length: {line.get('right on ten times the length')}  "
                f"{'; '.join(body)}",
                flush=True,
            )
            record = line | origin("learnt_loops") | {"torch": torch.__version__}
            with options.record.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
