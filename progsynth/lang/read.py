"""Text to core in one call: programs, preludes, single expressions, calls, literal values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from progsynth.errors import PackError, Problem, ProgramError
from progsynth.lang.checking.check import check, check_prelude
from progsynth.lang.lowering.lower import lower, lower_functions
from progsynth.lang.primitive import DSL, called_names, signature_of
from progsynth.lang.term import Function, Neural, Program, Term
from progsynth.lang.text import surface as s
from progsynth.lang.text.parse import parse, parse_expression
from progsynth.lang.types import FLOAT, INT, Type, substitute, unify
from progsynth.lang.values import INT_MAX, INT_MIN, Value, entry_types, misfit, show, type_of


def read_program(
    text: str, dsl: DSL, filename: str = "<text>", *, neural: Sequence[Neural] = ()
) -> Program:
    """The program that a text writes. Raises ProgramError with every problem.

    The text may use the submodules `neural` without declaring them: the program declares those
    that it calls.
    """
    program = lower(check(parse(text, filename), dsl, neural))
    if not neural:
        return program
    called = frozenset().union(*map(called_names, program.functions))
    given = {n.name for n in neural}
    kept = tuple(n for n in program.neural if n.name in called or n.name not in given)
    return replace(program, neural=kept)


def read_prelude(text: str, dsl: DSL, filename: str = "<text>") -> DSL:
    """The DSL extended by a text's functions, each of which may call those before it.

    Functions of one name are overloads, called `name.<head of the first parameter's type>` in
    core. Raises ProgramError.
    """
    checked = check_prelude(parse(text, filename), dsl)
    if checked.neural:
        raise PackError(f"{filename}: a prelude has no neural submodules; declare them in programs")
    functions = lower_functions(checked)
    surfaces = {f.name: f.definition.name for f in checked.functions if f.name != f.definition.name}
    return dsl.extend(*functions, surfaces=surfaces)


def read_expression(
    text: str,
    dsl: DSL,
    params: tuple[str, ...] = (),
    types: tuple[Type, ...] = (),
    expected: Type | None = None,
) -> tuple[Term, Type]:
    """The term of an expression in which `params` are in scope (the last is Var(0)), and its type.

    Raises ProgramError.
    """
    node = parse_expression(text)
    place = node.place
    parameters = tuple(
        s.Parameter(place, name, s.TypeExpression(place, type_))
        for name, type_ in zip(params, types, strict=True)
    )
    result = None if expected is None else s.TypeExpression(place, expected)
    body = (s.Return(place, node),)
    definition = s.Definition(place, _free_name(dsl), parameters, result, body)
    module = s.Module(place, (definition,), text, "<expression>")
    function = lower(check(module, dsl)).entry
    return function.body, function.result


def read_neural(text: str, dsl: DSL) -> Neural:
    """The declaration of a neural submodule: `digit(image: tensor[1, 8, 8]) -> choice[10]`.

    The word `neural` may stand before it. Raises ProgramError.
    """
    whole = text.strip() if text.split()[:1] == ["neural"] else f"neural {text.strip()}"
    module = parse(f"{whole}\n", "<neural>")
    place = module.place
    if len(module.items) != 1 or not isinstance(module.items[0], s.NeuralDeclaration):
        hint = "write one: digit(image: tensor[1, 8, 8]) -> choice[10]"
        problem = Problem("expected one declaration of a neural submodule", hint=hint)
        raise ProgramError([problem], whole, "<neural>")
    body = (s.Return(place, s.Literal(place, 0)),)
    name = _free_name(dsl, module.items[0].name)
    stub = s.Definition(place, name, (), s.TypeExpression(place, INT), body)
    checked = check(s.Module(place, (*module.items, stub), whole, "<neural>"), dsl)
    return checked.neural[0]


def _free_name(dsl: DSL, taken: str = "") -> str:
    name = "expression"
    while name == taken or dsl.overloads(name):
        name += "_"
    return name


# ------------------------------------------------------------------------- calls and values


class _Wrong(Exception):
    """What is wrong with a literal, and where."""

    def __init__(self, node: s.Node, message: str, hint: str = ""):
        super().__init__(message)
        self.node = node
        self.message = message
        self.hint = hint


def read_call(text: str, program: Program, dsl: DSL) -> tuple[Function, tuple[Value, ...]]:
    """The function and the argument values of a call such as `f([3, 1, 2])`.

    The function is one of the program's or, if it has none of that name, of the pack's own
    functions. Arguments are literals; ints become floats where a float is expected.
    Raises ProgramError.
    """
    node = parse_expression(text)
    try:
        called = node.function if isinstance(node, s.CallExpression) else None
        if not isinstance(node, s.CallExpression) or not isinstance(called, s.Name):
            raise _Wrong(node, "expected a call of a function", "write it as f([3, 1, 2])")
        if called.neural:
            raise _Wrong(called, "a neural submodule is called by programs only", "call a function")
        function = _callee(called, program, dsl)
        return function, _arguments(node, function)
    except _Wrong as wrong:
        place = wrong.node.place
        length = max(1, place.end_column - place.column) if place.end_line == place.line else 1
        problem = Problem(wrong.message, place.line, place.column, length, hint=wrong.hint)
        raise ProgramError([problem], text, "<call>") from None


def _callee(name: s.Name, program: Program, dsl: DSL) -> Function:
    for function in reversed(program.functions):
        if function.name == name.name:
            return function
    if name.name in dsl.functions:
        return dsl.functions[name.name]
    known = ", ".join(f.name for f in program.functions)
    raise _Wrong(name, f"the program has no function '{name.name}'", f"its functions: {known}")


def _arguments(node: s.CallExpression, function: Function) -> tuple[Value, ...]:
    signature = signature_of(function)
    count = len(signature.params)
    if len(node.args) != count:
        message = f"'{function.name}' takes {count} argument{'' if count == 1 else 's'}"
        hint = f"it is {function.name}{signature}"
        raise _Wrong(node, f"{message}, found {len(node.args)}", hint)
    found = []
    by: dict[str, Type] = {}
    for number, (arg, (name, type_)) in enumerate(zip(node.args, signature.params, strict=True), 1):
        label = f"argument {number} of '{function.name}' ({name}: {type_})"
        if type_.name == "fn":
            raise _Wrong(arg, f"{label}: a function cannot be given in a call from outside")
        value = widened(literal_value(arg), substitute(type_, by))
        why = misfit(value, type_)
        given = None if why else type_of(value, (f"?{number}.{n}" for n in range(10**9)))
        if not why and type_.name in _PLAIN and (given is None or not unify(type_, given, by)):
            why = f"expected {substitute(type_, by)}, found {show(value)}"
        if why:
            raise _Wrong(arg, f"{label}: {why}")
        found.append(value)
    return tuple(found)


_PLAIN = ("int", "float", "bool", "str", "list", "dict", "tuple", *"abcdefghijklmnopqrstuvwxyz")


def read_value(text: str, type_: Type) -> Value:
    """The value that a literal text writes, which must be of the type. Raises ProgramError."""
    node = parse_expression(text)
    try:
        value = widened(literal_value(node), type_)
        why = misfit(value, type_)
        if why:
            raise _Wrong(node, why)
        return value
    except _Wrong as wrong:
        place = wrong.node.place
        problem = Problem(wrong.message, place.line, place.column, hint=wrong.hint)
        raise ProgramError([problem], text, "<value>") from None


def literal_value(node: s.Expression) -> Value:
    """The value of an expression of literals alone. Raises `_Wrong` for any other."""
    done: list[Any] = []
    todo: list[tuple[s.Expression, bool]] = [(node, False)]
    while todo:
        inner, ready = todo.pop()
        parts = _parts(inner)
        if parts and not ready:
            todo.append((inner, True))
            todo.extend((part, False) for part in reversed(parts))
            continue
        split = len(done) - len(parts)
        values = done[split:]
        del done[split:]
        done.append(_built(inner, values))
    return done[0]


def _parts(node: s.Expression) -> tuple[s.Expression, ...]:
    match node:
        case s.ListLiteral(items=items) | s.TupleLiteral(items=items):
            return items
        case s.DictLiteral(items=pairs):
            return tuple(part for pair in pairs for part in pair)
        case s.Unary(symbol="-", operand=operand):
            return (operand,)
        case _:
            return ()


def _built(node: s.Expression, values: list[Any]) -> Value:
    match node:
        case s.Literal(value=value):
            return _fitting(node, value)
        case s.Name(name=("inf" | "nan") as name, neural=False):
            return float(name)
        case s.ListLiteral():
            return values
        case s.TupleLiteral():
            return tuple(values)
        case s.DictLiteral():
            try:
                return dict(zip(values[::2], values[1::2], strict=True))
            except TypeError:
                raise _Wrong(node, "a list or a dict cannot be a key", "use a tuple") from None
        case s.Unary(symbol="-") if type(values[0]) in (int, float):
            return -values[0]
    raise _Wrong(
        node, "expected a literal value", "write numbers, texts, True, False, lists, tuples, dicts"
    )


def _fitting(node: s.Literal, value: Value) -> Value:
    # One more than the largest is kept, for the sign that may stand before it; `misfit` tests.
    if type(value) is int and not INT_MIN <= value <= INT_MAX + 1:
        raise _Wrong(node, f"{node.text or value} does not fit in an int of 64 bits")
    return value


def widened(value: Value, type_: Type) -> Value:
    """The value with its ints made floats where the type asks for floats.

    Only as deep as the type goes, which is bounded.
    """
    if type_ == FLOAT and type(value) is int:
        return float(value)
    if type_.name == "list" and isinstance(value, list):
        return [widened(item, type_.types[0]) for item in value]
    if type_.name == "tuple" and isinstance(value, tuple) and len(value) == len(type_.args):
        return tuple(widened(v, t) for v, t in zip(value, type_.types, strict=True))
    if type_.name in ("dict", "graph", "memory") and isinstance(value, dict):
        keys, values = entry_types(type_)
        return {widened(k, keys): widened(v, values) for k, v in value.items()}
    return value
