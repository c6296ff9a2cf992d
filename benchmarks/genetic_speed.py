"""What flat genomes cost: breeding, lowering, and running them; and where the time of running goes.

On the six problems of `genetic_representation`, genomes bred for twenty generations without
selection. `rate` is how many executions (a program on a case) are made and graded in a second of
the processor, of the programs as a search runs them: each behaviour once, given up after five
cases that all fail. `median` and `slowest tenth` are of the programs that are not given up:
microseconds an execution of the median one, and the share of the time that the slowest tenth
takes; `out of fuel` is the share of the time that is taken by programs that run out of fuel
somewhere.

    python -m benchmarks.genetic_speed --seeds 3

Each line is printed and appended to benchmarks/results/genetic_speed.jsonl.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.genetic_representation import PROBLEMS, named_task
from benchmarks.origin import origin
from progsynth.lang.vm import layout, warm_up
from progsynth.lang.vm.bytecode import compile_program
from progsynth.search.genetic.flat import gene, vary
from progsynth.search.genetic.flat.alphabet import make_alphabet
from progsynth.search.genetic.flat.decode import Decoder
from progsynth.search.genetic.flat.running import Lowered, Runner, flat_limits
from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.genetic.flat.tables import make_language
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

RESULTS = Path(__file__).parent / "results" / "genetic_speed.jsonl"
_MANY, _FEW, _GENERATIONS, _TIMES = 400, 40, 20, 3
_RATES = np.array([0.05, 0.15, 0.3, 0.05, 0.09, 0.7, 60.0])
_TRIED_OUT = 5  # cases after which a program may be given up

Words = NDArray[np.int64]


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="populations of each problem (3)")
    parser.add_argument("--record", type=Path, default=RESULTS, help="JSON lines")
    options = parser.parse_args()
    warm_up(background=False)
    speed(named_task(*PROBLEMS[0]), 0)  # kernels are compiled or loaded at their first use
    with options.record.open("a", encoding="utf-8") as file:
        for names in PROBLEMS:
            for seed in range(options.seeds):
                line = {**speed(named_task(*names), seed), **origin("genetic_speed")}
                file.write(json.dumps(line) + "\n")
                file.flush()
                print(shown(line), flush=True)
    return 0


def speed(task: Task, seed: int) -> dict[str, Any]:
    """What the genomes of one population cost, in microseconds of the processor."""
    problem = make_problem(make_setting(replace(task, test=())))
    language = make_language(make_alphabet(problem, FlatSettings()), problem.dsl)
    runner = Runner(problem, language, flat_limits(problem))
    rng = np.random.default_rng(seed)
    genomes, lengths = np.zeros((_MANY, 80, gene.WIDTH), np.int64), np.ones(_MANY, np.int64)
    took = {"breed": 0.0, "lower": 0.0}
    for generation in range(_GENERATIONS):
        parents, parent_lengths = genomes, lengths
        genomes, lengths = np.zeros_like(parents), np.zeros_like(lengths)
        pairs = rng.integers(0, _MANY, (2, _MANY)) if generation else np.full((2, _MANY), -1)
        seeds = rng.integers(0, 2**64, _MANY, np.uint64)
        begun = time.process_time()
        vary.breed(
            *(language.tables, parents, parent_lengths, *pairs, seeds, _RATES),
            *(genomes, genomes.view(np.float64), lengths),
        )
        took["breed"] += time.process_time() - begun
        begun = time.process_time()
        (lowered,) = runner.lowered(genomes, lengths)
        took["lower"] += time.process_time() - begun
    begun = time.process_time()
    for row, length in zip(genomes[:_FEW], lengths[:_FEW], strict=True):
        compile_program(problem.program(Decoder(language.alphabet).term(row[:length])), problem.dsl)
    in_python = time.process_time() - begun
    return {
        "task": task.name,
        "seed": seed,
        **{name: seconds / _MANY / _GENERATIONS * 1e6 for name, seconds in took.items()},
        "decode and compile": in_python / _FEW * 1e6,
        "genes": float(lengths.mean()),
        "counting": float(lowered.sizes.mean()),
        **running(runner, lowered),
    }


def running(runner: Runner, lowered: Lowered) -> dict[str, Any]:
    """How fast the programs run, each behaviour once, and which of them take the time."""
    _, places = np.unique(lowered.keys, return_index=True)
    each, cases = np.sort(places).tolist(), np.arange(len(runner.batch.rows))
    seconds = []
    for _ in range(_TIMES):
        begun = time.process_time()
        errors, executions = runner.try_out(lowered, each, cases)
        seconds.append(time.process_time() - begun)
    kept = np.isfinite(errors[:, :_TRIED_OUT]).any(axis=1)
    alone = [alone_on(runner, lowered, n) for n, is_kept in zip(each, kept, strict=True) if is_kept]
    times = np.array([one for one, _ in alone])
    without_fuel = np.array([out for _, out in alone])
    return {
        "programs": len(each),
        "kept": len(times),
        "executions": executions,
        "run": min(seconds) / executions * 1e6,
        "rate": executions / min(seconds),
        "median": float(median(times)),
        "slowest tenth": float(np.sort(times)[-max(1, len(times) // 10) :].sum() / times.sum()),
        "out of fuel": float(times[without_fuel].sum() / times.sum()),
        "programs out of fuel": int(without_fuel.sum()),
        "failing": int(np.isinf(errors).sum()),
    }


def alone_on(runner: Runner, lowered: Lowered, program: int) -> tuple[float, bool]:
    """Microseconds that the program takes on a case; and does it run out of fuel on any?"""
    rows = runner.batch.rows
    results, statuses = np.zeros((1, len(rows)), np.int64), np.zeros((1, len(rows)), np.int64)
    errors = np.full((1, len(rows)), np.inf)
    begun = time.process_time()
    runner.machine.run_programs(
        *(runner.arena, runner.floats, lowered.code, lowered.constants),
        *(lowered.table[[program]], rows, runner.batch.expected, runner.tolerance, runner.limits),
        *(results, statuses, errors, runner.work, 0),
    )
    took = time.process_time() - begun
    return took / len(rows) * 1e6, bool((statuses == layout.NO_FUEL).any())


def shown(line: dict[str, Any]) -> str:
    """The line as text."""
    return (
        f"{line['task']:20} seed {line['seed']}: breed {line['breed']:4.1f} us, lower "
        f"{line['lower']:4.1f} us a candidate (in Python {line['decode and compile']:5.0f}); "
        f"{line['rate'] / 1e6:5.2f} million executions a second; median program "
        f"{line['median']:5.2f} us, slowest tenth {line['slowest tenth']:4.0%} of the time, "
        f"{line['programs out of fuel']:2} of {line['kept']} out of fuel {line['out of fuel']:4.0%}"
    )


if __name__ == "__main__":
    sys.exit(main())
