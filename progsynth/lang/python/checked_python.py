"""Core as Python that charges and fails exactly as the interpreter does.

The functions of a program stand inside one function that holds the meter, so that two runs at
once share nothing:

    def program(fuel, cells):
        def double(x):
            nonlocal fuel, cells
            ...
        def reset(new_fuel, new_cells): ...
        return double, reset

Primitives are called by name, or written in place where their Python function is one expression
whose failures are Python's own.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import FunctionType
from typing import Any

from progsynth.errors import UnsupportedError
from progsynth.lang.failure import Fail, FailureKind
from progsynth.lang.operators import BINARY, COMPARISON, POSTFIX
from progsynth.lang.primitive import DSL, Callee, Primitive, called_names, charge_function
from progsynth.lang.python.copy_source import is_source_of
from progsynth.lang.python.python_statements import (
    ANY,
    Assign,
    Block,
    Code,
    Line,
    Return,
    Statements,
    lines,
)
from progsynth.lang.python.python_template import Template, expression_template, template
from progsynth.lang.python.python_writer import Writer
from progsynth.lang.python.scopes import Node
from progsynth.lang.term import Function, Program
from progsynth.lang.types import SCALARS, Type, substitute, unify
from progsynth.lang.values import INT_MAX, INT_MIN, int64, size_of

COMPARISONS = frozenset(
    op.form for op in BINARY.values() if op.precedence == COMPARISON and "in" not in op.symbol
)
METER = "nonlocal fuel, cells"


@dataclass(frozen=True, slots=True)
class CheckedText:
    """Checked Python: the text of `program`, the values it names, and the entry's parameters."""

    text: str
    values: Mapping[str, Any]


def reachable(program: Program, dsl: DSL) -> dict[str, Callee]:
    """What the program calls, itself included, by instance name; each after what it calls.

    Raises UnsupportedError for neural submodules and names that nothing has.
    """
    own = {f.name: f for f in program.functions}
    neural = {n.name for n in program.neural}
    found: dict[str, Callee] = {}
    todo: list[tuple[str, bool]] = [(f.name, False) for f in reversed(program.functions)]
    begun: set[str] = set()
    while todo:
        name, expanded = todo.pop()
        if name in found:
            continue
        if name in begun and not expanded:
            raise UnsupportedError(f"'{name}' calls itself: functions cannot be recursive")
        if name in neural:
            raise UnsupportedError(
                f"'{name}' is a neural submodule: it runs only with its weights, "
                "in the tensor engine"
            )
        if name not in own and name not in dsl:
            raise UnsupportedError(f"no primitive or function '{name}' in the pack '{dsl.name}'")
        callee = own[name] if name in own else dsl[name]
        if expanded or isinstance(callee, Primitive):
            found[name] = callee
            continue
        begun.add(name)
        todo.append((name, True))
        todo.extend((called, False) for called in sorted(called_names(callee), reverse=True))
    return found


def write_checked(
    program: Program,
    dsl: DSL,
    name: str = "program",
    *,
    bound: Callable[[Primitive], Any] = lambda p: p.fn,
) -> CheckedText:
    """The program as checked Python, which defines the function of that name.

    `bound` gives the Python function for a primitive.
    """
    callees = reachable(program, dsl)
    dialect = Checked(callees, bound)
    reserved = {"fuel", "cells", "reset", name, *dialect.values, *dir(builtins)}
    reserved |= set(dialect.function_names.values())
    writer = Writer(dialect, reserved)
    functions: Statements = []
    for called, callee in callees.items():
        if isinstance(callee, Function):
            own = dialect.function_names[called]
            params, body = writer.function(callee, own)
            start = dialect.part() if callee is program.entry else dialect.entry()
            functions.append(Block(f"def {own}({', '.join(params)}):", start + body))
    entry = dialect.function_names[program.entry.name]
    reset: Statements = [Line(METER), Assign(("fuel", "cells"), (Code("new_fuel, new_cells"),))]
    whole = Block(
        f"def {name}(fuel, cells):",
        [
            *writer.parts,
            *functions,
            Block("def reset(new_fuel, new_cells):", reset),
            Return((Code(entry), Code("reset"))),
        ],
    )
    return CheckedText("\n".join(lines([whole], 0)) + "\n", dialect.values)


def identifier(name: str) -> str:
    """An instance name as a Python identifier: `add.int` is `add_int`."""
    text = "".join(c if c.isalnum() or c == "_" else "_" for c in name)
    return text if text.isidentifier() else f"_{text}"


class Checked:
    """The dialect of checked Python; see `python_writer.Dialect`."""

    ordered = True
    max_depth = 12
    max_width = 400

    def __init__(self, callees: Mapping[str, Callee], bound: Callable[[Primitive], Any]):
        self.callees = callees
        self.bound = bound
        self.values: dict[str, Any] = {
            "Fail": Fail,
            "FUEL": FailureKind.FUEL,
            "MEMORY": FailureKind.MEMORY,
            "OVERFLOW": FailureKind.OVERFLOW,
            "size": size_of,
        }
        self.function_names: dict[str, str] = {}
        self.forms: dict[str, _Expression] = {}
        for name, callee in callees.items():
            if isinstance(callee, Primitive):
                self.values[f"{identifier(name)}_"] = bound(callee)
                self.learn(callee)
            else:
                self.function_names[name] = f"f{len(self.function_names)}_{identifier(name)}"

    def learn(self, callee: Primitive) -> None:
        """Note the primitive's expression, if it is one, and what that names."""
        form = None if callee.user else _expression_of(callee.fn, callee.signature.names)
        if form is not None:
            if all(self.values.get(own, value) is value for own, value in form.values):
                self.forms[callee.name] = form
                self.values.update(form.values)

    def entry(self) -> Statements:
        return [Line(METER), *self.iteration()]

    def part(self) -> Statements:
        return [Line(METER)]

    def iteration(self) -> Statements:
        return [Line("fuel -= 1"), Block("if fuel < 0:", [Line("raise Fail(FUEL)")])]

    def call(self, writer: Writer, node: Node, name: str, args: tuple[Code, ...]) -> Code:
        callee = self.callees[name]
        if isinstance(callee, Function):
            return _call(self.function_names[name], args, None)
        types, result = _typed(callee, tuple(arg.type for arg in args))
        args = tuple(
            arg if arg.type == type_ or arg.function else replace(arg, type=type_)
            for arg, type_ in zip(args, types, strict=True)
        )
        args = self.charge(writer, callee, args)
        code = self.comparison(callee, args) or self.in_place(writer, callee, args)
        if code is None:
            code = _call(f"{identifier(name)}_", args, None)
        return Code(code.text, code.precedence, code.depth, code.stable, result)

    def charge(self, writer: Writer, callee: Primitive, args: tuple[Code, ...]) -> tuple[Code, ...]:
        """Write what the primitive's formulas charge; the arguments, evaluated before that."""
        names = callee.signature.names
        if callee.fuel == "0" and callee.cells == "0":
            return args
        scalar = tuple(arg.type is not None and arg.type in _ONE_CELL for arg in args)
        formulas = [(m, _formula(f, names, scalar)) for m, f in _charged(callee)]
        if not any(formula for _, formula in formulas):
            return args
        args = tuple(writer.settled(arg) for arg in args)
        for (meter, kind), formula in formulas:
            if formula is not None:
                code = formula.fill(dict(zip(names, args, strict=True)))
                writer.block.append(Line(f"{meter} -= {code.text}"))
                writer.block.append(Block(f"if {meter} < 0:", [Line(f"raise Fail({kind})")]))
        return args

    def comparison(self, callee: Primitive, args: tuple[Code, ...]) -> Code | None:
        """A comparison of scalars, which is Python's own."""
        if callee.surface not in COMPARISONS or callee.user or not callee.python:
            return None
        if not any(arg.type in SCALARS for arg in args):
            return None
        names = callee.signature.names
        form = template(callee.python, names)
        if form.in_order != names:
            return None
        return form.fill(dict(zip(names, args, strict=True)))

    def in_place(self, writer: Writer, callee: Primitive, args: tuple[Code, ...]) -> Code | None:
        """The primitive's Python expression in place of a call, if it is one."""
        form = self.forms.get(callee.name)
        if form is None:
            return None
        names = callee.signature.names
        if form.template.in_order != names:
            args = tuple(writer.settled(arg) for arg in args)
        else:
            args = tuple(
                writer.settled(arg) if form.template.settles(name) else arg
                for name, arg in zip(names, args, strict=True)
            )
        code = form.template.fill(dict(zip(names, args, strict=True)))
        if not form.is_int64:
            return code
        code = writer.temporary(code)
        test = f"if not {INT_MIN} <= {code.text} <= {INT_MAX}:"
        writer.block.append(Block(test, [Line("raise Fail(OVERFLOW)")]))
        return code


_ONE_CELL = tuple(t for t in SCALARS if t.name != "str")


def _charged(callee: Primitive) -> tuple[tuple[tuple[str, str], str], ...]:
    return ((("fuel", "FUEL"), callee.fuel), (("cells", "MEMORY"), callee.cells))


def _call(name: str, args: tuple[Code, ...], result: Type | None) -> Code:
    depth = 1 + max((arg.depth for arg in args), default=0)
    return Code(f"{name}({', '.join(a.at(ANY) for a in args)})", POSTFIX, depth, type=result)


@cache
def _typed(
    callee: Primitive, args: tuple[Type | None, ...]
) -> tuple[tuple[Type | None, ...], Type | None]:
    """The types of a call's arguments and result, as far as those of some arguments tell them."""
    signature = callee.signature
    by: dict[str, Type] = {}
    for found, wanted in zip(args, signature.types, strict=True):
        if found is not None and wanted.name != "fn" and not unify(wanted, found, by):
            return args, None
    types = [substitute(wanted, by) for wanted in (*signature.types, signature.result)]
    known = [None if any(t.is_variable for t in _inside(one)) else one for one in types]
    return tuple(known[:-1]), known[-1]


def _inside(type_: Type) -> list[Type]:
    return [type_, *(t for arg in type_.types for t in _inside(arg))]


# ---------------------------------------------------------------------------- formulas


@cache
def _formula(text: str, names: tuple[str, ...], scalar: tuple[bool, ...]) -> Template | None:
    """What a formula charges, as a template; None when it is nothing.

    `scalar` says which parameters are known to have one cell.
    """
    if charge_function(text, names) is None:
        return None
    ones = {name for name, one in zip(names, scalar, strict=True) if one}
    tree = _Sizes(ones).visit(ast.parse(text, mode="eval")).body
    if not any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(tree)):
        amount = charge_function(ast.unparse(tree), ())
        if amount is None or amount() <= 0:
            return None
    elif not _never_negative(tree):
        tree = ast.parse(f"max(0, {ast.unparse(tree)})", mode="eval").body
    return expression_template(tree, names)


class _Sizes(ast.NodeTransformer):
    """Puts 1 for the size of what has one cell."""

    def __init__(self, ones: set[str]):
        self.ones = ones

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Name("size"), [ast.Name(name)]) if name in self.ones:
                return ast.Constant(1)
        return node


def _never_negative(tree: ast.expr) -> bool:
    match tree:
        case ast.Constant(int(number)):
            return number >= 0
        case ast.Call(ast.Name("len" | "size")):
            return True
        case ast.Call(ast.Name("max"), args):
            return any(map(_never_negative, args))
        case ast.Call(ast.Name("min"), args):
            return all(map(_never_negative, args))
        case ast.BinOp(left, ast.Add() | ast.Mult() | ast.FloorDiv(), right):
            return _never_negative(left) and _never_negative(right)
    return False


# ------------------------------------------------------------------- primitives in place

_PLAIN = (
    ast.Name, ast.Constant, ast.Load, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Subscript,
    ast.Slice, ast.Attribute, ast.Tuple, ast.List, ast.Dict, ast.Starred,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Expression:
    """A primitive's function that is one expression; `is_int64`: its value is tested to fit."""

    template: Template
    values: tuple[tuple[str, Any], ...]  # what it names
    is_int64: bool


@cache
def _expression_of(fn: Callable[..., Any], names: tuple[str, ...]) -> _Expression | None:
    """The function as an expression over its parameters, or None when it is more than that."""
    if not isinstance(fn, FunctionType):
        return None
    code = fn.__code__
    if fn.__closure__ is not None or code.co_varnames[: len(names)] != names:
        return None
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(fn))).body[0]
    except (OSError, SyntaxError):
        return None
    if not isinstance(tree, ast.FunctionDef) or not is_source_of(tree, fn):
        return None
    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
        return None
    result = body[0].value
    is_int64 = False
    match result:
        case ast.Call(ast.Name(name), [inner]) if fn.__globals__.get(name) is int64:
            result, is_int64 = inner, True
    if not all(isinstance(n, _PLAIN) for n in ast.walk(result)):
        return None
    used = {n.id for n in ast.walk(result) if isinstance(n, ast.Name)} - set(names)
    if any(name not in fn.__globals__ and not hasattr(builtins, name) for name in used):
        return None
    named = sorted(used & set(fn.__globals__))
    form = expression_template(_Renamed(named).visit(result), names)
    values = tuple((_OWN + name, fn.__globals__[name]) for name in named)
    return _Expression(form, values, is_int64)


_OWN = "use_"  # begins the names that primitives written in place bring along


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Iterable[str]):
        self.names = frozenset(names)

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(_OWN + node.id, node.ctx) if node.id in self.names else node
