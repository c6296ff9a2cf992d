"""`progsynth check`: are the names and types of a program right, and which engine runs it?"""

from __future__ import annotations

import argparse
from pathlib import Path

from progsynth.files import read_text
from progsynth.lang.engines import explain
from progsynth.lang.primitive import signature_of
from progsynth.lang.read import read_program
from progsynth.lang.term import holes
from progsynth.lang.types import Signature
from progsynth.registry import pack

_EXAMPLES = """\
examples:
  progsynth check sort.psl
  progsynth check sort.psl --explain
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("files", metavar="FILE.psl", nargs="+", type=Path)
    parser.add_argument(
        "--explain", action="store_true", help="say which engine runs the program, and why"
    )
    parser.add_argument("--pack", metavar="NAME", default="default", help="the language pack")


def run(options: argparse.Namespace) -> int:
    """Print the types of all functions, or everything that is wrong."""
    dsl = pack(options.pack)
    for file in options.files:
        program = read_program(read_text(file), dsl, filename=str(file))
        if len(options.files) > 1:
            print(f"{file}:")
        for neural in program.neural:
            params = tuple(zip(neural.params, neural.types, strict=True))
            print(f"neural {neural.name}{Signature(params, neural.result)}")
        for function in program.functions:
            open_ = len(holes(function.body))
            still = f"  # {open_} hole{'s' if open_ > 1 else ''} to fill" if open_ else ""
            print(f"{function.name}{signature_of(function)}{still}")
        if options.explain:
            print(explain(program, dsl))
    return 0
