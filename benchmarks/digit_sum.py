"""The sum of a list of digit images, program and network learnt from pairs and their sums alone.

What is run, for each seed:

* hybrid: the search as `solve` runs it, in the default pack, which has `sum_by(digit, xs)`;
* hybrid, without sum_by: that is withheld, so that no single call gives the answer;
* hybrid, sketch: `??(map(digit, xs))` is given;
* random, and random with the bound: the same generator of programs and the same training for as
  many gradient steps as the hybrid search took, without sum_by; no selection, nothing inherited.
  Without the bound, programs are trained in the order in which they are met;
* CNN+GRU: one network for the whole task, with the convolutions that the hybrid search uses,
  answering a class for each sum, or a number that is rounded; three learning rates each, chosen
  on validation pairs;
* majority: the most frequent sum.

The test examples are opened here, once, on what was returned. The labels of digits measure the
network that was found, and train nothing. Longer lists are made of test images.

    python -m benchmarks.digit_sum --seeds 0 1 2
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from progsynth.tasks.digits.generate import DIGIT, sum_of_two, sums
from progsynth.tasks.digits.images import images
from torch import Tensor, nn

from benchmarks.origin import origin
from progsynth.lang.engines import prepare
from progsynth.solve import Result, solve
from progsynth.task import Example, Task
from progsynth.train import Schedule, Training, hybrid
from progsynth.train.fit import descend

RESULTS = Path(__file__).parent / "results"
LONGER = (5, 10)
RATES = (0.001, 0.003, 0.01)
BASELINE_STEPS = 1500
LARGEST_SUM = 18
SKETCH = f"""neural {DIGIT}

def total(xs: list[tensor[1, 8, 8]]) -> int:
    return ??(map(digit, xs))
"""

Record = dict[str, Any]
Answer = Callable[[Sequence[Example]], list[int]]


def main() -> int:
    """Run the seeds, append their records, print a table with means and spreads."""
    options = _options()
    torch.set_num_threads(options.threads)
    options.record.parent.mkdir(parents=True, exist_ok=True)
    prepare()  # compiling the VM is no part of the search
    lines: list[Record] = []
    with options.record.open("a", encoding="utf-8") as file:
        for seed in options.seeds:
            for line in _seed(seed, options):
                lines.append(line)
                file.write(json.dumps(line) + "\n")
                file.flush()
                print(_shown(line), flush=True)
    _report(lines)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=180.0, help="for each search (180)")
    parser.add_argument("--threads", type=int, default=2, help="of torch (2)")
    parser.add_argument("--device", default="cpu")
    default = RESULTS / "digit_sum.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    return parser.parse_args()


def _seed(seed: int, options: argparse.Namespace) -> Iterator[Record]:
    task = sum_of_two(seed=seed)
    harder = replace(task, withheld=("sum_by",))
    common = {
        "seed": seed,
        "train": len(task.train),
        "torch_threads": options.threads,
        "torch_version": torch.__version__,
        **origin("digit_sum"),
    }
    yield common | _searched("hybrid", task, seed, options)
    found = _searched("hybrid, without sum_by", harder, seed, options)
    yield common | found
    sketched = replace(task, sketch=SKETCH, neural=())
    yield common | _searched("hybrid, sketch", sketched, seed, options)
    steps = found["gradient_steps"]
    for name, bounded in (("random", False), ("random with the bound", True)):
        chosen = Schedule(bounded=bounded, inherit=False)
        yield common | _searched(name, harder, seed, options, steps, fresh=1.0, schedule=chosen)
    yield common | _neural(task, seed)
    most = Counter(example.output for example in task.train).most_common(1)[0][0]
    yield common | {"method": "majority"} | _measured(task, lambda some: [most] * len(some))


# -------------------------------------------------------------------------------- searches


def _searched(
    name: str,
    task: Task,
    seed: int,
    options: argparse.Namespace,
    gradient_steps: int | None = None,
    **settings: Any,
) -> Record:
    method = hybrid(device=options.device, **settings)
    result = solve(
        replace(task, test=()),
        seconds=options.seconds,
        gradient_steps=gradient_steps,
        seed=seed,
        search=method,
        device=options.device,
    )
    record: Record = {
        "method": name,
        "solved": result.solved,
        "stop_reason": result.stop_reason,
        "program": result.program,
        "filled": list(result.filled),
        "cost": result.cost,
        "seconds": round(result.seconds, 2),
        "gradient_steps": result.gradient_steps,
        "executions": result.executions,
        "notes": list(result.notes),
    }
    if result.core is None:
        return record
    record |= _measured(task, lambda some: list(result.evaluate(some).outputs))
    return record | {"digits": _digits(result)}


def _digits(result: Result) -> float | None:
    """The share of test images that the network reads right; None without a network."""
    network = result.networks.get("digit")
    if network is None:
        return None
    x_NCHW, y_N = images("test")
    with torch.no_grad():
        decided = network.head.decide(network(torch.as_tensor(x_NCHW).to(network.device)))
    return float(np.mean(np.array(decided) == y_N))


def _measured(task: Task, answer: Answer) -> Record:
    """The shares of lists that are answered right: of training, test, and of greater length."""
    given = {"training": task.train, "test": task.test}
    given |= {f"lists of {n}": sums(n) for n in LONGER}
    return {
        name: float(np.mean([a == e.output for a, e in zip(answer(some), some, strict=True)]))
        for name, some in given.items()
    }


# ------------------------------------------------------------------------ the neural control


class ListReader(nn.Module):
    """Convolutions for each image, a GRU over the list, a class for each sum or one number."""

    def __init__(self, num_outputs: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(512, 64),
            nn.ReLU(),
        )
        self.memory = nn.GRU(64, 64, batch_first=True)
        self.last = nn.Linear(64, num_outputs)

    def forward(self, x_BTCHW: Tensor) -> Tensor:
        """outputs_BK."""
        features = self.body(x_BTCHW.flatten(0, 1)).unflatten(0, x_BTCHW.shape[:2])
        _, state = self.memory(features)
        return self.last(state[-1])


def _neural(task: Task, seed: int) -> Record:
    """The control that is best on the validation pairs."""
    start = time.monotonic()
    trials = [(kind, rate) for kind in ("classes", "number") for rate in RATES]
    trained = [(_fitted(task, kind, rate, seed), kind, rate) for kind, rate in trials]

    def held(answer: Answer) -> float:
        pairs = zip(answer(task.validation), task.validation, strict=True)
        return float(np.mean([a == e.output for a, e in pairs]))

    shares = [held(answer) for answer, _, _ in trained]
    best, kind, rate = trained[int(np.argmax(shares))]
    return {
        "method": "CNN+GRU",
        "chosen": {"answers": kind, "learning_rate": rate, "validation": max(shares)},
        "seconds": round(time.monotonic() - start, 2),
        "gradient_steps": BASELINE_STEPS * len(trials),
    } | _measured(task, best)


def _fitted(task: Task, kind: str, rate: float, seed: int) -> Answer:
    torch.manual_seed(seed)
    reader = ListReader(LARGEST_SUM + 1 if kind == "classes" else 1)
    x_N = _tensor(task.train)
    y_N = torch.tensor([example.output for example in task.train])

    def loss(rows: list[int]) -> Tensor:
        outputs_BK = reader(x_N[rows])
        if kind == "classes":
            return nn.functional.cross_entropy(outputs_BK, y_N[rows])
        return nn.functional.mse_loss(outputs_BK[:, 0], y_N[rows].float())

    descend([reader], loss, len(y_N), Training(BASELINE_STEPS, learning_rate=rate), seed=seed)

    def answer(examples: Sequence[Example]) -> list[int]:
        with torch.no_grad():
            outputs_BK = reader(_tensor(examples))
        chosen = outputs_BK.argmax(-1) if kind == "classes" else outputs_BK[:, 0].round()
        return chosen.int().tolist()

    return answer


def _tensor(examples: Sequence[Example]) -> Tensor:
    return torch.from_numpy(np.array([example.inputs[0] for example in examples]))


# ---------------------------------------------------------------------------------- report

COLUMNS = ("training", "test", *(f"lists of {n}" for n in LONGER), "digits")


def _shown(line: Record) -> str:
    shares = "  ".join(f"{name} {line[name]:.1%}" for name in COLUMNS if line.get(name) is not None)
    text = f"seed {line['seed']}  {line['method']:24} {shares}"
    if "gradient_steps" in line:
        text += f"  {line['seconds']:.1f} s, {line['gradient_steps']:,} gradient steps"
    if "executions" in line:
        text += f", {line['executions']:,} executions"
    program = (line.get("program") or "").strip().splitlines()
    body = " ; ".join(part.strip() for part in program if part.startswith("    "))
    return "\n    ".join([text, *([body] if body else []), *line.get("notes", ())])


def _report(lines: list[Record]) -> None:
    print("\nmeans over the seeds, and their spread (largest minus smallest)")
    for method in dict.fromkeys(line["method"] for line in lines):
        some = [line for line in lines if line["method"] == method]
        parts = []
        for name in COLUMNS:
            found = [100 * line[name] for line in some if line.get(name) is not None]
            if found:
                parts.append(f"{name} {np.mean(found):.1f}% ({np.ptp(found):.1f})")
        for name in ("seconds", "gradient_steps"):
            if all(name in line for line in some):
                parts.append(f"{name} {np.mean([line[name] for line in some]):,.0f}")
        if "solved" in some[0]:
            parts.append(f"solved {sum(line['solved'] for line in some)} of {len(some)}")
        print(f"{method:24} " + "  ".join(parts))


if __name__ == "__main__":
    sys.exit(main())
