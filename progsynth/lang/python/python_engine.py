"""The Python engine: checked Python, compiled and run in this process.

It needs nothing but Python, starts at once, and runs every program: the VM's stand-in where
Numba is missing or still compiling, and where a program calls a user's own primitive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from progsynth.lang.failure import Fail, Failure, Limits, failure_of
from progsynth.lang.interpret import require_fit, within
from progsynth.lang.primitive import DSL, Primitive
from progsynth.lang.python.checked_python import write_checked
from progsynth.lang.python.deep_stack import call_deep
from progsynth.lang.term import Program
from progsynth.lang.values import Value

Reset = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PythonProgram:
    """A compiled program. `text` is the Python that was compiled."""

    text: str
    make: Callable[[int, int], tuple[Callable[..., Value], Reset]]

    def run(
        self, rows: Iterable[tuple[Value, ...]], limits: Limits | None = None
    ) -> list[Value | Failure]:
        """The value or failure of each row of arguments.

        Raises DefectError when a user's primitive breaks its declaration.
        """
        limits = limits or Limits()
        fuel, cells = limits.fuel, limits.cells
        entry, reset = self.make(fuel, cells)
        found: list[Value | Failure] = []
        for row in rows:
            reset(fuel, cells)
            try:
                found.append(within(entry(*row), limits))
            except RecursionError:
                found.append(call_deep(partial(self._run_once, row, limits)))
            except Exception as error:
                found.append(_failed(error))
        return found

    def run_one(self, args: tuple[Value, ...], limits: Limits | None = None) -> Value | Failure:
        """The value or failure of one row of arguments."""
        return self.run((args,), limits)[0]

    def _run_once(self, args: tuple[Value, ...], limits: Limits) -> Value | Failure:
        entry, _ = self.make(limits.fuel, limits.cells)
        try:
            return within(entry(*args), limits)
        except Exception as error:
            return _failed(error)


def _failed(error: Exception) -> Failure:
    """The failure that the exception means; raises it again when it means a defect."""
    failure = failure_of(error)
    if failure is None:
        raise error
    return failure


def compile_program(program: Program, dsl: DSL) -> PythonProgram:
    """The program, ready to run.

    Raises UnsupportedError for holes, neural submodules and names that the DSL does not have.
    """
    checked = write_checked(program, dsl, bound=_bound)
    scope = dict(checked.values)
    code = compile(checked.text, f"<program {program.entry.name}>", "exec")
    exec(code, scope)  # noqa: S102 (text of our own making)
    return PythonProgram(checked.text, scope["program"])


def _bound(primitive: Primitive) -> Callable[..., Any]:
    """The primitive's function; that of a user tests its results, and sees failures as `Fail`."""
    if not primitive.user:
        return primitive.fn

    def checked(*args: Any) -> Value:
        result = primitive.fn(*(_guarded(arg) if callable(arg) else arg for arg in args))
        require_fit(result, primitive)
        return result

    return checked


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A lambda whose failures a user's `except IndexError` cannot catch by mistake."""

    def call(*args: Any) -> Value:
        try:
            return function(*args)
        except Fail:
            raise
        except Exception as error:
            failure = failure_of(error)
            if failure is None:
                raise
            raise Fail(failure.kind) from error

    return call
