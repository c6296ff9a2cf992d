"""What a language pack holds, as a page of text for people: from its declarations alone."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from progsynth.lang.operators import FORMS
from progsynth.lang.primitive import DSL, Callee, Primitive, signature_of

Examples = tuple[tuple[str, str], ...]


def describe(dsl: DSL) -> str:
    """The pack as a Markdown page: a table of its primitives and one of its functions."""
    title = f"# The language pack `{dsl.name}`"
    kernel = _table(
        ("written", "name", "type", "meaning", "example", "cost", "fuel", "cells"),
        (
            _row(dsl, p, (str(p.cost), _code(p.fuel), _code(p.cells)))
            for p in dsl.primitives.values()
        ),
    )
    prelude = _table(
        ("written", "name", "type", "meaning", "example"),
        (_row(dsl, f, ()) for f in dsl.functions.values()),
    )
    return "\n".join(
        [
            title,
            "",
            f"## Primitives ({len(dsl.primitives)})",
            "",
            "`name` is what core, `withheld` and sketches call it. `fuel` and `cells` say what one "
            "use is charged on top of what every step costs "
            "(`len`: length; `size`: cells, deep). `cost` is what searches pay for it.",
            "",
            *kernel,
            "",
            f"## Functions written in the language ({len(dsl.functions)})",
            "",
            *prelude,
            "",
        ]
    )


def examples_of(callee: Callee) -> Examples:
    """Pairs of expressions that are equal: a primitive's examples, or those in a docstring.

    In a docstring a line `>>> expression` is followed by a line with its value.
    """
    if isinstance(callee, Primitive):
        return callee.examples
    rows = [line.strip() for line in callee.doc.splitlines()]
    return tuple((row[4:], value) for row, value in pairwise(rows) if row.startswith(">>> "))


def written(dsl: DSL, name: str) -> str:
    """How a call of that instance is written, with the names of its parameters.

    >>> from progsynth.registry import pack
    >>> written(pack(), "slice.list"), written(pack(), "len.str")
    ('xs[start:stop]', 'len(s)')
    """
    surface, params = dsl.surface_of(name), signature_of(dsl[name]).names
    if surface not in FORMS:
        return f"{surface}({', '.join(params)})"
    parts = surface.split("_")
    return "".join(part + param for part, param in zip(parts, (*params, ""), strict=True))


def _row(dsl: DSL, callee: Callee, rest: tuple[str, ...]) -> tuple[str, ...]:
    examples = examples_of(callee)
    shown = f"{examples[0][0]} == {examples[0][1]}" if examples else ""
    signature = signature_of(callee)
    type_ = str(signature.type)
    if signature.classes:
        type_ += " where " + ", ".join(f"{v}: {c}" for v, c in signature.classes)
    call, name = _code(written(dsl, callee.name)), _code(callee.name)
    return (call, name, _code(type_), _meaning(callee), _code(shown), *rest)


def _meaning(callee: Callee) -> str:
    before, _, _ = callee.doc.partition(">>>")
    return " ".join(before.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|") if text else ""


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    rule = ("---",) * len(header)
    return [f"| {' | '.join(cells)} |" for cells in (header, rule, *rows)]
