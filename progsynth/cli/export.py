"""`progsynth export`: a program as a Python module that needs nothing but Python."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from progsynth.errors import UnsupportedError
from progsynth.files import check_writable, read_text, write_text
from progsynth.lang.python.to_python import to_python
from progsynth.lang.read import read_program
from progsynth.registry import pack

_EXAMPLES = """\
examples:
  progsynth export sort.psl                   readable Python, on standard output
  progsynth export sort.psl --checked -o sort.py
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("file", metavar="FILE.psl", type=Path)
    parser.add_argument(
        "--checked", action="store_true", help="with limits on steps and memory, as in the engines"
    )
    parser.add_argument("-o", "--output", metavar="OUT.py", type=Path, help="write it to a file")
    parser.add_argument("--pack", metavar="NAME", default="default", help="the language pack")


def run(options: argparse.Namespace) -> int:
    """Print or write the program as Python."""
    if options.output is not None:
        check_writable(options.output, "--output")
    dsl = pack(options.pack)
    program = read_program(read_text(options.file), dsl, filename=str(options.file))
    if program.neural:
        names = ", ".join(f"'{submodule.name}'" for submodule in program.neural)
        raise UnsupportedError(
            f"{options.file}: the program has neural submodules, {names}, whose weights its file "
            "does not hold: programs with networks have no stand-alone Python yet; run them as "
            "Result.function, or from Python with progsynth.neural.bind"
        )
    text = to_python(program, dsl, checked=options.checked)
    if options.output is None:
        sys.stdout.write(text)
    else:
        write_text(options.output, text)
    return 0
