"""What the grammar lets through and the language does not have; where parts of a text stand."""

from __future__ import annotations

import re

from lark import Token

from progsynth.errors import Problem
from progsynth.lang.text.surface import Node, Place


class WrongSyntax(Exception):
    """Something that the grammar lets through and the language does not have."""

    def __init__(self, problem: Problem):
        self.problem = problem
        super().__init__(problem.message)


def wrong(at: Node | Token, message: str, *, hint: str = "") -> WrongSyntax:
    """The error that a part of the text is wrong."""
    place = at.place if isinstance(at, Node) else span(at)
    same_line = place.end_line == place.line
    length = place.end_column - place.column if same_line else 1
    return WrongSyntax(Problem(message, place.line, place.column, length, hint=hint))


def span(first: Token | Node, last: Token | Node | None = None) -> Place:
    """From the start of one part to the end of another."""
    start = first.place if isinstance(first, Node) else first
    end = start if last is None else last.place if isinstance(last, Node) else last
    return Place(start.line or 0, start.column or 0, end.end_line or 0, end.end_column or 0)


# ---------------------------------------------------------------------------- strings

_ESCAPE = re.compile(r"\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|[\s\S])")
_ESCAPED = {
    "\n": "",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}


def string_value(token: Token) -> str:
    """The text that a string literal stands for; the escapes are Python's."""
    text = str(token)
    width = 3 if text[:3] in ('"""', "'''") else 1

    def replace(found: re.Match[str]) -> str:
        code = found[1]
        if code in _ESCAPED:
            return _ESCAPED[code]
        if code.isdigit():
            return chr(int(code, 8))
        number = int(code[1:], 16) if len(code) > 1 else -1
        if number < 0 or number > 0x10FFFF or 0xD800 <= number < 0xE000:
            raise wrong(
                token,
                f"no such escape in a string: '\\{code}'",
                hint="write \\\\ for a backslash; known: \\n \\t \\r \\\\ \\' \\\" \\x41 \\u00e9",
            )
        return chr(number)

    return _ESCAPE.sub(replace, text[width:-width]) if "\\" in text else text[width:-width]
