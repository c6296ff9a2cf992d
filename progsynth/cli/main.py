"""The verbs of the command line, and what they share: errors, interruptions, exit codes.

Exit codes: 0 done, 1 not found or failed, 2 wrong input, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import progsynth
from progsynth.errors import ProgsynthError

# Each verb, what it does, and the module with `describe(parser)` and `run(options) -> int`.
# A module is loaded when its verb is used: `progsynth --help` answers at once.
VERBS = {
    "solve": ("find programs for the tasks of a file", "progsynth.cli.solve"),
    "run": ("run a function of a program", "progsynth.cli.run"),
    "check": ("check a program's names and types", "progsynth.cli.check"),
    "format": ("format programs", "progsynth.cli.format"),
    "export": ("turn a program into stand-alone Python", "progsynth.cli.export"),
    "bench": ("run methods on suites of tasks, over seeds", "progsynth.cli.bench"),
    "report": ("turn a run's records into tables and plots", "progsynth.cli.report"),
    "compare": ("put runs and methods side by side", "progsynth.cli.compare"),
    "learn": ("solve tasks over rounds, and grow a library", "progsynth.cli.learn"),
    "library": ("show what a library holds", "progsynth.cli.library"),
    "packs": ("list the language packs and what is in them", "progsynth.cli.packs"),
    "demo": ("solve a handful of tasks, to see what comes out", "progsynth.cli.demo"),
}

BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 2, 130, 141

_EXAMPLES = """\
examples:
  progsynth solve tasks.json --seconds 10 --python found.py
  progsynth run sort.psl --call 'f([3, 1, 2])'
  progsynth packs default

'progsynth VERB --help' tells more of a verb.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except ProgsynthError as error:
        verb = f" {arguments[0]}" if arguments and arguments[0] in VERBS else ""
        print(f"progsynth{verb}: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("progsynth: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output went away. Python flushes once more at exit: let it go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE


def _run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="progsynth",
        description="Turns input/output examples into readable programs.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version and end")
    chosen = next((a for a in arguments if not a.startswith("-")), None)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs")
    for name, (does, module) in VERBS.items():
        verb = verbs.add_parser(
            name,
            help=does,
            description=does[0].upper() + does[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name == chosen:
            verb_module = import_module(module)
            verb_module.describe(verb)
    try:
        options = parser.parse_args(arguments)
    except SystemExit as stop:  # argparse has said what is wrong, or printed its help
        return int(stop.code or 0)
    if options.version:
        print(f"progsynth {progsynth.__version__}")
        return 0
    if options.verb is None:
        parser.print_help()
        return BAD_INPUT
    code: int = verb_module.run(options)
    return code
