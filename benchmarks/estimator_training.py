"""Training through programs by each estimator: `python -m benchmarks.estimator_training`.

Two programs over pairs of digit images, `a + b` and `a - b if a > b else a * b`, are given; the
digit network learns from 4,000 pairs of the whole task alone. The images are the 10,000 of
mnist10k (PROGSYNTH_DATA): 8,000 make the pairs to learn from, the other 2,000 make 1,000 pairs
to be judged on, both shuffled by the seed. Every estimator has the same network, weights to begin
with, mini-batches and steps; the worst of the seeds counts. One thread; seconds are of the
processor. Figures are appended to benchmarks/results/estimator_training.jsonl.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.origin import origin
from progsynth.lang.read import read_program
from progsynth.lang.term import Neural
from progsynth.neural.architecture import Body, Recipe
from progsynth.neural.decide import decide
from progsynth.neural.network import Network, make_network
from progsynth.registry import pack
from progsynth.train.trained import run_decided, train_program
from progsynth.train.training import Training

RESULTS = Path(__file__).parent / "results" / "estimator_training.jsonl"
HEAD = "neural digit(x: tensor[1, 28, 28]) -> choice[10]\n"
TYPES = "x: tensor[1, 28, 28], y: tensor[1, 28, 28]"
PROGRAMS = {
    "a + b": f"{HEAD}def f({TYPES}) -> int:\n    return digit(x) + digit(y)\n",
    "a - b if a > b else a * b": (
        f"{HEAD}def f({TYPES}) -> int:\n    a = digit(x)\n    b = digit(y)\n"
        "    return a - b if a > b else a * b\n"
    ),
}
ANSWERS = {
    "a + b": lambda a, b: a + b,
    "a - b if a > b else a * b": lambda a, b: a - b if a > b else a * b,
}
ESTIMATORS = ("exact", "sampled", "indecater", "relaxed", "reinforce")
RECIPE = Recipe((Body("convolutional", (16, 32), (2, 2)),), (64,))
NUM_PAIRS, NUM_TEST = 4_000, 1_000

Images = npt.NDArray[np.float32]


def images(folder: Path) -> tuple[Images, list[int]]:
    """The images [10000, 1, 28, 28] from 0 to 1, and the digits that they show."""
    pixels = gzip.decompress((folder / "t10k-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((folder / "t10k-labels-idx1-ubyte.gz").read_bytes())[8:]
    found = np.frombuffer(pixels, np.uint8).reshape(-1, 1, 28, 28).astype(np.float32) / 255
    return found, list(labels)


def pairs(x_N: Images, y_N: list[int], order: Any, name: str) -> tuple[list[Any], list[int]]:
    """Rows of two images each, in this order, and what the program gives of them."""
    two = order.reshape(-1, 2).tolist()
    rows = [(x_N[a], x_N[b]) for a, b in two]
    return rows, [ANSWERS[name](y_N[a], y_N[b]) for a, b in two]


def trained(
    name: str, estimator: str, seed: int, x_N: Images, y_N: list[int], options: argparse.Namespace
) -> dict[str, Any]:
    """Accuracy of the program and of the digit network on what was not trained on, and seconds."""
    dsl, program = pack(), read_program(PROGRAMS[name], pack())
    order = np.random.default_rng(seed).permutation(len(x_N))
    rows, outputs = pairs(x_N, y_N, order[: 2 * NUM_PAIRS], name)
    held = order[2 * NUM_PAIRS :]
    held_rows, held_outputs = pairs(x_N, y_N, held, name)
    declared: Neural = program.neural[0]
    networks: dict[str, Network] = {"digit": make_network(declared, seed=seed, recipe=RECIPE)}
    start = time.process_time()
    made = train_program(
        program,
        networks,
        dsl,
        rows,
        outputs,
        seed=seed,
        training=Training(
            steps=options.epochs * NUM_PAIRS // options.batch,
            batch=options.batch,
            learning_rate=options.rate,
            measure_every=1000,
        ),
        estimator=estimator,
        num_samples=options.samples,
        device="cpu",
    )
    seconds = time.process_time() - start
    found = run_decided(made.program, networks, dsl, held_rows)
    digits = decide(networks["digit"], [(x_N[n],) for n in held.tolist()])
    right = np.mean([f == w for f, w in zip(found, held_outputs, strict=True)])
    digit = np.mean([d == y_N[n] for d, n in zip(digits, held.tolist(), strict=True)])
    return {"accuracy": float(right), "digit": float(digit), "seconds": seconds}


def append(measured: dict[str, Any]) -> None:
    """Add a line to the records: each estimator on each program is one, so that a run may end."""
    record = origin("estimator_training") | {
        "torch": torch.__version__,
        "pairs": NUM_PAIRS,
        "test pairs": NUM_TEST,
        **measured,
    }
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def main() -> None:
    """Measure, print a table, and append the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=0.003)
    parser.add_argument("--samples", type=int, default=1, help="a value of a choice")
    parser.add_argument("--estimators", nargs="+", default=list(ESTIMATORS), choices=ESTIMATORS)
    parser.add_argument("--programs", nargs="+", default=list(PROGRAMS), choices=list(PROGRAMS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    x_N, y_N = images(Path(os.environ["PROGSYNTH_DATA"]) / "mnist10k")
    print("program                    estimator    worst   mean  digit  seconds (worst)")
    for name in options.programs:
        for estimator in options.estimators:
            runs = [trained(name, estimator, n, x_N, y_N, options) for n in range(options.seeds)]
            append({"program": name, "estimator": estimator, "runs": runs})
            right = [run["accuracy"] for run in runs]
            print(
                f"{name:26} {estimator:10} {min(right):7.3f} {statistics.mean(right):6.3f} "
                f"{statistics.mean(run['digit'] for run in runs):6.3f} "
                f"{max(run['seconds'] for run in runs):8.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
