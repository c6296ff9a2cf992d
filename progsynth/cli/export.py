"""`progsynth export`: a program as a Python module that needs no progsynth; with its networks,
where it is a saved result."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.files import check_writable, read_text, write_text
from progsynth.lang.python.to_python import to_python
from progsynth.lang.read import read_program
from progsynth.registry import pack
from progsynth.solve import Result

_EXAMPLES = """\
examples:
  progsynth export sort.psl                   readable Python, on standard output
  progsynth export sort.psl --checked -o sort.py
  progsynth export kept -o digits.py          a result that solve --save kept, with its networks
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "file", metavar="FILE.psl", type=Path, help="a program, or the folder of a saved result"
    )
    parser.add_argument(
        "--checked", action="store_true", help="with limits on steps and memory, as in the engines"
    )
    parser.add_argument("-o", "--output", metavar="OUT.py", type=Path, help="write it to a file")
    parser.add_argument("--pack", metavar="NAME", default="default", help="the language pack")


def run(options: argparse.Namespace) -> int:
    """Print or write the program as Python."""
    if options.output is not None:
        check_writable(options.output, "--output")
    if options.file.is_dir():
        return _export_result(options)
    dsl = pack(options.pack)
    program = read_program(read_text(options.file), dsl, filename=str(options.file))
    if program.neural:
        names = ", ".join(f"'{submodule.name}'" for submodule in program.neural)
        raise UnsupportedError(
            f"{options.file}: the program has neural submodules, {names}, whose weights its file "
            "does not hold: export a result that `progsynth solve --save FOLDER` kept, with "
            "`progsynth export FOLDER -o OUT.py`"
        )
    text = to_python(program, dsl, checked=options.checked)
    if options.output is None:
        sys.stdout.write(text)
    else:
        write_text(options.output, text)
    return 0


def _export_result(options: argparse.Namespace) -> int:
    if options.output is None or options.output.suffix != ".py" or options.checked:
        raise ProgsynthError(
            f"{options.file}: a folder, taken for a saved result: that is exported with "
            "-o OUT.py, without --checked"
        )
    for path in Result.load(options.file).export(options.output):
        print(path)
    return 0
