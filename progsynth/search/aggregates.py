"""Lambda bodies under an aggregate: a count, a sum, the question whether all items are such.

What such a body gives of one item is not known, as it is of a `map`'s, so bodies are enumerated:
in a bank of their own, whose rows are the items of all examples, each once. The aggregate of all
bodies of a cell at once is then a reduction of a matrix. Of pairs of bodies (a condition and a
number, two factors) it is a product of matrices, so that these need not be in the bank.

A result is compared with what is wanted: with all goals that are known behind the goal, as it is,
with a number added, or with a bound that it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from progsynth.lang.term import If, Lambda, Term, const
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type
from progsynth.search.levels import FilledBank, Levels
from progsynth.search.reductions import Numbers, Settings, reduced
from progsynth.search.space import IF_COST, LOGIC_COST, Production, Space, Symbol, build_term

_DEAREST = 12  # what a body may cost
_FACTORS = 48  # bodies, the cheapest, that all are multiplied with
_MULTIPLIED = 3_000  # bodies of one cell, at most, that are multiplied with these
_LARGE = 2.0**52  # beyond which numbers are not looked at

Cells = NDArray[np.intp]
Entries = Sequence[Any] | NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Shape:
    """An aggregate: a call with a lambda, or a call of what such a call gives, and what the
    results of the lambda come to."""

    reduction: str
    call: Production
    around: Production | None

    @property
    def cost(self) -> int:
        """What it costs beside its lambda and its lists."""
        return self.call.cost + (self.around.cost if self.around else 0)

    @property
    def body(self) -> Symbol:
        """The symbol of the lambda's body."""
        return self.call.args[0]

    def term(self, body: Term, lists: Sequence[Term]) -> Term:
        """The aggregate of that body over the lists."""
        lambda_ = Lambda(len(self.body.scope.own), body)
        inner = build_term(self.call, (lambda_, *lists))
        return inner if self.around is None else build_term(self.around, (inner,))


_DIRECT = {
    "count_if": "sum",
    "sum_by": "sum",
    "any.fn": "any",
    "all.fn": "all",
    "find_if": "first",
}
_AROUND = {
    "sum.int": "sum",
    "sum.float": "sum",
    "max.list": "max",
    "min.list": "min",
    "any.list": "any",
    "all.list": "all",
}
_INNER = ("map", "zip_with")
_RESULTS = (BOOL, INT, FLOAT)


def shapes(space: Space, params: tuple[Type, ...]) -> list[tuple[Symbol, Shape]]:
    """The aggregates that there are in a space, each with the symbol of its result; of those
    that come to the same the cheapest."""
    top = space.top(params)
    found: dict[Any, tuple[Symbol, Shape]] = {}
    for type_ in _RESULTS:
        if type_ not in space.least:
            continue
        symbol = space.symbol(top, type_)
        for shape in _shapes_of(space, symbol):
            key = symbol, shape.reduction, shape.body, shape.call.args[1:]
            known = found.get(key)
            if known is None or known[1].cost > shape.cost:
                found[key] = symbol, shape
    return list(found.values())


def _shapes_of(space: Space, symbol: Symbol) -> Iterator[Shape]:
    for one in space.productions(symbol):
        if one.kind != "call":
            continue
        if one.detail in _DIRECT and one.args[0].scope is not symbol.scope:
            yield Shape(_DIRECT[one.detail], one, None)
        elif one.detail in _AROUND and one.args[0].type.name == "list":
            for inner in space.productions(one.args[0]):
                if inner.kind == "call" and inner.detail in _INNER:
                    if inner.args[0].type in _RESULTS:
                        yield Shape(_AROUND[one.detail], inner, one)


def of_items(space: Space, visible: Sequence[Type]) -> Space:
    """What bodies of aggregates are made of: scalars, and what is in sight. What is put together
    of two by a condition or a product need not be in it."""
    kinds = {t for t in space.least if t in (BOOL, INT, FLOAT, STR)} | set(visible)
    return Space(
        {
            t: tuple([one for one in some if set(one.params) <= kinds])
            for t, some in space.instances.items()
            if t in kinds
        },
        {t: cost for t, cost in space.least.items() if t in kinds},
        space.constants,
        max_nesting=0,
        surcharge=space.surcharge,
        forms=replace(space.forms, kinds=space.forms.kinds & {"project"}),
    )


@dataclass
class Bodies:
    """Bodies of one type: their values, NaN where one fails, with costs and terms."""

    values_NS: Numbers
    costs: list[int] = field(default_factory=list)
    terms: list[Callable[[], Term]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """Aggregates, what they come to on the examples of the settings (a row each, NaN: not known),
    what they cost, and their terms by number."""

    symbol: Symbol
    rows_NE: Numbers
    costs: Sequence[int]
    term: Callable[[int], Term]
    single: bool  # is the body one of the bank, not two together?


@dataclass(frozen=True, slots=True)
class Pair:
    """Two bodies in one whose values are the products of theirs: what it is, and costs."""

    types: tuple[Any, Any]
    cost: int
    made: Callable[[Term, Term], Term]


def pairs_in(kinds: Collection[str], space: Space, symbols: dict[Any, Symbol]) -> list[Pair]:
    """The ways to make one body of two that a product of matrices serves."""
    found = []
    if "and" in kinds:
        found.append(Pair((BOOL, BOOL), LOGIC_COST, lambda p, q: If(p, q, const(False))))
    for type_, zero in ((INT, const(0)), (FLOAT, const(0.0))):
        if type_ not in symbols:
            continue
        if "if" in kinds:
            found.append(Pair((BOOL, type_), IF_COST + 1, _chosen(zero)))
        for one in space.productions(symbols[type_]):
            if str(one.detail).startswith("mul.") and len(one.args) == 2:
                found.append(Pair((type_, type_), one.cost, _multiplied(one)))
    return found


def _chosen(zero: Term) -> Callable[[Term, Term], Term]:
    return lambda condition, number: If(condition, number, zero)


def _multiplied(production: Production) -> Callable[[Term, Term], Term]:
    return lambda left, right: build_term(production, (left, right))


class Valued(Protocol):
    """A bank whose values are numbers to reckon with."""

    @property
    def bank(self) -> FilledBank: ...

    def term(self, entry: Any) -> Term:
        """The term of an entry."""
        ...

    def numbers(self, symbol: Symbol, cost: int) -> tuple[Numbers, Entries]:
        """The values of a cell, NaN where one fails, and the entries."""
        ...


class Trial:
    """The bodies over one choice of lists: `ask` goes on with the enumeration of these."""

    def __init__(
        self,
        shapes: Sequence[tuple[Symbol, Shape]],
        settings: Settings,
        lists: Sequence[Term],
        cost: int,
        space: Space,
        kinds: Collection[str],
        aim: Callable[[], Valued],
    ):
        self.shapes = shapes
        self.settings = settings
        self.lists = lists
        self.cost = cost
        self.exhausted = False
        self.aimed: Valued | None = None
        self._space = space
        self._aim = aim
        self._known: dict[Any, Bodies] = {}
        scope = space.top(shapes[0][1].body.scope.visible)
        self._symbols = {t: space.symbol(scope, t) for t in _RESULTS if t in space.least}
        self._types = {symbol: t for t, symbol in self._symbols.items()}
        self._pairs = pairs_in(kinds, space, self._symbols)
        self._steps: Iterator[list[Found]] | None = None

    @property
    def programs(self) -> int:
        """The bodies tried."""
        return self.aimed.bank.programs if self.aimed else 0

    @property
    def executions(self) -> int:
        """The settings that they were tried on."""
        return self.aimed.bank.executions if self.aimed else 0

    @property
    def weight(self) -> int:
        """How little it is worth to go on with it: one in so many of the executions."""
        closed = self.shapes[0][1].body.scope.closed
        cheapest = min(shape.cost for _, shape in self.shapes)
        each = -(-self.cost // len(self.lists))
        dear = cheapest + 2 * (each - 1) + (0 if self.settings.many else 2)
        return int(2**dear) * (1 if closed else 2)

    def ask(self, executions: int) -> Iterator[Found]:
        """The aggregates of what bodies there are within so many executions more."""
        if self.aimed is None or self._steps is None:
            self.aimed = self._aim()
            self._steps = self._run(self.aimed)
        until = self.executions + executions
        while self.executions < until:
            self.aimed.bank.bound(None, max(1, until - self.executions))
            found = next(self._steps, None)
            if found is None:
                self.exhausted = True
                return
            yield from found

    def _run(self, aimed: Valued) -> Iterator[list[Found]]:
        """The aggregates, by the cell that their bodies come from; none now and then."""
        wanted = {shape.body.type for _, shape in self.shapes}
        eager = [symbol for t, symbol in self._symbols.items() if t in wanted]
        root = self._symbols[BOOL]
        levels = Levels(self._space, aimed.bank, root, keep_root=True, eager=eager)
        for level in range(1, _DEAREST + 1):
            for filled in levels.fill(level):
                if filled is None or filled[0] not in self._types:
                    yield []
                    continue
                cost = len(aimed.bank.shelf(filled[0]).cells) - 1
                yield list(self._aggregates(aimed, filled[0], cost))

    def _aggregates(self, aimed: Valued, symbol: Symbol, cost: int) -> Iterator[Found]:
        type_ = self._types[symbol]
        values, entries = aimed.numbers(symbol, cost)
        fine = np.flatnonzero(~(np.abs(values) > _LARGE).any(axis=1))
        if not len(fine):
            return
        terms = [_later(aimed.term, entries[i]) for i in fine.tolist()]
        new = Bodies(values[fine], [cost] * len(terms), terms)
        known = self._known.setdefault(type_, Bodies(new.values_NS[:0]))
        room = max(0, _FACTORS - len(known.terms))
        known.values_NS = np.concatenate([known.values_NS, new.values_NS[:room]])
        known.costs += new.costs[:room]
        known.terms += new.terms[:room]
        whole = np.flatnonzero(~np.isnan(new.values_NS).any(axis=1))
        if len(whole):
            yield from self._come_to(
                type_, new.values_NS[whole], [cost] * len(whole), lambda i: terms[whole[i]]()
            )
        few = Bodies(new.values_NS[:_MULTIPLIED], new.costs[:_MULTIPLIED], terms[:_MULTIPLIED])
        for pair in self._pairs:
            first, second = pair.types
            if type_ == second:
                yield from self._products(pair, few, self._known.get(first), swapped=False)
            elif type_ == first:
                yield from self._products(pair, few, self._known.get(second), swapped=True)

    def _products(
        self, pair: Pair, new: Bodies, known: Bodies | None, *, swapped: bool
    ) -> Iterator[Found]:
        """Those of the new bodies with each of those known."""
        if known is None or not any(
            shape.body.type == pair.types[1] and shape.reduction == "sum"
            for _, shape in self.shapes
        ):
            return
        zeros = np.nan_to_num(new.values_NS)
        fails = np.isnan(new.values_NS)
        for number, factor in enumerate(known.values_NS):
            plain = np.nan_to_num(factor)
            # What is behind a condition may fail where that does not hold.
            bad = fails.any(axis=1) if swapped else (fails & (plain != 0)).any(axis=1)
            lost = np.isnan(factor)
            if lost.any():
                bad |= (lost & (zeros != 0)).any(axis=1) if swapped else True
            if pair.types[0] != BOOL:
                bad |= fails.any(axis=1) | lost.any()
            fine = np.flatnonzero(~bad)
            if not len(fine):
                continue
            cost = pair.cost + known.costs[number]

            def term(i: int, fine: Cells = fine, number: int = number) -> Term:
                one, other = new.terms[fine[i]](), known.terms[number]()
                return pair.made(*((one, other) if swapped else (other, one)))

            costs = [new.costs[i] + cost for i in fine.tolist()]
            values = zeros[fine] * plain
            yield from self._come_to(pair.types[1], values, costs, term, only="sum")

    def _come_to(
        self,
        type_: Any,
        values_NS: Numbers,
        costs: Sequence[int],
        term: Callable[[int], Term],
        only: str = "",
    ) -> Iterator[Found]:
        """What bodies of these values come to, by each aggregate."""
        for symbol, shape in self.shapes:
            if shape.body.type == type_ and only in ("", shape.reduction):
                rows = reduced(shape.reduction, values_NS, self.settings)
                more = shape.cost + self.cost
                whole = _aggregate(shape, self.lists, term)
                yield Found(symbol, rows, [cost + more for cost in costs], whole, not only)


def _aggregate(
    shape: Shape, lists: Sequence[Term], term: Callable[[int], Term]
) -> Callable[[int], Term]:
    return lambda i: shape.term(term(i), lists)


def _later(term: Callable[[Any], Term], entry: Any) -> Callable[[], Term]:
    return lambda: term(entry)
