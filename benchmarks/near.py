"""Search by trained relaxations, cheap against plain: `python -m benchmarks.near`.

The task is the example of the field's library for neurosymbolic programs, y = abs(x0) + x1, from
pairs alone: floats, with +, -, *, - and abs to build from. The same best-first search runs twice:
with nodes that inherit weights and optimiser states and are trained by rungs, and with nodes
that are each trained from scratch with all steps, as is usual. The ratio of processor seconds
in one run counts; the number of nodes trained is that of both searches' own. Figures are appended
to benchmarks/results/near.jsonl, a line a seed.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.origin import origin
from progsynth.evaluate import Evaluation, evaluate
from progsynth.lang.failure import Limits
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.term import Function, Program, Term
from progsynth.lang.types import FLOAT
from progsynth.registry import pack
from progsynth.search.problem import Problem
from progsynth.search.run import Budget, Candidate, Outcome, run
from progsynth.task import Example
from progsynth.train.near import near_search
from progsynth.train.relaxed import Plan

RESULTS = Path(__file__).parent / "results" / "near.jsonl"
PRIMITIVES = ("add.float", "sub.float", "mul.float", "neg.float", "abs.float")
NUM_ROWS = 200
PER_COST = 0.02


def wrap(term: Term, cost: int) -> Candidate:
    """The candidate of a body."""
    function = Function("f", ("x0", "x1"), (FLOAT, FLOAT), FLOAT, term)
    return Candidate(Program((function,)), cost)


def problem(seed: int) -> Problem:
    """y = abs(x0) + x1, on numbers drawn evenly from -2 to 2."""
    x = np.random.default_rng(seed).uniform(-2, 2, (NUM_ROWS, 2)).tolist()
    return Problem(
        (FLOAT, FLOAT),
        FLOAT,
        tuple((a, b) for a, b in x),
        tuple(abs(a) + b for a, b in x),
        pack(),
        wrap,
        (FLOAT, FLOAT),
        FLOAT,
        Limits(),
        allowed=PRIMITIVES,
    )


def searched(given: Problem, seed: int, plan: Plan) -> Outcome:
    """A search of its own, until a program is right on all rows."""
    examples = tuple(map(Example, given.inputs, given.outputs))

    def check(candidate: Candidate) -> Evaluation:
        return evaluate(candidate.program, examples, given.dsl, engine="python")

    search = near_search(plan=plan, device="cpu")(given, seed)
    return run(search, check, check, Budget(None, programs=500))


def measured(seed: int, inherits: bool, steps: int) -> dict[str, Any]:
    """One search: what it found, and what it took."""
    rungs = tuple(dict.fromkeys((max(1, steps // 10), max(1, steps // 3), steps)))
    plan = Plan(rungs=rungs, inherits=inherits, per_cost=PER_COST)
    start = time.process_time()
    found = searched(problem(seed), seed, plan)
    text = "" if found.candidate is None else pretty(found.candidate.program, pack())
    return {
        "inherits": inherits,
        "solved": found.solved,
        "seconds": time.process_time() - start,
        "program": text.strip().split("\n")[-1].strip(),
        "nodes": found.level,
        "gradient steps": found.gradient_steps,
    }


def main() -> None:
    """Measure, print, and append the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=400, help="of a node trained to the end")
    options = parser.parse_args()
    torch.set_num_threads(1)
    measured(99, True, 10)  # what is loaded at first use is not timed
    for seed in range(options.seeds):
        both = [measured(seed, inherits, options.steps) for inherits in (True, False)]
        ratio = both[1]["seconds"] / both[0]["seconds"]
        for one in both:
            way = "inherited, by rungs" if one["inherits"] else "each from scratch"
            print(
                f"seed {seed}  {way:20} {one['seconds']:7.1f} s  {one['nodes']:4} nodes  "
                f"{one['gradient steps']:6} steps  {one['program']}"
            )
        print(f"seed {seed}  ratio {ratio:.1f}", flush=True)
        record = origin("near") | {
            "torch": torch.__version__,
            "seed": seed,
            "measured": both,
            "ratio": ratio,
        }
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
