"""The perception suite with the programs searched for: `python -m benchmarks.perception`.

For each task and seed: `solve`, as a user calls it; what it found, how many well-typed programs
it met, accuracy on validation and test examples and on lists of 50, and how well single images
are read, by the best relabelling of the network's answers. Beside it the majority and, for tasks
over images of one kind, tuned networks from end to end: convolutions with a GRU, and Deep Sets.
The labels of images measure, and train nothing; test examples are opened once, on what was
returned. The bound is on the processor's seconds, so that other work on the machine changes
nothing. All searches come first, quick tasks before slow ones, then the baselines, then further
seeds. Lines that are in the record are not run again: a killed run goes on.

    python -m benchmarks.perception --quick --seeds 1
    python -m benchmarks.perception --source mnist10k --tasks "sum of 2" "sort" --seconds 300
"""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from progsynth.tasks.perception.generate import Source, longer, make_tasks
from progsynth.tasks.perception.pictures import SIDES, images
from progsynth.tasks.perception.toys import toys
from scipy.optimize import linear_sum_assignment

from benchmarks.origin import origin
from progsynth.errors import TaskError, UnsupportedError
from progsynth.lang.types import list_of
from progsynth.lang.values import identity_key
from progsynth.neural.gradients.faults import CandidateEnded
from progsynth.registry import suite_card
from progsynth.solve import Result, solve
from progsynth.task import Example, Task
from progsynth.train import Training
from progsynth.train.monolith import READERS, fit_monolith

RESULTS = Path(__file__).parent / "results" / "perception.jsonl"
BASELINES = ("majority", *READERS)
SLOW = (
    "cheapest path through tiles",
    "addition of numbers of 4 digits",
    "addition of numbers of 15 digits",
    "what an animal does",
)
Record = dict[str, Any]


@contextmanager
def processor_seconds(limit: float) -> Iterator[None]:
    """Interrupts, as the keyboard would, after so much work of this process."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def searched(task: Task, seed: int, options: argparse.Namespace, source: Source) -> Record:
    """The task solved: the program, its rivals, its accuracy."""
    start = time.process_time()
    with processor_seconds(options.seconds):
        result = solve(
            replace(task, test=()),
            seconds=None,
            gradient_steps=options.gradient_steps,
            seed=seed,
            device=options.device,
        )
    record: Record = {
        "method": result.search,
        "solved": result.solved,
        "stop reason": result.stop_reason,
        "program": result.program,
        "wall seconds": round(result.seconds, 2),
        "seconds": round(time.process_time() - start, 2),
        "gradient steps": result.gradient_steps,
        "programs": result.programs,
        "notes": list(result.notes),  # they count the programs of different outcomes
    }
    if result.core is None:
        return record
    given = {"validation": task.validation, "test": task.test}
    try:
        given["lists of 50"] = longer(task.name, 50, source=source)
    except TaskError:  # not over lists of any length
        pass
    for name, examples in given.items():
        record |= scores(result, examples, name)
    return record | read_rightly(result, source)


def scores(result: Result, examples: Sequence[Example], name: str) -> Record:
    """The share that is right and, of numbers, the root of the mean squared error."""
    found: Record = {name: result.score(examples)}
    outputs = result.evaluate(examples).outputs
    pairs = list(zip((e.output for e in examples), outputs, strict=True))
    if all(type(w) in (int, float) and type(f) in (int, float) for w, f in pairs):
        found[f"{name}, RMSE"] = math.sqrt(np.mean([(w - f) ** 2 for w, f in pairs]))
    return found


def read_rightly(result: Result, source: Source) -> Record:
    """The share of single test images that the network reads, by the best relabelling."""
    network = next((n for n in result.networks.values() if n.head.num_values), None)
    shown = {"digit": images, "toy": images_of_toys}.get(next(iter(result.networks), ""))
    if network is None or shown is None:
        return {}
    x_NCHW, y_N = shown(source, "test")
    with torch.no_grad():
        read = network.head.decide(network(torch.as_tensor(x_NCHW).to(network.device)))
    counts = np.zeros((10, 10), np.int64)
    np.add.at(counts, (np.array(read), np.array(y_N)), 1)
    rows, columns = linear_sum_assignment(-counts)
    return {"digits": float(counts[rows, columns].sum() / counts.sum())}


def images_of_toys(source: Source, split: str) -> tuple[Any, Any]:
    """All toys of the split [N, 1, H, W], and which they are."""
    kinds = toys(SIDES[source.name], split).by_digit
    labels = [label for label, some in enumerate(kinds) for _ in some]
    return np.stack([image for some in kinds for image in some]), labels


def majority(task: Task, examples: Sequence[Example]) -> float:
    """The share on which the most frequent training answer is right."""
    ((most, _),) = Counter(identity_key(e.output) for e in task.train).most_common(1)
    return float(np.mean([identity_key(e.output) == most for e in examples]))


def error_of_mean(task: Task) -> Record:
    """The root mean squared error of the mean training answer, where answers are numbers."""
    if task.result.name not in ("int", "float"):
        return {}
    mean = np.mean([e.output for e in task.train])
    errors = [(e.output - mean) ** 2 for e in task.test]
    return {"test, RMSE of the mean": float(np.sqrt(np.mean(errors)))}


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
        return {"method": name, "test": majority(task, task.test)} | error_of_mean(task)
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
    now = [line for line in lines if line["asked"] != "solve" or "processor limit" in line]
    return {(line["source"], line["task"], line["seed"], line["asked"]) for line in now}


def jobs(options: argparse.Namespace, source: Source) -> Iterator[tuple[Task, int, str]]:
    """What is to be run and is not in the record yet: the searches first, slow tasks last."""
    quick = suite_card("progsynth.tasks.perception")["quick"]
    names = options.tasks or (quick if options.quick else None)
    every = list(make_tasks(source=source, only=names or ()))
    every.sort(key=lambda task: (task.name in SLOW, task.name not in quick))
    asked = ("solve", *(() if options.no_baselines else BASELINES))
    known = done(options.record)
    for seed in range(options.seeds):
        for one in asked:
            for task in every:
                if (source.name, task.name, seed, one) not in known:
                    yield task, seed, one


def main() -> int:
    """Run what is not in the record, append and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--tasks", nargs="+", default=[])
    parser.add_argument("--quick", action="store_true", help="the suite's quick tasks")
    parser.add_argument("--source", default="digits", help="digits, mnist10k or mnist")
    parser.add_argument("--folder", default="", help="of the source's files")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=120.0, help="of the processor, a search")
    parser.add_argument("--gradient-steps", type=int, default=200_000, help="for each search")
    parser.add_argument("--steps", type=int, default=1500, help="for each baseline's network")
    parser.add_argument("--no-baselines", action="store_true")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--record", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    source = Source(options.source, options.folder)
    for task, seed, asked in jobs(options, source):
        if asked == "solve":
            found = searched(task, seed, options, source) | {"processor limit": options.seconds}
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
