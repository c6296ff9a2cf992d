"""A bank in Python aimed at a goal: which programs of its values are right."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from progsynth.lang.primitive import DSL
from progsynth.lang.term import Term
from progsynth.lang.values import Value
from progsynth.search.backward.python_view import BankView
from progsynth.search.bank import Bank, Entry
from progsynth.search.bodies import Noted
from progsynth.search.deduce import Deducible, bodies, choices, deducible, demanded, wanted
from progsynth.search.goal import Goal, same_function
from progsynth.search.kernels import FAIL, FAILURES, Kernels
from progsynth.search.reductions import Numbers
from progsynth.search.space import Production, Space, Symbol

_LOOK = 1024  # programs tried between ticks, at most


class AimedBank:
    """The bank and what is wanted of its root; see `course.Aimed`."""

    def __init__(
        self, space: Space, dsl: DSL, kernels: Kernels, goal: Goal, noted: Noted, max_entries: int
    ):
        self.goal = goal
        self.top = space.top(goal.params)
        self.root = space.symbol(self.top, goal.result)
        self.bank = Bank(
            space, kernels, self.top, goal.rows, goal.hints(), noted=noted, max_entries=max_entries
        )
        self.view = BankView(self.bank, goal.tolerance)
        # An output that may be wrong says nothing of what is inside.
        self.deducible = [] if goal.misses else deducible(dsl, space, self.root)
        self._same = same_function(goal.result, goal.tolerance)
        self._first = goal.telling() if goal.rows else 0
        self._columns: dict[tuple[Symbol, int], list[tuple[Entry, Any]]] = {}

    @property
    def full(self) -> int:
        """How many values the bank holds now that it is full; 0 while it is not."""
        return self.bank.max_entries if self.bank.full else 0

    def met(self) -> Noted:
        """What lambdas met outside their pools."""
        return {scope: pool.noted for scope, pool in self.bank.pools.items()}

    def stop_noting(self) -> None:
        """What is noted costs nothing here."""

    def term(self, entry: Entry) -> Term:
        """The term of an entry of the outermost scope."""
        return self.bank.term(self.top, entry)

    def made(self, production: Production, entries: Sequence[Entry]) -> Term:
        """The term of a production there, of these arguments."""
        return self.bank.term(self.top, Entry((), production, tuple(entries), 0, True))

    def splits(self, production: Production, total: int) -> list[tuple[int, ...]]:
        """The ways to share a cost out among the arguments, where each has entries."""
        return list(self.bank.splits(production, total))

    def numbers(self, symbol: Symbol, cost: int) -> tuple[Numbers, Sequence[Entry]]:
        """The values of a cell of numbers or truth values, NaN where one fails, and the entries."""
        cell = self.bank.shelf(symbol).cell(cost)
        rows = [[math.nan if v is FAIL else float(v) for v in entry.row] for entry in cell]
        return np.array(rows, np.float64).reshape(len(cell), len(self.goal.rows)), cell

    # ------------------------------------------------------------------------------ sets

    def right_sets(self, cell: Sequence[Entry], cost: int) -> Iterable[tuple[int, Entry]]:
        """On which rows the entries are right."""
        return ((self._right_rows(entry.row), entry) for entry in cell)

    def true_sets(self, cell: Sequence[Entry], cost: int) -> Iterable[tuple[int, Entry]]:
        """Where the conditions that fail nowhere are true."""
        for entry in cell:
            if entry.whole:
                yield sum(1 << i for i, value in enumerate(entry.row) if value), entry

    def _right_rows(self, row: Sequence[Any]) -> int:
        found = 0
        same = self._same
        for i, (value, output) in enumerate(zip(row, self.goal.expected, strict=True)):
            if value is not FAIL and same(value, output):
                found |= 1 << i
        return found

    # ---------------------------------------------------------------------------- trying

    def is_leaf_right(self, production: Production) -> bool:
        """Is a production without arguments right?"""
        (entry,) = self.bank.leaves(self.root, production)
        self.bank.count(1, len(entry.row))
        right = self._right_rows(entry.row).bit_count()
        return right >= len(self.goal.rows) - self.goal.misses

    def right_calls(self, production: Production, split: tuple[int, ...]) -> Iterator[Term | None]:
        """The programs of these shares that are right; None now and then."""
        lists = []
        for symbol, cost in zip(production.args, split, strict=True):
            column = self._column(symbol, cost)
            if not column:
                return
            lists.append(column)
        fn = self.bank.kernel(production, self.root)
        same, output = self._same, self.goal.expected[self._first]
        lazy = production.kind in ("and", "or")
        exact = same is operator.eq
        sure = not self.goal.misses
        count, every = 0, self.bank.ticks(1, _LOOK)
        for values, entries in choices(lists):
            if count >= every:
                self.bank.count(count, count)
                count = 0
                yield None
                every = self.bank.ticks(1, _LOOK)
            count += 1
            if sure:  # wrong on the first example is wrong
                try:
                    value = fn(*values)
                except FAILURES:
                    continue
                if value != output if exact else not same(value, output):
                    continue
            if self._fits(production, fn, entries, lazy):
                yield self.made(production, entries)
        self.bank.count(count, count)

    def _column(self, symbol: Symbol, cost: int) -> list[tuple[Entry, Any]]:
        """The entries of a cell with their values on the first example; bodies with callables."""
        found = self._columns.get((symbol, cost))
        if found is not None:
            return found
        first = self._first
        cell = self.bank.shelf(symbol).cell(cost)
        if symbol.scope is self.top:
            any_ = self.goal.misses > 0
            found = [(e, e.row[first]) for e in cell if any_ or e.row[first] is not FAIL]
        else:
            some = self.bank.bodies(symbol.scope, cell)
            found = [(e, self.bank.callable_at(symbol.scope, e, first)) for e in some]
        self._columns[symbol, cost] = found
        return found

    def _fits(
        self, production: Production, fn: Any, entries: tuple[Entry, ...], lazy: bool
    ) -> bool:
        """Is the call right on every example, but for the misses allowed?"""
        left = self.goal.misses
        for i, output in enumerate(self.goal.expected):
            values = [
                e.row[i] if s.scope is self.top else self.bank.callable_at(s.scope, e, i)
                for s, e in zip(production.args, entries, strict=True)
            ]
            self.bank.count(0, 1)
            if not self._right(fn, values, output, lazy):
                if not left:
                    return False
                left -= 1
        return True

    def _right(self, fn: Any, values: list[Any], output: Value, lazy: bool) -> bool:
        """Is the call of these values the output?"""
        if not lazy and any(v is FAIL for v in values):
            return False
        try:
            value = fn(*values)
        except FAILURES:
            return False
        return value is not FAIL and self._same(value, output)

    # -------------------------------------------------------------------------- deducing

    def right_bodies(self, one: Deducible, split: tuple[int, ...]) -> Iterator[Term | None]:
        """The calls whose bodies give what the output says that they have to give."""
        production, deduce = one.production, one.known.deduce
        body = production.args[0]
        same = self._same_body(body)
        cells = [
            self.bank.shelf(a).cell(c) for a, c in zip(production.args[1:], split[1:], strict=True)
        ]
        for others in product(*cells):
            if not all(e.whole for e in others):
                continue
            pairs = []
            for i, output in enumerate(self.goal.expected):
                some = deduce(*[e.row[i] for e in others], output)
                if some is None:
                    break
                pairs.append(some)
            else:
                demands = demanded(body.scope, pairs, same)
                if not demands:
                    continue
                goal = wanted(self.bank, body.scope, demands)
                for found in bodies(self.bank, body, split[0], goal, same):
                    yield None if found is None else self.made(production, (found, *others))

    def _same_body(self, symbol: Symbol) -> Callable[[Any, Any], bool]:
        return same_function(symbol.type, self.goal.tolerance)
