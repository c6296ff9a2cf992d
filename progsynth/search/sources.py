"""The lists and texts at hand: a bank of its own without lambdas, a few units of cost deeper.

What a lambda is called on is mostly plain: a range of three numbers, the words of a text, a list
turned round. The bank of the whole search comes to these late, for most of it are bodies of
lambdas. So they are looked for in a bank in which there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Protocol

from progsynth.lang.types import BOOL, INT, STR, Type
from progsynth.search.backward.view import View
from progsynth.search.bodies import Noted
from progsynth.search.goal import Goal
from progsynth.search.levels import FilledBank, Levels
from progsynth.search.space import Instance, Space, Symbol

_CONSTANTS = (1, 2)  # what a number and a text may cost at most
_DEAREST = 7  # what a source may cost
_BEGINNING = 4_000  # executions up to which it may use half as many as the search around it
_PART = 4  # and beyond which one in so many of these


def plain(space: Space) -> Space:
    """What sources are made of: texts, lists of one another and numbers, without lambdas,
    conditionals, dear constants and lists put together of two."""
    kinds = {t for t in space.least if t in (INT, STR) or t.name == "list"}

    def serves(one: Instance) -> bool:
        lists = [t for t in one.params if t.name == "list"]
        return set(one.params) <= kinds and len(lists) == len(set(lists))

    return Space(
        {t: tuple(filter(serves, some)) for t, some in space.instances.items() if t in kinds},
        {t: cost for t, cost in space.least.items() if t in kinds or t == BOOL},
        tuple([c for c in space.constants if c.cost <= _CONSTANTS[c.type == STR]]),
        max_nesting=0,
        surcharge=space.surcharge,
        forms=replace(space.forms, kinds=frozenset()),
    )


class Seen(Protocol):
    """A bank, and how it is looked at backwards."""

    @property
    def bank(self) -> FilledBank: ...

    @property
    def view(self) -> View: ...


class Sources:
    """Lists and texts over the rows of a goal, cheapest first; `space` is one of `plain`.

    `programs` and `executions` are those used in all passes.
    """

    def __init__(self, space: Space, aim: Callable[[Goal, Noted], Seen]):
        self.space = space
        self._aim = aim
        self._spent = (0, 0)  # of earlier passes
        self._rows: tuple[tuple[Any, ...], ...] | None = None
        self.aimed: Seen | None = None

    def begin(self, goal: Goal) -> None:
        """Begin a pass over these examples; over the same ones all stays as it is."""
        if self._rows == goal.rows:
            return
        self._rows = goal.rows
        self._spent = self.programs, self.executions
        self.aimed = self._aim(goal, {})
        self._top = self.space.top(goal.params)
        self._steps = self._fill(self.aimed)

    @property
    def view(self) -> View:
        """The bank as it is seen backwards."""
        assert self.aimed is not None
        return self.aimed.view

    def symbol(self, type_: Type) -> Symbol:
        """The symbol of that type in this bank."""
        return self.space.symbol(self._top, type_)

    @property
    def programs(self) -> int:
        """The programs tried."""
        return self._spent[0] + (self.aimed.bank.programs if self.aimed else 0)

    @property
    def executions(self) -> int:
        """The rows that they were tried on."""
        return self._spent[1] + (self.aimed.bank.executions if self.aimed else 0)

    def go_on(self, executions: int, most: Callable[[], int | None]) -> Iterator[None]:
        """Fill on, when the pass around it has used so many executions; ticks before `most` more
        are used, or soon after."""
        assert self.aimed is not None
        allowed = max(min(_BEGINNING, executions // 2), executions // _PART)
        while (left := allowed - self.aimed.bank.executions) > 0:
            bound = most()
            self.aimed.bank.bound(None, left if bound is None else min(left, bound))
            if next(self._steps, _OVER) is _OVER:
                return
            yield

    def _fill(self, aimed: Seen) -> Iterator[None]:
        sequences = [t for t in self.space.least if t == STR or t.name == "list"]
        eager = list(map(self.symbol, sequences))
        root = self.symbol(BOOL)
        levels = Levels(self.space, aimed.bank, root, keep_root=True, eager=eager)
        for level in range(1, _DEAREST + 2):
            for _ in levels.fill(level):
                yield


_OVER = object()
