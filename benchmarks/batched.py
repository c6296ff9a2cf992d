"""Candidates of one shape, trained in one batch against one by one: `python -m benchmarks.batched`.

64 candidates of a task, the same program with networks of different seeds (convolutions that read
scikit-learn's digits, or dense layers that read the states of tracks), are trained for the same
steps on the same mini-batches: stacked (`torch.func.vmap`), and one after another, which is the
slow twin (`Population(stacked=False)`). The ratio of processor seconds counts, of all seconds on
a GPU. With `--inheritance` the hybrid search runs on the sum of two digits with and without
inherited weights, for equal gradient steps. One thread. Figures are appended to
benchmarks/results/batched.jsonl.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from progsynth.tasks.digits.generate import sum_of_two
from progsynth.tasks.perception.generate import make_tasks

from benchmarks.origin import origin
from progsynth.lang.read import read_program
from progsynth.neural import device as devices
from progsynth.neural.network import fit_normaliser, make_network
from progsynth.registry import pack
from progsynth.solve import solve
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task
from progsynth.train import Population, Schedule, Training, hybrid
from progsynth.train.behaviour import behaviours, make_view

RESULTS = Path(__file__).parent / "results" / "batched.jsonl"
PROGRAMS = {
    "images": """neural digit(image: tensor[1, 8, 8]) -> choice[10]

def f(xs: list[tensor[1, 8, 8]]) -> int:
    return sum(map(digit, xs))
""",
    "states": """neural doing(state: tensor[4]) -> choice[3]

def f(track: list[tensor[4]]) -> int:
    return doing(track[-1])
""",
}
TASKS: dict[str, Callable[[], Task]] = {
    "images": sum_of_two,
    "states": lambda: make_tasks(only=["what an animal does"])[0],
}


def population(kind: str, count: int, device: torch.device, *, stacked: bool) -> Population:
    """So many candidates, each of its own weights."""
    task = TASKS[kind]()
    short = tuple(replace(e, inputs=(e.inputs[0][-2:],)) for e in task.train)
    problem = make_problem(make_setting(replace(task, train=short)))
    program = read_program(PROGRAMS[kind], pack())
    view = make_view(problem, program.neural, max_assignments=1_000, seed=0)
    (behaviour,), _ = behaviours([program], view, problem.dsl, problem)
    assert behaviour is not None, "the program has a table"
    (declared,) = program.neural
    networks = []
    for seed in range(count):
        network = make_network(declared, seed=seed)
        fit_normaliser(network, torch.from_numpy(view.inputs.tensors[declared.name]))
        networks.append({declared.name: network})
    return Population(view, [behaviour] * count, networks, device=device, stacked=stacked)


def clock_of(device: torch.device) -> Callable[[], float]:
    """Seconds of the processor; on a GPU all seconds, when its work is done."""
    if device.type == "cpu":
        return time.process_time

    def seconds() -> float:
        torch.cuda.synchronize()
        return time.perf_counter()

    return seconds


def trained(kind: str, options: argparse.Namespace, *, stacked: bool) -> float:
    """How long the steps take."""
    device = devices.choose(options.device)
    clock = clock_of(device)
    made = population(kind, options.candidates, device, stacked=stacked)
    made.train(Training(2, batch=options.batch), seed=0)  # what is loaded at first use
    start = clock()
    made.train(Training(options.steps, batch=options.batch), seed=0)
    return clock() - start


def speeds(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Both ways, in one run."""
    for kind in TASKS:
        together, apart = (trained(kind, options, stacked=stacked) for stacked in (True, False))
        yield {
            "what": f"{options.candidates} candidates that read {kind}",
            "steps": options.steps,
            "batch": options.batch,
            "one batch": together,
            "one by one": apart,
            "ratio": apart / together,
        }


def inheritance(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The hybrid search with inherited weights and without, for equal gradient steps."""
    task = replace(sum_of_two(), withheld=("sum_by",))
    for seed in range(options.seeds):
        for inherit in (True, False):
            start = time.process_time()
            result = solve(
                task,
                seconds=None,
                gradient_steps=options.gradient_steps,
                seed=seed,
                search=hybrid(schedule=Schedule(inherit=inherit), device=options.device),
            )
            yield {
                "what": "hybrid search, weights inherited" if inherit else "hybrid search, fresh",
                "seed": seed,
                "solved": result.solved,
                "gradient steps": result.gradient_steps,
                "validation": result.accuracy.validation if result.accuracy else None,
                "seconds": time.process_time() - start,
            }


def main() -> None:
    """Measure, print, and append the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--candidates", type=int, default=64)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--inheritance", action="store_true", help="the search on and off instead")
    parser.add_argument("--gradient-steps", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--record", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    common = origin("batched") | {"torch": torch.__version__, "device": options.device}
    for line in (inheritance if options.inheritance else speeds)(options):
        print(
            "  ".join(
                f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in line.items()
            ),
            flush=True,
        )
        with options.record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(common | line) + "\n")


if __name__ == "__main__":
    main()
