"""How good sampled gradients are: `python -m benchmarks.estimators`.

The program is the sum of a list of digits; the gradient is that of the mean negative
log-likelihood of 64 rows with respect to the networks' logits. The exact gradient (by the table,
or by propagation for longer lists) is compared with the two sampled ones of
`neural.likelihood.sample`, and with the score function (REINFORCE) on right samples, at equal
executions, by the cosine of the angle between them. Networks are stood in for by random logits
with a margin for the true digit: 0 is untrained, 4 half trained; of a share `wrong` of the
images they are sure of a wrong digit. Figures are appended to benchmarks/results/estimators.jsonl.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.origin import origin
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.neural.likelihood import (
    Inputs,
    MiniBatch,
    ProgramLoss,
    mini_batch,
    prepare,
    program_loss,
)
from progsynth.neural.likelihood.sample import ESTIMATORS
from progsynth.registry import pack

RESULTS = Path(__file__).parent / "results" / "estimators.jsonl"
TEXT = """
neural digit(x: tensor[1]) -> choice[10]

def total(xs: list[tensor[1]]) -> int:
    return sum(map(digit, xs))
"""
NUM_ROWS = 64


def problem(
    length: int, margin: float, wrong: float, seed: int
) -> tuple[Inputs, list[int], MiniBatch, Tensor]:
    """Rows of lists of that length, their sums, all rows as a batch, and logits for them."""
    rng = np.random.default_rng(seed)
    digits = rng.integers(0, 10, (NUM_ROWS, length))
    tensors = np.arange(digits.size, dtype=np.float32).reshape(NUM_ROWS, length, 1)
    program = read_program(TEXT, pack())
    inputs = prepare([(list(row),) for row in tensors], program.entry.types, program.neural)
    logits = torch.from_numpy(rng.standard_normal((digits.size, 10)))
    seen = np.where(rng.random(digits.size) < wrong, (digits.ravel() + 1) % 10, digits.ravel())
    logits[torch.arange(digits.size), torch.from_numpy(seen)] += margin
    batch = mini_batch(inputs, range(NUM_ROWS))
    return inputs, digits.sum(1).tolist(), batch, logits.requires_grad_()


def gradient(loss: Callable[[Tensor], Tensor], logits: Tensor) -> Tensor:
    """The loss's gradient, flat."""
    (found,) = torch.autograd.grad(loss(logits.log_softmax(-1)), logits)
    return found.flatten()


def program_gradient(made: ProgramLoss, batch: MiniBatch, logits: Tensor, seed: int) -> Tensor:
    """The gradient of a program's loss, flat."""
    generator = torch.Generator().manual_seed(seed)
    return gradient(lambda x: made.loss({"digit": x}, batch, generator=generator), logits)


def score_gradient(
    outputs: list[int], length: int, count: int, logits: Tensor, seed: int
) -> Tensor:
    """The gradient by the score function, flat."""
    generator = torch.Generator().manual_seed(seed)
    return gradient(lambda x: score_function(x, outputs, length, count, generator), logits)


def score_function(
    log_probs: Tensor, outputs: list[int], length: int, count: int, generator: torch.Generator
) -> Tensor:
    """A surrogate of the mean negative log-likelihood by the score function, `count` samples."""
    log_probs_BSK = log_probs.reshape(NUM_ROWS, length, -1)
    probs = log_probs.detach().exp()
    x_NS = torch.multinomial(probs, count, replacement=True, generator=generator)
    x_BSN = x_NS.reshape(NUM_ROWS, length, count)
    right_BN = x_BSN.sum(1) == torch.tensor(outputs)[:, None]
    joint_BN = log_probs_BSK.gather(-1, x_BSN).sum(1)
    hits_B = right_BN.sum(1).clamp(min=1)
    return -((right_BN * joint_BN).sum(1) / hits_B).mean()


def timed(made: ProgramLoss, batch: MiniBatch, logits: Tensor) -> float:
    """Milliseconds for a loss and its gradient, the median of three after the first."""
    found = []
    for seed in range(4):
        start = time.perf_counter()
        program_gradient(made, batch, logits, seed)
        found.append(time.perf_counter() - start)
    return 1000 * statistics.median(found[1:])


def measure(
    length: int, margin: float, wrong: float, samples: list[int], seeds: int
) -> dict[str, Any]:
    """The cosines for each number of samples, mean and standard deviation over seeds."""
    dsl = pack()
    program = read_program(TEXT, dsl)
    cosines: dict[str, list[float]] = {}
    milliseconds: dict[str, float] = {}
    for seed in range(seeds):
        inputs, outputs, batch, logits = problem(length, margin, wrong, seed)
        exact = program_loss(program, dsl, inputs, outputs)
        wanted = program_gradient(exact, batch, logits, seed)
        ways = {
            count: {e: _sampled(program, inputs, outputs, count, e) for e in ESTIMATORS}
            for count in samples
        }
        if seed == 0:
            milliseconds["exact"] = timed(exact, batch, logits)
            for count, made in ways.items():
                milliseconds[f"found {count}"] = timed(made["found"], batch, logits)
        for count, made in ways.items():
            runs = count * length * 10  # each sample is tried with every value of every digit
            found = {
                **{e: program_gradient(made[e], batch, logits, seed) for e in ESTIMATORS},
                "score": score_gradient(outputs, length, runs, logits, seed),
            }
            for name, one in found.items():
                cosine = torch.cosine_similarity(one, wanted, 0).item()
                cosines.setdefault(f"{name} {count}", []).append(cosine)
    return {
        "length": length,
        "margin": margin,
        "wrong": wrong,
        "exact": exact.how,
        "cosines": {k: [statistics.mean(v), statistics.stdev(v)] for k, v in cosines.items()},
        "milliseconds": milliseconds,
    }


def _sampled(
    program: Program, inputs: Inputs, outputs: list[int], count: int, estimator: str
) -> ProgramLoss:
    return program_loss(
        program,
        pack(),
        inputs,
        outputs,
        method="sample",
        num_samples=count,
        estimator=estimator,
    )


NETWORKS = ((0.0, 0.0), (4.0, 0.0), (4.0, 0.2))  # margin, share of wrong images


def main() -> None:
    """Measure, print a table, and append the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--lengths", type=int, nargs="+", default=[2, 8])
    parser.add_argument("--samples", type=int, nargs="+", default=[1, 10])
    options = parser.parse_args()
    torch.set_num_threads(1)
    print("length margin wrong samples  found  indecater  score (cosines)  ms: exact, found")
    measured = []
    for length in options.lengths:
        for margin, wrong in NETWORKS:
            found = measure(length, margin, wrong, options.samples, options.seeds)
            measured.append(found)
            for count in options.samples:
                shown = [
                    "{:.3f} +- {:.3f}".format(*found["cosines"][f"{name} {count}"])
                    for name in (*ESTIMATORS, "score")
                ]
                cost = found["milliseconds"]
                print(
                    f"{length:6} {margin:6} {wrong:5} {count:7}  {'  '.join(shown)}  "
                    f"{cost['exact']:8.1f} {cost[f'found {count}']:5.0f}",
                    flush=True,
                )
    record = origin("estimators") | {
        "torch": torch.__version__,
        "seeds": options.seeds,
        "rows": NUM_ROWS,
        "measured": measured,
    }
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
