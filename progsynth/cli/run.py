"""`progsynth run`: run a function of a program, with a memory that lasts where it wants one."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from progsynth.cli.call import ReadCall, read_call
from progsynth.cli.options import whole
from progsynth.errors import ProgramFailure, ProgsynthError
from progsynth.files import check_writable, locked, read_text
from progsynth.lang.engines import ENGINES, prepare, run_rows
from progsynth.lang.failure import DEFAULT_CELLS, DEFAULT_FUEL, Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.read import read_program
from progsynth.lang.types import Type
from progsynth.lang.values import Value
from progsynth.memory_file import load_memory, save_memory
from progsynth.registry import pack

_EXAMPLES = """\
examples:
  progsynth run sort.psl --call 'f([3, 1, 2])'
  progsynth run sort.psl --call 'f([3, 1, 2])' --engine interpreter --fuel 500
  progsynth run notes.psl --call 'note("milk", 2)' --memory notes.json

A parameter of type memory[...] is left out of the call: it is read from --memory, and a memory
that the function returns, alone or in a tuple, is written back there.

Exit code: 0 with the value printed, 1 when the program fails, 2 wrong input.
"""


_SHORT_FUEL = 10_000_000  # about a second of the Python engine


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("file", metavar="FILE.psl", type=Path)
    parser.add_argument("--call", metavar="CALL", required=True, help="such as 'f([3, 1, 2])'")
    parser.add_argument("--engine", choices=ENGINES, default="auto")
    parser.add_argument(
        "--fuel", metavar="N", type=whole, default=DEFAULT_FUEL, help=f"steps ({DEFAULT_FUEL:,})"
    )
    parser.add_argument(
        "--cells",
        metavar="N",
        type=whole,
        default=DEFAULT_CELLS,
        help=f"memory ({DEFAULT_CELLS:,})",
    )
    parser.add_argument("--memory", metavar="FILE.json", type=Path, help="long-term memory")
    parser.add_argument("--pack", metavar="NAME", default="default", help="the language pack")


def run(options: argparse.Namespace) -> int:
    """Print the value of the call. A failure of the program ends with exit code 1."""
    dsl = pack(options.pack)
    program = read_program(read_text(options.file), dsl, filename=str(options.file))
    call = read_call(options.call, program, dsl)
    if options.memory is None and None in call.args:
        name = call.program.entry.name
        raise ProgsynthError(f"'{name}' has a parameter of type memory: give --memory FILE.json")
    if options.memory is not None:
        _check_memory(call, options.memory)
    guard = contextlib.nullcontext() if options.memory is None else locked(options.memory)
    with guard:
        try:
            value = _run(call, dsl, options)
        except ProgramFailure as failure:
            print(failure)
            return 1
    print(repr(value))
    return 0


def _check_memory(call: ReadCall, path: Path) -> None:
    entry = call.program.entry
    count = sum(t.name == "memory" for t in entry.types)
    if None not in call.args:
        given = "; leave its memory out of the call" if count else ""
        raise ProgsynthError(
            f"--memory {path}: expected a function with one parameter of type memory, found "
            f"'{entry.name}'{given}"
        )
    if count > 1:
        raise ProgsynthError(
            f"--memory {path}: expected one parameter of type memory, '{entry.name}' has {count}"
        )
    check_writable(path, "--memory")


def _run(call: ReadCall, dsl: DSL, options: argparse.Namespace) -> Value:
    """The value of the call, without the memory, which is written to its file."""
    entry = call.program.entry
    args = tuple(
        load_memory(options.memory, type_) if arg is None else arg
        for arg, type_ in zip(call.args, entry.types, strict=True)
    )
    limits = Limits(options.fuel, options.cells)
    engine = options.engine
    if engine == "auto":
        prepare()
        # One short run is over in the Python engine before the VM's kernels are loaded.
        engine = "python" if limits.fuel <= _SHORT_FUEL else "auto"
    (value,) = run_rows(call.program, [args], dsl, limits, engine)
    if isinstance(value, Failure):
        raise ProgramFailure(value.kind.value, entry.name)
    return value if options.memory is None else _kept(value, entry.result, options.memory)


def _kept(value: Value, type_: Type, path: Path) -> Value:
    """Write the memory in the value to its file; what else there is, or else the memory."""
    if type_.name == "memory":
        save_memory(path, value, type_)
        return value
    if type_.name != "tuple":
        return value
    memories = [n for n, item in enumerate(type_.types) if item.name == "memory"]
    if len(memories) > 1:
        raise ProgsynthError(f"--memory {path}: expected one memory in the result, found {type_}")
    for place in memories:
        save_memory(path, value[place], type_.types[place])
    rest = tuple(item for n, item in enumerate(value) if n not in memories)
    return rest[0] if len(rest) == 1 else rest
