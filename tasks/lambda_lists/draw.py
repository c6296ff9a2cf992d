"""How inputs are drawn: each parameter's name says what it is.

A `Row` is a function with the names of its parameters. `KINDS` has their types, and how a value
is drawn where those before it are known: `ys` is as long as `xs`, `at` holds places in `xs`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.errors import DefectError

from ..lists.draw import SMALL, Draw, Family, Inputs, Size

Lengths = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The lengths of lists, and the lowest and highest of their numbers."""

    lengths: Lengths
    lowest: int
    highest: int
    few: bool  # are there only few different numbers?


@dataclass(frozen=True, slots=True)
class Row:
    """A function that is asked for; inputs on which it fails are not asked about.

    Its numbers may be negative (`signed`), have one digit only (`digits`), come several times
    (`few`). `small` and `large` are the lengths of lists, for training and for tests.
    """

    name: str
    params: str
    result: str
    answer: Callable[..., Any]
    signed: bool = True
    digits: bool = False
    few: bool = False
    small: Lengths = (3, 8)
    large: Lengths = (12, 40)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(self.params.split())

    def span(self, size: Size) -> Span:
        """What its lists are drawn from."""
        highest = 9 if self.digits else size.largest
        lowest = -highest if self.signed else 0
        lengths = self.small if size == SMALL else self.large
        return Span(lengths=lengths, lowest=lowest, highest=highest, few=self.few)


Known = Mapping[str, Any]
Kind = tuple[str, Callable[[random.Random, Span, Known], Any]]


def _numbers(rng: random.Random, span: Span, _: Known) -> list[int]:
    length = rng.randint(*span.lengths)
    return _some(rng, span, length)


def _some(rng: random.Random, span: Span, length: int) -> list[int]:
    if not span.few:
        return rng.choices(range(span.lowest, span.highest + 1), k=length)
    return rng.choices(rng.sample(range(span.lowest, span.highest + 1), 2 + length // 3), k=length)


def _like_xs(rng: random.Random, span: Span, known: Known) -> list[int]:
    """As long as xs, with some of the same numbers in the same places."""
    other = _some(rng, span, len(known["xs"]))
    return [x if rng.random() < 0.2 else y for x, y in zip(known["xs"], other, strict=True)]


def _weights(rng: random.Random, span: Span, known: Known) -> list[int]:
    return rng.choices(range(1, 10), k=len(known["xs"]))


def _with_some_of_xs(rng: random.Random, span: Span, known: Known) -> list[int]:
    found = _numbers(rng, span, known)
    return [rng.choice(known["xs"]) if rng.random() < 0.4 else x for x in found]


def _places(rng: random.Random, span: Span, known: Known) -> list[int]:
    return rng.choices(range(len(known["xs"])), k=rng.randint(*span.lengths))


def _number(rng: random.Random, span: Span, known: Known) -> int:
    return rng.randint(span.lowest // 2, span.highest // 2)


def _below_k(rng: random.Random, span: Span, known: Known) -> int:
    return rng.randrange(int(known["k"]))


def _above_a(rng: random.Random, span: Span, known: Known) -> int:
    return int(known["a"]) + rng.randint(3, max(4, span.highest // 2))


def _rows(rng: random.Random, span: Span, known: Known) -> list[list[int]]:
    return [_some(rng, span, rng.randint(2, 6)) for _ in range(rng.randint(*span.lengths) // 2 + 1)]


def _table(rng: random.Random, span: Span, known: Known) -> list[list[int]]:
    width = len(known["xs"]) if "xs" in known else rng.randint(2, 5)
    return [_some(rng, span, width) for _ in range(rng.randint(*span.lengths) // 2 + 1)]


_LIST, _ROWS = "list[int]", "list[list[int]]"

KINDS: Mapping[str, Kind] = {
    "xs": (_LIST, _numbers),
    "ys": (_LIST, _like_xs),
    "zs": (_LIST, _like_xs),
    "weights": (_LIST, _weights),
    "others": (_LIST, _with_some_of_xs),
    "at": (_LIST, _places),
    "rows": (_ROWS, _rows),
    "table": (_ROWS, _table),
    "n": ("int", _number),
    "k": ("int", lambda rng, span, known: rng.randint(2, 6)),
    "r": ("int", _below_k),
    "a": ("int", _number),
    "b": ("int", _above_a),
    "first": ("int", lambda rng, span, known: rng.randint(0, 1)),
}


_TRIES = 1000


def family_of(row: Row) -> Family:
    """The row as a family of one function."""
    types = ", ".join(KINDS[name][0] for name in row.names)
    return Family(row.name, f"({types}) -> {row.result}", row.answer, _draw(row), params=row.names)


def _draw(row: Row) -> Draw:
    def draw(rng: random.Random, size: Size, setting: Sequence[int]) -> Inputs:
        span = row.span(size)
        for _ in range(_TRIES):
            known: dict[str, Any] = {}
            for name in row.names:
                known[name] = KINDS[name][1](rng, span, known)
            try:
                row.answer(*known.values())
            except (IndexError, ValueError, StopIteration):
                continue
            return tuple(known.values())
        raise DefectError(f"'{row.name}' fails on {_TRIES} inputs drawn one after the other")

    return draw
