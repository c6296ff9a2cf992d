"""The compiled bank aimed at a goal: which programs of its values are right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from progsynth.lang.primitive import DSL
from progsynth.lang.term import Term
from progsynth.lang.types import BOOL, FLOAT
from progsynth.search.bank import splits
from progsynth.search.bodies import Noted
from progsynth.search.deduce import Deducible, deducible
from progsynth.search.fast import layout as at
from progsynth.search.fast.bank import FastBank, keys_of
from progsynth.search.fast.deducing import Deducing
from progsynth.search.fast.meanings import operations
from progsynth.search.fast.memory import Sizes
from progsynth.search.fast.noting import Noting
from progsynth.search.fast.opcodes import Operation
from progsynth.search.fast.view import FastView
from progsynth.search.goal import Goal, same_function
from progsynth.search.reductions import Numbers
from progsynth.search.space import Production, Space, Symbol


class AimedFastBank:
    """The bank and what is wanted of its root; see `course.Aimed`. Entries are addresses.

    `known` are the DSL's `operations`, where they are at hand.
    """

    def __init__(
        self,
        space: Space,
        dsl: DSL,
        goal: Goal,
        noted: Noted,
        sizes: Sizes,
        is_right: Callable[[Term], bool],
        *,
        known: Mapping[str, Operation] | None = None,
    ):
        self.space = space
        self.goal = goal
        self.top = space.top(goal.params)
        self.root = space.symbol(self.top, goal.result)
        self.bank = FastBank(
            space, self.top, goal.rows, goal.hints(), sizes=sizes, noted=noted,
            operations=operations(dsl) if known is None else known,
        )  # fmt: skip
        words = [self.bank.memory.encode(goal.result, out) for out in goal.expected]
        self.wanted = np.array(words, np.int32)
        self.view = FastView(self.bank, goal.result)
        self._right = Noting(self.wanted, of_outputs=True)
        self.bank.memory.aim(goal.result, goal.tolerance)
        self._same = same_function(goal.result, goal.tolerance)
        self._true = Noting(np.ones(len(goal.rows), np.int32))
        first = self.bank.number_productions(self.root)
        numbered = enumerate(space.productions(self.root), first)
        self._numbers = {id(production): number for number, production in numbered}
        self._telling = goal.telling()
        # An output that may be wrong says nothing of what is inside.
        self.deducible = [] if goal.misses else deducible(dsl, space, self.root)
        self._deducing = Deducing(self.bank, goal, is_right)

    @property
    def full(self) -> int:
        """How many values the bank holds now that it is full; 0 while it is not."""
        return self.bank.entries if self.bank.full else 0

    def met(self) -> Noted:
        """What lambdas met outside their pools, and what is deduced of elements outside."""
        found = {scope: dict(met) for scope, met in self._deducing.outside.items()}
        for scope, met in self.bank.learn_elements().items():
            found.setdefault(scope, {}).update(keys_of(scope, met))
        return found

    def stop_noting(self) -> None:
        """Learn of no more elements."""
        self.bank.stop_noting()

    def term(self, entry: int) -> Term:
        """The term of an entry."""
        return self.bank.term(entry)

    def made(self, production: Production, entries: Sequence[int]) -> Term:
        """The term of a production of the outermost scope, of these arguments."""
        return self.bank.made(self.top, production, entries)

    def numbers(self, symbol: Symbol, cost: int) -> tuple[Numbers, at.Words]:
        """The values of a cell of numbers or truth values, NaN where one fails, and the entries."""
        memory, cells = self.bank.memory, self.bank.shelf(symbol).cells
        addresses = self.bank.addresses(cells[cost])
        words_ES = memory.A[addresses[:, None] + np.arange(len(self.goal.rows))].astype(np.int64)
        if symbol.type != BOOL:
            large = words_ES >= at.BIG
            words_ES[large] = memory.Q[memory.Q[at.BIG_AT] + words_ES[large] - at.BIG]
        failed = words_ES == at.FAIL
        values = words_ES.view(np.float64) if symbol.type == FLOAT else words_ES.astype(np.float64)
        return np.where(failed, np.nan, values), addresses

    def splits(self, production: Production, total: int) -> list[tuple[int, ...]]:
        """The ways to share a cost out among the arguments, where each has entries."""
        cells = [self.bank.shelf(a).cells for a in production.args]
        return [
            split
            for split in splits(total, [a.least for a in production.args])
            if all(s < len(c) and c[s] for s, c in zip(split, cells, strict=True))
            and not (production.commutative and split[0] > split[1])
        ]

    def right_sets(self, cell: Sequence[int], cost: int) -> Iterable[tuple[int, int]]:
        """On which rows entries of the root are right; each set that is new."""
        return self._right.new(self.bank, self.bank.addresses(cell))

    def true_sets(self, cell: Sequence[int], cost: int) -> Iterable[tuple[int, int]]:
        """Where the conditions that fail nowhere are true; each set that is new."""
        return self._true.new(self.bank, self.bank.addresses(cell, whole=True))

    def is_leaf_right(self, production: Production) -> bool:
        """Is a production without arguments right?"""
        rows, goal = self.goal.rows, self.goal
        self.bank.count_programs(1, len(rows))
        match production.kind:
            case "variable":
                values = [row[production.detail] for row in rows]
            case "constant":
                values = [production.detail] * len(rows)
            case _:
                values = [[]] * len(rows)
        right = sum(map(self._same, values, goal.expected))
        return right >= len(rows) - goal.misses

    def right_calls(self, production: Production, split: tuple[int, ...]) -> Iterator[Term | None]:
        """The programs of these shares that are right; None now and then."""
        number, misses = self._numbers[id(production)], self.goal.misses
        for chosen in self.bank.check(number, split, self.wanted, self._telling, misses):
            yield None if chosen is None else self.made(production, chosen)

    def right_bodies(self, one: Deducible, split: tuple[int, ...]) -> Iterator[Term | None]:
        """The calls whose bodies give what the output says that they have to give."""
        return self._deducing.right(one, split)
