"""DreamCoder's tasks: `{"name", "request": "list(int) -> int", "examples": [{"i", "o"}]}`.

Requests are curried (`int -> list(int) -> int`); texts are lists of characters, which we read
as `str`. `stringConstants` become the task's constants. Other keys are not ours to judge, and
are left alone.
"""

from __future__ import annotations

import re
from typing import Any

from progsynth.errors import PackError, TaskError
from progsynth.lang.types import Type, fn_of, parse_type
from progsynth.lang.values import Value, show
from progsynth.request import request_text
from progsynth.task import Example, Suite, Task
from progsynth.task_formats.json_tasks import raise_all


def is_dreamcoder(entry: dict[str, Any]) -> bool:
    """Is this one of DreamCoder's tasks?"""
    examples = entry.get("examples")
    first = examples[0] if isinstance(examples, list) and examples else None
    return isinstance(first, dict) and "i" in first and "o" in first


def read(entries: list[tuple[str, Any]], filename: str, name: str) -> Suite:
    """The suite of DreamCoder's entries (place, data). Raises TaskError."""
    tasks, wrong = [], []
    for where, entry in entries:
        try:
            tasks.append(_task(entry, where))
        except TaskError as error:
            wrong.append(str(error))
    raise_all(wrong)
    return Suite(name, tuple(tasks), "dreamcoder")


def _task(entry: Any, where: str) -> Task:
    if not isinstance(entry, dict) or not {"name", "request", "examples"} <= set(entry):
        raise TaskError(
            f"{where}: expected one of DreamCoder's tasks, with name, request and examples, "
            f"found {show(entry)}"
        )
    where = f"{where}: task '{entry['name']}'"
    request = read_request(entry["request"], where)
    examples = [
        _example(example, request, f"{where}: examples[{i}]")
        for i, example in enumerate(entry["examples"])
    ]
    try:
        return Task(
            entry["name"],
            request,
            tuple(examples),
            constants=tuple(entry.get("stringConstants", ())),
        )
    except TaskError as error:
        raise TaskError(f"{where.partition(': task ')[0]}: {error}") from None


_OURS = {"char": "str", "real": "float", "string": "str"}


def read_request(text: Any, where: str) -> Type:
    """The type of one of DreamCoder's requests: curried, with round brackets.

    >>> str(read_request("int -> list(list(char)) -> bool", "here"))
    '(int, list[str]) -> bool'
    """
    if not isinstance(text, str) or "->" not in text:
        raise TaskError(
            f"{where}: request: expected a text like 'list(int) -> int', found {show(text)}"
        )
    try:
        parts = [_type(part) for part in text.split("->")]
    except PackError as error:
        why = str(error).partition("': ")[2]
        raise TaskError(f"{where}: request {text!r}: {why}") from None
    return fn_of(tuple(parts[:-1]), parts[-1])


def _type(text: str) -> Type:
    ours = re.sub(r"list\(\s*char\s*\)", "str", text).replace("(", "[").replace(")", "]")
    ours = re.sub(r"[a-z]\w*", lambda word: _OURS.get(word[0], word[0]), ours)
    return parse_type(ours)


def _example(data: Any, request: Type, where: str) -> Example:
    *types, result = request.types
    if not isinstance(data, dict) or not isinstance(data.get("i"), list) or "o" not in data:
        raise TaskError(f'{where}: expected {{"i": [...], "o": ...}}, found {show(data)}')
    if len(data["i"]) != len(types):
        raise TaskError(
            f"{where}.i: expected {len(types)} input(s) for the request {request_text(request)}, "
            f"found {len(data['i'])}"
        )
    inputs = tuple(_value(v, t) for v, t in zip(data["i"], types, strict=True))
    return Example(inputs, _value(data["o"], result))


def _value(data: Any, type_: Type) -> Value:
    """A text may be written as the list of its characters."""
    if type_.name == "str" and isinstance(data, list) and all(isinstance(c, str) for c in data):
        return "".join(data)
    if type_.name == "list" and isinstance(data, list):
        return [_value(item, type_.types[0]) for item in data]
    return data
