"""What the backward search sees of a bank: the entries of the outermost scope, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from progsynth.lang.term import Term
from progsynth.search.backward.roles import Operation
from progsynth.search.space import Symbol

Row = tuple[Any, ...]  # a value for each example


class View(Protocol):
    """A bank, in Python or compiled. A handle stands for an entry; what it is, is the bank's own.

    Sets of examples are bits: bit i for example i.
    """

    def num_cells(self, symbol: Symbol) -> int:
        """How many cells of the symbol are filled: the next one is of that cost."""
        ...

    def right(self, symbol: Symbol, cost: int, wanted: Row) -> Iterator[tuple[int, Any]]:
        """The sets of examples that entries of the cell are right on, each with the first one.

        Those met before with the same values wanted may be left out.
        """
        ...

    def holding(self, symbol: Symbol, cost: int) -> Iterator[tuple[int, Any]]:
        """The sets of examples where conditions that fail nowhere hold, likewise."""
        ...

    def parts(self, symbol: Symbol, cost: int, wanted: Row) -> Iterator[tuple[Row, int, Any]]:
        """The entries that are part of the sequence wanted somewhere: their values, and where."""
        ...

    def rows(self, symbol: Symbol, cost: int, most: int) -> Iterator[tuple[Row, Any]]:
        """The first entries of the cell that fail nowhere, with their values."""
        ...

    def sized(
        self, symbol: Symbol, cost: int, least: Sequence[int], most: Sequence[int], limit: int
    ) -> Iterator[tuple[Row, Any]]:
        """The first of the entries that fail nowhere and are of such lengths, with their values."""
        ...

    def find(self, symbol: Symbol, wanted: Row) -> tuple[int, Any] | None:
        """The entry with these values, and its cost."""
        ...

    def partners(
        self, operation: Operation, symbol: Symbol, cost: int, wanted: Row
    ) -> Iterator[tuple[Any, Any, int]]:
        """The pairs of an entry of the cell and another one that the operation makes this of.

        The other one may be of any cost, which is given too. The first is the left argument
        where the operation says so (`Operation.given_left`), else the right one.
        """
        ...

    def term(self, handle: Any) -> Term:
        """The entry as a term."""
        ...


def new_cells(view: View, symbol: Symbol, done: dict[Symbol, int]) -> Sequence[int]:
    """The costs of the cells filled since last asked; `done` remembers."""
    first, last = done.get(symbol, 1), view.num_cells(symbol)
    done[symbol] = max(first, last)
    return range(first, last)
