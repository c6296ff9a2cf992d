"""Programs found in texts: files of the language, JSON lines, answers with fenced code.

A text may hold several programs. Whatever no other function calls is a program of its own,
together with the functions that it calls; a name that comes a second time begins another
program, and so does a line of a comment that is a rule (`# ---`). Lines keep their numbers:
what belongs to other programs is left empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from progsynth.files import read_text
from progsynth.search.proposals.proposed import Proposed

MAX_CHARACTERS = 1_000_000  # of an answer; what comes after is not read

_ITEM = re.compile(r"(?:def|neural)\s+([A-Za-z_]\w*)")
_RULE = re.compile(r"#\s*(?:-{3,}|={3,}|%%)")
_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*([\w+.-]*)[^`]*$")
_LANGUAGES = ("", "psl", "progsynth", "python", "python3", "py")
_WORD = re.compile(
    r"'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|#[^\n]*|[A-Za-z_]\w*",
    re.DOTALL,
)
_KEYS = ("program", "source", "task")


def read_proposals(path: Path) -> list[Proposed]:
    """The proposals of a file: programs, JSON lines, or text with fenced code blocks.

    Raises ProgsynthError for a file that cannot be read; what is wrong with one line of JSON is
    the finding of its proposal.
    """
    text, source = read_text(path), str(path)
    if path.suffix == ".psl":
        return programs_in(text, source)
    if path.suffix == ".jsonl" or text.lstrip()[:1] == "{":
        return list(_json_lines(text, source))
    return programs_in_answer(text, source)


def programs_in_answer(text: str, source: str) -> list[Proposed]:
    """The programs in the fenced code blocks of an answer; in all of it where it has none.

    Blocks of other languages, and those without a function, are passed over.
    """
    blocks = list(_blocks(text[:MAX_CHARACTERS].split("\n")))
    if not blocks:
        return programs_in(text[:MAX_CHARACTERS], source) if _has_function(text) else []
    return [
        found
        for block in blocks
        if block.language.lower() in _LANGUAGES and _has_function(block.text)
        for found in programs_in(block.text, source, line=block.line)
    ]


def _has_function(text: str) -> bool:
    return re.search(r"^(?:def|neural)\b", text, re.MULTILINE) is not None


# ------------------------------------------------------------------------------ fenced code


@dataclass(frozen=True, slots=True)
class _Block:
    """A fenced block; `line` is that of its first line within the answer."""

    language: str
    line: int
    text: str


def _blocks(lines: list[str]) -> Iterator[_Block]:
    """The fenced blocks, the last of which may lack its end."""
    opened: re.Match[str] | None = None
    start = 0
    for number, line in enumerate(lines):
        found = _FENCE.match(line)
        if opened is None and found:
            opened, start = found, number + 1
        elif opened is not None and found and _closes(found, opened):
            yield _block(lines[start:number], opened, start + 1)
            opened = None
    if opened is not None:
        yield _block(lines[start:], opened, start + 1)


def _closes(found: re.Match[str], opened: re.Match[str]) -> bool:
    return not found[3] and found[2].startswith(opened[2])


def _block(lines: list[str], opened: re.Match[str], line: int) -> _Block:
    indent = opened[1]
    return _Block(opened[3], line, "\n".join(one.removeprefix(indent) for one in lines) + "\n")


# -------------------------------------------------------------------------------- JSON lines


def _json_lines(text: str, source: str) -> Iterator[Proposed]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _from_json(line, source, number)


def _from_json(line: str, source: str, number: int) -> Proposed:
    try:
        found: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        why = f"expected a JSON object on one line: {error}"
        return Proposed(line, source, number, finding=why)
    finding = _json_problem(found)
    if finding:
        return Proposed(line, source, number, finding=finding)
    own, task = found.get("source", ""), found.get("task", "")
    return Proposed(found["program"], own or source, 0 if own else number, task)


def _json_problem(found: Any) -> str:
    """What is wrong with the object of a line, or nothing."""
    form = '{"program": "def f(x: int) -> int: return x", "task": "...", "source": "..."}'
    if not isinstance(found, dict):
        return f"expected an object like {form}"
    for key, value in found.items():
        if key not in _KEYS:
            return f"no key '{key}': expected an object like {form}"
        if not isinstance(value, str):
            return f"'{key}': expected a text, found {json.dumps(value)[:60]}"
    return "" if "program" in found else f"no key 'program': expected an object like {form}"


# ------------------------------------------------------------------------- several programs


@dataclass(frozen=True, slots=True)
class _Item:
    """A function with the lines before it, or other lines, which have no name."""

    name: str
    start: int
    end: int
    words: frozenset[str]


def programs_in(text: str, source: str, *, line: int = 1) -> list[Proposed]:
    """The programs in a text of the language, which begins in that line of the source."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    found = [
        _proposed(lines, chosen, source, line)
        for piece in _pieces(lines)
        for chosen in _programs(piece)
    ]
    return sorted(found, key=lambda one: one.line)


def _proposed(lines: list[str], items: list[_Item], source: str, line: int) -> Proposed:
    """The program of the items; empty lines stand for those of others in between."""
    kept = {number for item in items for number in range(item.start, item.end)}
    first = min(number for number in kept if lines[number].strip())
    text = "\n".join(lines[n] if n in kept else "" for n in range(first, max(kept) + 1))
    return Proposed(text.rstrip() + "\n", source, line + first)


def _pieces(lines: list[str]) -> Iterator[list[_Item]]:
    """The items between rules; a name that was there begins a new piece."""
    piece: list[_Item] = []
    names: set[str] = set()
    for item in _items(lines):
        if item is None or item.name in names:
            if piece:
                yield piece
            piece, names = [], set()
        if item is not None:
            piece.append(item)
            names |= {item.name} - {""}
    if piece:
        yield piece


def _items(lines: list[str]) -> Iterator[_Item | None]:
    """The items of a text in order; None is a rule."""
    start, name = 0, None
    for number, line in enumerate([*lines, "# ---"]):
        if not line or line[0].isspace():
            continue
        rule, found = _RULE.match(line), _ITEM.match(line)
        if line[0] == "#" and not rule:
            continue
        if name is not None or rule:
            if any(one.strip()[:1] not in ("", "#") for one in lines[start:number]):
                yield _item(lines, name or "", start, number)
            start = number
        if rule:
            start, name = number + 1, None
            yield None
        else:
            name = found[1] if found else ""


def _item(lines: list[str], name: str, start: int, end: int) -> _Item:
    words = _WORD.findall("\n".join(lines[start:end]))
    return _Item(name, start, end, frozenset(w for w in words if w[0].isalpha() or w[0] == "_"))


def _programs(piece: list[_Item]) -> Iterator[list[_Item]]:
    """The items of each function that no other mentions: what it calls, and what has no name."""
    by_name = {item.name: item for item in piece if item.name}
    callers: dict[str, set[str]] = {name: set() for name in by_name}
    for item in by_name.values():
        for word in item.words & by_name.keys() - {item.name}:
            callers[word].add(item.name)
    loose = [item for item in piece if not item.name]
    reached: set[str] = set()
    for name in [name for name, some in callers.items() if not some]:
        own = _called(name, by_name)
        reached |= own
        yield sorted([*loose, *(by_name[n] for n in own)], key=lambda item: item.start)
    if not by_name.keys() <= reached or not by_name:  # functions that call each other
        left = [item for item in piece if item.name not in reached]
        yield left


def _called(name: str, by_name: dict[str, _Item]) -> set[str]:
    """The function and all that it calls, directly or not."""
    found, todo = {name}, [name]
    while todo:
        for word in by_name[todo.pop()].words & by_name.keys() - found:
            found.add(word)
            todo.append(word)
    return found
