"""What the lambda of a call has to give on each item, as far as whole outputs say it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from progsynth.lang.types import BOOL, INT, STR, Type
from progsynth.lang.values import identity_key
from progsynth.search.items.calls import COUNT, MAP, SUM, TEXT
from progsynth.search.items.pieces import lengths_of, pieces
from progsynth.search.items.system import System

Setting = tuple[Any, ...]  # what a lambda sees: variables outside, and its items

_FEWEST = 3  # settings of which it is known
_SEVERAL = 0.3  # of the examples
_OFTEN = 2  # times that an item occurs of whose pieces the lengths differ
_SPARE = 3  # equations more than are needed for what items add


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be found: a function that gives these values on these settings. They are all
    that there are on this `share` of the examples."""

    settings: tuple[Setting, ...]
    values: tuple[Any, ...]
    share: float


class Numbered:
    """The settings that a lambda meets, each once, and their numbers on each example, in order.

    `outer` are the variables outside that it sees on each example, `items` what it is called on.
    """

    def __init__(self, outer: Sequence[Setting], items: Sequence[Sequence[Setting]]):
        self.settings: list[Setting] = []
        self.rows: list[list[int]] = []
        numbers: dict[Hashable, int] = {}
        for own, some in zip(outer, items, strict=True):
            key, row = identity_key(own), []
            for args in some:
                number = numbers.setdefault((key, identity_key(args)), len(self.settings))
                if number == len(self.settings):
                    self.settings.append((*own, *args))
                row.append(number)
            self.rows.append(row)

    @cached_property
    def system(self) -> System:
        """The equations of sums over them."""
        return System(self.rows, len(self.settings))

    @property
    def several(self) -> bool:
        """Are there several items on enough of the examples? Of one item the whole says all."""
        return sum(len(row) > 1 for row in self.rows) >= _SEVERAL * len(self.rows)

    def wish(self, kind: str, outputs: Sequence[Any]) -> Wish | None:
        """What the lambda of a call of that kind has to give; None where nothing can be said,
        where the call cannot be right, and where one value would do everywhere."""
        if not any(self.rows):
            return None
        found = _KINDS[kind](self, outputs)
        if found is None or len(found) < _FEWEST:
            return None
        if len({identity_key(value) for value in found.values()}) == 1:
            return None
        settings = tuple(self.settings[number] for number in found)
        known = sum(all(number in found for number in row) for row in self.rows)
        return Wish(settings, tuple(found.values()), known / len(self.rows))


def body_type(kind: str, wanted: Type) -> Type | None:
    """What the lambda of a call of that kind gives, where a value of that type is wanted; None
    where the call is of another type."""
    if kind == MAP:
        return wanted.types[0] if wanted.name == "list" else None
    whole, body = {TEXT: (STR, STR), SUM: (INT, INT), COUNT: (INT, BOOL)}[kind]
    return body if wanted == whole else None


def _text(numbered: Numbered, outputs: Sequence[Any]) -> dict[int, Any] | None:
    rows = numbered.rows
    if not numbered.several:
        return None
    lengths = lengths_of(rows, outputs, numbered.system)
    found = pieces(rows, outputs, lengths)
    if lengths is None or found is None or len(set(lengths.values())) == 1:
        return found
    often = sum(number in found for row in rows for number in row)
    return found if often >= _OFTEN * len(found) else None


def _sum(numbered: Numbered, outputs: Sequence[Any]) -> dict[int, Any] | None:
    if not numbered.several:
        return None
    found = numbered.system.shares(outputs)
    return None if found is None or found.spare < _SPARE else dict(found.known)


def _count(numbered: Numbered, outputs: Sequence[Any]) -> dict[int, Any] | None:
    found = _sum(numbered, outputs)
    if found is None or not set(found.values()) <= {0, 1}:
        return None
    return {number: value == 1 for number, value in found.items()}


def _map(numbered: Numbered, outputs: Sequence[Any]) -> dict[int, Any] | None:
    known: dict[int, Any] = {}
    for row, output in zip(numbered.rows, outputs, strict=True):
        if len(row) != len(output):
            return None
        for number, value in zip(row, output, strict=True):
            if identity_key(known.setdefault(number, value)) != identity_key(value):
                return None
    return known


_KINDS: dict[str, Callable[[Numbered, Sequence[Any]], dict[int, Any] | None]] = {
    TEXT: _text,
    SUM: _sum,
    COUNT: _count,
    MAP: _map,
}
