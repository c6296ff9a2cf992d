"""The view of the bank in Python."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import islice

from progsynth.lang.term import Term
from progsynth.lang.types import Type
from progsynth.search.backward.concatenation import places
from progsynth.search.backward.roles import Operation
from progsynth.search.backward.view import Row
from progsynth.search.bank import Bank, Entry
from progsynth.search.bodies import key_of
from progsynth.search.goal import same_function
from progsynth.search.kernels import FAIL
from progsynth.search.space import Symbol

_LOOKED = 20_000  # entries of one cell that are tried as one of two arguments
_FEW = 4  # rows that say most of what a row is


class BankView:
    """See `view.View`; a handle is an entry."""

    def __init__(self, bank: Bank, tolerance: float):
        self.bank = bank
        self.tolerance = tolerance
        self._heads: dict[Symbol, set[Row]] = {}  # the first few values of the entries
        self._counted: dict[Symbol, int] = {}
        self._index: dict[Symbol, tuple[list[int], dict[Hashable, Entry]]] = {}

    def num_cells(self, symbol: Symbol) -> int:
        """How many cells of the symbol are filled."""
        return len(self.bank.shelf(symbol).cells)

    def right(self, symbol: Symbol, cost: int, wanted: Row) -> Iterator[tuple[int, Entry]]:
        """The sets of examples that entries are right on."""
        same = same_function(symbol.type, self.tolerance)
        for entry in self.bank.shelf(symbol).cell(cost):
            mask = 0
            for i, (value, output) in enumerate(zip(entry.row, wanted, strict=True)):
                if value is not FAIL and same(value, output):
                    mask |= 1 << i
            if mask:
                yield mask, entry

    def holding(self, symbol: Symbol, cost: int) -> Iterator[tuple[int, Entry]]:
        """Where conditions that fail nowhere hold."""
        for entry in self.bank.shelf(symbol).cell(cost):
            if entry.whole:
                yield sum(1 << i for i, value in enumerate(entry.row) if value), entry

    def parts(self, symbol: Symbol, cost: int, wanted: Row) -> Iterator[tuple[Row, int, Entry]]:
        """The entries that are part of the sequence wanted somewhere."""
        for entry in self.bank.shelf(symbol).cell(cost):
            mask = some = 0
            for i, (value, output) in enumerate(zip(entry.row, wanted, strict=True)):
                if value is not FAIL and places(value, output):
                    mask |= 1 << i
                    some |= len(value)
            if some:
                yield entry.row, mask, entry

    def rows(self, symbol: Symbol, cost: int, most: int) -> Iterator[tuple[Row, Entry]]:
        """The first entries of the cell that fail nowhere."""
        whole = (entry for entry in self.bank.shelf(symbol).cell(cost) if entry.whole)
        for entry in islice(whole, most):
            yield entry.row, entry

    def sized(
        self, symbol: Symbol, cost: int, least: Sequence[int], most: Sequence[int], limit: int
    ) -> Iterator[tuple[Row, Entry]]:
        """The first of the entries that fail nowhere and are of such lengths."""
        whole = (entry for entry in self.bank.shelf(symbol).cell(cost) if entry.whole)
        fits = (
            entry
            for entry in whole
            if all(a <= len(v) <= b for v, a, b in zip(entry.row, least, most, strict=True))
        )
        for entry in islice(fits, limit):
            yield entry.row, entry

    def find(self, symbol: Symbol, wanted: Row) -> tuple[int, Entry] | None:
        """The entry with these values."""
        found = self._indexed(symbol).get(_key(symbol.type)(wanted))
        return None if found is None else (found.cost, found)

    def partners(
        self, operation: Operation, symbol: Symbol, cost: int, wanted: Row
    ) -> Iterator[tuple[Entry, Entry, int]]:
        """The pairs of an entry of the cell and another one that the operation makes this of."""
        known, other = self._indexed(symbol), operation.other
        heads = self._heads.setdefault(symbol, set())
        if len(known) != self._counted.get(symbol):
            self._counted[symbol] = len(known)
            heads.update(row[:_FEW] for row in known)  # type: ignore[index]
        for entry in self.bank.shelf(symbol).cell(cost)[:_LOOKED]:
            if not entry.whole:
                continue
            head = tuple(map(other, wanted[:_FEW], entry.row[:_FEW]))
            if head in heads:
                found = known.get(tuple(map(other, wanted, entry.row)))
                if found is not None:
                    yield entry, found, found.cost

    def term(self, handle: Entry) -> Term:
        """The entry as a term."""
        return self.bank.term(self.bank.top, handle)

    def _indexed(self, symbol: Symbol) -> dict[Hashable, Entry]:
        """The symbol's entries by their values."""
        done, found = self._index.setdefault(symbol, ([1], {}))
        key = _key(symbol.type)
        for cost in range(done[0], self.num_cells(symbol)):
            for entry in self.bank.shelf(symbol).cell(cost):
                if entry.whole:
                    found.setdefault(key(entry.row), entry)
        done[0] = max(done[0], self.num_cells(symbol))
        return found


def _key(type_: Type) -> Callable[[Row], Hashable]:
    one = key_of(type_)
    return lambda row: tuple([one(value) for value in row])
