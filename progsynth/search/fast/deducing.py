"""Bodies of lambdas whose results follow from the output, tried in the compiled bank.

What they have to give is known on elements of the examples (`deduce`). Those of them that are in
the pool are looked up in the rows of the bank; where others are left, a body that fits so far is
tried in the whole program, and they are noted for the next pass.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import islice, product
from typing import Any

import numpy as np

from progsynth.lang.term import Lambda, Term
from progsynth.lang.types import BOOL
from progsynth.search.bodies import Env, Noted
from progsynth.search.deduce import Known, demanded, places_in
from progsynth.search.fast import layout as at
from progsynth.search.fast.bank import FastBank
from progsynth.search.fast.trying import note_places
from progsynth.search.goal import Goal, same_function
from progsynth.search.space import IF_COST, Production, Scope, Symbol, build_term

_MOST_PLACES = 48  # of one goal that are looked up: a set of them is a word
_TRIED = 50  # bodies of one goal that are tried in the whole program
_SETS = 1 << 13  # of places that bodies or conditions are right on


class Deducing:
    """The deducible productions of a goal; `is_right` tries a whole program on the examples."""

    def __init__(
        self,
        bank: FastBank,
        goal: Goal,
        known: Sequence[tuple[Production, Known]],
        is_right: Callable[[Term], bool],
    ):
        self.bank = bank
        self.goal = goal
        self.known = {id(production): how for production, how in known}
        self.outside: Noted = {}  # elements that are in no pool
        self._is_right = is_right
        self._places: dict[Scope, dict[tuple[int, Hashable], int]] = {}
        self._values: dict[tuple[Symbol, int], tuple[Any, ...]] = {}
        self._lengths = np.array([len(out) for out in goal.expected]) if known else None

    def right(self, production: Production, split: tuple[int, ...]) -> Iterator[Term | None]:
        """The calls of these shares whose bodies give what the output says."""
        body, *others = production.args
        deduce = self.known[id(production)].deduce
        same = same_function(body.type, self.goal.tolerance)
        cells = [self._entries(production, a, c) for a, c in zip(others, split[1:], strict=True)]
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

    def _entries(self, production: Production, symbol: Symbol, cost: int) -> list[int]:
        """The entries that fail nowhere and are long enough."""
        addresses = self.bank.addresses(self.bank.shelf(symbol).cells[cost], whole=True)
        if symbol.type.name not in ("list", "str"):
            return [int(one) for one in addresses]
        A, width = self.bank.memory.A, len(self.goal.rows)
        lengths = A[A[addresses[:, None] + np.arange(width)] - 1] >> 2  # see `layout`
        exact = self.known[id(production)].exact
        fits = lengths == self._lengths if exact else lengths >= self._lengths
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
        found: dict[tuple[int, Hashable], tuple[Env, Any]],
        others: tuple[int, ...],
    ) -> Iterator[Term | None]:
        """The calls of bodies of that cost that give what is wanted, of these other arguments."""
        symbol = production.args[0]
        places, missing = self._places_in(symbol.scope), False
        wanted: list[tuple[int, int]] = []
        for here in sorted(found, key=lambda here: -len(repr(found[here][1]))):
            args, value = found[here]
            if here in places:
                wanted.append((places[here], self.bank.memory.encode(symbol.type, value)))
            else:
                missing = True
                self.outside.setdefault(symbol.scope, {}).setdefault(here, args)
        missing |= len(wanted) > _MOST_PLACES
        if not wanted:
            return
        columns = np.array(wanted[:_MOST_PLACES], np.int32)
        rows, words = np.ascontiguousarray(columns[:, 0]), np.ascontiguousarray(columns[:, 1])
        terms = (self.bank.term(one) for one in others)
        rest, tried = tuple(terms), 0
        for body in self._bodies(symbol, cost, words, rows):
            if body is None:
                yield None
                continue
            lambda_ = Lambda(len(symbol.scope.own), body)
            term = build_term(production, (lambda_, *rest))
            if not missing or self._is_right(term):
                yield term
            tried += 1
            if missing and tried >= _TRIED:
                return

    def _places_in(self, scope: Scope) -> dict[tuple[int, Hashable], int]:
        found = self._places.get(scope)
        if found is None:
            found = self._places[scope] = places_in(self.bank.pools[scope])
        return found

    # ---------------------------------------------------------------------------- bodies

    def _bodies(
        self, symbol: Symbol, cost: int, words: at.Words, rows: at.Words
    ) -> Iterator[Term | None]:
        scope = symbol.scope
        for hit in self.bank.try_bodies(symbol, cost, words, rows):
            yield None if hit is None else self.bank.made(scope, *hit)
        yield from self._conditionals(symbol, cost, words, rows)

    def _conditionals(
        self, symbol: Symbol, cost: int, words: at.Words, rows: at.Words
    ) -> Iterator[Term | None]:
        """Bodies `a if c else b`: the cheapest a and b right where c sends elements to them."""
        total, full = cost - IF_COST, (1 << len(rows)) - 1
        bank = self.bank
        made = [p for p in bank.space.productions(symbol) if p.kind == "if"]
        if not made or total < 3 or full == 1:
            return
        right = self._sets(symbol, total - 2, words, rows, whole=False)
        if len(right) < 2 or not _covers(right, full):
            return
        tests = bank.space.symbol(symbol.scope, BOOL)
        conditions = self._sets(tests, total - 2, np.ones_like(words), rows, whole=True)
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
        self, symbol: Symbol, most: int, words: at.Words, rows: at.Words, *, whole: bool
    ) -> list[tuple[int, int, int]]:
        """The sets of places that entries up to a cost are right on, with cost and address."""
        seen = np.full(_SETS, -1, np.int64)
        found: list[tuple[int, int, int]] = []
        A = self.bank.memory.A
        for cost, cell in enumerate(islice(self.bank.shelf(symbol).cells, most + 1)):
            room = max(0, _SETS // 2 - len(found))
            buffer = np.zeros(2 * room, np.int64)
            addresses = self.bank.addresses(cell, whole=whole)
            num = note_places(A, addresses, words, rows, seen, buffer)
            found += [(mask, cost, one) for mask, one in buffer[: 2 * num].reshape(-1, 2).tolist()]
        return [one for one in found if one[0]]


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
