"""DreamCoder's 109 training list tasks: how many are right on examples that were held out.

Of the 15 examples of each task the first 10 are given and the last 5 are the test, which is
opened here, once, on the one program that was returned. The data is read from the folder that
PROGSYNTH_DATA names. Each task is one line of JSON in the record; a run that was stopped goes
on where it was, when it is started again with the same record.

    python -m benchmarks.dreamcoder_lists --seconds 10 --workers 2
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.origin import origin
from progsynth.evaluate import evaluate
from progsynth.lang.term import Build, Call, Const, Lambda, Program, Project, Term, Var, subterms
from progsynth.registry import pack
from progsynth.solve import solve
from progsynth.task import Task
from progsynth.task_formats import read_tasks

GIVEN = 10  # examples of each task; the rest are the test
RESULTS = Path(__file__).parent / "results"

Record = dict[str, Any]


def main() -> int:
    """Run what the record lacks, then print the totals."""
    options = _options()
    tasks = _tasks(options)
    record = options.record
    record.parent.mkdir(parents=True, exist_ok=True)
    known = {
        line["task"]: line for line in _lines(record) if line["seconds_given"] == options.seconds
    }
    left = [task for task in tasks if task.name not in known]
    print(f"{len(tasks)} tasks, {len(tasks) - len(left)} of them in {record} already")
    with record.open("a", encoding="utf-8") as file:
        for line in _run(left, options):
            known[line["task"]] = line
            file.write(json.dumps(line) + "\n")
            file.flush()
            state = "right" if line["right"] else "wrong" if line["solved"] else line["stop_reason"]
            print(f"{line['task'][:48]:48} {state:8} {line['seconds']:6.2f} s", flush=True)
    _report([known[task.name] for task in tasks if task.name in known])
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="for each task (10)")
    parser.add_argument("--workers", type=int, default=2, help="tasks at a time (2)")
    parser.add_argument("--limit", type=int, help="only the first so many tasks")
    parser.add_argument("--every", type=int, default=1, help="only every so-many-th task")
    parser.add_argument("--file", default="dreamcoder/list_train.json", help="in PROGSYNTH_DATA")
    default = RESULTS / "dreamcoder_lists.jsonl"
    parser.add_argument("--record", type=Path, default=default, help=f"JSON lines ({default.name})")
    return parser.parse_args()


def _tasks(options: argparse.Namespace) -> list[Task]:
    folder = os.environ.get("PROGSYNTH_DATA", "")
    if not folder:
        sys.exit("PROGSYNTH_DATA is not set: it names the folder that holds dreamcoder/")
    tasks = list(read_tasks(Path(folder) / options.file))[:: options.every]
    return [_split(task) for task in tasks[: options.limit]]


def _split(task: Task) -> Task:
    return replace(task, train=task.train[:GIVEN], test=(*task.test, *task.train[GIVEN:]))


def _lines(record: Path) -> Iterator[Record]:
    if record.exists():
        for text in record.read_text(encoding="utf-8").splitlines():
            yield json.loads(text)


def _run(tasks: list[Task], options: argparse.Namespace) -> Iterator[Record]:
    # Each task has a process of its own: none finds the memory that another one left behind.
    with ProcessPoolExecutor(
        options.workers, mp_context=get_context("spawn"), max_tasks_per_child=1
    ) as pool:
        jobs = [pool.submit(attempt, task, options.seconds) for task in tasks]
        for job in as_completed(jobs):
            yield job.result()


def attempt(task: Task, seconds: float) -> Record:
    """The record of one task: what was found without its test, and whether that passes it."""
    pack()  # loading the language is not part of the search
    begun = origin("dreamcoder_lists")
    result = solve(replace(task, test=()), seconds=seconds)
    right = False
    if result.solved and result.core is not None:
        right = evaluate(result.core, task.test, pack(), engine="python").solved
    return {
        **result.as_json(),
        "right": right,
        "single_call": result.core is not None and is_single_call(result.core),
        "test": len(task.test),
        "seconds_given": seconds,
        **begun,
    }


def is_single_call(program: Program) -> bool:
    """Is the program one call of a primitive or function on variables, constants and lambdas?

    A lambda counts when it is itself at most one such call.
    """

    def plain(term: Term) -> bool:
        if isinstance(term, Lambda):
            return plain(term.body) or single(term.body)
        return isinstance(term, Var | Const) or (isinstance(term, Build) and not term.items)

    def single(term: Term) -> bool:
        if isinstance(term, Call | Build | Project):
            return all(map(plain, term.children))
        return plain(term)

    body = program.entry.body
    calls = sum(isinstance(t, Call) for t in subterms(body))
    return calls <= 2 and single(body)


def _report(lines: list[Record]) -> None:
    solved = [line for line in lines if line["solved"]]
    right = [line for line in lines if line["right"]]
    single = [line for line in right if line["single_call"]]
    print(f"\n{len(lines)} tasks")
    print(f"{len(solved):4} solved on the examples given")
    print(f"{len(right):4} right on those held out")
    print(f"{len(single):4} of them by a single call")
    if right:
        seconds = sorted(line["seconds"] for line in right)
        print(f"{seconds[len(seconds) // 2]:7.2f} s is the median time of these")
    wrong = [line["task"] for line in solved if not line["right"]]
    unsolved = [line["task"] for line in lines if not line["solved"]]
    print("wrong on those held out:", ", ".join(wrong) or "none")
    print("not solved:", ", ".join(unsolved) or "none")


if __name__ == "__main__":
    sys.exit(main())
