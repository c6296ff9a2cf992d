"""A table as text, CSV or TSV, is one task: each line an example, its last column the answer.

A column holds values of one kind, the first of these that all of its cells are: truth values
(`true`, `False`), whole numbers, numbers, JSON's lists and objects, and else texts, just as they
are written. `007` is a text. The first line names the columns where it is of texts and a column
below it is not, or where its last cell is one of ANSWERS.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from progsynth.errors import TaskError
from progsynth.task import Suite
from progsynth.task_formats import json_tasks
from progsynth.task_formats.json_text import parse_json

DELIMITERS = {"csv": ",", "tsv": "\t"}
ANSWERS = ("answer", "label", "output", "result", "target", "y")

_INT = re.compile(r"[+-]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_CODE = re.compile(r"[+-]?0[0-9]")  # digits that are no number

Line = tuple[int, list[str]]  # its number in the file, and its cells


def read(text: str, source: str, name: str, delimiter: str) -> Suite:
    """The suite of the one task that the table is. Raises TaskError with the line."""
    lines = _lines(text, source, delimiter)
    names = _names(lines)
    rows = lines if names is None else lines[1:]
    if not rows:
        raise TaskError(f"{source}: expected a line for each example, found none")
    columns = [_column(source, rows, place) for place in range(len(rows[0][1]))]
    examples = [{"inputs": list(row[:-1]), "output": row[-1]} for row in zip(*columns, strict=True)]
    task: dict[str, Any] = {"name": name, "examples": examples}
    if names is not None and _are_identifiers(names[:-1]):
        task["params"] = names[:-1]
    return json_tasks.suite_of([(source, task)], source, name)


def _lines(text: str, source: str, delimiter: str) -> list[Line]:
    """The lines that are not empty, of as many cells each."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[Line] = []
    try:
        for cells in reader:
            if any(cells):
                found.append((reader.line_num, cells))
    except csv.Error as why:
        raise TaskError(f"{source}:{reader.line_num}: {why}; quotes must be closed") from None
    if not found:
        raise TaskError(f"{source}: expected a line for each example, found none")
    width = len(found[0][1])
    if width < 2:
        raise TaskError(
            f"{source}:{found[0][0]}: expected columns of inputs and, last, of answers, found one "
            f"column; they are parted by {'tabs' if delimiter == chr(9) else 'commas'}"
        )
    for number, cells in found:
        if len(cells) != width:
            raise TaskError(f"{source}:{number}: expected {width} cells, found {len(cells)}")
    return found


def _names(lines: Sequence[Line]) -> list[str] | None:
    """The cells of the first line, if they name the columns."""
    first = lines[0][1]
    if len(lines) == 1 or not all(map(str.strip, first)) or any(map(_is_value, first)):
        return None
    below = zip(*(cells for _, cells in lines[1:]), strict=True)
    named = first[-1].strip().lower() in ANSWERS
    if named or any(all(map(_is_value, cells)) for cells in below):
        return [cell.strip() for cell in first]
    return None


def _are_identifiers(names: Sequence[str]) -> bool:
    return all(name.isidentifier() and name.isascii() for name in names)


def _is_value(cell: str) -> bool:
    """Is it of another kind than text?"""
    return any(are_all([cell.strip()]) for are_all, _ in _KINDS)


def _column(source: str, rows: Sequence[Line], place: int) -> list[Any]:
    """The values of a column."""
    cells = [cells[place] for _, cells in rows]
    stripped = [cell.strip() for cell in cells]
    given = [cell for cell in stripped if cell]
    for are_all, value_of in _KINDS:
        if given and are_all(given):
            if len(given) < len(cells):
                number = rows[stripped.index("")][0]
                raise TaskError(
                    f"{source}:{number}: column {place + 1} is empty, where other lines have "
                    f"values such as {given[0]}; fill it in, or leave the line out"
                )
            numbers = (number for number, _ in rows)
            return [value_of(cell, source, n) for cell, n in zip(stripped, numbers, strict=True)]
    return cells


def _are_truths(cells: Sequence[str]) -> bool:
    return all(cell.lower() in ("true", "false") for cell in cells)


def _are_ints(cells: Sequence[str]) -> bool:
    return all(_INT.fullmatch(cell) for cell in cells)


def _are_numbers(cells: Sequence[str]) -> bool:
    return all(_FLOAT.fullmatch(cell) and not _CODE.match(cell) for cell in cells)


def _are_json(cells: Sequence[str]) -> bool:
    """Do all look so, and is one? Then what is wrong in the others is an error."""
    return all(cell[0] + cell[-1] in ("[]", "{}") for cell in cells) and any(map(_is_json, cells))


def _is_json(cell: str) -> bool:
    try:
        parse_json(cell, "")
    except TaskError:
        return False
    return True


def _number(cell: str, source: str, line: int) -> float:
    found = float(cell)
    if not math.isfinite(found):
        raise TaskError(f"{source}:{line}: {cell} is beyond what a float holds")
    return found


_KINDS: tuple[tuple[Callable[[Sequence[str]], bool], Callable[[str, str, int], Any]], ...] = (
    (_are_truths, lambda cell, source, line: cell.lower() == "true"),
    (_are_ints, lambda cell, source, line: int(cell)),
    (_are_numbers, _number),
    (_are_json, parse_json),
)
