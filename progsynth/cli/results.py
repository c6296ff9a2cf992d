"""How results look on the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.syntax import Syntax

Record = dict[str, Any]  # what Result.as_json() gives


def headline(record: Record) -> str:
    """One line on how a task went."""
    effort = (
        f"{record['seconds']:.2f} s, {record['programs']:,} programs, "
        f"{record['executions']:,} executions"
    )
    if record["gradient_steps"]:
        effort += f", {record['gradient_steps']:,} gradient steps"
    if record["solved"]:
        return f"{record['task']}: solved in {effort}; cost {record['cost']}"
    return f"{record['task']}: not solved ({record['stop_reason']}) in {effort}"


def accuracy_lines(record: Record) -> list[str]:
    """How the program did on the validation examples, and on the others if not all are right."""
    score, accuracy = record["validation"], record["accuracy"]
    lines = [f"validation: {score['passed']} of {score['total']}"] if score["total"] else []
    if accuracy is not None and accuracy["training"] < 1:
        lines.append(f"training: {accuracy['training']:.1%} right")
    return lines


def filled_lines(record: Record) -> list[str]:
    """What was put into each hole of a sketch."""
    return [f"hole {n}: {text}" for n, text in enumerate(record.get("filled", ()), 1)]


def print_program(text: str) -> None:
    """Print a program; in colours on a terminal."""
    if sys.stdout.isatty():
        syntax = Syntax(text.rstrip("\n"), "python", background_color="default", word_wrap=True)
        Console().print(syntax)
    else:
        print(text.rstrip("\n"))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of texts in columns; an entry may have several lines."""
    table = [head, *rows]
    widths = [
        max(len(line) for row in table for line in (row[column].split("\n") or [""]))
        for column in range(len(head))
    ]
    for number, row in enumerate(table):
        entries = [entry.split("\n") for entry in row]
        for line in range(max(len(entry) for entry in entries)):
            cells = [entry[line] if line < len(entry) else "" for entry in entries]
            print("  ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
