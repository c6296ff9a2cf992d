"""The portfolio beside the bottom-up search alone: how many tasks are right on held-out inputs.

Tasks are those of the demo, every third of DreamCoder's training list tasks (thirty of them; the
first 10 examples of each are given, the last 5 are the test), and those of the algorithms suite.
Each is solved by both, one after the other, in a process of its own with the same seconds; the
test is opened once, on the one program that was returned. Each attempt is one line of JSON in
the record; a run that was stopped goes on where it was.

    python -m benchmarks.portfolio --seconds 10 --workers 2
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.origin import origin
from progsynth.evaluate import evaluate
from progsynth.execute import Done, Job, Processes
from progsynth.registry import pack, suite
from progsynth.solve import solve
from progsynth.task import Task
from progsynth.task_formats import read_tasks

METHODS = ("bottom_up", "portfolio")
GIVEN, EVERY, MANY = 10, 3, 30  # examples given, every so-many-th task, so many of them
RECORD = Path(__file__).parent / "results" / "portfolio.jsonl"
_GRACE = 120.0  # seconds over those given before a process is killed

Record = dict[str, Any]


def main() -> int:
    """Run what the record lacks, then print the totals."""
    options = _options()
    tasks = list(_tasks())
    known = {_key(line): line for line in _lines(options.record)}
    wanted = [(of, task, method) for of, task in tasks for method in METHODS]
    settings = (options.seconds, options.workers)
    options.record.parent.mkdir(parents=True, exist_ok=True)
    with (
        options.record.open("a", encoding="utf-8") as file,
        Processes(1, jobs_a_worker=1) as processes,
    ):
        for of, task, method in wanted:
            if (of, task.name, method, *settings) in known:
                continue
            job = Job(attempt, (of, task, method, *settings), seconds=options.seconds + _GRACE)
            ended = processes.submit(job).result()
            if not isinstance(ended, Done):
                print(f"{task.name} {method}: {ended.message}", file=sys.stderr)
                continue
            line = ended.value
            known[_key(line)] = line
            file.write(json.dumps(line) + "\n")
            file.flush()
            state = "right" if line["right"] else "wrong" if line["solved"] else "-"
            print(f"{of:11} {task.name[:40]:40} {method:10} {state:6} {line['seconds']:6.2f} s")
    _report([line for key, line in known.items() if key[3:] == settings])
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="for each task (10)")
    parser.add_argument("--workers", type=int, default=2, help="of the portfolio (2)")
    parser.add_argument("--record", type=Path, default=RECORD, help=f"JSON lines ({RECORD.name})")
    return parser.parse_args()


def _tasks() -> Iterator[tuple[str, Task]]:
    folder = os.environ.get("PROGSYNTH_DATA", "")
    if not folder:
        sys.exit("PROGSYNTH_DATA is not set: it names the folder that holds dreamcoder/")
    yield from (("demo", task) for task in suite("demo") if not task.neural)
    for task in list(read_tasks(Path(folder) / "dreamcoder/list_train.json"))[::EVERY][:MANY]:
        held = (*task.test, *task.train[GIVEN:])
        yield "dreamcoder", replace(task, train=task.train[:GIVEN], test=held)
    yield from (("algorithms", task) for task in suite("algorithms"))


def _lines(record: Path) -> Iterator[Record]:
    if record.exists():
        for text in record.read_text(encoding="utf-8").splitlines():
            yield json.loads(text)


def _key(line: Record) -> tuple[Any, ...]:
    return tuple(line[name] for name in ("of", "task", "method", "seconds_given", "workers"))


def attempt(of: str, task: Task, method: str, seconds: float, workers: int) -> Record:
    """The record of one task: what was found without its test, and whether that passes it."""
    pack()  # loading the language is not part of the search
    begun = origin("portfolio")
    result = solve(replace(task, test=()), seconds=seconds, search=method, workers=workers)
    right = False
    if result.solved and result.core is not None:
        found = evaluate(result.core, task.test, pack(), limits=task.limits, engine="python")
        right = found.solved
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    record = result.as_json()
    kept = ("task", "solved", "stop_reason", "program", "cost", "seconds", "programs", "executions")
    return {
        "of": of,
        "method": method,
        **{name: record[name] for name in (*kept, "found_by", "searches", "notes", "seed")},
        "right": right,
        "test": len(task.test),
        "seconds_given": seconds,
        "workers": workers,
        "cpu_seconds": round(own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime, 2),
        "load": round(os.getloadavg()[0], 1),
        **begun,
    }


def _report(lines: list[Record]) -> None:
    print(f"\n{'':12}{'tasks':>6}" + "".join(f"{method:>12}" for method in METHODS) + "  (right)")
    for of in dict.fromkeys(line["of"] for line in lines):
        own = [line for line in lines if line["of"] == of]
        rights = [sum(x["right"] for x in own if x["method"] == method) for method in METHODS]
        tasks = len({line["task"] for line in own})
        print(f"{of:12}{tasks:6}" + "".join(f"{right:12}" for right in rights))
    right = {
        m: {(x["of"], x["task"]) for x in lines if x["right"] and x["method"] == m} for m in METHODS
    }
    for one, other in (METHODS, METHODS[::-1]):
        names = sorted(name for _, name in right[one] - right[other])
        print(f"only by {one}: {', '.join(names) or 'none'}")
    finders = [x["found_by"] for x in lines if x["method"] == "portfolio" and x["right"]]
    counts = {name: finders.count(name) for name in dict.fromkeys(finders)}
    print("found in the portfolio by: " + ", ".join(f"{n} {c}" for n, c in counts.items()))


if __name__ == "__main__":
    sys.exit(main())
