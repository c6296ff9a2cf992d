"""One call for all engines: which engine runs a program, and why.

"interpreter" is the reference, "python" runs everything, "vm" is the fast one over its fragment.
"auto" takes the VM where it is ready and has all that the program uses, else the Python engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from progsynth.errors import ProgramFailure, ProgsynthError, UnsupportedError
from progsynth.lang import interpret, vm
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.python import python_engine
from progsynth.lang.tensor import DTYPE, is_array
from progsynth.lang.term import Program
from progsynth.lang.types import Type
from progsynth.lang.values import Value, entry_types, misfit
from progsynth.lang.vm import bytecode
from progsynth.lang.vm.code import Code

ENGINES = ("auto", "interpreter", "python", "vm")
Row = tuple[Value, ...]


class Compiled(Protocol):
    """A program that is ready to run in one engine."""

    def run(self, rows: Iterable[Row], limits: Limits | None = None) -> list[Value | Failure]:
        """The value or failure of each row of arguments."""


@dataclass(frozen=True, slots=True)
class Interpreted:
    """A program for the interpreter."""

    program: Program
    dsl: DSL

    def run(self, rows: Iterable[Row], limits: Limits | None = None) -> list[Value | Failure]:
        return [interpret.run(self.program, tuple(row), self.dsl, limits) for row in rows]


@dataclass(frozen=True, slots=True)
class OnVM:
    """A program for the VM; rows that need more memory than it has go to the Python engine."""

    program: Program
    dsl: DSL
    code: Code

    def run(self, rows: Iterable[Row], limits: Limits | None = None) -> list[Value | Failure]:
        given = list(rows)
        found = vm.run(self.code, given, limits)
        left = [n for n, value in enumerate(found) if value is vm.HANDED_OVER]
        if left:
            python = python_engine.compile_program(self.program, self.dsl)
            again = python.run([given[n] for n in left], limits)
            for place, value in zip(left, again, strict=True):
                found[place] = value
        return found


_NO_NUMBA = "the VM needs Numba, which is not installed"
_NOT_COMPILED = "the VM is not compiled yet; it will be, in the background, once something runs"


def compiled(program: Program, dsl: DSL, engine: str = "auto") -> Compiled:
    """The program made ready for repeated use in that engine.

    Raises UnsupportedError when that engine cannot run it, ProgsynthError for an engine's name
    that does not exist.
    """
    if engine == "interpreter":
        return Interpreted(program, dsl)
    if engine == "vm":
        if not vm.available():
            raise UnsupportedError(
                'the VM needs Numba: install it (pip install numba), or use engine="python"'
            )
        return OnVM(program, dsl, bytecode.compile_program(program, dsl))
    if engine not in ENGINES:
        raise ProgsynthError(f"no engine '{engine}': expected one of {', '.join(ENGINES)}")
    if engine == "auto" and vm.available() and vm.ready():
        with suppress(UnsupportedError):  # what the VM lacks, the Python engine has
            return OnVM(program, dsl, bytecode.compile_program(program, dsl))
    return python_engine.compile_program(program, dsl)


def run_rows(
    program: Program,
    rows: Sequence[Row],
    dsl: DSL,
    limits: Limits | None = None,
    engine: str = "auto",
) -> list[Value | Failure]:
    """The program's value or failure on each row of arguments."""
    return compiled(program, dsl, engine).run(rows, limits)


def prepare() -> None:
    """Have the VM compiled in the background, where it never was; the Python engine serves
    until then. Returns at once."""
    vm.warm_up(background=True)


def explain(program: Program, dsl: DSL) -> str:
    """Which engine runs the program, and why: "VM", or the Python engine with a line a reason."""
    reasons: list[str] = []
    try:
        bytecode.compile_program(program, dsl)
    except UnsupportedError as error:
        reasons += str(error).split("\n")
    if not vm.available():
        reasons.append(_NO_NUMBA)
    elif not vm.ready():
        reasons.append(_NOT_COMPILED)
    return "\n".join(f"Python engine: {reason}" for reason in reasons) or "VM"


# ------------------------------------------------------------------ programs as functions


def function_of(
    program: Program, dsl: DSL, *, limits: Limits | None = None, engine: str = "python"
) -> Callable[..., Value]:
    """The program's entry as a Python function.

    It tests its arguments against the declared types; an int may stand for a float, an array of
    any numbers for a tensor, and an array with one more dimension for a list of tensors. It raises
    ProgsynthError for a wrong argument, ProgramFailure where the program fails. (The Python
    engine is the fastest for one row: it has nothing to encode.)
    """
    entry = program.entry
    ready = compiled(program, dsl, engine)

    def call(*args: Value) -> Value:
        if len(args) != len(entry.types):
            wanted = ", ".join(f"{n}: {t}" for n, t in zip(entry.params, entry.types))
            raise ProgsynthError(
                f"{entry.name} takes {len(entry.types)} argument(s) ({wanted}), found {len(args)}"
            )
        row = tuple(widened(arg, type_) for arg, type_ in zip(args, entry.types, strict=True))
        for name, type_, arg in zip(entry.params, entry.types, row, strict=True):
            why = misfit(arg, type_)
            if why:
                raise ProgsynthError(f"argument '{name}' of {entry.name} ({name}: {type_}): {why}")
        (found,) = ready.run([row], limits)
        if isinstance(found, Failure):
            raise ProgramFailure(found.kind.value, entry.name)
        return found

    call.__name__ = call.__qualname__ = entry.name
    call.__doc__ = entry.doc or None
    return call


def widened(value: Value, type_: Type) -> Value:
    """The value with ints made floats where the type has floats, and arrays tensors; else as it
    is."""
    if type_.name == "float":
        return float(value) if type(value) is int and abs(value) < _TOO_LARGE else value
    if not any(t.name in ("float", "graph", "tensor") for t in _inside(type_)):
        return value
    if is_array(value) and value.dtype.kind in "biuf":
        if type_.name == "tensor":
            return value.astype(DTYPE, copy=False)
        if type_.name == "list" and type_.types[0].name == "tensor" and value.ndim:
            value = list(value)
    if type_.name == "list" and type(value) is list:
        return [widened(item, type_.types[0]) for item in value]
    if type_.name == "tuple" and type(value) is tuple and len(value) == len(type_.args):
        return tuple(widened(item, t) for item, t in zip(value, type_.types, strict=True))
    if type_.name in ("dict", "graph", "memory") and type(value) is dict:
        _, item_type = entry_types(type_)
        return {key: widened(item, item_type) for key, item in value.items()}
    return value


_TOO_LARGE = 2**1023  # for a float


def _inside(type_: Type) -> list[Type]:
    return [type_, *(t for arg in type_.types for t in _inside(arg))]
