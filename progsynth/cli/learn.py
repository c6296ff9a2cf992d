"""`progsynth learn`: tasks are solved over rounds, and what helps is kept in a library."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from progsynth import learn as learning
from progsynth.cli.options import whole
from progsynth.cli.results import print_table
from progsynth.learn.attempt import Attempt
from progsynth.learn.compare import Compared, compared
from progsynth.learn.loop import Round, learn
from progsynth.learn.settings import CURRICULA, Settings
from progsynth.library.store import Library
from progsynth.solve import SEARCHES
from progsynth.task import Suite
from progsynth.task_formats.named import suite_or_file

_EXAMPLES = """\
examples:
  progsynth learn origami --library origami.db --rounds 5
  progsynth learn lists --library lists.db --quick --executions 100000 --workers 2
  progsynth learn tasks.json --library mine.db --compare --pictures pictures
  progsynth library origami.db list

Budgets are in executions: the result is the same with any number of workers. The same command
again goes on with a run that was stopped; several at a time share the work. docs/learning.md
says how it is done.
"""
_NUMBERS = {
    "executions": "for each task in each round (500000)",
    "gradient_steps": "for each task that networks are trained for, in each round (2000)",
    "frontier": "programs of a task that are kept (5)",
    "batch": "more tasks begun with in each round (all)",
    "most": "subroutines of the library that a task sees (24)",
    "subroutines": "proposed in each round (6)",
    "solutions": "of tasks that are proposed in each round as they are (6)",
    "max_arity": "parameters of a subroutine (2)",
    "replays": "tasks that a subroutine is tried on (10)",
    "share": "one part in so many of the budget is what an unsolved task may use in a trial (5)",
    "patience": "rounds without use before a subroutine is retired (2)",
}


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("suite", metavar="SUITE", help="a suite, or a file of tasks")
    parser.add_argument(
        "--library", metavar="FOLDER", type=Path, required=True, help="made where there is none"
    )
    parser.add_argument("--rounds", metavar="N", type=whole, default=5, help="at most (5)")
    for name, does in _NUMBERS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", metavar="N", type=whole, help=does)
    parser.add_argument("--curriculum", choices=CURRICULA, help="the order of tasks (given)")
    parser.add_argument("--seed", metavar="N", type=int, help="of what is random (0)")
    parser.add_argument(
        "--search", metavar="NAME", choices=("guided", *SEARCHES), help="guided, or as in solve"
    )
    parser.add_argument("--pack", metavar="NAME", help="in place of the packs of the tasks")
    parser.add_argument("--tasks", metavar="NAME", nargs="+", help="only these tasks")
    parser.add_argument("--quick", action="store_true", help="only the suite's quick tasks")
    parser.add_argument("--workers", metavar="N", type=whole, default=1, help="processes (1)")
    parser.add_argument(
        "--compare", action="store_true", help="solve all tasks with the library and without it"
    )
    parser.add_argument("--pictures", metavar="FOLDER", type=Path, help="draw how it went")
    parser.add_argument("--quiet", action="store_true", help="one line a round")


def run(options: argparse.Namespace) -> int:
    """Learn; print each round, and at the end what the library holds."""
    suite, settings = _suite(options), _settings(options)
    library = Library(options.library)
    told = None if options.quiet else _say
    rounds: list[Round] = []
    for one in learn(
        suite, library, rounds=options.rounds, settings=settings, workers=options.workers, told=told
    ):
        rounds.append(one)
        print(one, flush=True)
    _print_tasks(suite, rounds)
    comparison: Compared | None = None
    if options.compare:
        comparison = compared(suite, library, settings=settings, workers=options.workers, told=told)
        print(f"\n{comparison}")
    if options.pictures is not None:
        for path in learning.draw(library, rounds, options.pictures, comparison):
            print(f"drawn: {path}")
    return 0


def _say(step: str, attempt: Attempt) -> None:
    how = "solved" if attempt.solved else "not solved"
    print(f"  {step}: {how}, {attempt.executions:,} executions", file=sys.stderr, flush=True)


def _suite(options: argparse.Namespace) -> Suite:
    """The tasks asked for."""
    suite = suite_or_file(options.suite)
    if options.tasks:
        suite = suite.subset(options.tasks)
    elif options.quick and suite.quick:
        suite = suite.subset(suite.quick)
    if options.pack:
        suite = replace(suite, tasks=tuple(replace(t, pack=options.pack) for t in suite))
    return suite


def _settings(options: argparse.Namespace) -> Settings:
    names = (*_NUMBERS, "curriculum", "seed", "search")
    given = {name: getattr(options, name) for name in names}
    return Settings(**{name: value for name, value in given.items() if value is not None})


def _print_tasks(suite: Suite, rounds: list[Round]) -> None:
    solved_in = {name: one.number for one in rounds for name in one.new}
    rows = [(task.name, str(solved_in.get(task.name, "-"))) for task in suite]
    print()
    print_table(("task", "solved in round"), rows)
    print(f"\n{len(solved_in)} of {len(suite)} solved")
