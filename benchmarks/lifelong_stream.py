"""A stream of small perception tasks: what a library makes of the first N of them.

The stream begins with the sum of two digits, which has examples enough to train a recogniser
(`digits`), and goes on with the tasks of `lifelong_perception`, ten examples each. Each task is
tried once, in the order of the stream, through the stages of `progsynth.solving.stages`: frozen
networks first. Networks that it trains go into the library, frozen. The last tasks are tried
without the library as well, within the same executions and gradient steps. Held-out examples are
opened once, on the program returned; `majority` is what the most frequent training answer gets.

At the end a fresh process runs the programs of the first tasks again, with the weights that the
library has now: what it gives is compared with what they gave when they were found.

Each task is a line of the record as soon as it is done; the same command goes on where it was
stopped.

    python -m benchmarks.lifelong_stream --tasks 60 --library stream.db
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from progsynth.tasks.digits.generate import sum_of_two
from progsynth.tasks.lifelong_perception.generate import stream

from benchmarks.origin import origin
from progsynth import neural
from progsynth.evaluate import Evaluation, evaluate
from progsynth.lang.read import read_program
from progsynth.learn.attempt import Attempt, Seen, attempt, words_of
from progsynth.learn.seeing import seen_by
from progsynth.library.entry import Provenance
from progsynth.library.loading import load
from progsynth.library.store import Library
from progsynth.registry import pack
from progsynth.solving.stages import without_networks
from progsynth.task import Task

RESULTS = Path(__file__).parent / "results"
GOOD = 0.9  # of the held-out examples

Record = dict[str, Any]


def main() -> int:
    """Go on with the stream, and print what is known of it."""
    options = _options()
    if options.again:
        return _run_again(options)
    options.record.parent.mkdir(parents=True, exist_ok=True)
    library = Library(options.library)
    tasks = [sum_of_two(seed=options.seed), *islice(stream(seed=options.seed), options.tasks)]
    done = _done(options)
    for number, task in enumerate(tasks):
        ways = ("library", "no library") if number > len(tasks) - 1 - options.last else ("library",)
        for way in ways:
            if (task.name, way) not in done:
                line = _tried(number, task, way, library, options)
                with options.record.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
                done[task.name, way] = line
                print(_shown(line), flush=True)
    names = [task.name for task in tasks]
    _print(names, done, options)
    command = [sys.executable, "-m", "benchmarks.lifelong_stream", "--again", *sys.argv[1:]]
    return subprocess.run(command, check=False).returncode


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--tasks", type=int, default=1000, help="of the stream (1000)")
    parser.add_argument("--last", type=int, default=10, help="also without the library (10)")
    parser.add_argument("--executions", type=int, default=500_000, help="for each task (500000)")
    parser.add_argument("--gradient-steps", type=int, default=1000, help="for each task (1000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--library", type=Path, required=True, help="made where there is none")
    default = RESULTS / "lifelong_stream.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    parser.add_argument("--again", action="store_true", help="only run what was found once more")
    return parser.parse_args()


def _done(options: argparse.Namespace) -> dict[tuple[str, str], Record]:
    """The lines of this stream that are recorded, by task and way."""
    if not options.record.exists():
        return {}
    lines = map(json.loads, options.record.read_text(encoding="utf-8").splitlines())
    wanted = _settings(options)
    return {
        (line["task"], line["way"]): line
        for line in lines
        if all(line.get(name) == value for name, value in wanted.items())
    }


def _settings(options: argparse.Namespace) -> Record:
    """What tells one stream from another."""
    return {
        "seed": options.seed,
        "executions_given": options.executions,
        "gradient_steps_given": options.gradient_steps,
        "library": options.library.name,
    }


# ------------------------------------------------------------------------------- one task


def _tried(
    number: int, task: Task, way: str, library: Library, options: argparse.Namespace
) -> Record:
    """The line of one task, tried with the library or without."""
    known = library.entries() if way == "library" else ()
    seen = seen_by(replace(task, test=()), library.path, known, 24, None)
    started, begun = int(time.time()), time.process_time()
    found = attempt(
        task,
        seen,
        executions=options.executions,
        gradient_steps=options.gradient_steps,
        frontier=2,
        seed=options.seed,
    )
    seconds = time.process_time() - begun
    held = _held_out(task, found, seen, library)
    if way == "library":
        _keep(task, found, library, options.seed)
    answers = Counter(example.output for example in task.train)
    ((majority, _),) = answers.most_common(1)
    return {
        "number": number,
        "task": task.name,
        "way": way,
        "solved": found.solved,
        "stage": found.stage,
        "executions": found.executions,
        "gradient_steps": found.gradient_steps,
        "processor_seconds": round(seconds, 2),
        "right": 0 if held is None else held.passed,
        "outputs": None if held is None else [str(value) for value in held.outputs],
        "right_by_majority": sum(example.output == majority for example in task.test),
        "test": len(task.test),
        "program": found.programs[0] if found.programs else None,
        "networks": {one.called: one.weights for one in found.networks}
        or {name: library.get(name).weights for name in found.called},
        "started": started,
        **_settings(options),
        **origin("lifelong_stream"),
    }


def _held_out(task: Task, found: Attempt, seen: Seen, library: Library) -> Evaluation | None:
    """The program on the test examples; None where there is none."""
    if not found.solved:
        return None
    words = words_of(task, seen)
    networks = {one.called: library.weights_of(one.weights) for one in found.networks}
    return _run(found.programs[0], networks, task, words)


def _run(text: str, networks: dict[str, bytes], task: Task, words: Any) -> Evaluation:
    if networks:
        words = without_networks(words)
    program = read_program(text, words.dsl)
    made = {name: neural.from_bytes(data) for name, data in networks.items()}
    words = words.with_networks(made, [example.inputs for example in task.test])
    return evaluate(
        words.opened(program), task.test, words.dsl, limits=task.limits, engine="python"
    )


def _keep(task: Task, found: Attempt, library: Library, seed: int) -> None:
    """Put the networks of a solution into the library, and count what it has used."""
    for one in found.networks:
        taken = {entry.name for entry in library.entries(all_versions=True)}
        names = (one.called, *(f"{one.called}_{n}" for n in range(2, 1000)))
        name = next(name for name in names if name not in taken)
        library.add(
            name,
            source=f"neural {name}{one.signature}",
            signature=one.signature,
            weights=library.weights_of(one.weights),
            doc=f"Learnt for the task '{task.name}'.",
            provenance=Provenance(task.name, seed, "", one.figures),
        )
    for name in found.called:
        library.used(library.get(name), task.name)


# --------------------------------------------------------------------------- running again


def _run_again(options: argparse.Namespace) -> int:
    """Run what was found with the library once more: is any output another one?"""
    library = Library(options.library, create=False)
    tasks = [sum_of_two(seed=options.seed), *islice(stream(seed=options.seed), options.tasks)]
    done = _done(options)
    ran = changed = 0
    for task in tasks[: 101 if options.tasks > 100 else len(tasks)]:
        line = done.get((task.name, "library"))
        if line is None or line["program"] is None:
            continue
        words = load(pack(), library, reads=(*task.types, task.result))
        trained = line["program"].startswith("neural ")
        own = {n: library.weights_of(d) for n, d in line["networks"].items()} if trained else {}
        outputs = [str(value) for value in _run(line["program"], own, task, words).outputs]
        ran += 1
        changed += outputs != line["outputs"]
    print(f"run again in a fresh process: {ran} programs, {changed} with another output")
    return 1 if changed else 0


# ------------------------------------------------------------------------------- printing


def _print(names: Sequence[str], done: dict[tuple[str, str], Record], options: Any) -> None:
    lines = [done[name, "library"] for name in names]
    print(_summary(f"all {len(lines) - 1} of the stream", lines[1:]))
    size = max(1, (len(lines) - 1) // 4)
    for begin in range(1, len(lines), size):
        print(_summary(f"tasks {begin} to {begin + size - 1}", lines[begin : begin + size]))
    last = names[-options.last :]
    for way in ("library", "no library"):
        print(_summary(f"the last {len(last)}, {way}", [done[name, way] for name in last]))


def _summary(label: str, lines: Sequence[Record]) -> str:
    good = sum(line["right"] >= GOOD * line["test"] for line in lines)
    majority = sum(line["right_by_majority"] >= GOOD * line["test"] for line in lines)
    executions, steps, seconds = (
        median(line[name] for line in lines)
        for name in ("executions", "gradient_steps", "processor_seconds")
    )
    return (
        f"{label}: {good} of {len(lines)} right on 90% or more (majority {majority}); median "
        f"{executions:,.0f} executions, {steps:,.0f} gradient steps, {seconds:.1f} processor s"
    )


def _shown(line: Record) -> str:
    return (
        f"{line['number']:4} {line['task']:<44} {line['way']:<11} {line['stage'] or '-':<7} "
        f"{line['executions']:>9,} {line['gradient_steps']:>6,} "
        f"{line['processor_seconds']:>6.1f} s "
        f"{line['right']}/{line['test']} ({line['right_by_majority']})"
    )


if __name__ == "__main__":
    sys.exit(main())
