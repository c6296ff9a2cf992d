"""Lexicase selection of 1,000 parents on 200 cases: compiled, in NumPy, and DEAP's own.

Populations of three kinds: one in which all programs differ, one in which most cases are right,
and one of real errors with an epsilon. DEAP selects one parent like the next, so that it is
measured on a few and the rest is multiplied out. Seconds are the processor's, after a first call
that loads the kernel.

    python -m benchmarks.lexicase
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from deap import base, tools

from benchmarks.origin import origin
from progsynth.lang import vm
from progsynth.search.genetic.lexicase.selection import (
    Errors,
    chosen,
    chosen_slowly,
    deviations,
)

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Measure each kind of population, print and record it."""
    options = _options()
    vm.warm_up(background=False)
    chosen(np.eye(3), np.array([[0, 1, 2]]), np.array([0.5]))
    options.record.parent.mkdir(parents=True, exist_ok=True)
    with options.record.open("a", encoding="utf-8") as file:
        for name, errors_NC, epsilon_C in populations(options.parents, options.cases):
            line = measured(name, errors_NC, epsilon_C, options)
            file.write(json.dumps(line) + "\n")
            print(
                f"{name:14} compiled {line['compiled_seconds']:.3f} s, NumPy "
                f"{line['numpy_seconds']:.3f} s, DEAP {line['deap_seconds']:.0f} s "
                f"({line['ratio']:,.0f} times as long)",
                flush=True,
            )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--parents", type=int, default=1000, help="and individuals (1000)")
    parser.add_argument("--cases", type=int, default=200, help="(200)")
    parser.add_argument("--deap-parents", type=int, default=5, help="that DEAP selects (5)")
    parser.add_argument("--repeats", type=int, default=5, help="of which the least counts (5)")
    default = RESULTS / "lexicase.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    return parser.parse_args()


def populations(num: int, cases: int) -> Iterator[tuple[str, Errors, Errors | None]]:
    """Errors of a population, and the epsilon of each case where errors are real."""
    rng = np.random.default_rng(0)
    skill = rng.random((num, 1))
    wrong = rng.random((num, cases)) > skill
    yield "all differ", wrong * rng.integers(1, 9, (num, cases)).astype(np.float64), None
    yield "nearly right", (rng.random((num, cases)) < 0.02).astype(np.float64), None
    real = skill + 0.01 * rng.random((num, cases))
    yield "real, epsilon", real, deviations(real)


def measured(
    name: str, errors_NC: Errors, epsilon_C: Errors | None, options: argparse.Namespace
) -> dict[str, Any]:
    """The record of one population: what a generation of parents takes each way."""
    draws = np.random.default_rng(1)
    count, cases = len(errors_NC), errors_NC.shape[1]

    def of(choose: Callable[..., list[int]]) -> float:
        begin = time.process_time()
        orders_KC = draws.permuted(np.tile(np.arange(cases), (count, 1)), axis=1)
        choose(errors_NC, orders_KC, draws.random(count), epsilon_C=epsilon_C)
        return time.process_time() - begin

    compiled = min(of(chosen) for _ in range(options.repeats))
    slowly = of(chosen_slowly)
    deap = deaps(errors_NC, epsilon_C, options.deap_parents) * count / options.deap_parents
    return {
        "population": name,
        "parents": count,
        "cases": cases,
        "compiled_seconds": round(compiled, 4),
        "numpy_seconds": round(slowly, 4),
        "deap_seconds": round(deap, 1),
        "deap_parents": options.deap_parents,
        "ratio": round(deap / compiled),
        **origin("lexicase"),
    }


def deaps(errors_NC: Errors, epsilon_C: Errors | None, count: int) -> float:
    """The seconds that DEAP's lexicase takes for so many parents."""

    class Fitness(base.Fitness):  # type: ignore[misc]
        weights = (-1.0,) * errors_NC.shape[1]

    individuals = [SimpleNamespace(fitness=Fitness(row)) for row in errors_NC.tolist()]
    random.seed(0)  # DEAP draws from the global generator
    begin = time.process_time()
    if epsilon_C is None:
        tools.selLexicase(individuals, count)
    else:
        tools.selAutomaticEpsilonLexicase(individuals, count)
    return time.process_time() - begin


if __name__ == "__main__":
    sys.exit(main())
