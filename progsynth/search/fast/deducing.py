"""Bodies of lambdas whose results follow from the output, tried in the compiled bank.

What they have to give is known on elements of the examples (`deduce`). Where all these are in the
pool, values are looked up in the rows of the bank. Where some are not, rows are made of what all
entries of the scope give of them, and the elements are noted for the next pass.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product, zip_longest
from typing import Any, cast

import numpy as np

from progsynth.lang.term import Lambda, Term
from progsynth.lang.types import BOOL
from progsynth.search.bodies import Noted
from progsynth.search.deduce import Deducible, Places, demanded, places_in
from progsynth.search.fast import layout as at
from progsynth.search.fast.bank import FastBank
from progsynth.search.fast.trying import Wanted, note_places
from progsynth.search.goal import Goal, same_function
from progsynth.search.space import IF_COST, Production, Scope, Symbol, build_term

_MOST_PLACES = 62  # of which sets are looked at: a set is a word
_MADE = (4, 16)  # that rows are made for: of values of many kinds, and of truth values
_TRIED = 200  # bodies of one goal that fit where it was looked, and are tried whole
_SETS = 1 << 13  # of places that bodies or conditions are right on


@dataclass(frozen=True, slots=True)
class Looked:
    """What is wanted, and the entries whose rows are made for it; None where these are the bank's.

    `whole` says that it is all that is wanted: what gives it is right.
    """

    wanted: Wanted
    numbers: at.Words | None
    whole: bool


class Deducing:
    """The deducible productions of a goal; `is_right` tries a whole program on the examples."""

    def __init__(self, bank: FastBank, goal: Goal, is_right: Callable[[Term], bool]):
        self.bank = bank
        self.goal = goal
        self.outside: Noted = {}  # elements that are in no pool
        self._is_right = is_right
        self._places: dict[Scope, dict[tuple[int, Hashable], int]] = {}
        self._values: dict[tuple[Symbol, int], tuple[Any, ...]] = {}

    def right(self, one: Deducible, split: tuple[int, ...]) -> Iterator[Term | None]:
        """The calls of these shares whose bodies give what the output says."""
        production, deduce = one.production, one.known.deduce
        body, *others = production.args
        same = same_function(body.type, self.goal.tolerance)
        cells = [
            self._entries(symbol, cost, spare)
            for symbol, cost, spare in zip(others, split[1:], one.known.spare, strict=True)
        ]
        for count, chosen in enumerate(product(*cells)):
            if not count & 255:
                yield None
            rows = [self._row(symbol, one) for symbol, one in zip(others, chosen, strict=True)]
            pairs = []
            for i, output in enumerate(self.goal.expected):
                some = deduce(*[row[i] for row in rows], output)
                if some is None:
                    break
                pairs.append(some)
            else:
                found = demanded(body.scope, pairs, same)
                if found:
                    yield from self._calls(production, split[0], found, chosen)

    def _entries(
        self, symbol: Symbol, cost: int, spare: tuple[int, int | None] | None
    ) -> list[int]:
        """The entries that fail nowhere and are of the right lengths."""
        addresses = self.bank.addresses(self.bank.shelf(symbol).cells[cost], whole=True)
        if spare is None:
            return [int(one) for one in addresses]
        A, width = self.bank.memory.A, len(self.goal.rows)
        outputs = np.array([len(cast(Any, out)) for out in self.goal.expected])
        lengths = A[A[addresses[:, None] + np.arange(width)] - 1] >> 2  # see `layout`
        longer = lengths - outputs
        least, most = spare
        fits = (longer >= least) & (True if most is None else longer <= most)
        return [int(one) for one in addresses[fits.all(axis=1)]]

    def _row(self, symbol: Symbol, address: int) -> tuple[Any, ...]:
        found = self._values.get((symbol, address))
        if found is None:
            found = self._values[symbol, address] = self.bank.row(symbol, address)
        return found

    def _calls(
        self,
        production: Production,
        cost: int,
        found: Places,
        others: tuple[int, ...],
    ) -> Iterator[Term | None]:
        """The calls of bodies of that cost that give what is wanted, of these other arguments."""
        symbol = production.args[0]
        looked = self._looked_up(symbol, cost, found)
        if looked is None:
            return
        rest = tuple([self.bank.term(one) for one in others])
        tried = 0
        for body in self._bodies(symbol, cost, looked):
            if body is None:
                yield None
                continue
            tried += 1
            if tried > _TRIED and not looked.whole:
                return
            term = build_term(production, (Lambda(len(symbol.scope.own), body), *rest))
            if looked.whole or self._is_right(term):
                yield term

    def _looked_up(self, symbol: Symbol, cost: int, found: Places) -> Looked | None:
        """Where values of what bodies of that cost are made of are looked up; None where there is
        no room."""
        scope, bank = symbol.scope, self.bank
        bank.scope_number(scope)
        places = self._places_in(scope)
        order = _telling(found)
        outside = [here for here in order if here not in places]
        for here in outside:
            self.outside.setdefault(scope, {}).setdefault(here, found[here][0])
        whole = True
        if outside:
            most = _MADE[symbol.type == BOOL]
            whole, order = len(order) <= most, order[:most]
        words = [bank.memory.encode(symbol.type, found[here][1]) for here in order]
        goal = np.array(words, np.int32)
        if not outside:
            row = bank.tables.Z[bank.scope_number(scope)]
            at_places = np.array([places[here] for here in order], np.int32)
            none = np.zeros(0, np.int32)
            start, stride = int(row[at.ENVS]), int(row[at.WIDTH])
            return Looked(Wanted(goal, at_places, start, stride, none, 0), None, whole)
        outer = () if scope.closed else self.goal.rows
        envs = [(*(outer[here[0]] if outer else ()), *found[here][0]) for here in order]
        columns = zip(scope.visible, zip(*envs, strict=True), strict=True)
        settings = [[bank.memory.encode(t, v) for v in column] for t, column in columns]
        numbers = bank.entries_in(scope, cost - 1)
        made = bank.extend(numbers, np.array(settings, np.int32))
        if made is None:
            return None
        index = np.full(bank.entries, -1, np.int32)
        index[numbers] = np.arange(len(numbers), dtype=np.int32)
        width = np.arange(len(order), dtype=np.int32)
        return Looked(Wanted(goal, width, made[0], len(order), index, made[1]), numbers, whole)

    def _places_in(self, scope: Scope) -> dict[tuple[int, Hashable], int]:
        found = self._places.get(scope)
        if found is None:
            found = self._places[scope] = places_in(self.bank.pools[scope])
        return found

    # ---------------------------------------------------------------------------- bodies

    def _bodies(self, symbol: Symbol, cost: int, looked: Looked) -> Iterator[Term | None]:
        bank, wanted, numbers = self.bank, looked.wanted, looked.numbers
        for hit in bank.try_bodies(symbol, cost, wanted):
            if hit is None:
                yield None
                continue
            production, chosen = hit
            if numbers is not None:
                places = [(one - wanted.rows) // wanted.stride for one in chosen]
                chosen = tuple([int(bank.tables.E[numbers[place]]) for place in places])
            yield bank.made(symbol.scope, production, chosen)
        yield from self._conditionals(symbol, cost, wanted)

    def _conditionals(self, symbol: Symbol, cost: int, wanted: Wanted) -> Iterator[Term | None]:
        """Bodies `a if c else b`: the cheapest a and b right where c sends elements to them."""
        total, full = cost - IF_COST, (1 << len(wanted.G)) - 1
        bank = self.bank
        made = [p for p in bank.space.productions(symbol) if p.kind == "if"]
        if not made or total < 3 or not 1 < len(wanted.G) <= _MOST_PLACES:
            return
        right = self._sets(symbol, total - 2, wanted, wanted.G, whole=False)
        if len(right) < 2 or not _covers(right, full):
            return
        tests = bank.space.symbol(symbol.scope, BOOL)
        conditions = self._sets(tests, total - 2, wanted, np.ones_like(wanted.G), whole=True)
        masks = np.array([mask for mask, _, _ in right], np.int64)
        costs = np.array([cost for _, cost, _ in right], np.int64)
        for true, test_cost, test in conditions:
            if true in (0, full):
                continue
            then = _least(masks, costs, true)
            other = _least(masks, costs, full & ~true)
            if then is None or other is None:
                continue
            if test_cost + right[then][1] + right[other][1] == total:
                yield bank.made(symbol.scope, made[0], (test, right[then][2], right[other][2]))
        yield None

    def _sets(
        self, symbol: Symbol, most: int, wanted: Wanted, words: at.Words, *, whole: bool
    ) -> list[tuple[int, int, int]]:
        """The sets of places that entries up to a cost are right on, with cost and address."""
        seen = np.full(_SETS, -1, np.int64)
        found: list[tuple[int, int, int]] = []
        A = self.bank.memory.A
        for cost, cell in enumerate(islice(self.bank.shelf(symbol).cells, most + 1)):
            room = max(0, _SETS // 2 - len(found))
            buffer = np.zeros(2 * room, np.int64)
            addresses = rows = self.bank.addresses(cell, whole=whole)
            if len(wanted.index):
                addresses = self.bank.addresses(cell)
                rows = wanted.rows + wanted.index[cell.start : cell.stop] * wanted.stride
                if whole:
                    fine = (A[rows[:, None] + wanted.W] != at.FAIL).all(axis=1)
                    addresses, rows = addresses[fine], rows[fine]
            num = note_places(A, rows, words, wanted.W, seen, buffer)
            pairs = buffer[: 2 * num].reshape(-1, 2).tolist()
            found += [(mask, cost, int(addresses[number])) for mask, number in pairs]
        return [one for one in found if one[0]]


def _telling(found: Places) -> list[tuple[int, Hashable]]:
    """The places, the most telling first: one of each result in turn, large results first."""
    groups: dict[str, list[tuple[int, Hashable]]] = {}
    for here, (_, value) in found.items():
        groups.setdefault(repr(value), []).append(here)
    queues = [groups[text] for text in sorted(groups, key=len, reverse=True)]
    return [here for turn in zip_longest(*queues) for here in turn if here is not None]


def _covers(right: Sequence[tuple[int, int, int]], full: int) -> bool:
    """Can two of them be right on all places?"""
    most = max(mask.bit_count() for mask, _, _ in right)
    together = 0
    for mask, _, _ in right:
        together |= mask
    return together == full and 2 * most >= full.bit_count()


def _least(masks: Any, costs: Any, wanted: int) -> int | None:
    """Which of the sets holds all that are wanted, at least cost."""
    fits = np.flatnonzero(masks & wanted == wanted)
    return int(fits[np.argmin(costs[fits])]) if len(fits) else None
