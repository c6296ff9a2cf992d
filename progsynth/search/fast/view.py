"""The view of the compiled bank that searches backwards look through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from progsynth.lang.term import Term
from progsynth.lang.types import Type
from progsynth.search.backward.roles import Operation
from progsynth.search.backward.view import Row
from progsynth.search.fast import backwards
from progsynth.search.fast import layout as at
from progsynth.search.fast.bank import FastBank
from progsynth.search.fast.noting import Noting
from progsynth.search.space import Symbol

_PARTS = 2_000  # entries of one cell that are parts of the output
_PAIRS = 8  # of one cell
_LOOKED = 20_000  # entries of one cell that are looked at in Python
_CODES = {
    ("add", True): backwards.ADD,
    ("subtract", True): backwards.SUBTRACT,
    ("subtract", False): backwards.SUBTRACTED,
    ("multiply", True): backwards.MULTIPLY,
}


class FastView:
    """See `backward.view.View`; a handle is an address. `output` is the type of outputs."""

    def __init__(self, bank: FastBank, output: Type | None = None):
        self.bank = bank
        self.output = output
        self._words: dict[tuple[Symbol, int], tuple[Row, at.Words]] = {}
        self._notings: dict[tuple[Symbol, int], Noting] = {}
        self._rows: dict[tuple[Symbol, int, int], list[tuple[Row | None, int]]] = {}
        self._sized: dict[int, Row] = {}

    def num_cells(self, symbol: Symbol) -> int:
        """How many cells of the symbol are filled."""
        return len(self.bank.shelf(symbol).cells)

    def right(self, symbol: Symbol, cost: int, wanted: Row) -> Iterator[tuple[int, int]]:
        """The sets of examples that entries are right on, each once for one row wanted."""
        noting = self._notings.get((symbol, id(wanted)))
        if noting is None:
            of_outputs = symbol.type == self.output
            noting = Noting(self._encoded(symbol, wanted), of_outputs=of_outputs)
            self._notings[symbol, id(wanted)] = noting
        yield from noting.new(self.bank, self._addresses(symbol, cost))

    def holding(self, symbol: Symbol, cost: int) -> Iterator[tuple[int, int]]:
        """Where conditions that fail nowhere hold, each set once."""
        noting = self._notings.get((symbol, 0))
        if noting is None:
            width = len(self.bank.envs)
            noting = self._notings[symbol, 0] = Noting(np.ones(width, np.int32))
        yield from noting.new(self.bank, self._addresses(symbol, cost, whole=True))

    def parts(self, symbol: Symbol, cost: int, wanted: Row) -> Iterator[tuple[Row, int, int]]:
        """The entries that are part of the sequence wanted somewhere."""
        addresses = self._addresses(symbol, cost)
        masks = np.zeros(len(addresses), np.int64)
        words = self._encoded(symbol, wanted)
        backwards.find_parts(self.bank.memory.A, addresses, words, masks)
        for place in np.flatnonzero(masks)[:_PARTS].tolist():
            address = int(addresses[place])
            yield self.bank.row(symbol, address), int(masks[place]), address

    def rows(self, symbol: Symbol, cost: int, most: int) -> Iterator[tuple[Row, int]]:
        """The first entries of the cell that fail nowhere.

        Many ask for the same: what was read once is kept, as the entries are.
        """
        known = self._rows.get((symbol, cost, most))
        if known is None:
            addresses = self._addresses(symbol, cost, whole=True)[:most].tolist()
            known = self._rows[symbol, cost, most] = [(None, address) for address in addresses]
        for place, (row, address) in enumerate(known):
            if row is None:
                row = self.bank.row(symbol, address)
                known[place] = row, address
            yield row, address

    def sized(
        self, symbol: Symbol, cost: int, least: Sequence[int], most: Sequence[int], limit: int
    ) -> Iterator[tuple[Row, int]]:
        """The first of the entries that fail nowhere and are of such lengths."""
        A = self.bank.memory.A
        addresses = self._addresses(symbol, cost, whole=True)
        lengths = A[A[addresses[:, None] + np.arange(len(least))] - 1] >> 2  # see `layout`
        fits = ((lengths >= np.array(least)) & (lengths <= np.array(most))).all(axis=1)
        for address in addresses[fits][:limit].tolist():
            yield self._row(symbol, address), address

    def find(self, symbol: Symbol, wanted: Row) -> tuple[int, int] | None:
        """The entry with these values."""
        return self._found(symbol, self._encoded(symbol, wanted))

    def partners(
        self, operation: Operation, symbol: Symbol, cost: int, wanted: Row
    ) -> Iterator[tuple[int, int, int]]:
        """The pairs of an entry of the cell and another one that the operation makes this of."""
        code = _CODES.get((operation.name, operation.given_left))
        if code is None:
            yield from self._slow_partners(operation, symbol, cost, wanted)
            return
        memory, number = self.bank.memory, self.bank.symbol_number(symbol)
        found = np.zeros(2 * _PAIRS, np.int32)
        num = backwards.find_partners(
            memory.A,
            memory.Q,
            self.bank.tables.P,
            self._addresses(symbol, cost),
            code,
            number,
            self._encoded(symbol, wanted),
            found,
        )
        for given, other in found[: 2 * num].reshape(-1, 2).tolist():
            yield given, other, self._cost(symbol, other)

    def _slow_partners(
        self, operation: Operation, symbol: Symbol, cost: int, wanted: Row
    ) -> Iterator[tuple[int, int, int]]:
        """The same of an operation that has no kernel, of the first entries of the cell."""
        addresses = self._addresses(symbol, cost, whole=True)[:_LOOKED]
        width = len(wanted)
        words_EN = self.bank.memory.A[addresses[:, None] + np.arange(width)]  # [entry, row]
        small = (np.abs(words_EN) < at.BIG).all(axis=1)
        for address, numbers in zip(
            addresses[small].tolist(), words_EN[small].tolist(), strict=True
        ):
            row = []
            for output, given in zip(wanted, numbers, strict=True):
                missing = operation.other(output, given)
                if missing is None:
                    break
                row.append(missing)
            else:
                found = self._found(symbol, np.array(row, np.int32))
                if found is not None:
                    yield address, found[1], found[0]

    def term(self, handle: int) -> Term:
        """The entry as a term."""
        return self.bank.term(handle)

    def _found(self, symbol: Symbol, words: at.Words) -> tuple[int, int] | None:
        """The entry with these words, with its cost."""
        memory, number = self.bank.memory, self.bank.symbol_number(symbol)
        address = int(backwards.find_row(memory.A, memory.Q, self.bank.tables.P, number, words))
        return (self._cost(symbol, address), address) if address else None

    def _row(self, symbol: Symbol, address: int) -> Row:
        row = self._sized.get(address)
        if row is None:
            row = self._sized[address] = self.bank.row(symbol, address)
        return row

    def _addresses(self, symbol: Symbol, cost: int, *, whole: bool = False) -> at.Words:
        cells = self.bank.shelf(symbol).cells
        cell = cells[cost] if cost < len(cells) else range(0)
        return self.bank.addresses(cell, whole=whole)

    def _encoded(self, symbol: Symbol, wanted: Row) -> at.Words:
        """The words of the values wanted, kept as long as the row is."""
        known = self._words.get((symbol, id(wanted)))
        if known is None:
            words = [self.bank.memory.encode(symbol.type, value) for value in wanted]
            known = self._words[symbol, id(wanted)] = wanted, np.array(words, np.int32)
        return known[1]

    def _cost(self, symbol: Symbol, address: int) -> int:
        """The cost of an entry: that of the cell that it is in."""
        for cost, cell in enumerate(self.bank.shelf(symbol).cells):
            if cell and address <= int(self.bank.tables.E[cell.stop - 1]):
                if address >= int(self.bank.tables.E[cell.start]):
                    return cost
        raise AssertionError("an entry is in a cell")
