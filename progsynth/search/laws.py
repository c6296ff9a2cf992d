"""Laws that outputs keep in all examples: what a program that fits should keep elsewhere, too.

Every output shown may hold items of the input only, in their order, or as many as the input has.
A program that fits these examples by another way round, and breaks such a law on other inputs, is
less likely to be meant. (Laws that are read off what was seen: Ernst et al., "Dynamically
discovering likely program invariants", IEEE Transactions on Software Engineering 27(2), 2001.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from progsynth.lang.failure import Failure
from progsynth.lang.values import Value, identity_key

_SHOWN = 4  # examples, at least, that a law might have been broken by
_MOST = 12  # rows of one task

Values = list[Any]


@dataclass(frozen=True, slots=True)
class Law:
    """What holds between an argument, by its place, and the output: its name says it."""

    place: int
    name: str


def _subsequence(xs: Values, out: Values) -> bool:
    rest = map(identity_key, xs)
    return all(key in rest for key in map(identity_key, out))


def _contained(xs: Values, out: Values) -> bool:
    return not Counter(map(identity_key, out)) - Counter(map(identity_key, xs))


_LAWS: Mapping[str, Callable[[Values, Values], bool]] = {
    "in order": _subsequence,
    "contained": _contained,
    "as long": lambda xs, out: len(xs) == len(out),
    "no longer": lambda xs, out: len(xs) >= len(out),
}


def laws(rows: Sequence[tuple[Value, ...]], outputs: Sequence[Value]) -> tuple[Law, ...]:
    """The laws that all examples keep, several of them where they might not have.

    >>> [law.name for law in laws([([i, 0],) for i in range(1, 6)], [[0]] * 5)]
    ['in order', 'contained', 'no longer']
    """
    if sum(isinstance(out, list) and bool(out) for out in outputs) < _SHOWN:
        return ()
    return tuple(
        Law(place, name)
        for place in range(len(rows[0]))
        if all(isinstance(row[place], list) for row in rows)
        for name, holds in _LAWS.items()
        if all(holds(row[place], out) for row, out in zip(rows, outputs, strict=True))
    )


def broken(
    known: Sequence[Law], rows: Sequence[tuple[Value, ...]], outputs: Sequence[Value | Failure]
) -> float:
    """The share of the rows on which an output breaks one of the laws; failures break none."""
    found = [
        not isinstance(out, Failure)
        and any(not _LAWS[law.name](row[law.place], out) for law in known)
        for row, out in zip(rows, outputs, strict=True)
    ]
    return sum(found) / len(found) if found else 0.0


def shifted(rows: Sequence[tuple[Value, ...]]) -> tuple[tuple[Value, ...], ...]:
    """Rows whose lists of integers hold other numbers, or each of theirs twice.

    >>> shifted([([3, 1],)])
    (([-3, -1],), ([1, -1],), ([3, 3, 1, 1],))
    """
    return tuple(islice(_shifted(rows), _MOST))


def _shifted(rows: Sequence[tuple[Value, ...]]) -> Iterator[tuple[Value, ...]]:
    for row in rows:
        for place, xs in enumerate(row):
            if isinstance(xs, list) and xs and all(type(x) is int for x in xs):
                for other in (
                    [-x for x in xs],
                    [x - 2 for x in xs],
                    [x for x in xs for _ in range(2)],
                ):
                    yield (*row[:place], other, *row[place + 1 :])
