"""The exceptions a user of progsynth may meet: one small tree, each message saying what to do next.

Failures *inside* synthesised programs (an index out of range, no fuel left) are values, not
exceptions of this tree: see `progsynth.lang.failure`.
"""

from __future__ import annotations

from dataclasses import dataclass


class ProgsynthError(Exception):
    """Any error that progsynth raises about its input; the message says what to do."""


class TaskError(ProgsynthError, ValueError):
    """A task, a suite or a file of examples is malformed, ambiguous or contradicts itself."""


class PackError(ProgsynthError, ValueError):
    """A primitive or a language pack is declared wrongly, or is not known by that name."""


class UnsupportedError(ProgsynthError):
    """The input is well formed, but this engine, search or export does not handle it."""


class NotReadyError(UnsupportedError):
    """What it takes is being made (kernels are being compiled): try again in a while."""


class DefectError(ProgsynthError):
    """A user's primitive broke its own declaration, for example by returning another type."""


class LibraryError(ProgsynthError):
    """A library cannot be read or written, or holds no entry of that name."""


class ProgramFailure(ProgsynthError):
    """A synthesised program, called as a Python function, failed; `kind` says how."""

    def __init__(self, kind: str, program: str):
        self.kind = kind
        self.program = program
        super().__init__(f"{program} failed: {kind} ({_FAILURES.get(kind, 'see its examples')})")

    def __reduce__(self) -> tuple[object, ...]:
        return (ProgramFailure, (self.kind, self.program))


_FAILURES = {
    "index": "a position outside a list or a text",
    "key": "a key that a dict does not hold",
    "zero": "division by zero",
    "overflow": "an integer outside 64 bits",
    "domain": "an argument for which an operation has no meaning",
    "fuel": "too many steps: give it higher limits, if it may take longer",
    "memory": "too many cells: give it higher limits, if it may use more",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a source text.

    `line` and `column` count from 1; `length` is the number of characters to underline.
    `expected`, `found` and `hint` (what to do) are empty when they would add nothing.
    """

    message: str
    line: int = 0
    column: int = 0
    length: int = 1
    expected: str = ""
    found: str = ""
    hint: str = ""

    def render(self, source: str, filename: str = "<text>") -> str:
        """The problem with its source line and a caret below the place."""
        text = self.message
        if self.expected:
            text += f": expected {self.expected}"
            text += f", found {self.found}" if self.found else ""
        elif self.found:
            text += f": found {self.found}"
        lines = source.split("\n")
        shown = []
        if 1 <= self.line <= len(lines):
            shown.append(f"{filename}:{self.line}:{self.column}: {text}")
            shown += _underlined(lines[self.line - 1], self.column, self.length)
        else:
            shown.append(f"{filename}: {text}")
        if self.hint:
            shown.append(f"  hint: {self.hint}")
        return "\n".join(shown)


_WIDTH = 100  # characters of a source line that a message shows


def _underlined(line: str, column: int, length: int) -> list[str]:
    line = line.replace("\t", " ")
    start = max(0, column - 1 - _WIDTH // 2) if len(line) > _WIDTH else 0
    shown = line[start : start + _WIDTH]
    place = column - 1 - start
    carets = "^" * max(1, min(length, len(shown) - place))
    return [f"    {shown}", "    " + " " * place + carets]


class ProgramError(ProgsynthError, ValueError):
    """A program text does not parse or does not type-check; `problems` lists every finding."""

    def __init__(self, problems: list[Problem], source: str = "", filename: str = "<text>"):
        self.problems = problems
        self.source = source
        self.filename = filename
        super().__init__("\n".join(p.render(source, filename) for p in problems))

    def __reduce__(self) -> tuple[object, ...]:
        return (ProgramError, (self.problems, self.source, self.filename))
