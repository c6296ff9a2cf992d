"""A bank of values by type and cost: what bottom-up search enumerates.

A sub-program is tried once on all rows (one row a setting of the variables in sight) and kept
with its values; programs that give the same values on all rows are one entry, that of the first
and so of least cost. An entry knows the production and the entries it came from: a term is only
built for what is handed out. A sub-program that fails on some rows is kept, since `if` may avoid
them; one that fails on all is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from progsynth.lang.term import Lambda, Term, Var
from progsynth.lang.types import Type
from progsynth.search.bodies import (
    Env,
    Noted,
    Pool,
    callable_of,
    callables,
    is_plain,
    key_of,
    make_pool,
)
from progsynth.search.kernels import FAIL, FAILURES, Kernel, Kernels
from progsynth.search.space import Production, Scope, Space, Symbol, build_term

Row = tuple[Any, ...]
_TICK = 256  # programs tried between ticks, at most
_FAR = 1 << 62


class Entry:
    """A value of the bank: its row, and the production and entries it comes from.

    `whole` says that no row fails; `uses` has a bit for each variable in sight that it uses.
    `run` is the sub-program as a function of the variables' values and `calls`, of a body, a
    callable for each row of the scope outside; they are made when first needed.
    """

    __slots__ = ("args", "calls", "cost", "production", "row", "run", "uses", "whole")

    def __init__(
        self, row: Row, production: Production, args: tuple[Entry, ...], cost: int, whole: bool
    ):
        self.row = row
        self.production = production
        self.args = args
        self.cost = cost
        self.whole = whole
        self.uses = 0
        self.run: Callable[[Env], Any] | None = None
        self.calls: Sequence[Callable[..., Any]] | None = None


class Shelf:
    """The entries of one symbol by cost."""

    __slots__ = ("cells", "costs", "key", "merging", "seen", "symbol", "values")

    def __init__(self, symbol: Symbol, merging: bool):
        self.symbol = symbol
        self.cells: list[list[Entry]] = [[]]  # none of cost 0
        self.costs: dict[int, None] = {}  # of the cells that have entries, ascending
        self.seen: set[Hashable] = set()
        self.merging = merging
        self.key = None if is_plain(symbol.type) else key_of(symbol.type)
        self.values: dict[Hashable, tuple[Hashable, Any]] = {}

    def cell(self, cost: int) -> list[Entry]:
        """The entries of that cost; empty where it is not filled."""
        return self.cells[cost] if cost < len(self.cells) else []

    def admit(self, row: Row) -> Row | None:
        """The row, of shared values, when no entry has it yet."""
        if self.key is None:
            if row in self.seen:
                return None
            self.seen.add(row)
            return row
        key = self.key
        keys = tuple([FAIL if v is FAIL else key(v) for v in row])
        if keys in self.seen:
            return None
        shared = [
            (FAIL, FAIL) if v is FAIL else self.values.setdefault(k, (k, v))
            for k, v in zip(keys, row, strict=True)
        ]
        self.seen.add(tuple([k for k, _ in shared]))
        return tuple([v for _, v in shared])


@dataclass
class Bank:
    """The values of all symbols over some rows of the variables of `top`.

    `hints` are typed values belonging to each row, `noted` what lambdas met in earlier passes.
    `programs` counts the sub-programs tried and `executions` the rows they were tried on.
    """

    space: Space
    kernels: Kernels
    top: Scope
    envs: Sequence[Env]
    hints: Sequence[Sequence[tuple[Type, Any]]]
    noted: Noted = field(default_factory=dict)
    max_entries: int = 2_000_000
    max_feedback: int = 20_000  # unmerged bodies of one scope
    merging: bool = True
    programs: int = 0
    executions: int = 0
    entries: int = 0
    shelves: dict[Symbol, Shelf] = field(default_factory=dict)
    pools: dict[Scope, Pool] = field(default_factory=dict)
    _until: tuple[int, int] = (_FAR, _FAR)  # programs and executions to tick at
    _unmerged: dict[Scope, int] = field(default_factory=dict)
    _kernels: dict[tuple[Any, ...], Kernel] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Is there no room left?"""
        return self.entries >= self.max_entries

    def shelf(self, symbol: Symbol) -> Shelf:
        """The shelf of the symbol, empty at first."""
        found = self.shelves.get(symbol)
        if found is None:
            merging = self.merging and not symbol.scope.feedback
            found = self.shelves[symbol] = Shelf(symbol, merging)
        return found

    def rows(self, scope: Scope) -> Sequence[Env]:
        """The settings of the scope's variables."""
        return self.envs if scope.parent is None else self.pool(scope).envs

    def pool(self, scope: Scope) -> Pool:
        """The pool of an inner scope."""
        found = self.pools.get(scope)
        if found is None:
            outer = scope.parent
            assert outer is not None
            if outer.parent is None:
                hints = self.hints
            else:
                hints = [list(zip(outer.visible, e, strict=True)) for e in self.rows(outer)]
            noted = self.noted.get(scope, {})
            found = make_pool(scope, self.rows(outer), hints, noted)
            self.pools[scope] = found
        return found

    def bound(self, programs: int | None, executions: int | None) -> None:
        """Tick before so many programs or executions more are used up, or soon after."""
        self._until = (
            _FAR if programs is None else self.programs + programs,
            _FAR if executions is None else self.executions + executions,
        )

    def ticks(self, width: int, most: int) -> int:
        """After how many programs of so many rows to tick."""
        programs, executions = self._until
        rows = (executions - self.executions) // max(1, width)
        return max(1, min(most, programs - self.programs, rows))

    def count(self, programs: int, executions: int) -> None:
        """Count programs, and the rows they were tried on."""
        self.programs += programs
        self.executions += executions

    # -------------------------------------------------------------------------- filling

    def fill(self, symbol: Symbol, cost: int) -> Iterator[None]:
        """Fill the symbol's cell of that cost, where those below it are; ticks now and then."""
        shelf = self.shelf(symbol)
        assert len(shelf.cells) == cost, "cells are filled in order"
        shelf.cells.append([])
        yield from self._fill(shelf, cost)
        if shelf.cells[cost]:
            shelf.costs[cost] = None

    def _fill(self, shelf: Shelf, cost: int) -> Iterator[None]:
        for production in self.space.productions(shelf.symbol):
            left = cost - production.cost
            if not production.args:
                if left == 0:
                    self._leaf(shelf, production)
                continue
            for split in self.splits(production, left):
                cells = [
                    self.shelf(a).cells[c] for a, c in zip(production.args, split, strict=True)
                ]
                yield from self._combine(shelf, production, cells, cost)
                if self.full:
                    return

    def splits(self, production: Production, total: int) -> Iterator[tuple[int, ...]]:
        """The ways to share a cost out among the arguments, where each has entries.

        Of two mirror images of a commutative call, the one with the dearer right side.
        """
        costs = [self.shelf(a).costs for a in production.args]
        if not all(costs):
            return
        if len(costs) == 1:
            if total in costs[0]:
                yield (total,)
            return
        if sum(map(min, costs)) > total:
            return
        if len(costs) == 2:
            for first in costs[0]:
                if total - first in costs[1] and not (production.commutative and 2 * first > total):
                    yield (first, total - first)
            return
        for split in splits(total, [a.least for a in production.args]):
            if all(cost in some for cost, some in zip(split, costs, strict=True)):
                yield split

    def leaves(self, symbol: Symbol, production: Production) -> Iterator[Entry]:
        """The entry of a production without arguments."""
        yield Entry(self._leaf_row(symbol.scope, production), production, (), production.cost, True)

    def _leaf(self, shelf: Shelf, production: Production) -> None:
        row = self._leaf_row(shelf.symbol.scope, production)
        self.count(1, len(row))
        self._add(shelf, row, production, (), True)

    def _leaf_row(self, scope: Scope, production: Production) -> Row:
        rows = self.rows(scope)
        if production.kind == "variable":
            return tuple([env[production.detail] for env in rows])
        if production.kind == "constant":
            return (production.detail,) * len(rows)
        empty: Any = [] if production.detail == "list" else {}
        return (empty,) * len(rows)

    def _add(
        self,
        shelf: Shelf,
        row: Row,
        production: Production,
        args: tuple[Entry, ...],
        whole: bool,
    ) -> None:
        if shelf.merging:
            admitted = shelf.admit(row)
            if admitted is None:
                return
            row = admitted
        else:
            scope = shelf.symbol.scope
            count = self._unmerged.get(scope, 0)
            if count >= self.max_feedback:
                return
            self._unmerged[scope] = count + 1
            row = ()
        entry = Entry(row, production, args, len(shelf.cells) - 1, whole)
        entry.uses = uses_of(shelf.symbol.scope, production, args)
        shelf.cells[-1].append(entry)
        self.entries += 1

    def _combine(
        self, shelf: Shelf, production: Production, cells: list[list[Entry]], cost: int
    ) -> Iterator[None]:
        """Try the production on all choices of arguments, and keep what is new."""
        scope = shelf.symbol.scope
        if not shelf.merging:
            if self._unmerged.get(scope, 0) >= self.max_feedback:
                return
            for args in self._choices(production, scope, cells):
                self.count(1, 0)
                self._add(shelf, (), production, args, False)
                if not self.programs & 255 or self.programs >= self._until[0]:
                    yield
                    if self._unmerged.get(scope, 0) >= self.max_feedback:
                        break
            return
        fn = self.kernel(production, shelf.symbol)
        lazy = production.kind in ("if", "and", "or")
        width = len(self.rows(scope))
        if len(cells) == 1 and production.args[0].scope == scope:
            triples: Iterator[Any] = ((a.whole, (a.row,), (a,)) for a in cells[0])
        else:
            triples = self._columns(production, scope, cells)
        count, every = 0, self.ticks(width, _TICK)
        for whole, columns, args in triples:
            if count >= every:
                self.count(count, count * width)
                count = 0
                yield
                if self.full:
                    break
                every = self.ticks(width, _TICK)
            count += 1
            row: Row | None
            if lazy:
                row = tuple(map(fn, *columns))
                whole = FAIL not in row
            elif whole:
                try:
                    row = tuple(map(fn, *columns))
                except FAILURES:
                    row = _row_with_failures(fn, columns)
                    whole = False
            else:
                row = _row_with_failures(fn, columns)
            if row is None or (not whole and all(v is FAIL for v in row) and row):
                continue
            self._add(shelf, row, production, args, whole)
        self.count(count, count * width)

    def _choices(
        self, production: Production, scope: Scope, cells: list[list[Entry]]
    ) -> Iterator[tuple[Entry, ...]]:
        """The choices of arguments that are worth trying."""
        if len(cells) == 1:
            for a in cells[0]:
                yield (a,)
            return
        mirrored = production.commutative and cells[0] is cells[1]
        for place, first in enumerate(cells[0]):
            rest = [cells[1][place:] if mirrored else cells[1], *cells[2:]]
            for args in _product(rest):
                yield (first, *args)

    def _columns(
        self, production: Production, scope: Scope, cells: list[list[Entry]]
    ) -> Iterator[tuple[bool, tuple[Sequence[Any], ...], tuple[Entry, ...]]]:
        """The choices of arguments as (no failing row, a column each, the entries)."""
        bodies = [a.scope != scope for a in production.args]
        if production.kind == "if":
            cells = [[c for c in cells[0] if True in c.row and False in c.row], *cells[1:]]
        if len(cells) == 2 and not any(bodies):
            mirrored = production.commutative and cells[0] is cells[1]
            for place, a in enumerate(cells[0]):
                row, whole = a.row, a.whole
                for b in cells[1][place:] if mirrored else cells[1]:
                    yield whole and b.whole, (row, b.row), (a, b)
            return
        made: list[list[tuple[bool, Sequence[Any], Entry]]] = []
        order = sorted(range(len(cells)), key=lambda i: not bodies[i])
        for i in order:
            if bodies[i]:
                made.append([])
            else:
                made.append([(e.whole, e.row, e) for e in cells[i]])
        back = [order.index(i) for i in range(len(cells))]
        for chosen in self._chosen(production, scope, cells, order, made, 0):
            ordered = [chosen[i] for i in back]
            yield (
                all(c[0] for c in ordered),
                tuple([c[1] for c in ordered]),
                tuple([c[2] for c in ordered]),
            )

    def _chosen(
        self,
        production: Production,
        scope: Scope,
        cells: list[list[Entry]],
        order: list[int],
        made: list[list[tuple[bool, Sequence[Any], Entry]]],
        place: int,
    ) -> Iterator[tuple[tuple[bool, Sequence[Any], Entry], ...]]:
        if place == len(order):
            yield ()
            return
        symbol = production.args[order[place]]
        if symbol.scope != scope:
            for entry in self.bodies(symbol.scope, cells[order[place]]):
                one = (True, self.callables(symbol.scope, entry), entry)
                for rest in self._chosen(production, scope, cells, order, made, place + 1):
                    yield (one, *rest)
            return
        for one in made[place]:
            for rest in self._chosen(production, scope, cells, order, made, place + 1):
                yield (one, *rest)

    def bodies(self, scope: Scope, entries: list[Entry]) -> list[Entry]:
        """Those that are bodies of the scope's own.

        In an open scope a body uses a variable from outside: others are in the closed one. Where
        results come back as arguments, a body uses all its parameters: a fold that drops the
        accumulator or the item is none.
        """
        assert scope.parent is not None
        outer = 0 if scope.closed else len(scope.parent.visible)
        if scope.feedback:
            own = ((1 << len(scope.own)) - 1) << outer
            entries = [e for e in entries if e.uses & own == own]
        if scope.closed:
            return entries
        return [e for e in entries if e.uses & ((1 << outer) - 1)]

    # -------------------------------------------------------------------- running entries

    def kernel(self, production: Production, symbol: Symbol) -> Kernel:
        """What computes the production from its arguments' values."""
        params = tuple(a.type for a in production.args)
        key = (production.kind, production.detail, params)
        found = self._kernels.get(key)
        if found is None:
            found = self._kernels[key] = self._make_kernel(production, params)
        return found

    def _make_kernel(self, production: Production, params: tuple[Type, ...]) -> Kernel:
        match production.kind:
            case "call":
                return self.kernels(production.detail, params)
            case "list":
                return lambda *items: list(items)
            case "tuple":
                return lambda *items: items
            case "project":
                return itemgetter(production.detail)
            case "if":
                return lambda c, a, b: FAIL if c is FAIL else (a if c else b)
            case "and":
                return lambda a, b: FAIL if a is FAIL else (b if a else False)
            case "or":
                return lambda a, b: FAIL if a is FAIL else (True if a else b)
        raise AssertionError(f"no kernel: {production.kind}")

    def callables(self, scope: Scope, body: Entry) -> Sequence[Callable[..., Any]]:
        """The body of an inner scope as a callable for each row of the scope outside."""
        if body.calls is None:
            body.calls = self._callables(scope, body)
        return body.calls

    def _callables(self, scope: Scope, body: Entry) -> Sequence[Callable[..., Any]]:
        assert scope.parent is not None
        outer = self.rows(scope.parent)
        run = self.runner(scope, body)
        if self.shelves_merge(scope):
            return callables(self.pool(scope), body.row, run, outer)
        if scope.closed:
            one = _applied(run, ())
            return [one] * len(outer)
        return [_applied(run, env) for env in outer]

    def callable_at(self, scope: Scope, body: Entry, number: int) -> Callable[..., Any]:
        """The body as a callable for one row of the scope outside."""
        if body.calls is not None:
            return body.calls[number]
        run = self.runner(scope, body)
        if not self.shelves_merge(scope):
            assert scope.parent is not None
            return _applied(run, () if scope.closed else self.rows(scope.parent)[number])
        pool = self.pool(scope)
        if scope.closed:
            return callable_of(pool, 0, body.row, run, ())
        first, last = pool.start[number], pool.start[number + 1]
        assert scope.parent is not None
        return callable_of(pool, number, body.row[first:last], run, self.rows(scope.parent)[number])

    def shelves_merge(self, scope: Scope) -> bool:
        """Are bodies of the scope merged, and so have rows?"""
        return self.merging and not scope.feedback

    def runner(self, scope: Scope, entry: Entry) -> Callable[[Env], Any]:
        """The entry as a function of the variables in sight; fails as kernels do."""
        if entry.run is None:
            entry.run = self._runner(scope, entry)
        return entry.run

    def _runner(self, scope: Scope, entry: Entry) -> Callable[[Env], Any]:
        # Recursion is as deep as the entry's cost, which is small.
        production = entry.production
        detail = production.detail
        match production.kind:
            case "variable":
                return itemgetter(detail)
            case "constant":
                return lambda env: detail
            case "empty":
                empty: Any = [] if detail == "list" else {}
                return lambda env: empty
        runs = [
            self._argument(scope, symbol.scope, arg)
            for symbol, arg in zip(production.args, entry.args, strict=True)
        ]
        match production.kind:
            case "if":
                test, then, other = runs
                return lambda env: then(env) if test(env) else other(env)
            case "and":
                first, second = runs
                return lambda env: second(env) if first(env) else False
            case "or":
                first, second = runs
                return lambda env: True if first(env) else second(env)
        fn = self.kernel(production, production.args[0])
        if len(runs) == 1:
            (only,) = runs
            return lambda env: fn(only(env))
        if len(runs) == 2:
            left, right = runs
            return lambda env: fn(left(env), right(env))
        return lambda env: fn(*[run(env) for run in runs])

    def _argument(self, scope: Scope, inner: Scope, arg: Entry) -> Callable[[Env], Any]:
        if inner == scope:
            return self.runner(scope, arg)
        run = self.runner(inner, arg)
        if inner.closed:
            applied = _applied(run, ())
            return lambda env: applied
        return lambda env: _applied(run, env)

    def term(self, scope: Scope, entry: Entry) -> Term:
        """The entry as a term, where the scope's variables are the innermost bound."""
        production = entry.production
        if production.kind == "variable":
            return Var(len(scope.visible) - 1 - production.detail)
        args = []
        for symbol, arg in zip(production.args, entry.args, strict=True):
            term = self.term(symbol.scope, arg)
            inner = symbol.scope != scope
            args.append(Lambda(len(symbol.scope.own), term) if inner else term)
        return build_term(production, tuple(args))


def uses_of(scope: Scope, production: Production, args: tuple[Entry, ...]) -> int:
    """Which variables in sight the combination uses."""
    uses = 1 << production.detail if production.kind == "variable" else 0
    for symbol, arg in zip(production.args, args, strict=True):
        if symbol.scope is scope or symbol.scope == scope:
            uses |= arg.uses
        elif not symbol.scope.closed:
            uses |= arg.uses & ((1 << len(scope.visible)) - 1)
    return uses


def splits(total: int, least: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The ways to share `total` out, each share at least its `least`, in lexicographic order.

    >>> list(splits(4, [1, 2]))
    [(1, 3), (2, 2)]
    """
    rest = sum(least[1:])
    if len(least) == 1:
        if total >= least[0]:
            yield (total,)
        return
    for first in range(least[0], total - rest + 1):
        for others in splits(total - first, least[1:]):
            yield (first, *others)


def _product(cells: list[list[Entry]]) -> Iterator[tuple[Entry, ...]]:
    if not cells:
        yield ()
        return
    for first in cells[0]:
        for rest in _product(cells[1:]):
            yield (first, *rest)


def _row_with_failures(fn: Kernel, columns: tuple[Sequence[Any], ...]) -> Row | None:
    """The row where arguments or the call itself may fail; None where it fails on every row."""
    row = []
    for args in zip(*columns, strict=True):
        value: Any = FAIL
        for arg in args:
            if arg is FAIL:
                break
        else:
            try:
                value = fn(*args)
            except FAILURES:
                pass
        row.append(value)
    return tuple(row)


def _applied(run: Callable[[Env], Any], env: Env) -> Callable[..., Any]:
    return lambda *args: run(env + args)
