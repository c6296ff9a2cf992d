"""`progsynth solve`: examples in, programs out."""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from dataclasses import replace
from pathlib import Path

import progsynth
from progsynth.cli.options import above_zero, share, whole
from progsynth.cli.overrun import interrupted_after
from progsynth.cli.proposals import proposal_lines
from progsynth.cli.results import (
    Record,
    accuracy_lines,
    filled_lines,
    headline,
    print_program,
    print_table,
)
from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.files import check_writable, read_text, write_text
from progsynth.library.store import Library
from progsynth.search.proposals.proposed import Proposed
from progsynth.search.proposals.texts import read_proposals
from progsynth.solve import SEARCHES, Result, solve
from progsynth.task import Suite, Task
from progsynth.task_formats import FORMATS, read_tasks, table_text
from progsynth.task_formats.named import suite_or_file

SOLVED, NOT_SOLVED, BAD_INPUT, DEFECT, INTERRUPTED = 0, 1, 2, 3, 130

_GRACE = 20.0  # seconds that a search may overrun its budget before it is interrupted

_EXAMPLES = """\
A file of tasks, in the least:

  {"name": "double", "examples": [{"inputs": [[1, 2]], "output": [2, 4]},
                                  {"inputs": [[5]], "output": [10]}]}

examples:
  progsynth solve tasks.json
  progsynth solve tasks.json --task double --seconds 10 --python double.py
  progsynth solve tasks.json --json results.json --quiet
  progsynth solve demo --task mean

Exit code: 0 all solved, 1 not all within the budget, 2 wrong input, 130 interrupted.
docs/tasks.md describes the files.
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "file", metavar="FILE", help="tasks: JSON or JSON lines; or the name of a suite"
    )
    parser.add_argument(
        "--task", metavar="NAME", action="append", help="only this task; may be given again"
    )
    parser.add_argument(
        "--seconds", metavar="S", type=above_zero, default=60.0, help="for each task (60)"
    )
    parser.add_argument(
        "--executions",
        metavar="N",
        type=whole,
        help="at most so many runs of a candidate on a case",
    )
    parser.add_argument(
        "--programs", metavar="N", type=whole, help="at most so many programs and parts of programs"
    )
    parser.add_argument(
        "--gradient-steps", metavar="N", type=whole, help="at most so many updates of weights"
    )
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of what is random (0)")
    parser.add_argument(
        "--search", metavar="NAME", default="auto", help=f"one of {', '.join(SEARCHES)}"
    )
    parser.add_argument(
        "--workers", metavar="N", type=whole, help="processes that search at a time (one a core)"
    )
    parser.add_argument(
        "--library", metavar="FOLDER", type=Path, help="of subroutines and networks to be used"
    )
    parser.add_argument(
        "--accuracy", metavar="X", type=share, help="the share of examples to be right on"
    )
    parser.add_argument(
        "--alternatives", action="store_true", help="print other programs that fit as well"
    )
    parser.add_argument(
        "--first-fit", action="store_true", help="take the first program that fits, choose none"
    )
    parser.add_argument("--sketch", metavar="FILE", type=Path, help="a program with holes (??)")
    parser.add_argument(
        "--proposals",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="programs to be tried first, and repaired; may be given again (docs/proposals.md)",
    )
    parser.add_argument("--json", metavar="OUT", type=Path, help="write the results as JSON")
    parser.add_argument(
        "--python",
        metavar="OUT.py",
        type=Path,
        help="write the program as Python, and the weights of its networks beside it; a folder "
        "where there are several tasks",
    )
    parser.add_argument(
        "--save",
        metavar="FOLDER",
        type=Path,
        help="write the result with its networks, as Result.load reads it; a folder each where "
        "there are several tasks",
    )
    parser.add_argument("--format", choices=FORMATS, help="of the file (told by its content)")
    parser.add_argument("--quiet", action="store_true", help="one line a task, no progress bar")


def run(options: argparse.Namespace) -> int:
    """Solve the tasks one after another; what is found is written after each."""
    tasks = _chosen(options)
    _check_outputs(options, tasks)
    proposals = _proposals(options)
    records: list[Record] = []
    codes = []
    for task in tasks:
        record, code = _solved(task, options, proposals, alone=len(tasks) == 1)
        records.append(record)
        codes.append(code)
        _write(options, records, alone=len(tasks) == 1)
        if code == INTERRUPTED:
            break
    if len(tasks) > 1:
        _summarise(records, len(tasks))
    return max(codes)


def _said(suite: Suite) -> str:
    """What a file was taken for, where that was told by its content."""
    if suite.format in table_text.DELIMITERS:  # was its first line taken for names?
        first, *others = suite.tasks[0].train
        shown = ", ".join(map(repr, first.inputs))
        return f"{1 + len(others)} examples, the first {shown} -> {first.output!r}"
    if suite.format in FORMATS and suite.format not in ("json", "jsonl"):
        count = "1 task" if len(suite) == 1 else f"{len(suite)} tasks"
        return f"{count}, {FORMATS[suite.format]}"
    return ""


def _chosen(options: argparse.Namespace) -> tuple[Task, ...]:
    suite: Suite
    if options.format is None:
        suite = suite_or_file(options.file)
    else:
        suite = read_tasks(options.file, format=options.format)
    if not options.quiet and (said := _said(suite)):
        print(f"{options.file}: {said}", file=sys.stderr)
    tasks = suite.tasks
    if options.task:
        tasks = tuple(suite[name] for name in dict.fromkeys(options.task))
    if options.sketch is not None:
        if len(tasks) > 1:
            raise ProgsynthError(
                f"--sketch is for one task, {options.file} has {len(tasks)}: choose with --task"
            )
        tasks = (replace(tasks[0], sketch=read_text(options.sketch)),)
    if options.accuracy is not None:
        tasks = tuple(replace(task, accuracy=options.accuracy) for task in tasks)
    return tasks


def _check_outputs(options: argparse.Namespace, tasks: tuple[Task, ...]) -> None:
    """Better to fail now than when the search is over."""
    if options.json is not None:
        check_writable(options.json, "--json")
    if options.python is None:
        return
    if len(tasks) == 1:
        check_writable(options.python, "--python")
    elif options.python.suffix == ".py" or not options.python.is_dir():
        raise ProgsynthError(
            f"--python {options.python}: {len(tasks)} tasks are solved, one file each: "
            "give a folder that exists, or choose a task with --task"
        )


def _proposals(options: argparse.Namespace) -> list[Proposed] | None:
    """What is in the files of proposals; better to fail at them now than task by task."""
    if not options.proposals:
        return None
    found: list[Proposed] = []
    for path in options.proposals:
        some = read_proposals(path)
        if not some:
            print(f"--proposals {path}: no program in it", file=sys.stderr)
        found += some
    return found


def _solved(
    task: Task, options: argparse.Namespace, proposals: list[Proposed] | None, *, alone: bool
) -> tuple[Record, int]:
    """Solve one task and say how it went; only with one task does its error end everything."""
    try:
        result, overran = _search(task, options, proposals)
    except ProgsynthError as error:
        if alone:
            raise
        print(f"progsynth solve: {error}", file=sys.stderr)
        return _failed(task, options, str(error)), BAD_INPUT
    except Exception as error:  # a defect must not cost the results of the other tasks
        if alone:
            raise
        traceback.print_exc()
        return _failed(task, options, f"{type(error).__name__}: {error}"), DEFECT
    record = dict(result.as_json())
    if overran:
        record["stop_reason"] = "seconds"
    _report(result, record, options)
    if record.get("networks") and result.solved and options.python is not None:
        _export(result, options.python if alone else _python_file(options, task.name))
    if options.save is not None and result.program is not None:
        result.save(options.save if alone else options.save / _file_name(task.name))
    if result.solved:
        return record, SOLVED
    return record, INTERRUPTED if record["stop_reason"] == "interrupted" else NOT_SOLVED


def _search(
    task: Task, options: argparse.Namespace, proposals: list[Proposed] | None
) -> tuple[Result, bool]:
    # solve does not look at the tests; it is not even given them
    asked = replace(task, test=())
    with interrupted_after(options.seconds + _GRACE) as overrun:
        result = solve(
            asked,
            seconds=options.seconds,
            executions=options.executions,
            programs=options.programs,
            gradient_steps=options.gradient_steps,
            seed=options.seed,
            search=options.search,
            library=None if options.library is None else Library(options.library, create=False),
            progress=not options.quiet,
            proposals=proposals,
            workers=options.workers,
            choose=not options.first_fit,
        )
    return result, overrun.rang


def _failed(task: Task, options: argparse.Namespace, why: str) -> Record:
    """The record of a task that could not be worked on."""
    return {
        "task": task.name,
        "solved": False,
        "stop_reason": "error",
        "program": None,
        "python": None,
        "entry": None,
        "cost": None,
        "accuracy": None,
        "validation": {"passed": 0, "total": len(task.validation)},
        "seconds": 0.0,
        "programs": 0,
        "executions": 0,
        "gradient_steps": 0,
        "search": options.search,
        "seed": options.seed,
        "version": progsynth.__version__,
        "proposals": [],
        "error": why,
    }


def _report(result: Result, record: Record, options: argparse.Namespace) -> None:
    """Print how it went; what is no program is a comment, so that the output is a program."""
    if options.quiet:
        print(headline(record))
        return
    if record["solved"]:
        print(f"# {headline(record)}")
        for line in (*accuracy_lines(record), *filled_lines(record)):
            if line:
                print(f"# {line}")
        print_program(record["program"])
        if options.alternatives:
            _print_alternatives(record["alternatives"])
    else:
        print(str(result).rstrip("\n"))
    for line in proposal_lines(record):
        print(f"# {line}")
    print()


def _print_alternatives(texts: list[str]) -> None:
    """As comments, like all that is not the program."""
    print("# Other programs that fit:" if texts else "# No other program that fits was met.")
    for text in texts:
        for line in text.rstrip("\n").splitlines():
            print(f"#   {line}")


def _write(options: argparse.Namespace, records: list[Record], *, alone: bool) -> None:
    if options.json is not None:
        data = records[0] if alone else records
        write_text(options.json, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    record = records[-1]
    if options.python is None:
        return
    if not record["solved"]:
        print(f"--python: nothing written, '{record['task']}' is not solved", file=sys.stderr)
        return
    if record.get("networks"):
        return  # they were exported with their weights, which a record does not hold
    if record["python"] is None:
        print(
            f"--python: nothing written for '{record['task']}': {record['notes'][-1]}",
            file=sys.stderr,
        )
        return
    path = options.python if alone else _python_file(options, record["task"])
    write_text(path, record["python"])


def _export(result: Result, path: Path) -> None:
    """Write a program with networks, and their weights beside it."""
    try:
        result.export(path)
    except UnsupportedError as error:
        print(f"--python: nothing written for '{result.task}': {error}", file=sys.stderr)


def _python_file(options: argparse.Namespace, task: str) -> Path:
    path: Path = options.python / f"{_file_name(task)}.py"
    return path


def _file_name(task: str) -> str:
    return "".join(char if char.isalnum() else "_" for char in task)


def _summarise(records: list[Record], total: int) -> None:
    rows = [
        (
            record["task"],
            "yes" if record["solved"] else record["stop_reason"],
            f"{score['passed']}/{score['total']}"
            if (score := record["validation"])["total"]
            else "-",
            f"{record['seconds']:.2f}",
        )
        for record in records
    ]
    print_table(("task", "solved", "validation", "seconds"), rows)
    solved = sum(record["solved"] for record in records)
    print(f"\n{solved} of {total} solved")
