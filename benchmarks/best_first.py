"""Best-first search under guides: what knowing the solutions of other tasks is worth.

A sample of DreamCoder's training list tasks is solved three times: best-first under a uniform
guide, under a grammar, and bottom-up. The grammar is fitted on programs that solve tasks of the
other half of the 109: none is ever guided by a solution of its own, nor of its family (tasks
that differ in a number only, "add-k with k=1" and "add-k with k=3", are in the same half). These
programs are found first, bottom-up, on the examples given; those wrong on held-out examples teach
as well, since nobody knows it then. Time is the processor's time of this process, so that a busy
machine changes nothing. Of the 15 examples of each task the last 5 are the test, opened here,
once, on the program returned. Each attempt is a line of JSON; a run that was stopped goes on
where it was.

    python -m benchmarks.best_first --seconds 5
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.origin import origin
from benchmarks.searched import searched
from progsynth.grammar.guide import GrammarGuide, UniformGuide
from progsynth.grammar.weights import Weights, fit
from progsynth.lang.read import read_program
from progsynth.registry import pack
from progsynth.search.best_first import best_first
from progsynth.search.bottom_up import bottom_up
from progsynth.search.problem import Method
from progsynth.search.typed_rules import rules_of_task
from progsynth.task import Task
from progsynth.task_formats import read_tasks

GIVEN = 10  # examples of each task; the rest are the test
RESULTS = Path(__file__).parent / "results"

Record = dict[str, Any]
Methods = dict[str, Callable[[int], Method]]  # by name, of the half that a task is in


def main() -> int:
    """Find what the grammars learn from, then run what the record lacks, then print totals."""
    options = _options()
    tasks = _tasks(options.file)
    record = options.record
    record.parent.mkdir(parents=True, exist_ok=True)
    known = {
        (line["method"], line["task"]): line
        for line in _lines(record)
        if line["seconds_given"] == options.seconds
    }
    families = list(dict.fromkeys(map(_family, tasks)))
    half = {task.name: families.index(_family(task)) % 2 for task in tasks}
    sample = tasks[:: max(1, len(tasks) // options.tasks)][: options.tasks]
    with record.open("a", encoding="utf-8") as file:

        def attempt(name: str, method: Method, task: Task) -> None:
            if (name, task.name) not in known:
                line = attempted(name, method, task, options.seconds)
                line["half"] = half[task.name]
                known[name, task.name] = line
                file.write(json.dumps(line) + "\n")
                file.flush()
                state = "right" if line["right"] else "wrong" if line["solved"] else ""
                print(f"{name:20} {task.name[:40]:40} {state:6} {line['seconds']:6.2f}", flush=True)

        for task in tasks:
            attempt("bottom_up", bottom_up, task)
        solutions = [known["bottom_up", task.name] for task in tasks]
        methods = _methods(tasks, solutions, half)
        for name, method in methods.items():
            for task in sample:
                attempt(name, method(half[task.name]), task)
    _report(known, [task.name for task in sample])
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="of the processor, a task (5)")
    parser.add_argument("--tasks", type=int, default=30, help="size of the sample (30)")
    parser.add_argument("--file", default="dreamcoder/list_train.json", help="in PROGSYNTH_DATA")
    default = RESULTS / "best_first.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    return parser.parse_args()


def _tasks(file: str) -> list[Task]:
    folder = os.environ.get("PROGSYNTH_DATA", "")
    if not folder:
        sys.exit("PROGSYNTH_DATA is not set: it names the folder that holds dreamcoder/")
    tasks = read_tasks(Path(folder) / file)
    return [replace(t, train=t.train[:GIVEN], test=(*t.test, *t.train[GIVEN:])) for t in tasks]


def _family(task: Task) -> str:
    return task.name.split(" with ")[0]


def _lines(record: Path) -> Iterator[Record]:
    if record.exists():
        for text in record.read_text(encoding="utf-8").splitlines():
            yield json.loads(text)


def _methods(tasks: list[Task], solutions: list[Record], half: dict[str, int]) -> Methods:
    """The methods; what a grammar knows is from the half that a task is not in."""
    weights = {
        (own, bigram): fitted(tasks, solutions, half, without=own, bigram=bigram)
        for own in (0, 1)
        for bigram in (False, True)
    }
    return {
        "best_first_uniform": lambda own: best_first(UniformGuide()),
        "best_first_bigram": lambda own: best_first(GrammarGuide(weights[own, True])),
        "best_first_prior": lambda own: best_first(),
        "best_first_unigram": lambda own: best_first(GrammarGuide(weights[own, False])),
    }


def fitted(
    tasks: list[Task], solutions: list[Record], half: dict[str, int], *, without: int, bigram: bool
) -> Weights:
    """The weights counted in the programs found for tasks that are not of a half."""
    pairs = [
        (rules_of_task(task, pack()), read_program(line["program"], pack()))
        for task, line in zip(tasks, solutions, strict=True)
        if line["solved"] and half[task.name] != without
    ]
    return fit(pairs, pack(), bigram=bigram)


def attempted(name: str, method: Method, task: Task, seconds: float) -> Record:
    """The record of one task: what was found without its test, and whether that passes it."""
    begun = origin("best_first")
    found = searched(task, method, seed=0, seconds=seconds)
    return {
        **found.result.as_json(),
        "method": name,
        "expansions": getattr(found.search, "expansions", None),
        "seconds": round(found.seconds, 3),
        "making": round(found.seconds_before, 3),
        "right": found.right,
        "test": len(task.test),
        "seconds_given": seconds,
        **begun,
    }


def _report(known: dict[tuple[str, str], Record], sample: list[str]) -> None:
    """Totals by method; unsolved tasks count as having taken more than any solved one."""
    names = list(dict.fromkeys(method for method, _ in known))
    print(f"\n{len(sample)} tasks")
    for name in names:
        lines = [known[name, task] for task in sample]
        right = sum(line["right"] for line in lines)
        solved = sum(line["solved"] for line in lines)
        print(
            f"{name:20} solved {solved:3}  right on held-out rows {right:3}  "
            f"median programs {_median(lines, 'programs'):>12}  "
            f"executions {_median(lines, 'executions'):>12}  "
            f"expansions {_median(lines, 'expansions'):>12}  "
            f"seconds {_median(lines, 'seconds'):>8}"
        )
    both = [
        task
        for task in sample
        if all(known[n, task]["solved"] for n in names if n.startswith("best_first"))
    ]
    uniform = [known["best_first_uniform", task]["expansions"] for task in both]
    for name in names:
        if name.startswith("best_first") and both:
            own = [known[name, task]["expansions"] for task in both]
            ratio = statistics.median(u / o for u, o in zip(uniform, own, strict=True))
            print(f"{name:20} on the {len(both)} that all solve: uniform / own {ratio:8.2f}")


def _median(lines: list[Record], field: str) -> str:
    """The median over all tasks, censored where it is of an unsolved one."""
    if any(line[field] is None for line in lines):
        return "-"
    values = sorted((not line["solved"], line[field]) for line in lines)
    censored, value = values[(len(values) - 1) // 2]
    text = f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
    return f"> {text}" if censored else text


if __name__ == "__main__":
    sys.exit(main())
