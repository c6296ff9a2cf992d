"""Cheap expressions over a loop's variables, in order of cost, each behaviour once.

They come from the bank of the bottom-up search, over settings of the variables that are drawn
from the values of the examples. Two expressions that agree on all of these are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from progsynth.lang.primitive import DSL
from progsynth.lang.term import Apply, Term, Var, map_variables
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type, walk_type
from progsynth.lang.values import Value, entry_types, identity_key, size_of
from progsynth.search.bank import Bank, Entry
from progsynth.search.constants import RARE
from progsynth.search.kernels import Kernels
from progsynth.search.levels import Levels
from progsynth.search.space import Scope, Space

Setting = tuple[Any, ...]

_SETTINGS = 16  # that expressions are told apart by
_MOST = 200_000  # executions of one enumeration
_LARGEST = 12  # cells of a value that expressions are told apart by
_FEW = 3
_PLAIN: dict[Type, tuple[Any, ...]] = {
    INT: (0, 1, 2, 3, 4, 5, 7, 10, -1, 12, 25),
    FLOAT: (0.0, 1.0, 0.5, 2.5, -1.0, 7.25),
    STR: ("", "a", "Bc", "1", "a b"),
    BOOL: (False, True),
}


@dataclass(frozen=True, slots=True, eq=False)
class Cheap:
    """An expression over some variables.

    `run` gives its value from theirs, `term` has them as its outermost variables, the last one
    `Var(0)`. `uses` has a bit for each of the `width` variables that it uses.
    """

    cost: int
    uses: int
    width: int
    run: Callable[[Setting], Any]
    term: Term

    def placed(self, places: Sequence[int]) -> Term:
        """The term where each variable is the one of that index, as seen from its top."""
        return placed(self.term, places)


def placed(term: Term, places: Sequence[int]) -> Term:
    """The term where the variable of each place is the one of that index, as seen from the top."""
    width = len(places)

    def put(depth: int, node: Term) -> Term:
        assert isinstance(node, Var | Apply)
        if node.index < depth or isinstance(node, Apply):
            return node
        return Var(places[width - 1 - (node.index - depth)] + depth)

    return map_variables(term, put)


class Shelf:
    """The expressions of one type over variables of some types, made as they are asked for.

    There are none before it is opened.
    """

    def __init__(self, space: Space, kernels: Kernels, types: Sequence[Type], want: Type):
        self._parts = space, kernels, tuple(types), want
        self._bank: Bank | None = None
        self._levels: Levels | None = None
        self._by_cost: list[list[Cheap]] = [[]]

    def open(self, settings: Sequence[Setting]) -> None:
        """Have the expressions told apart by these settings of the variables."""
        space, kernels, types, want = self._parts
        top = space.top(types)
        self._bank = Bank(space, kernels, top, settings, [[] for _ in settings])
        self._levels = Levels(space, self._bank, space.symbol(top, want), keep_root=True)

    @property
    def executions(self) -> int:
        """What it has run so far."""
        return 0 if self._bank is None else self._bank.executions

    def at(self, cost: int) -> list[Cheap]:
        """Those of that cost; none once too much was spent."""
        while len(self._by_cost) <= cost:
            self._by_cost.append(self._filled(len(self._by_cost)))
        return self._by_cost[cost] if cost > 0 else []

    def up_to(self, cost: int) -> Iterator[Cheap]:
        """All up to that cost, the cheapest first."""
        for one in range(1, cost + 1):
            yield from self.at(one)

    def _filled(self, cost: int) -> list[Cheap]:
        bank, levels = self._bank, self._levels
        if bank is None or levels is None or bank.executions > _MOST:
            return []
        for _ in levels.fill(cost):
            if bank.executions > 2 * _MOST:
                break
        space, _, types, want = self._parts
        symbol = space.symbol(space.top(types), want)
        return [cheap(bank, bank.top, entry) for entry in bank.shelf(symbol).cell(cost)]


def cheap(bank: Bank, scope: Scope, entry: Entry) -> Cheap:
    """An entry of a bank as an expression."""
    width = len(scope.visible)
    run, term = bank.runner(scope, entry), bank.term(scope, entry)
    return Cheap(entry.cost, entry.uses, width, run, term)


@dataclass
class Store:
    """The shelves of one problem; `pool` has values of each type that occur in the examples."""

    space: Space
    kernels: Kernels
    pool: dict[Type, list[Value]]
    seed: int
    is_wide: bool = False  # may expressions go through types other than their variables'?
    _shelves: dict[tuple[Any, ...], Shelf] = field(default_factory=dict)

    def shelf(self, types: Sequence[Type], want: Type) -> Shelf:
        """The expressions of a type over variables of these types."""
        key = (*types, want)
        found = self._shelves.get(key)
        if found is None:
            space = self.space if self.is_wide else near(self.space, key)
            found = self._shelves[key] = Shelf(space, self.kernels, types, want)
            rng = Random(f"{self.seed} {[str(t) for t in types]}")
            columns = [self.pool.get(t, []) for t in types]
            if all(columns):
                drawn = [_drawn(rng, t, column) for t, column in zip(types, columns, strict=True)]
                found.open(list(zip(*drawn, strict=True)))
        return found

    @property
    def executions(self) -> int:
        """What all enumerations have run."""
        return sum(shelf.executions for shelf in self._shelves.values())


def _drawn(rng: Random, type_: Type, column: Sequence[Value]) -> list[Value]:
    """Values of one variable: each of the small ones, and some that occur, in any order."""
    small = _PLAIN.get(type_, ())[:_SETTINGS]
    found = [*small, *(rng.choice(column) for _ in range(_SETTINGS - len(small)))]
    rng.shuffle(found)
    return found


def near(space: Space, given: Iterable[Type]) -> Space:
    """The part of a space that has the given types, those inside them, int and bool only.

    What a loop does in one turn is simple: values of other types are seldom worth a detour there.
    """
    types = {INT, BOOL, *(part for type_ in given for part in walk_type(type_))}
    least = {type_: cost for type_, cost in space.least.items() if type_ in types}
    instances = {
        type_: tuple(one for one in some if types.issuperset(one.params))
        for type_, some in space.instances.items()
        if type_ in types
    }
    constants = tuple(one for one in space.constants if one.type in types)
    return Space(instances, least, constants, space.max_nesting, space.surcharge, space.forms)


def plain(space: Space, dsl: DSL) -> Space:
    """The part of a space that has operators and the usual constants only, and no conditionals."""
    constants = tuple(one for one in space.constants if one.cost < RARE)
    forms = replace(space.forms, kinds=space.forms.kinds - {"if", "and", "or"})
    instances = {
        type_: tuple(one for one in some if not dsl.surface_of(one.name).isidentifier())
        for type_, some in space.instances.items()
    }
    return Space(instances, space.least, constants, space.max_nesting, space.surcharge, forms)


def pool_of(
    types: Sequence[Type], result: Type, rows: Sequence[Setting], outputs: Sequence[Value]
) -> dict[Type, list[Value]]:
    """Values of each type that occur in the examples, small ones, and beginnings of lists."""
    found: dict[Type, dict[Any, Value]] = {t: {} for t in _PLAIN}
    for row, output in zip(rows, outputs, strict=True):
        for type_, value in zip((*types, result), (*row, output), strict=True):
            for part, one in _parts(type_, value):
                found.setdefault(part, {})[identity_key(one)] = one
    pool = {}
    for type_, some in found.items():
        ordered = sorted(some.values(), key=size_of)
        ordered = [value for value in ordered if size_of(value) <= _LARGEST] or ordered[:_FEW]
        plain = list(_PLAIN.get(type_, ()))
        pool[type_] = plain + ordered[:: max(1, len(ordered) // 32)]
    return pool


def _parts(type_: Type, value: Value) -> Iterator[tuple[Type, Value]]:
    """The value and the values inside it, with their types; of lists also a half."""
    todo: list[tuple[Type, Value]] = [(type_, value)]
    while todo:
        kind, one = todo.pop()
        yield kind, one
        if kind.name == "list":
            yield kind, one[: len(one) // 2]
            todo += [(kind.types[0], item) for item in one]
        elif kind.name == "tuple":
            todo += list(zip(kind.types, one, strict=True))
        elif kind.name == "dict":
            key, item = entry_types(kind)
            todo += [(key, k) for k in one]
            todo += [(item, v) for v in one.values()]
