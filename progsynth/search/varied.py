"""Rows like those of the examples: what programs that fit do there tells them apart.

Nothing is known of what they ought to give. But a program that fails on a slightly shorter list,
or one that another kind of value breaks, is less likely to be meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, zip_longest
from typing import Any

from progsynth.lang.values import Value, identity_key

MOST = 16  # rows of one task

_OF_LISTS: tuple[Callable[[list[Any]], list[Any]], ...] = (
    lambda xs: xs[::-1],
    lambda xs: xs[:-1],
    lambda xs: xs[1:],
    lambda xs: [*xs, xs[0]],
)
_OF_TEXTS: tuple[Callable[[str], str], ...] = (
    lambda s: s[:-1],
    lambda s: s + s[-1],
    lambda s: s[1:],
)
_OF_INTS: tuple[Callable[[int], int], ...] = (lambda n: n + 1, lambda n: n - 1, lambda n: -n)


def varied(rows: Sequence[tuple[Value, ...]]) -> tuple[tuple[Value, ...], ...]:
    """Rows that differ in one argument from one of these.

    >>> varied([([3, 1], 2)])[:2]
    (([1, 3], 2), ([3], 2))
    """
    known = set(map(identity_key, rows))
    turns = zip_longest(*map(_of, rows))
    found = (
        row for turn in turns for row in turn if row is not None and identity_key(row) not in known
    )
    return tuple(islice(found, MOST))


def _of(row: tuple[Value, ...]) -> Iterator[tuple[Value, ...]]:
    for place, value in enumerate(row):
        for change in _changes(value):
            yield (*row[:place], change(value), *row[place + 1 :])


def _changes(value: Value) -> tuple[Callable[[Any], Any], ...]:
    if isinstance(value, list):
        return _OF_LISTS if len(value) > 1 else ()
    if isinstance(value, str):
        return _OF_TEXTS if len(value) > 1 else ()
    return _OF_INTS if type(value) is int else ()
