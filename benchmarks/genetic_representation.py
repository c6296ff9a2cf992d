"""Typed trees against flat genomes of typed statements, on six problems fixed beforehand.

Three of PSB1 (median, last-index-of-zero, negative-to-zero) and three of PSB2 (fuel-cost, gcd,
fizz-buzz), in the default pack and one configuration of each search. `trees` is selection and
variation alone, on the same share of the cases: the local search of loops and conditions that
the genetic search has besides (`trees and local`) works on trees only, and is shown for what it
adds. `random` draws every
program anew. Each gets the same seconds of the processor, and the records say at how many
executions a solution came, so that they can be compared at equal executions as well: at as many
as the search had that made the fewest. A problem is solved when a program is right on the
training examples; it is right when it is so on those held out, too.

    python -m benchmarks.genetic_representation --seconds 30 --seeds 5

Records are kept as they come: a run that was cut off goes on where it was. With --speed it
measures instead what variation and lowering take, in kernels and by way of a core term.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.genetic_attempts import Record, attempt, read_records, shown
from progsynth.lang.vm import warm_up
from progsynth.lang.vm.bytecode import compile_program
from progsynth.registry import suite
from progsynth.search.genetic import Settings, genetic
from progsynth.search.genetic.flat import gene, running, vary
from progsynth.search.genetic.flat.alphabet import make_alphabet
from progsynth.search.genetic.flat.decode import Decoder
from progsynth.search.genetic.flat.method import flat_genetic
from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.genetic.flat.tables import make_language
from progsynth.search.problem import Method
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

PROBLEMS = (
    ("psb1", "median"),
    ("psb1", "last-index-of-zero"),
    ("psb1", "negative-to-zero"),
    ("psb2", "fuel-cost"),
    ("psb2", "gcd"),
    ("psb2", "fizz-buzz"),
)
RESULTS = Path(__file__).parent / "results"
PLAIN = replace(Settings(), fits=0.0, local=0.0)
SHARE = FlatSettings().sample  # of the cases that a generation selects by
METHODS: Mapping[str, Method] = {
    "flat": flat_genetic(),
    "trees": genetic(settings=replace(PLAIN, sample=SHARE)),
    "trees and local": genetic(),
    "random": genetic(settings=replace(PLAIN, fresh=1.0, elite=0.0)),
}


def main() -> int:
    """Run what is not on record yet, then print the tables."""
    options = _options()
    warm_up(background=False)  # compiling is not part of the search
    _compile_kernels(options.methods)
    if options.speed:
        for suite_name, name in PROBLEMS:
            print(_shown_speed(speed(_task(suite_name, name))), flush=True)
        return 0
    options.record.parent.mkdir(parents=True, exist_ok=True)
    lines = read_records(options.record)
    done = {(r["task"], r["method"], r["seed"], r["seconds_given"]) for r in lines}
    with options.record.open("a", encoding="utf-8") as file:
        for seed in range(options.seeds):
            for suite_name, name in PROBLEMS:
                task = _task(suite_name, name)
                for method in options.methods:
                    if (name, method, seed, options.seconds) in done:
                        continue
                    line = _attempt(task, method, seed, options.seconds)
                    lines.append(line)
                    file.write(json.dumps(line) + "\n")
                    file.flush()
                    print(shown(line), flush=True)
    _report([r for r in lines if r["seconds_given"] == options.seconds])
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="of the processor, each (30)")
    parser.add_argument("--seeds", type=int, default=5, help="of each problem and method (5)")
    names = list(METHODS)
    parser.add_argument("--methods", nargs="*", choices=names, default=names, metavar="NAME")
    parser.add_argument("--speed", action="store_true", help="measure speeds, and no more")
    default = RESULTS / "genetic_representation.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    return parser.parse_args()


def _task(suite_name: str, name: str) -> Task:
    found: Task = next(t for t in suite(suite_name) if t.name == name)
    return found


def _compile_kernels(methods: Sequence[str]) -> None:
    """Run a search of each kind, of an easy problem: kernels are compiled at their first use."""
    for method in methods:
        _attempt(_task("psb1", "smallest"), method, 0, 5.0)


def _attempt(task: Task, method: str, seed: int, seconds: float) -> Record:
    """The record of one task, method and seed."""
    return attempt(
        task,
        METHODS[method],
        name=method,
        seed=seed,
        module="genetic_representation",
        seconds=seconds,
    )


def speed(task: Task) -> Record:
    """Microseconds a candidate, of genomes bred for some generations; and of an execution."""
    problem = make_problem(make_setting(replace(task, test=())))
    language = make_language(make_alphabet(problem, FlatSettings()), problem.dsl)
    runner = running.Runner(problem, language, running.flat_limits(problem))
    decoder = Decoder(language.alphabet)
    rng = np.random.default_rng(0)
    genomes = np.zeros((_MANY, 80, gene.WIDTH), np.int64)
    lengths = np.ones(_MANY, np.int64)
    took = dict.fromkeys(("breed", "lower", "run", "decode and compile"), 0.0)
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
    _, executions = runner.try_out(lowered, range(_MANY), np.arange(len(problem.inputs)))
    took["run"] = time.process_time() - begun
    begun = time.process_time()
    for row, length in zip(genomes[:_FEW], lengths[:_FEW], strict=True):
        compile_program(problem.program(decoder.term(row[:length])), problem.dsl)
    took["decode and compile"] = time.process_time() - begun
    return {
        "task": task.name,
        "breed": took["breed"] / _MANY / _GENERATIONS * 1e6,
        "lower": took["lower"] / _MANY / _GENERATIONS * 1e6,
        "decode and compile": took["decode and compile"] / _FEW * 1e6,
        "run": took["run"] / executions * 1e6,
        "genes": float(lengths.mean()),
        "counting": float(lowered.sizes.mean()),
    }


_MANY, _FEW, _GENERATIONS = 400, 100, 20
_RATES = np.array([0.05, 0.15, 0.3, 0.05, 0.09, 0.7, 60.0])


def _shown_speed(line: Record) -> str:
    return (
        f"{line['task']:20} {line['genes']:5.1f} genes, {line['counting']:4.1f} count: "
        f"breed {line['breed']:5.1f} us, lower {line['lower']:5.1f} us a candidate; "
        f"decode and compile in Python {line['decode and compile']:6.0f} us; "
        f"{line['run']:6.2f} us an execution"
    )


def _report(lines: list[Record]) -> None:
    """Right programs of so many seeds: at equal seconds, and at equal executions."""
    methods = [m for m in METHODS if any(r["method"] == m for r in lines)]
    print(f"\n{'':20} " + " ".join(f"{m:>24}" for m in methods))
    print(f"{'':20} " + " ".join(f"{'seconds':>12}{'executions':>12}" for _ in methods))
    for _, name in PROBLEMS:
        mine = [r for r in lines if r["task"] == name]
        fewest = min((r["executions"] for r in mine if not r["solved"]), default=None)
        cells = []
        for method in methods:
            own = [r for r in mine if r["method"] == method]
            right = [r for r in own if r["right"]]
            soon = [r for r in right if fewest is None or r["executions"] <= fewest]
            cells.append(f"{len(right):>9}/{len(own):<2}{len(soon):>9}/{len(own):<2}")
        print(f"{name:20} " + " ".join(f"{cell:>24}" for cell in cells))
    print(f"\n{'million executions':20} " + " ".join(f"{_speed(lines, m):>24}" for m in methods))


def _speed(lines: list[Record], method: str) -> str:
    own = [r for r in lines if r["method"] == method]
    seconds = sum(r["seconds"] for r in own)
    return f"{sum(r['executions'] for r in own) / max(seconds, 1e-9) / 1e6:.2f} a second"


if __name__ == "__main__":
    sys.exit(main())
