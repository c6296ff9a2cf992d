"""Choices of the lists at hand (`sources`) that an aggregate may be of: one list, or two that go
together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from progsynth.lang.term import Term
from progsynth.lang.types import Type
from progsynth.lang.values import identity_key
from progsynth.search.backward.view import Row, new_cells
from progsynth.search.sources import Sources
from progsynth.search.space import Symbol

_LISTS = (3, 6)  # what one list may cost, and two
_ROWS = 6  # lists of one cell
_LOOKED = 256  # entries of one cell that are looked at

Choice = tuple[list[tuple[Term, Row]], int]  # lists, each with its values, and what they cost


class Lists:
    """The lists at hand for the examples of a pass, and choices of these by their types."""

    def __init__(self, sources: Sources):
        self._sources = sources
        self._done: dict[Symbol, int] = {}
        self._known: dict[Type, list[tuple[int, Row, Term]]] = {}
        self._made: dict[tuple[Type, ...], tuple[tuple[int, ...], list[Choice]]] = {}

    def update(self, types: Sequence[Type]) -> tuple[int, ...]:
        """Take in the first lists of each new cell; how many there are of each type."""
        view = self._sources.view
        for type_ in types:
            symbol, found = self._sources.symbol(type_), self._known.setdefault(type_, [])
            for cost in new_cells(view, symbol, self._done):
                if cost <= _LISTS[0] + 1:
                    rows = (one for one in view.rows(symbol, cost, _LOOKED) if _says(one[0]))
                    found += [(cost, row, view.term(handle)) for row, handle in islice(rows, _ROWS)]
        return self._sizes(types)

    def choices(self, types: tuple[Type, ...]) -> list[Choice]:
        """The choices of lists of these types, made once for what there is."""
        sizes, known = self._sizes(types), self._made.get(types)
        if known is None or known[0] != sizes:
            known = self._made[types] = sizes, list(self._choose(types))
        return known[1]

    def _sizes(self, types: Sequence[Type]) -> tuple[int, ...]:
        return tuple([len(self._known[type_]) for type_ in types])

    def _choose(self, types: Sequence[Type]) -> Iterator[Choice]:
        if len(types) == 1:
            for cost, row, term in self._cheap(types[0], _LISTS[0]):
                yield [(term, row)], cost
            return
        first, second = types
        for cost, row, term in self._cheap(first, _LISTS[0] - 1):
            for more, other, partner in self._cheap(second, _LISTS[0] + 1):
                if cost + more <= _LISTS[1] and _go_together(row, other):
                    yield [(term, row), (partner, other)], cost + more

    def _cheap(self, type_: Type, most: int) -> Iterator[tuple[int, Row, Term]]:
        """Those that cost no more."""
        return (one for one in self._known[type_] if one[0] <= most)


def _says(row: Row) -> bool:
    """Do the lists differ from example to example?"""
    first = identity_key(row[0])
    return any(identity_key(xs) != first for xs in row)


def _go_together(row: Row, other: Row) -> bool:
    """Are they other lists, as long, or the same without the first item?"""
    longer = [len(xs) - len(ys) for xs, ys in zip(row, other, strict=True)]
    if not any(longer):
        return identity_key(row) != identity_key(other)
    rests = (xs[1:] for xs in row)
    return all(more <= 1 for more in longer) and identity_key((*rests,)) == identity_key(other)
