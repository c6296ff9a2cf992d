"""JSON read strictly, with line and column for everything that is wrong with it.

Python's own reader takes NaN, keys given twice and numbers too large to hold; here each is an
error. The fast reader only knows *that* something is wrong: `_locate` reads again, slowly, to
say where.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from json.decoder import JSONArray, JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

from progsynth.errors import Problem, TaskError
from progsynth.files import read_text

_MAX_DIGITS = 1_000  # a longer number is no value of the language, and slow to read


def read_json_text(path: Path) -> str:
    """The text of a file of JSON. Raises TaskError."""
    text = read_text(path, TaskError)
    if not text.strip():
        raise TaskError(f"{path}: expected JSON, found an empty file")
    return text


def parse_json(text: str, filename: str, first_line: int = 1) -> Any:
    """The data that the text writes; `first_line` is the number of its first line in the file.

    Raises TaskError with the place, the line and what to do.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as error:
        problem = Problem(
            f"this is not JSON: {error.msg.lower()}",
            error.lineno,
            error.colno,
            hint=_syntax_hint(error),
        )
    except _WrongError as error:
        problem = _locate(text, error)
    except RecursionError:
        raise TaskError(f"{filename}: nested too deep; no value nests more than 24 deep") from None
    shown = problem.render(text, filename)
    if first_line > 1:
        shown = shown.replace(f"{filename}:{problem.line}:", f"{filename}:{first_line}:", 1)
    raise TaskError(shown)


def _syntax_hint(error: json.JSONDecodeError) -> str:
    rest = error.doc[error.pos :].lstrip()
    before = error.doc[: error.pos].rstrip()
    if rest[:1] == "'":
        return 'texts stand in double quotes: "..."'
    if rest[:4] in ("True", "Fals", "None"):
        return "write true, false and null in small letters"
    if rest[:1] in ("]", "}") or before[-1:] == ",":
        return "take out the comma before the closing bracket"
    if rest[:2] == "//" or rest[:1] == "#":
        return "JSON has no comments"
    if error.msg.startswith("Extra data"):
        return "put several tasks in one list, or one on each line of a file named .jsonl"
    if not rest:
        return "the text ends too early: is a bracket or a quote not closed?"
    return ""


class _WrongError(Exception):
    """JSON that is well formed, but says nothing we can hold."""

    def __init__(self, message: str, token: str, hint: str):
        self.message, self.token, self.hint = message, token, hint
        self.start: int | None = None  # where the innermost container around it starts
        super().__init__(message)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _WrongError(
            f"the key {json.dumps(twice)} is given twice in one object",
            json.dumps(twice, ensure_ascii=False),
            "take one of them out",
        )
    return made


def _constant(token: str) -> float:
    name = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}[token]
    raise _WrongError(f"{token} is not JSON", token, f'write {{"$float": "{name}"}}')


def _float(token: str) -> float:
    value = float(token)
    if math.isinf(value):
        hint = 'the largest is about 1.8e308; for infinity write {"$float": "inf"}'
        raise _WrongError("a number too large for a float", token, hint)
    return value


def _int(token: str) -> int:
    if len(token) > _MAX_DIGITS:
        hint = "integers have 64 bits: at most 19 digits"
        raise _WrongError(f"an integer of {len(token)} digits", token, hint)
    return int(token)


def _locate(text: str, first: _WrongError) -> Problem:
    """The same error again, with its place."""
    decoder: Any = json.JSONDecoder(
        object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
    )
    decoder.parse_object = _marking(JSONObject)
    decoder.parse_array = _marking(JSONArray)
    decoder.scan_once = py_make_scanner(decoder)
    found = first
    try:
        decoder.decode(text)
    except _WrongError as error:
        found = error
    except RecursionError:
        pass  # too deep for the slow reader: the first such token in the text will do
    place = max(0, text.find(found.token, found.start or 0))
    if found.message.startswith("the key"):
        place = max(place, text.find(found.token, place + 1))
    line = text.count("\n", 0, place) + 1
    column = place - (text.rfind("\n", 0, place) + 1) + 1
    return Problem(found.message, line, column, min(len(found.token), 30), hint=found.hint)


def _marking(parse: Callable[..., Any]) -> Callable[..., Any]:
    def marked(where: tuple[str, int], *args: Any) -> Any:
        try:
            return parse(where, *args)
        except _WrongError as error:
            if error.start is None:
                error.start = where[1] - 1
            raise

    return marked
