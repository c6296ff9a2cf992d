"""The bank of `search.bank` in compiled code: the same values, by type and cost.

Symbols, scopes and productions get numbers as they are needed; all else lies in arrays that the
kernels work on. What `Levels` wants of a bank is here: shelves of cells, which are ranges of
entries, and filling them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from progsynth.lang.term import Lambda, Term, Var
from progsynth.lang.types import INT, Type
from progsynth.search.bodies import Env, Noted, Pool, key_function, make_pool
from progsynth.search.fast import filling, opcodes, pools, tending, trying
from progsynth.search.fast import layout as at
from progsynth.search.fast.choosing import CHOSEN, NUM_CURSOR, NUMBER, SHARES, Tables
from progsynth.search.fast.memory import Sizes, reserve
from progsynth.search.fast.opcodes import TABLE, Operation
from progsynth.search.kernels import FAIL
from progsynth.search.space import Production, Scope, Space, Symbol, build_term

SLICE = 16_384  # programs between looks at the clock
_LEAST = 16  # programs that one call of a kernel may try at least
_FREE = 1 << 8  # words behind the last record that kernels may write to meanwhile
_FAR = 1 << 62
_POOLED = 1 << 15  # elements of pools at first
_COMPARES = range(opcodes.EQ, opcodes.GE + 1)

_PLAIN = {
    "if": opcodes.IF,
    "and": opcodes.AND,
    "or": opcodes.OR,
    "list": opcodes.BUILD,
    "tuple": opcodes.BUILD,
    "project": opcodes.PROJECT,
    "variable": opcodes.VARIABLE,
    "constant": opcodes.CONSTANT,
    "empty": opcodes.CONSTANT,
}


class Shelf:
    """The entries of one symbol by cost, as ranges of their numbers."""

    __slots__ = ("cells",)

    def __init__(self) -> None:
        self.cells: list[range] = [range(0)]  # none of cost 0


class FastBank:
    """The values of all symbols over some rows of the variables of `top`.

    `envs`, `hints` and `noted` are as in `bank.Bank`. After each call of a kernel `fill` yields.
    """

    def __init__(
        self,
        space: Space,
        top: Scope,
        envs: Sequence[Env],
        hints: Sequence[Sequence[tuple[Type, Any]]],
        *,
        sizes: Sizes,
        noted: Noted | None = None,
        operations: Mapping[str, Operation] = TABLE,
    ):
        self.space = space
        self.operations = operations
        self.top = top
        self.envs = envs
        self.hints = hints
        self.noted: Noted = noted or {}
        self.memory = reserve(sizes)
        self.rows_start = int(self.memory.Q[at.ROWS])
        self.shelves: dict[Symbol, Shelf] = {}
        self.symbols: list[Symbol] = []
        self.scopes: list[Scope] = []
        self.productions: list[Production] = []
        self.pools: dict[Scope, Pool] = {}
        self.full = False
        self._until = (_FAR, _FAR)  # programs and executions to stop at
        self._numbers: dict[Symbol, int] = {}
        self._scope_numbers: dict[Scope, int] = {}
        self.cursor = np.zeros(NUM_CURSOR, np.int64)
        entries = int(self.memory.Q[at.ENTRIES_END])
        self.tables = Tables(
            self.memory.A,
            self.memory.Q,
            np.zeros((1 << 12, at.NUM_PRODUCTION), np.int32),
            np.zeros((1 << 10, 4), np.int32),
            np.zeros((1 << 10, at.MAX_COST, 2), np.int32),
            np.zeros((1 << 8, at.NUM_SCOPE), np.int32),
            np.zeros(entries, np.int32),
            np.zeros((_POOLED, pools.NUM_ELEMENT), np.int32),
            np.zeros(2 * _POOLED, np.int32),
        )
        self.memory.Q[at.POOL_MASK] = 2 * _POOLED - 1
        self.memory.Q[at.NOTED_END] = _POOLED
        self.scope_number(top)

    # --------------------------------------------------------------------------- counters

    @property
    def programs(self) -> int:
        """The sub-programs tried."""
        return int(self.memory.Q[at.PROGRAMS])

    @property
    def executions(self) -> int:
        """The rows they were tried on."""
        return int(self.memory.Q[at.EXECUTIONS])

    @property
    def entries(self) -> int:
        """The sub-programs kept."""
        return int(self.memory.Q[at.ENTRIES])

    def bytes_used(self) -> int:
        """The bytes of records, rows, values and hash tables in use."""
        Q, start = self.memory.Q, self.rows_start
        words = int(Q[at.ROWS]) - start + int(Q[at.WORDS]) - int(Q[at.WORDS_START]) + self.entries
        masks = sum(int(Q[m]) for m in (at.SEQUENCE_MASK, at.BIG_MASK, at.ROW_MASK))
        return 4 * words + 8 * (masks + int(Q[at.BIGS]))

    def bound(self, programs: int | None, executions: int | None) -> None:
        """Tick before so many programs or executions more are used up, or soon after."""
        self._until = (
            _FAR if programs is None else self.programs + programs,
            _FAR if executions is None else self.executions + executions,
        )

    def _allow(self, width: int) -> None:
        """Bound the next call of a kernel, which tries programs on so many rows."""
        programs, executions = self._until
        left = min(programs - self.programs, (executions - self.executions) // max(1, width))
        self.memory.Q[at.BUDGET] = max(_LEAST, min(SLICE, left))

    # ---------------------------------------------------------------------------- numbers

    def shelf(self, symbol: Symbol) -> Shelf:
        """The shelf of the symbol, empty at first."""
        found = self.shelves.get(symbol)
        if found is None:
            found = self.shelves[symbol] = Shelf()
        return found

    def symbol_number(self, symbol: Symbol) -> int:
        """The symbol's number; its productions are numbered when it is filled."""
        found = self._numbers.get(symbol)
        if found is None:
            found = self._numbers[symbol] = len(self.symbols)
            self.symbols.append(symbol)
            if found >= len(self.tables.Y):
                self.tables = self.tables._replace(
                    Y=_longer(self.tables.Y), C=_longer(self.tables.C)
                )
            scope = self.scope_number(symbol.scope)
            self.tables.Y[found] = (0, -1, scope, symbol.least)
        return found

    def scope_number(self, scope: Scope) -> int:
        """The scope's number; its rows are laid out when it gets one."""
        found = self._scope_numbers.get(scope)
        if found is None:
            found = self._scope_numbers[scope] = len(self.scopes)
            self.scopes.append(scope)
            if found >= len(self.tables.Z):
                self.tables = self.tables._replace(Z=_longer(self.tables.Z))
            self._lay_out(found, scope)
        return found

    def _lay_out(self, number: int, scope: Scope) -> None:
        """Write the scope's rows, and where its elements stand in them."""
        row = self.tables.Z[number]
        outer = () if scope.parent is None else scope.parent.visible
        row[at.MERGING] = not scope.feedback
        row[at.CLOSED] = scope.closed
        row[at.OUTER], row[at.OWN] = len(outer), len(scope.own)
        if scope.feedback:
            return
        envs = self.envs if scope.parent is None else self._pool(number, scope)
        row[at.WIDTH] = len(envs)
        words = [
            [self.memory.encode(t, env[place]) for env in envs]
            for place, t in enumerate(scope.visible)
        ]
        start = int(self.memory.Q[at.ROWS])
        flat = np.array(words, np.int32).reshape(-1)
        self.memory.A[start : start + len(flat)] = flat
        row[at.ENVS] = start
        self.memory.Q[at.ROWS] = start + len(flat)

    def _pool(self, number: int, scope: Scope) -> Sequence[Env]:
        pool = make_pool(scope, self.envs, self.hints, self.noted.get(scope, {}))
        self.pools[scope] = pool
        self._make_room(len(pool.envs))
        skip = 0 if scope.closed else len(scope.visible) - len(scope.own)
        for row, (first, last) in enumerate(zip(pool.start, pool.start[1:], strict=False)):
            for place in range(first, last):
                words = [
                    self.memory.encode(t, v)
                    for t, v in zip(scope.own, pool.envs[place][skip:], strict=True)
                ]
                left, right = (*words, 0)[:2]
                t = self.tables
                tending.add_place(t.Q, t.elements, t.slots, number, row, left, right, place)
        if scope.own == (INT,):
            self._clear_near(number, len(pool.start) - 1)
        return pool.envs

    def _clear_near(self, number: int, rows: int) -> None:
        """Set memory aside for the places of numbers near zero, which are looked up once."""
        start, size = int(self.memory.Q[at.ROWS]), 2 * at.NEARBY * rows
        self.memory.A[start : start + size] = 0
        self.tables.Z[number, at.NEAR] = start
        self.memory.Q[at.ROWS] = start + size

    def _make_room(self, more: int) -> None:
        """Make the table of elements larger where so many more would fill it."""
        Q, elements = self.memory.Q, self.tables.elements
        if 2 * (int(Q[at.NOTED]) + more) < len(elements):
            return
        elements = _longer(elements)
        slots = np.zeros(2 * len(elements), np.int32)
        Q[at.NOTED_END] = len(elements)
        self.tables = self.tables._replace(elements=elements, slots=slots)
        tending.rehash_elements(Q, elements, slots)

    def _translate(self, number: int, symbol: Symbol) -> None:
        """Number the symbol's productions."""
        made = self.space.productions(symbol)
        first = len(self.productions)
        self.productions += made
        rows = []
        for one in made:
            what = self._operation(one)
            args = [self.symbol_number(one.args[place]) for place in self._order(one)]
            rows.append(
                [what.code, self._aux(one, what), one.cost, len(args), number, what.calls]
                + [int(one.commutative), *args, *[0] * (4 - len(args))]
            )
        while len(self.productions) > len(self.tables.P):
            self.tables = self.tables._replace(P=_longer(self.tables.P))
        if rows:
            self.tables.P[first : first + len(rows)] = rows
        self.tables.Y[number, at.FIRST] = first
        self.tables.Y[number, at.COUNT] = len(rows)

    def _operation(self, production: Production) -> Operation:
        if production.kind == "call":
            return self.operations[production.detail]
        return Operation(_PLAIN[production.kind])

    def _order(self, production: Production) -> Sequence[int]:
        """For each argument of the kernel the place that the production has it at."""
        return self._operation(production).order or range(len(production.args))

    def _in_place(self, production: Production, args: Sequence[int]) -> tuple[int, ...]:
        """The kernel's arguments in the order that the production has them in."""
        placed = dict(zip(self._order(production), args, strict=True))
        return tuple([placed[place] for place in range(len(args))])

    def _aux(self, production: Production, what: Operation) -> int:
        """What the operation needs to know: a word, a place, a number of items or of a type."""
        match production.kind:
            case "constant":
                (type_,) = {c.type for c in self.space.constants if c.value is production.detail}
                return self.memory.encode(type_, production.detail)
            case "variable" | "project" | "list" | "tuple":
                return int(production.detail)
            case "empty":
                return at.EMPTY
            case "call" if what.typed >= 0:
                type_ = production.args[what.typed].type
                if what.code in _COMPARES or what.calls:
                    return self.memory.type_number(type_)
                return self.memory.type_number(type_.types[0])
        return 0

    def number_productions(self, symbol: Symbol) -> int:
        """The number of the symbol's first production; the others follow it."""
        number = self.symbol_number(symbol)
        if self.tables.Y[number, at.COUNT] < 0:
            self._translate(number, symbol)
        return int(self.tables.Y[number, at.FIRST])

    # ---------------------------------------------------------------------------- filling

    def fill(self, symbol: Symbol, cost: int) -> Iterator[None]:
        """Fill the symbol's cell of that cost, where those below it are; ticks now and then."""
        shelf = self.shelf(symbol)
        assert len(shelf.cells) == cost, "cells are filled in order"
        if self.full or cost >= at.MAX_COST:
            shelf.cells.append(range(0))
            return
        number = self.symbol_number(symbol)
        self.number_productions(symbol)
        self.cursor[:] = 0
        width = int(self.tables.Z[self.scope_number(symbol.scope), at.WIDTH])
        while True:
            self._allow(width)
            status = filling.fill_cell(self.tables, self.cursor, number, cost)
            if status == at.ROOM:
                self.grow()
            elif status != at.PAUSED:
                break
            yield
        self.full |= status == at.FULL
        low, high = self.tables.C[number, cost].tolist()
        shelf.cells.append(range(low, high))

    def check(
        self,
        production: int,
        shares: Sequence[int],
        goal: at.Words,
        telling: int,
        misses: int,
    ) -> Iterator[tuple[int, ...] | None]:
        """The choices of arguments of these shares that give the goal; ticks now and then."""
        self.cursor[:] = 0
        made = self.productions[production]
        ordered = [shares[place] for place in self._order(made)]
        self.cursor[SHARES : SHARES + len(shares)] = ordered
        cursor = self.cursor.copy()
        while True:
            self._allow(1 + len(goal) if misses else 2)
            status = filling.check_shares(self.tables, cursor, goal, production, telling, misses)
            if status == at.HIT:
                chosen = cursor[CHOSEN : CHOSEN + len(shares)]
                yield self._in_place(made, chosen.tolist())
            elif status == at.ROOM:
                self.grow()
            elif status == at.DONE:
                return
            else:
                yield None

    def try_bodies(
        self, symbol: Symbol, cost: int, wanted: trying.Wanted
    ) -> Iterator[tuple[Production, tuple[int, ...]] | None]:
        """The programs of the symbol of that cost that give what is wanted, as productions and
        the addresses of the arguments' rows; ticks now and then."""
        first, number = self.number_productions(symbol), self.symbol_number(symbol)
        cursor = np.zeros(NUM_CURSOR, np.int64)
        while True:
            self._allow(2)
            status = trying.try_bodies(self.tables, cursor, wanted, number, cost)
            if status == at.HIT:
                production = self.productions[first + int(cursor[NUMBER])]
                chosen = cursor[CHOSEN : CHOSEN + len(production.args)]
                yield production, self._in_place(production, chosen.tolist())
            elif status == at.ROOM:
                self.grow()
            elif status == at.DONE:
                return
            else:
                yield None

    def entries_in(self, scope: Scope, most: int) -> at.Words:
        """The numbers of the entries of a scope up to a cost, in order."""
        cells = [
            np.arange(cell.start, cell.stop, dtype=np.int32)
            for symbol, shelf in self.shelves.items()
            if symbol.scope is scope
            for cell in shelf.cells[: most + 1]
        ]
        return np.sort(np.concatenate([np.zeros(0, np.int32), *cells]))

    def extend(self, numbers: at.Words, variables: at.Words) -> tuple[int, int] | None:
        """Write what the entries of these numbers give of other settings of their variables.

        `variables` has a row of words for each variable. Gives where their rows and those of the
        entries are, until something else is written; None where there is no room.
        """
        start, width = int(self.memory.Q[at.ROWS]) + _FREE, variables.shape[1]
        rows = start + variables.size
        if rows + len(numbers) * width > int(self.memory.Q[at.ROWS_END]):
            return None
        self.memory.A[start:rows] = variables.reshape(-1)
        while trying.extend(self.tables, numbers, start, rows, width) == at.ROOM:
            self.grow()
        return start, rows

    def grow(self) -> None:
        """Make the hash tables that are full larger."""
        self.memory.grow()

    def count_programs(self, programs: int, executions: int) -> None:
        """Count programs that were tried elsewhere."""
        self.memory.Q[at.PROGRAMS] += programs
        self.memory.Q[at.EXECUTIONS] += executions

    def stop_noting(self) -> None:
        """Learn of no more elements."""
        self.memory.Q[at.NOTED_END] = self.memory.Q[at.NOTED]

    def learn_elements(self) -> dict[Scope, list[tuple[int, Env]]]:
        """What lambdas met outside their pools: for each scope, rows and arguments."""
        found: dict[Scope, list[tuple[int, Env]]] = {}
        for scope, row, left, right, place in self.tables.elements[
            : int(self.memory.Q[at.NOTED])
        ].tolist():
            if place < 0:
                own = self.scopes[scope].own
                env = tuple(
                    self.memory.decode(t, w) for t, w in zip(own, (left, right), strict=False)
                )
                found.setdefault(self.scopes[scope], []).append((row, env))
        return found

    # ----------------------------------------------------------------------------- entries

    def addresses(self, cell: Sequence[int], *, whole: bool = False) -> at.Words:
        """Where the cell's entries are; with `whole`, those that fail on no row."""
        assert isinstance(cell, range)
        found: at.Words = self.tables.E[cell.start : cell.stop]
        return found[self.memory.A[found - 2] & 1 == 1] if whole else found

    def row(self, symbol: Symbol, address: int) -> tuple[Any, ...]:
        """The values of an entry of the symbol; `FAIL` where it fails."""
        width = int(self.tables.Z[self.scope_number(symbol.scope), at.WIDTH])
        words = self.memory.A[address : address + width].tolist()
        read = self.memory.reader(symbol.type)
        return tuple([FAIL if w == at.FAIL else read(w) for w in words])

    def term(self, address: int) -> Term:
        """The entry as a term."""
        return self.built(self.productions[int(self.memory.A[address - 1])], address)

    def built(self, production: Production, address: int) -> Term:
        """The term of a production and the arguments of the record at the address."""
        args = [int(self.memory.A[address - 3 - j]) for j in range(len(production.args))]
        placed = self._in_place(production, args)
        return self.made(self.symbols[self._symbol_of(address)].scope, production, placed)

    def _symbol_of(self, address: int) -> int:
        return int(self.tables.P[int(self.memory.A[address - 1]), at.SYMBOL])

    def made(self, scope: Scope, production: Production, args: Sequence[int]) -> Term:
        """The term of a production in the scope, of arguments at these addresses."""
        # Recursion is as deep as the entry's cost, which is small.
        if production.kind == "variable":
            return Var(len(scope.visible) - 1 - production.detail)
        terms = []
        for symbol, arg in zip(production.args, args, strict=True):
            term = self.term(arg)
            terms.append(term if symbol.scope is scope else Lambda(len(symbol.scope.own), term))
        return build_term(production, tuple(terms))


def keys_of(scope: Scope, found: Sequence[tuple[int, Env]]) -> dict[Any, Env]:
    """Elements met outside a pool as `bodies.Noted` holds them."""
    key = key_function(scope.own)
    return {(row, key(*env)): env for row, env in found}


def _longer(table: Any) -> Any:
    return np.concatenate([table, np.zeros_like(table)])
