"""The s-expressions of SyGuS-IF, of both versions, with the place of everything.

The versions differ in what a text literal means. Version 2 is SMT-LIB's: a quote is written
twice, characters as `\\u{e9}` or `\\u00e9`, and any other backslash stands for itself. Version 1
is CVC4's: a backslash escapes (`\\"`, `\\\\`, `\\n`, `\\x41`, `\\101`). Which one a file is in is
told by its form (`version_of`); a file that has no such signs is in version 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from progsynth.errors import Problem, TaskError


@dataclass(frozen=True, slots=True)
class Node:
    """An s-expression: a list of others, or an atom as it is written, with its place.

    `kind` is "list", "symbol", "string", "int", or "other" (a number of another kind); `text`
    is the symbol, or the characters that a string stands for.
    """

    kind: str
    text: str
    line: int
    column: int
    items: tuple[Node, ...] = ()

    @property
    def head(self) -> str:
        """The symbol that a list begins with, or no text."""
        first = self.items[0] if self.items else None
        return first.text if first is not None and first.kind == "symbol" else ""


class WrongTextError(Exception):
    """A text that is no sequence of s-expressions, or an expression that is not supported."""

    def __init__(self, problem: Problem):
        self.problem = problem
        super().__init__(problem.message)


def wrong(
    node: Node, message: str, *, expected: str = "", found: str = "", hint: str = ""
) -> WrongTextError:
    """The error of something wrong with that node, to be raised."""
    length = max(1, len(node.text)) if node.kind != "list" else 1
    return WrongTextError(Problem(message, node.line, node.column, length, expected, found, hint))


def shown(node: Node, width: int = 40) -> str:
    """The expression as text, cut off where it is long."""
    parts: list[str] = []
    todo: list[Node | str] = [node]
    size = 0
    while todo and size <= width:
        top = todo.pop()
        if isinstance(top, Node) and top.kind == "list":
            inner = [part for item in top.items for part in (item, " ")][:-1]
            todo += [")", *reversed(inner), "("]
            continue
        text = top if isinstance(top, str) else _atom_text(top)
        parts.append(text)
        size += len(text)
    text = "".join(parts)
    return text if len(text) <= width else text[: width - 3] + "..."


def _atom_text(node: Node) -> str:
    return '"' + node.text.replace('"', '""') + '"' if node.kind == "string" else node.text


# -------------------------------------------------------------------------------- reading


def read_forms(text: str, filename: str) -> tuple[Node, ...]:
    """The expressions of a file. Raises TaskError with the place of what is no expression."""
    problem = None
    for version in (2, 1):
        try:
            forms = _forms(text, version)
        except WrongTextError as error:
            # a version's own signs outside of strings decide whose complaint is told
            if problem is None or _SIGNS_1.search(text):
                problem = error.problem
            continue
        if version_of(forms) == version or "\\" not in text:
            return forms
    if problem is None:  # no signs that agree with either: the later version's reading stands
        return _forms(text, 2)
    raise TaskError(problem.render(text, filename))


_SIGNS_1 = re.compile(r"\bint\.to\.str\b|\bstr\.to\.int\b|\(set-options\b")
_COMMANDS_2 = ("set-feature", "set-info", "set-option", "declare-weight", "assume")
_NAMES_1, _NAMES_2 = ("int.to.str", "str.to.int"), ("str.from_int", "str.to_int")


def version_of(forms: tuple[Node, ...]) -> int:
    """The version of SyGuS-IF that the forms are written in: 1 or 2."""
    for form in forms:
        if form.head == "set-options":
            return 1
        if form.head in _COMMANDS_2:
            return 2
        if form.head == "synth-fun" and len(form.items) > 4:  # one group, or declarations first
            return 2 if len(form.items) > 5 else 1
    names = {node.text for form in forms for node in atoms(form)}
    return 1 if names.intersection(_NAMES_1) and not names.intersection(_NAMES_2) else 2


def atoms(node: Node) -> Iterator[Node]:
    """The atoms of an expression, from left to right."""
    todo = [node]
    while todo:
        top = todo.pop()
        if top.kind == "list":
            todo += reversed(top.items)
        else:
            yield top


_TOKEN = re.compile(
    r"""(?P<skip>[ \t\r\n\f]+|;[^\n]*)
      | (?P<open>\() | (?P<close>\))
      | (?P<string>")
      | \|(?P<quoted>[^|]*)\|
      | (?P<atom>[^\s()";|]+)""",
    re.VERBOSE,
)
_INT = re.compile(r"-?[0-9]+\Z")
_OTHER = re.compile(r"#[xb]|-?[0-9]+\.[0-9]+\Z")


def _forms(text: str, version: int) -> tuple[Node, ...]:
    """The expressions, with strings read as that version does; without recursion."""
    opened: list[tuple[Place, list[Node]]] = []
    forms: list[Node] = []
    position, line, begin = 0, 1, 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        place = line, position - begin + 1
        if found is None:
            raise _problem(place, "a '|' that is not closed", hint="close the symbol with '|'")
        kind, end = found.lastgroup, found.end()
        here = opened[-1][1] if opened else forms
        if kind == "open":
            opened.append((place, []))
        elif kind == "close":
            if not opened:
                raise _problem(place, "a closing bracket that none opens", hint="take it out")
            start, items = opened.pop()
            (opened[-1][1] if opened else forms).append(Node("list", "", *start, tuple(items)))
        elif kind == "string":
            value, end = _string(text, position, version, place)
            here.append(Node("string", value, *place))
        elif kind == "quoted":
            here.append(Node("symbol", found["quoted"], *place))
        elif kind == "atom":
            here.append(Node(_kind(found["atom"]), found["atom"], *place))
        breaks = text.count("\n", position, end)
        if breaks:
            line, begin = line + breaks, text.rfind("\n", position, end) + 1
        position = end
    if opened:
        raise _problem(opened[-1][0], "a bracket that is not closed", hint="add ')'")
    return tuple(forms)


Place = tuple[int, int]


def _kind(atom: str) -> str:
    return "int" if _INT.match(atom) else "other" if _OTHER.match(atom) else "symbol"


def _problem(place: Place, message: str, *, length: int = 1, hint: str = "") -> WrongTextError:
    return WrongTextError(Problem(message, *place, length, hint=hint))


# -------------------------------------------------------------------------------- strings

_CLOSED_2 = re.compile(r'"([^"]*(?:""[^"]*)*)"')
_CLOSED_1 = re.compile(r'"([^"\\]*(?:(?:\\.|"")[^"\\]*)*)"', re.DOTALL)
_ESCAPE_2 = re.compile(r'""|\\u\{([0-2]?[0-9a-fA-F]{1,4})\}|\\u([0-9a-fA-F]{4})')
_ESCAPE_1 = re.compile(r'""|\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))', re.DOTALL)
_LETTERS_1 = dict(zip('abefnrtv\\"', '\a\b\x1b\f\n\r\t\v\\"', strict=True))


def _string(text: str, position: int, version: int, place: Place) -> tuple[str, int]:
    """The characters of the literal that starts there, and where it ends."""
    found = (_CLOSED_2 if version == 2 else _CLOSED_1).match(text, position)
    if found is None:
        raise _problem(place, "a string that is not closed", hint="close it with a double quote")

    def meant(escape: re.Match[str]) -> str:
        if escape[0] == '""':
            return '"'
        groups = escape.groups()
        if version == 2:
            code = int(groups[0] or groups[1], 16)
        elif groups[2] is None:
            code = int(groups[0], 16) if groups[0] else int(groups[1], 8)
        elif groups[2] in _LETTERS_1:
            return _LETTERS_1[groups[2]]
        else:
            raise _problem(
                place,
                f"the escape '{escape[0]}' is not known in a string of SyGuS-IF 1",
                length=len(found[0].partition("\n")[0]),
                hint=r"write a backslash twice (\\); others are \" \n \t \r \x41 \101",
            )
        if 0xD800 <= code < 0xE000:
            raise _problem(
                place, f"the escape '{escape[0]}' is no character", hint="leave the example out"
            )
        return chr(code)

    pattern = _ESCAPE_2 if version == 2 else _ESCAPE_1
    return pattern.sub(meant, found[1]), found.end()
