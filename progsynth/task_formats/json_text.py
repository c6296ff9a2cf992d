"""JSON read strictly, with line and column for everything that is wrong with it.

Python's own reader takes NaN, keys given twice and numbers too large to hold; here each is an
error. The fast reader only knows *that* something is wrong: `_locate` reads again, slowly, to
say where.
"""

from __future__ import annotations

import json
import math
import re
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
        problem = _syntax_problem(error)
    except _WrongError as error:
        problem = _locate(text, error)
    except RecursionError:
        raise TaskError(f"{filename}: nested too deep; no value nests more than 24 deep") from None
    shown = problem.render(text, filename)
    if first_line > 1:
        shown = shown.replace(f"{filename}:{problem.line}:", f"{filename}:{first_line}:", 1)
    raise TaskError(shown)


# What Python's reader says it expected, in our words; its own vary between versions.
_EXPECTED = {
    "Expecting ',' delimiter": "',' or a closing bracket",
    "Expecting ':' delimiter": "':'",
    "Expecting value": "a value",
    "Expecting property name": "a key in double quotes",
    "Extra data": "the end of the text",
    "Unterminated string": "a closing double quote",
    "Invalid control character": "a text on one line",
    "Invalid \\": "an escape such as \\n or \\u00e9",
}


def _syntax_problem(error: json.JSONDecodeError) -> Problem:
    text, place = error.doc, error.pos
    before, rest = text[:place].rstrip(), text[place:].lstrip()
    after = f"{before[-1:]}{rest}" if rest[:1] != "," else rest  # Python 3.13 points at the comma
    if re.match(r",\s*[\]}]", after):
        place = place if after is rest else len(before) - 1
        message, expected, found, hint = "a comma before a closing bracket", "", "", "take it out"
    else:
        message = "this is not JSON"
        expected = next((e for start, e in _EXPECTED.items() if error.msg.startswith(start)), "")
        word = re.match(r"\w+|.", rest)
        found = repr(word[0][:30]) if word else "the end"
        hint = _syntax_hint(error.msg, before, rest)
    line = text.count("\n", 0, place) + 1
    column = place - text.rfind("\n", 0, place)
    return Problem(message, line, column, expected=expected, found=found, hint=hint)


def _syntax_hint(said: str, before: str, rest: str) -> str:
    if rest[:1] == "'":
        return 'texts stand in double quotes: "..."'
    if rest[:4] in ("True", "Fals", "None"):
        return "write true and false in small letters; there is no None"
    if rest[:2] == "//" or rest[:1] == "#":
        return "JSON has no comments"
    if said.startswith("Extra data"):
        return "put several tasks in one list, or one on each line of a file named .jsonl"
    if said.startswith("Invalid control"):
        return "write \\n for a line break, \\t for a tab"
    if not rest or said.startswith("Unterminated"):
        return "the text ends too early: is a bracket or a quote not closed?"
    if rest[:1] in ("]", "}"):
        return "is another bracket before it not closed?"
    if said.startswith("Expecting ','"):
        return "is a comma missing before it?"
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
    start = found.start or 0
    place = max(0, text.find(found.token, start))
    if found.message.startswith("the key"):
        uses = re.finditer(re.escape(found.token) + r"\s*:", text[start:])
        place = next((start + use.start() for n, use in enumerate(uses) if n == 1), place)
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
