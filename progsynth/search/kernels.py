"""What searches call for one step of a program, on Python values, as fast as Python can.

A kernel is a primitive's own function, or a prelude function run by an engine; it fails with
one of `FAILURES`. Charges are computed only where a number among the arguments decides how
large the result gets (`range(n)`, `xs * k`): all else grows in proportion to values at hand.
The engine that verifies a candidate charges in full.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from progsynth.errors import DefectError
from progsynth.lang.failure import KIND_OF_EXCEPTION, Fail, FailureKind, Limits
from progsynth.lang import interpret
from progsynth.lang.primitive import DSL, Primitive, charge_function
from progsynth.lang.failure import Failure
from progsynth.lang.term import Function, Call, Lambda, Var, Program
from progsynth.lang.types import FLOAT, Type, walk_type
from progsynth.lang.values import misfit

Kernel = Callable[..., Any]

FAILURES: tuple[type[Exception], ...] = (Fail, *KIND_OF_EXCEPTION)


class Failed:
    """The value of a sub-program on an example where it fails: the one `FAIL`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "FAIL"


FAIL = Failed()


def kernel(dsl: DSL, name: str, params: tuple[Type, ...], limits: Limits) -> Kernel:
    """The callable of the primitive or function of that instance name at these types."""
    callee = dsl[name]
    if isinstance(callee, Function):
        return _interpreted(callee, dsl, limits)
    plain = not any(FLOAT in walk_type(p) for p in params)
    if plain and not callee.user and name in _COMPARISONS:
        return _COMPARISONS[name]
    fn = _guarded(callee, limits)
    return _checked(callee, fn) if callee.user else fn


# The comparisons of the language are Python's where no NaN can hide inside.
_COMPARISONS: dict[str, Kernel] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def _guarded(callee: Primitive, limits: Limits) -> Kernel:
    names = callee.signature.names
    charges = [
        (charge_function(text, names), bound)
        for text, bound in ((callee.fuel, limits.fuel), (callee.cells, limits.cells))
        if _decided_by_numbers(text, callee)
    ]
    if not charges:
        return callee.fn
    fn = callee.fn

    def guarded(*args: Any) -> Any:
        for charge, bound in charges:
            assert charge is not None
            if charge(*args) > bound:
                raise Fail(FailureKind.MEMORY)
        return fn(*args)

    return guarded


def _decided_by_numbers(formula: str, callee: Primitive) -> bool:
    """Does the charge grow faster than the sizes of the arguments?"""
    scalars = {n for n, t in callee.signature.params if not t.args and t.name in ("int", "float")}
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


def _interpreted(callee: Function, dsl: DSL, limits: Limits) -> Kernel:
    count = len(callee.params)
    box: list[Any] = [None] * count
    hooks = []
    args: list[Any] = []
    for place, type_ in enumerate(callee.types):
        if type_.name != "fn":
            args.append(Var(count - 1 - place))
            continue
        arity = len(type_.types) - 1
        from progsynth.lang.types import Signature
        signature = Signature(tuple((f"x{i}", t) for i, t in enumerate(type_.types[:-1])), type_.types[-1])
        hooks.append(Primitive(f"hook {place}", f"hook {place}", signature, lambda *a, place=place: box[place](*a)))
        args.append(Lambda(arity, Call(f"hook {place}", tuple(Var(arity - 1 - i) for i in range(arity)))))
    dsl = dsl.extend(*hooks)
    body = Call(callee.name, tuple(args))
    program = Program((Function("f", callee.params, callee.types, callee.result, body),))

    def run(*values: Any) -> Any:
        kept = box[:]
        box[:] = values
        result = interpret.run(program, values, dsl, limits)
        box[:] = kept
        if isinstance(result, Failure):
            raise Fail(result.kind)
        return result

    return run
