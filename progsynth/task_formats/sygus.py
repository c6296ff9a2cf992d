"""SyGuS-IF files, versions 1 and 2, of functions given by examples (the PBE strings track).

`(synth-fun f ((name String)) String ...)` is the request, a `(constraint (= (f "in") "out"))` an
example. The text literals of the grammar become the task's constants; what else the grammar
allows is not kept: our own pack is searched. Anything that is no example of one function over
texts, ints and bools is an error with its place.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from pathlib import Path

from progsynth.errors import TaskError
from progsynth.lang.types import BOOL, INT, STR, Type, fn_of
from progsynth.lang.values import Value
from progsynth.near import near_names
from progsynth.task import Example, Suite, Task
from progsynth.task_formats.sygus_text import (
    Node,
    WrongTextError,
    atoms,
    read_forms,
    shown,
    wrong,
)

SUFFIXES = (".sl", ".sygus")

SORTS = {"String": STR, "Int": INT, "Bool": BOOL}

# Commands that say nothing of which function is wanted.
_LEFT_ALONE = ("set-logic", "set-info", "set-option", "set-options", "set-feature", "declare-var")
_KNOWN = ("synth-fun", "constraint", "check-synth", *_LEFT_ALONE)
_OF_OTHERS = (  # commands of SyGuS-IF for what is not given by examples
    *("synth-inv", "inv-constraint", "chc-constraint", "assume", "optimize-synth"),
    *("define-fun", "define-funs-rec", "define-fun-rec", "define-sort", "declare-fun"),
    *("declare-datatype", "declare-datatypes", "declare-sort", "declare-weight"),
    *("declare-primed-var", "declare-oracle-fun", "oracle-constraint", "oracle-assume"),
)


def read(text: str, filename: str, name: str) -> Suite:
    """The suite of the one task that the file describes. Raises TaskError with all places."""
    forms = read_forms(text, filename)
    file = _File()
    problems = []
    for form in forms:
        try:
            _take(form, file)
        except WrongTextError as error:
            problems.append(error.problem.render(text, filename))
    if file.function is None and not problems:
        problems.append(f"{filename}: expected a (synth-fun ...), found none")
    elif not file.examples and not problems:
        problems.append(
            f"{filename}: expected examples, (constraint (= (f inputs) output)), found none"
        )
    if problems or file.function is None:
        more = len(problems) - _SHOWN
        raise TaskError(
            "\n".join(problems[:_SHOWN] + ([f"... and {more} more problems"] if more > 0 else []))
        )
    try:
        task = Task(
            name,
            file.function.request,
            tuple(file.examples),
            constants=tuple(dict.fromkeys(file.constants)),
            params=file.function.params,
        )
    except TaskError as error:
        raise TaskError(f"{filename}: {error}") from None
    return Suite(name, (task,), "sygus")


_SHOWN = 5  # problems of one file that a message shows


def is_sygus(path: Path) -> bool:
    """Is this a file of SyGuS-IF, by its name?"""
    return path.suffix in SUFFIXES


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The function to be found."""

    name: str
    request: Type
    params: tuple[str, ...]


@dataclass(slots=True)
class _File:
    """What has been read of a file."""

    function: _Wanted | None = None
    examples: list[Example] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)


def _take(form: Node, file: _File) -> None:
    """Read one command into `file`. Raises WrongTextError."""
    if form.kind != "list" or not form.head:
        raise wrong(
            form,
            "this is no command",
            expected="a command such as (constraint ...)",
            found=shown(form),
        )
    if form.head == "synth-fun":
        _take_function(form, file)
    elif form.head == "constraint":
        _take_constraint(form, file)
    elif form.head not in _KNOWN:
        meant = "" if form.head in _OF_OTHERS else near_names(form.head, _KNOWN)
        raise wrong(
            form.items[0],
            f"the command '{form.head}' is not supported{meant}",
            hint="files are read that give one function by its examples",
        )


# ------------------------------------------------------------------------------ functions


def _take_function(form: Node, file: _File) -> None:
    if file.function is not None:
        raise wrong(
            form,
            "a second function to be found",
            expected=f"'{file.function.name}' alone",
            hint="make a file of each",
        )
    if len(form.items) < 4 or form.items[1].kind != "symbol" or form.items[2].kind != "list":
        raise wrong(
            form,
            "this function is incomplete",
            expected="(synth-fun name ((parameter Sort) ...) Sort)",
            found=shown(form),
        )
    names, types = [], []
    for declared in form.items[2].items:
        if len(declared.items) != 2 or declared.items[0].kind != "symbol":
            raise wrong(
                declared, "no parameter", expected="(parameter Sort)", found=shown(declared)
            )
        names.append(declared.items[0].text)
        types.append(_sort(declared.items[1]))
    if not types:
        raise wrong(form.items[2], "expected one parameter or more, found none")
    file.function = _Wanted(
        form.items[1].text, fn_of(tuple(types), _sort(form.items[3])), _params(names)
    )
    file.constants += [a.text for part in form.items[4:] for a in atoms(part) if a.kind == "string"]


def _sort(node: Node) -> Type:
    if node.text not in SORTS or node.kind != "symbol":
        raise wrong(
            node, f"the sort {shown(node)} is not supported", expected="String, Int or Bool"
        )
    return SORTS[node.text]


def _params(names: list[str]) -> tuple[str, ...]:
    """The names, where they are names in our programs too; else none, for those that go by type."""
    good = all(re.fullmatch(r"[a-z][A-Za-z0-9_]*", n) and not keyword.iskeyword(n) for n in names)
    return tuple(names) if good and len(set(names)) == len(names) else ()


# ------------------------------------------------------------------------------- examples


def _take_constraint(form: Node, file: _File) -> None:
    if len(form.items) != 2:
        raise wrong(form, "no constraint", expected="(constraint condition)", found=shown(form))
    if file.function is None:
        raise wrong(form, "a constraint before the (synth-fun ...)", hint="put that first")
    todo = [form.items[1]]
    while todo:
        condition = todo.pop()
        if condition.head == "and":
            todo += reversed(condition.items[1:])
        else:
            file.examples.append(_example(condition, file.function))


def _example(condition: Node, wanted: _Wanted) -> Example:
    """The example that the condition states: `(= (f ...) v)`, `(f ...)` or `(not (f ...))`."""
    result = wanted.request.types[-1]
    if condition.head == wanted.name and result == BOOL:
        return Example(_inputs(condition, wanted), True)
    if condition.head == "not" and len(condition.items) == 2 and result == BOOL:
        if condition.items[1].head == wanted.name:
            return Example(_inputs(condition.items[1], wanted), False)
    if condition.head == "=" and len(condition.items) == 3:
        call, output = condition.items[1:]
        if call.head != wanted.name:
            call, output = output, call
        if call.head == wanted.name:
            return Example(_inputs(call, wanted), _literal(output, result, "the output"))
    raise wrong(
        condition,
        "this condition is no example",
        expected=f"(= ({wanted.name} inputs) output)",
        found=shown(condition),
        hint="only functions that are given by examples can be read",
    )


def _inputs(call: Node, wanted: _Wanted) -> tuple[Value, ...]:
    *types, _ = wanted.request.types
    given = call.items[1:]
    if len(given) != len(types):
        raise wrong(
            call,
            f"the wrong number of inputs of '{wanted.name}'",
            expected=str(len(types)),
            found=str(len(given)),
        )
    return tuple(
        _literal(node, type_, f"input {number}")
        for number, (node, type_) in enumerate(zip(given, types, strict=True), 1)
    )


_SORT_NAMES = {type_: sort for sort, type_ in SORTS.items()}


def _literal(node: Node, type_: Type, what: str) -> Value:
    """The value of a literal of that type; ints may be written `(- 5)` or `-5`."""
    if type_ == STR and node.kind == "string":
        return node.text
    if type_ == INT and node.kind == "int":
        return int(node.text)
    if type_ == INT and node.head == "-" and len(node.items) == 2 and node.items[1].kind == "int":
        return -int(node.items[1].text)
    if type_ == BOOL and node.kind == "symbol" and node.text in ("true", "false"):
        return node.text == "true"
    raise wrong(
        node, f"wrong as {what}", expected=f"a literal {_SORT_NAMES[type_]}", found=shown(node)
    )
