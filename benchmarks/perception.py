"""The perception suite with the programs searched for: `python -m benchmarks.perception`.

For each task and seed: `solve`, as a user calls it; what it found, how many well-typed programs
of how many different outcomes it met, accuracy on validation and test examples, and how well the
digits are read, by the best relabelling of the network's answers. Beside it the majority and, for
tasks over images of one kind, tuned networks from end to end: convolutions with a GRU, and Deep
Sets. The labels of images measure, and train nothing; test examples are opened once, on what was
returned. Lines that are in the record are not run again, so that a killed run goes on.

    python -m benchmarks.perception --quick --seeds 1
    python -m benchmarks.perception --source mnist10k --tasks "sum of 2" "sort" --seconds 300
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from progsynth.tasks.perception.generate import Source, longer, make, make_tasks
from progsynth.tasks.perception.pictures import images
from scipy.optimize import linear_sum_assignment

from benchmarks.origin import origin
from progsynth.errors import TaskError, UnsupportedError
from progsynth.lang.types import list_of
from progsynth.lang.values import identity_key
from progsynth.neural.gradients.faults import CandidateEnded
from progsynth.solve import Result, solve
from progsynth.task import Example, Task
from progsynth.train import Training
from progsynth.train.monolith import READERS, fit_monolith

RESULTS = Path(__file__).parent / "results" / "perception.jsonl"
BASELINES = ("majority", *READERS)
Record = dict[str, Any]


def searched(task: Task, seed: int, options: argparse.Namespace, source: Source) -> Record:
    """The task solved: the program, its rivals, its accuracy."""
    start = time.process_time()
    result = solve(
        replace(task, test=()), seconds=options.seconds, seed=seed, device=options.device
    )
    record: Record = {
        "method": result.search,
        "solved": result.solved,
        "stop reason": result.stop_reason,
        "program": result.program,
        "wall seconds": round(result.seconds, 2),
        "seconds": round(time.process_time() - start, 2),
        "gradient steps": result.gradient_steps,
        "notes": list(result.notes),  # they count the well-typed programs and their outcomes
    }
    if result.core is None:
        return record
    record["test"] = result.score(task.test)
    record["validation"] = result.score(task.validation)
    try:
        record["lists of 50"] = result.score(longer(task.name, 50, source=source))
    except TaskError:  # not over lists of any length
        pass
    return record | digits_of(result, source)


def digits_of(result: Result, source: Source) -> Record:
    """The share of single test digits that the network reads, by the best relabelling."""
    network = result.networks.get("digit")
    if network is None:
        return {}
    x_NCHW, y_N = images(source, "test")
    with torch.no_grad():
        read = network.head.decide(network(torch.as_tensor(x_NCHW).to(network.device)))
    counts = np.zeros((10, 10), np.int64)
    np.add.at(counts, (np.array(read), np.array(y_N)), 1)
    rows, columns = linear_sum_assignment(-counts)
    return {"digits": float(counts[rows, columns].sum() / counts.sum())}


def majority(task: Task, examples: Sequence[Example]) -> float:
    """The share on which the most frequent training answer is right."""
    ((most, _),) = Counter(identity_key(e.output) for e in task.train).most_common(1)
    return float(np.mean([identity_key(e.output) == most for e in examples]))


def of_one_list(task: Task) -> Task:
    """The task over one list of its arguments, where these are of one type."""
    if len(task.types) == 1 and task.types[0].name == "list":
        return task
    if len(set(task.types)) != 1 or task.types[0].name == "list":
        raise UnsupportedError(f"task '{task.name}' reads no single list")

    def listed(examples: Sequence[Example]) -> tuple[Example, ...]:
        return tuple(Example((list(e.inputs),), e.output) for e in examples)

    return Task.from_examples(
        task.name,
        listed(task.train),
        request=f"{list_of(task.types[0])} -> {task.result}",
        validation=listed(task.validation),
        test=listed(task.test),
    )


def baseline(name: str, task: Task, seed: int, options: argparse.Namespace) -> Record:
    """One of BASELINES on the task's test examples; why not, where it cannot be."""
    if name == "majority":
        return {"method": name, "test": majority(task, task.test)}
    start = time.process_time()
    try:
        given = of_one_list(task)
        plan = Training(options.steps)
        found = fit_monolith(given, seed=seed, training=plan, device=options.device, reader=name)
    except (UnsupportedError, CandidateEnded) as error:
        return {"method": name, "not run": str(error)}
    return {
        "method": {"sequence": "CNN+GRU", "set": "Deep Sets"}[name],
        "chosen": [found.kind, found.learning_rate],
        "validation": found.validation,
        "test": found.share_right(given.test),
        "gradient steps": found.gradient_steps,
        "seconds": round(time.process_time() - start, 2),
    }


def done(path: Path) -> set[tuple[str, str, int, str]]:
    """What is in the record: source, task, seed and what was asked for."""
    if not path.exists():
        return set()
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {(line["source"], line["task"], line["seed"], line["asked"]) for line in lines}


def jobs(options: argparse.Namespace, source: Source) -> Iterator[tuple[Task, int, str]]:
    """What is to be run and is not in the record yet, task by task."""
    names = options.tasks or (make().quick if options.quick else [])
    known = done(options.record)
    for task in make_tasks(source=source, only=names):
        for seed in range(options.seeds):
            for asked in ("solve", *(() if options.no_baselines else BASELINES)):
                if (source.name, task.name, seed, asked) not in known:
                    yield task, seed, asked


def main() -> int:
    """Run what is not in the record, append and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--tasks", nargs="+", default=[])
    parser.add_argument("--quick", action="store_true", help="the suite's quick tasks")
    parser.add_argument("--source", default="digits", help="digits, mnist10k or mnist")
    parser.add_argument("--folder", default="", help="of the source's files")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=120.0, help="for each search")
    parser.add_argument("--steps", type=int, default=1500, help="for each baseline's network")
    parser.add_argument("--no-baselines", action="store_true")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--record", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    source = Source(options.source, options.folder)
    for task, seed, asked in jobs(options, source):
        if asked == "solve":
            found = searched(task, seed, options, source)
        else:
            found = baseline(asked, task, seed, options)
        line = {"source": source.name, "task": task.name, "seed": seed, "asked": asked} | found
        shown = [f"{k} {line[k]:.3f}" for k in ("test", "lists of 50", "digits") if k in line]
        body = " ; ".join((found.get("program") or "").strip().split("\n    ")[1:])
        print(f"{task.name} seed {seed} {found['method']}: {'  '.join(shown)}  {body}", flush=True)
        line |= {"torch": torch.__version__, "device": options.device}
        line = origin("perception") | line
        with options.record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
