"""A call written on the command line: `f([3, 1, 2], "a")`, read and its arguments evaluated."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NoReturn

from progsynth.errors import Problem, ProgramError
from progsynth.lang.failure import Failure
from progsynth.lang.interpret import run
from progsynth.lang.primitive import DSL
from progsynth.lang.read import read_expression
from progsynth.lang.term import Function, Program
from progsynth.lang.text.parse import parse_expression
from progsynth.lang.text.surface import CallExpression, Expression, Name
from progsynth.lang.types import Type
from progsynth.lang.values import Value
from progsynth.near import near_names

_SOURCE = "--call"


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A program whose entry is the function called, and the values of the arguments given.

    A parameter of type `memory` that the call leaves out has None for its value.
    """

    program: Program
    args: tuple[Value | None, ...]


def read_call(text: str, program: Program, dsl: DSL) -> ReadCall:
    """The call that `text` writes of a function of the program.

    Parameters of type `memory` may be left out: a runner fills them. Raises ProgramError.
    """
    call = parse_expression(text, _SOURCE)
    if not isinstance(call, CallExpression) or not isinstance(call.function, Name):
        names = ", ".join(function.name for function in program.functions)
        _fail(text, call, f"expected a call of one of the program's functions: {names}")
    name = call.function.name
    functions = {function.name: n for n, function in enumerate(program.functions)}
    if name not in functions:
        near = near_names(name, list(functions))
        _fail(text, call.function, f"the program has no function '{name}'{near}")
    called = Program(program.functions[: functions[name] + 1], program.neural)
    entry = called.entry
    given = list(call.args)
    left_out = len(entry.types) - len(given)
    memories = [t.name == "memory" for t in entry.types]
    if left_out not in (0, sum(memories)):
        wanted = ", ".join(f"{n}: {t}" for n, t in zip(entry.params, entry.types, strict=True))
        _fail(
            text,
            call,
            f"'{name}' takes {len(entry.types)} argument(s) ({wanted}), found {len(given)}",
        )
    args = tuple(
        None if left_out and is_memory else _value(text, given.pop(0), param, type_, dsl)
        for param, type_, is_memory in zip(entry.params, entry.types, memories, strict=True)
    )
    return ReadCall(called, args)


def _fail(text: str, node: Expression, message: str) -> NoReturn:
    place = node.place
    length = place.end_column - place.column if place.end_line == place.line else 1
    raise ProgramError([Problem(message, place.line, place.column, length)], text, _SOURCE)


def _value(text: str, node: Expression, param: str, type_: Type, dsl: DSL) -> Value:
    """The value of one argument; all else in the text is blanked, so that places stay right."""
    try:
        term, _ = read_expression(_only(text, node), dsl, expected=type_)
    except ProgramError as error:
        problems = [
            replace(
                p, message=p.message.replace("the result of 'expression'", f"argument '{param}'")
            )
            for p in error.problems
        ]
        raise ProgramError(problems, text, _SOURCE) from None
    found = run(Program((Function("argument", (), (), type_, term),)), (), dsl)
    if isinstance(found, Failure):
        _fail(text, node, f"argument '{param}' has no value: it ends in a {found}")
    return found


def _only(text: str, node: Expression) -> str:
    place = node.place
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1
    end = sum(len(line) + 1 for line in lines[: place.end_line - 1]) + place.end_column - 1
    return re.sub(r"[^\n]", " ", text[:start]) + text[start:end]
