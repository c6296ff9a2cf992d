"""What searches call for one step of a program, on Python values, as fast as Python can.

A kernel is a primitive's own function, its readable Python form where that is known to mean the
same, or a prelude function compiled by the Python engine; it fails with one of `FAILURES`.
Charges are computed only where a number among the arguments decides how large the result gets
(`range(n)`, `xs * k`): all else grows in proportion to values at hand. The engine that verifies
a candidate charges in full.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from progsynth.errors import DefectError
from progsynth.lang.failure import KIND_OF_EXCEPTION, Fail, FailureKind, Limits
from progsynth.lang.primitive import DSL, Primitive, charge_function
from progsynth.lang.python import python_engine
from progsynth.lang.term import Function, Program
from progsynth.lang.types import FLOAT, INT, STR, Type, walk_type
from progsynth.lang.values import INT_MAX, INT_MIN, misfit

Kernel = Callable[..., Any]

FAILURES: tuple[type[Exception], ...] = (Fail, *KIND_OF_EXCEPTION)


class Failed:
    """The value of a sub-program on an example where it fails: the one `FAIL`."""

    __slots__ = ()
    __array_ufunc__ = None  # an array compared with it is not compared item by item: unequal

    def __repr__(self) -> str:
        return "FAIL"


FAIL = Failed()


@dataclass(slots=True)
class Kernels:
    """The kernels of a DSL, each made when it is first needed.

    `limits` bound one call of a prelude function and the size of one result.
    """

    dsl: DSL
    limits: Limits
    _made: dict[tuple[str, tuple[Type, ...]], Kernel] = field(default_factory=dict)

    def __call__(self, name: str, params: tuple[Type, ...]) -> Kernel:
        """The kernel of that instance name; `params` are the types of its arguments."""
        found = self._made.get((name, params))
        if found is None:
            found = self._made[name, params] = kernel(self.dsl, name, params, self.limits)
        return found


def kernel(dsl: DSL, name: str, params: tuple[Type, ...], limits: Limits) -> Kernel:
    """The callable of the primitive or function of that instance name.

    `params` are the types of its arguments, of function arguments the results. `limits` bound
    one call of a prelude function and the size of one result.
    """
    callee = dsl[name]
    if isinstance(callee, Function):
        return _prelude(callee, dsl, limits)
    form = None if callee.user else _readable(callee, params)
    fn = _guarded(callee, form or callee.fn, limits)
    return _checked(callee, fn) if callee.user else fn


def _prelude(callee: Function, dsl: DSL, limits: Limits) -> Kernel:
    program = python_engine.compile_program(Program((callee,)), dsl)
    fuel, cells = limits.fuel, limits.cells
    entry, reset = program.make(fuel, cells)

    def run(*args: Any) -> Any:
        reset(fuel, cells)
        return entry(*args)

    return run


# ------------------------------------------------------------------------- readable forms

_SYMBOLS: dict[str, Kernel] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_BUILTINS: dict[str, Any] = {
    f.__name__: f for f in (abs, dict, enumerate, len, list, max, min, range, sorted, zip)
}
_CALL = re.compile(r"(\w+)\(((?:\{\w+\}(?:, )?)*)\)")


def _overflow() -> int:
    raise Fail(FailureKind.OVERFLOW)


def _readable(callee: Primitive, params: tuple[Type, ...]) -> Kernel | None:
    """The primitive's Python form as a function, where it is as good as the primitive.

    That leaves out floats, which compare otherwise inside containers, text, whose forms take
    more than the primitives do (`int("1_0")`), and powers, which may give floats.
    """
    form = callee.python
    if not form or "**" in form or any(t in (FLOAT, STR) for p in params for t in walk_type(p)):
        return None
    names = callee.signature.names
    symbol = form.removeprefix(f"{{{names[0]}}} ").removesuffix(f" {{{names[-1]}}}")
    if len(names) == 2 and symbol in _SYMBOLS:
        return _SYMBOLS[symbol]
    call = _CALL.fullmatch(form)
    if call and call[2] == ", ".join(f"{{{n}}}" for n in names) and call[1] in _BUILTINS:
        if call[1] in ("len", "sorted", "min", "max"):
            return _BUILTINS[call[1]]
    text = re.sub(r"\{(\w+)\}", r"\1", form)
    tree = ast.parse(text, mode="eval")
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    bound = {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    if used - bound - set(names) - set(_BUILTINS) or bound & set(names):
        return None
    if callee.signature.result == INT:
        text = f"_r if {INT_MIN} <= (_r := ({text})) <= {INT_MAX} else _overflow()"
    scope = {"__builtins__": _BUILTINS, "_overflow": _overflow}
    made: Kernel = eval(f"lambda {', '.join(names)}: {text}", scope)  # noqa: S307 (a pack's form)
    return made


# ------------------------------------------------------------------------------ charging


def _guarded(callee: Primitive, fn: Kernel, limits: Limits) -> Kernel:
    names = callee.signature.names
    charges = [
        (charge_function(text, names), bound)
        for text, bound in ((callee.fuel, limits.fuel), (callee.cells, limits.cells))
        if _decided_by_numbers(text, callee)
    ]
    if not charges:
        return fn

    def guarded(*args: Any) -> Any:
        for charge, bound in charges:
            assert charge is not None
            if charge(*args) > bound:
                raise Fail(FailureKind.MEMORY)
        return fn(*args)

    return guarded


def _decided_by_numbers(formula: str, callee: Primitive) -> bool:
    """Does the charge grow faster than the sizes of the arguments?"""
    scalars = {n for n, t in callee.signature.params if t in (INT, FLOAT)}
    todo: list[ast.AST] = [ast.parse(formula, mode="eval")]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("len", "size"):
                continue  # bounded by a value at hand
        if isinstance(node, ast.Name) and node.id in scalars:
            return True
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Pow):
            if not any(isinstance(n, ast.Constant) for n in (node.left, node.right)):
                return True
        todo.extend(ast.iter_child_nodes(node))
    return False


def _checked(callee: Primitive, fn: Kernel) -> Kernel:
    def checked(*args: Any) -> Any:
        result = fn(*args)
        why = misfit(result, callee.signature.result)
        if why:
            raise DefectError(
                f"primitive '{callee.name}' broke its declaration {callee.signature}: "
                f"its result is wrong: {why}"
            )
        return result

    return checked
