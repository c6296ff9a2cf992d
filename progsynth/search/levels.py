"""Which cells of a bank a level needs, and filling them in order.

The symbols around which a program of a given cost fits are found by Dijkstra's algorithm from
the root, over the least cost of the program around each (Knuth 1977). A symbol with `outside`
cost o is filled up to level - o: what is dearer cannot be part of a program of the level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import Any, Protocol

from progsynth.search.bodies import Pool
from progsynth.search.space import Production, Scope, Space, Symbol


class Cells(Protocol):
    """The entries of one symbol by cost."""

    @property
    def cells(self) -> Sequence[Sequence[Any]]: ...


class FilledBank(Protocol):
    """What is filled: `bank.Bank`, or the compiled one."""

    @property
    def shelves(self) -> Mapping[Symbol, Cells]: ...

    @property
    def pools(self) -> dict[Scope, Pool]:
        """The pools of the inner scopes."""
        ...

    @property
    def programs(self) -> int:
        """The sub-programs tried."""
        ...

    @property
    def executions(self) -> int:
        """The rows they were tried on."""
        ...

    def bound(self, programs: int | None, executions: int | None) -> None:
        """Do not go on for much longer than that without a tick."""
        ...

    def shelf(self, symbol: Symbol) -> Cells: ...

    def fill(self, symbol: Symbol, cost: int) -> Iterator[None]: ...


class Levels:
    """The state of filling one bank for programs of one root.

    With `keep_root` the root's own values are kept at their level; else they are kept only as
    parts of larger programs. `virtual` are productions whose first argument is not to be kept
    either, though its own arguments are; each stands in the place of one of the root. `eager`
    are symbols that are filled almost as far as the level, whatever is needed.
    """

    def __init__(
        self,
        space: Space,
        bank: FilledBank,
        root: Symbol,
        *,
        keep_root: bool,
        virtual: Sequence[tuple[Production, Production]] = (),
        eager: Sequence[Symbol] = (),
    ):
        self.space = space
        self.bank = bank
        self.outside: dict[Symbol, int] = {}
        self._frontier: list[tuple[int, int, int, Symbol]] = []
        self._pushed = 0
        for symbol in eager:
            self._push(symbol.least + 1, 1, symbol)
        if keep_root:
            self._push(root.least, 0, root)
            return
        replaced = {id(instead) for _, instead in virtual}
        for production in space.productions(root):
            if id(production) not in replaced:
                self._expand_production(production, 0, None)
        for production, _ in virtual:
            self._expand_production(production, 0, 0)

    def expand(self, symbol: Symbol, outside: int) -> None:
        """Note the arguments of the symbol's productions, with the programs around them."""
        for production in self.space.productions(symbol):
            self._expand_production(production, outside, None)

    def _expand_production(self, production: Production, outside: int, virtual: int | None) -> None:
        least = [a.least for a in production.args]
        around = outside + production.cost + sum(least)
        for place, (arg, own) in enumerate(zip(production.args, least, strict=True)):
            if place == virtual:
                self.expand(arg, around - own)
            else:
                self._push(around, around - own, arg)

    def _push(self, around: int, outside: int, symbol: Symbol) -> None:
        known = self.outside.get(symbol)
        if known is None or known > outside:
            self._pushed += 1
            heappush(self._frontier, (around, self._pushed, outside, symbol))

    def fill(
        self, level: int, *, only: Scope | None = None
    ) -> Iterator[tuple[Symbol, Sequence[Any]] | None]:
        """Fill what programs of the level need; yields each new cell, and None in between.

        With `only` nothing but that innermost scope is filled, which needs no others.
        """
        while self._frontier and self._frontier[0][0] <= level:
            _, _, outside, symbol = heappop(self._frontier)
            if symbol not in self.outside:
                self.outside[symbol] = outside
                self.expand(symbol, outside)
        todo = []
        for number, (symbol, outside) in enumerate(self.outside.items()):
            if only is not None and symbol.scope is not only:
                continue
            nesting = symbol.scope.nesting
            filled = len(self.bank.shelf(symbol).cells)
            todo += [(-nesting, c, number, symbol) for c in range(filled, level - outside + 1)]
        todo.sort(key=lambda item: item[:3])
        for _, cost, _, symbol in todo:
            yield from self.bank.fill(symbol, cost)
            yield symbol, self.bank.shelf(symbol).cells[cost]

    def finished(self, level: int) -> bool:
        """Is no program dearer than the level left to make?"""
        last = max(
            (c for s in self.bank.shelves.values() for c, cell in enumerate(s.cells) if cell),
            default=0,
        )
        widest, dearest = 1, 1
        for symbol in self.outside:
            for production in self.space.productions(symbol):
                widest = max(widest, len(production.args))
                dearest = max(dearest, production.cost)
        waiting = self._frontier[0][0] if self._frontier else 0
        return level > widest * last + dearest and waiting <= level
