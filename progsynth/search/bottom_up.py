"""Bottom-up enumeration: all programs in order of cost, those with equal values once.

At level C every program of cost C for the goal is tried. Programs of cost C are made from
values of smaller cost, so a type is filled only as far as a program around it can still matter
(see `space`). The programs of the goal's own level are tried without being kept: on one
telling example first, on the others only where that one is right. They are kept one level
later, when they can take part in larger programs.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Term
from progsynth.lang.types import BOOL, FLOAT, Type, walk_type
from progsynth.lang.values import Value, close, size_of
from progsynth.search.bank import Bank, Entry, splits
from progsynth.search.bodies import POOL_LIMIT, Noted
from progsynth.search.constants import mine
from progsynth.search.deduce import Deduce, bodies, choices, deducer, wanted
from progsynth.search.kernels import FAIL, FAILURES, Kernels
from progsynth.search.levels import Levels
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told
from progsynth.search.space import IF_COST, Production, Scope, Space, Symbol
from progsynth.search.universe import make_space
from progsynth.task import Example

_GROWING = 400_000  # executions of a pass after which no new pass with larger pools begins
_WORTH = 4  # a new pass begins when a pool would grow by more than one in so many
_PARTIAL = 5  # partial programs that are handed out


@dataclass(frozen=True, slots=True)
class Goal:
    """What is searched for: an expression over variables of these types.

    Row i of `rows` holds the variables' values for the i-th example, `expected` its output. An
    expression may be wrong on `misses` of the rows: perception is never perfect.
    """

    params: tuple[Type, ...]
    result: Type
    rows: tuple[tuple[Value, ...], ...]
    expected: tuple[Value, ...]
    tolerance: float = 1e-9
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """An expression that gives the expected output on every row, but for the misses allowed."""

    term: Term
    cost: int


def same_function(type_: Type, tolerance: float) -> Callable[[Any, Any], bool]:
    """What compares two values of the type: floats, and those of tensors, within the tolerance."""
    if any(t == FLOAT or t.name == "tensor" for t in walk_type(type_)):
        return lambda a, b: close(a, b, tolerance)
    return operator.eq


def working_limits(limits: Limits, values: Sequence[Value]) -> Limits:
    """What one step of a program may use while searching: in proportion to the examples.

    Values of other sizes than those of the examples lead nowhere, and fill the memory.
    """
    largest = max(map(size_of, values), default=0)
    fuel = min(limits.fuel, 5_000 + 100 * largest)
    return Limits(fuel, min(limits.cells, 300 + 10 * largest))


def allowed_misses(accuracy: float, total: int) -> int:
    """How many of the examples may be wrong where that share has to be right.

    >>> allowed_misses(1.0, 20), allowed_misses(0.9, 20), allowed_misses(0.9, 5)
    (0, 2, 0)
    """
    return int(total - accuracy * total + _ROUNDING)


_ROUNDING = 1e-9  # of a share of whole numbers, as in `Evaluation.reaches`


def bottom_up(problem: Problem, seed: int) -> Search:
    """The method: the search for the problem's function. Nothing in it is random."""
    pairs = list(map(Example, problem.inputs, problem.outputs))
    constants = mine(problem.types, problem.result, pairs, problem.constants)
    space = make_space(
        problem.dsl, problem.types, problem.result, constants, allowed=problem.allowed
    )
    goal = Goal(
        problem.types,
        problem.result,
        problem.inputs,
        problem.outputs,
        problem.tolerance,
        allowed_misses(problem.accuracy, len(problem.outputs)),
    )
    return BottomUp(space, problem.dsl, goal, problem.wrap, limits=problem.limits)


class BottomUp:
    """The search; `wrap` makes a candidate program of a term and its cost."""

    name = "bottom_up"

    def __init__(
        self,
        space: Space,
        dsl: DSL,
        goal: Goal,
        wrap: Callable[[Term, int], Candidate],
        *,
        limits: Limits | None = None,
        max_entries: int = 2_000_000,
        max_level: int = 40,
    ):
        self.space = space
        self.dsl = dsl
        self.goal = goal
        self.wrap = wrap
        shown = [v for row, out in zip(goal.rows, goal.expected, strict=True) for v in (*row, out)]
        self.kernels = Kernels(dsl, working_limits(limits or Limits(), shown))
        self.max_entries = max_entries
        self.max_level = max_level
        self.top = space.top(goal.params)
        self.root = space.symbol(self.top, goal.result)
        self.noted: Noted = {}
        self.passes = 0
        found = ((p, deducer(dsl, p)) for p in space.productions(self.root))
        # An output that may be wrong says nothing of what is inside.
        known = [(p, deduce) for p, deduce in found if deduce is not None and not goal.misses]
        self._deducible = sorted(known, key=lambda one: not one[0].args[0].scope.closed)
        self._virtual_ids = {id(p) for p, _ in known}
        self.exhausted = False
        self.level = 0
        self.notes: tuple[str, ...] = ()
        self._spent = (0, 0)  # programs and executions of earlier passes
        self._told: set[Term] = set()
        self._same = same_function(goal.result, goal.tolerance)
        self._start()
        self._steps = self._run()

    # ------------------------------------------------------------------------- protocol

    def ask(self, allowance: Allowance) -> Batch:
        """Search on to the next hit, or until the allowance is used up."""
        before = self._used()
        found: list[Candidate] = []
        for hit in self._steps:
            if hit is not None:
                if hit.term in self._told:
                    continue
                self._told.add(hit.term)
                found.append(self.wrap(hit.term, hit.cost))
                break
            programs, executions = self._used()
            if allowance.is_spent(programs - before[0], executions - before[1]):
                break
        else:
            self.exhausted = True
        programs, executions = self._used()
        return Batch(tuple(found), programs - before[0], executions - before[1])

    def tell(self, results: Told) -> None:
        """Nothing to learn: a candidate that fails in an engine broke a limit, and is gone."""

    def partial(self) -> tuple[Candidate, ...]:
        """The kept programs that are right on most examples."""
        ranked = sorted(self._partial.items(), key=lambda item: -item[0].bit_count())
        return tuple(
            self.wrap(self.bank.term(self.top, entry), entry.cost) for _, entry in ranked[:_PARTIAL]
        )

    def _used(self) -> tuple[int, int]:
        return (
            self._spent[0] + self.bank.programs,
            self._spent[1] + self.bank.executions,
        )

    # --------------------------------------------------------------------------- passes

    def _start(self) -> None:
        """Begin a pass with an empty bank."""
        goal = self.goal
        self.passes += 1
        hints = [
            [*zip(goal.params, row, strict=True), (goal.result, out)]
            for row, out in zip(goal.rows, goal.expected, strict=True)
        ]
        self.bank = Bank(
            self.space,
            self.kernels,
            self.top,
            goal.rows,
            hints,
            noted=self.noted,
            max_entries=self.max_entries,
        )
        self.levels = Levels(
            self.space, self.bank, self.root, keep_root=False, virtual=self._virtual
        )
        self._partial: dict[int, Entry] = {}
        self._conditions: dict[int, tuple[int, Entry]] = {}
        self._checked: set[tuple[int, tuple[int, ...]]] = set()
        self._columns: dict[tuple[Symbol, int], list[tuple[Entry, Any]]] = {}

    def _run(self) -> Iterator[Hit | None]:
        level = 1
        while level <= self.max_level:
            self.level = level
            self._checked.clear()
            yield from self._check(level)
            yield from self._deduce(level)
            yield from self._fill(level)
            yield from self._check(level)
            yield from self._decide(level)
            if self._grow():
                level = 1
                continue
            if self._finished(level):
                return
            level += 1

    def _virtual(self, production: Production) -> int | None:
        """The argument that need not be kept for the goal's own sake: a body that is deduced."""
        return 0 if id(production) in self._virtual_ids else None

    def _grow(self) -> bool:
        """Begin a new pass when lambdas met elements that their pools lack."""
        if self.bank.executions > _GROWING:
            return False
        grown = False
        for scope, pool in self.bank.pools.items():
            known = self.noted.setdefault(scope, {})
            before = len(known)
            for key, env in pool.noted.items():
                if len(known) < POOL_LIMIT:
                    known.setdefault(key, env)
            grown |= (len(known) - before) * _WORTH > len(pool.envs)
        if grown:
            self._spent = self._used()
            self._start()
        return grown

    def _finished(self, level: int) -> bool:
        if self.bank.full and not self.notes:
            self.notes = (
                f"the bank is full at {self.max_entries} values: from level {level} on only "
                "programs made from these are tried",
            )
        return self.levels.finished(level)

    # ------------------------------------------------------------------------ bookkeeping

    def _fill(self, level: int, *, only: Scope | None = None) -> Iterator[None]:
        for filled in self.levels.fill(level, only=only):
            if filled is None:
                yield None
            elif filled[0].scope == self.top:
                self._note(*filled)

    def _note(self, symbol: Symbol, cell: Sequence[Entry]) -> None:
        """Remember which examples the new entries are right on, and what they decide."""
        if symbol == self.root:
            for entry in cell:
                mask = self._mask(entry.row)
                if mask:
                    self._partial.setdefault(mask, entry)
        if symbol.type == BOOL:
            for entry in cell:
                if entry.whole:
                    mask = sum(1 << i for i, value in enumerate(entry.row) if value)
                    self._conditions.setdefault(mask, (entry.cost, entry))

    def _mask(self, row: Sequence[Any]) -> int:
        mask = 0
        same = self._same
        for i, (value, output) in enumerate(zip(row, self.goal.expected, strict=True)):
            if value is not FAIL and same(value, output):
                mask |= 1 << i
        return mask

    # -------------------------------------------------------------------------- the goal

    def _check(self, level: int) -> Iterator[Hit | None]:
        """Try every program of the level for the goal, without keeping any.

        Those whose arguments are at hand, that is: it is called before the level's values are
        filled in, and again after, for the others.
        """
        if not self.goal.rows:
            return
        first = self._telling()
        for production in self.space.productions(self.root):
            if production.kind == "if":
                continue  # see `_decide`
            left = level - production.cost
            if not production.args:
                if left == 0 and self._unchecked(production, ()):
                    yield from self._check_leaf(production, level)
            elif id(production) not in self._virtual_ids:
                for split in list(self.bank.splits(production, left)):
                    if self._unchecked(production, split):
                        yield from self._check_calls(production, split, first, level)

    def _deduce(self, level: int) -> Iterator[Hit | None]:
        """Try the calls whose output says what their lambda has to give.

        They need no values of this level but those of the lambda's scope.
        """
        if not self.goal.rows:
            return
        filled: set[Scope] = set()
        for production, deduce in self._deducible:
            body = production.args[0]
            left = level - production.cost
            for split in splits(left, [a.least for a in production.args]):
                others = zip(production.args[1:], split[1:], strict=True)
                if not all(self.bank.shelf(a).cell(c) for a, c in others):
                    continue
                if body.scope not in filled:
                    filled.add(body.scope)
                    yield from self._fill(level, only=body.scope)
                yield from self._check_deduced(production, split, deduce, level)

    def _unchecked(self, production: Production, split: tuple[int, ...]) -> bool:
        """Is it the first time on this level? Notes that it was."""
        before = len(self._checked)
        self._checked.add((id(production), split))
        return len(self._checked) > before

    def _check_deduced(
        self, production: Production, split: tuple[int, ...], deduce: Deduce, level: int
    ) -> Iterator[Hit | None]:
        """Try the bodies of a call whose output says what the body has to give."""
        body = production.args[0]
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
                goal = wanted(self.bank, body.scope, pairs, self._same_body(body))
                if goal is None or not goal.values:
                    continue
                for found in bodies(self.bank, body, split[0], goal, self._same_body(body)):
                    if found is None:
                        yield None
                        continue
                    entry = Entry((), production, (found, *others), level, True)
                    yield Hit(self.bank.term(self.top, entry), level)
        yield None

    def _same_body(self, symbol: Symbol) -> Callable[[Any, Any], bool]:
        return same_function(symbol.type, self.goal.tolerance)

    def _telling(self) -> int:
        """The example to try first: one with a large output."""
        sizes = [len(repr(out)) for out in self.goal.expected]
        return sizes.index(max(sizes))

    def _check_leaf(self, production: Production, level: int) -> Iterator[Hit | None]:
        for entry in self.bank.leaves(self.root, production):
            if self._mask(entry.row).bit_count() >= len(self.goal.rows) - self.goal.misses:
                yield Hit(self.bank.term(self.top, entry), level)

    def _check_calls(
        self, production: Production, split: tuple[int, ...], first: int, level: int
    ) -> Iterator[Hit | None]:
        lists = []
        for symbol, cost in zip(production.args, split, strict=True):
            column = self._column(symbol, cost, first)
            if not column:
                return
            lists.append(column)
        fn = self.bank.kernel(production, self.root)
        same, output = self._same, self.goal.expected[first]
        lazy = production.kind in ("and", "or")
        exact = same is operator.eq
        sure = not self.goal.misses
        count = 0
        for values, entries in choices(lists):
            count += 1
            if not count & 1023:
                self.bank.programs += 1024
                self.bank.executions += 1024
                yield None
            if sure:  # wrong on the first example is wrong
                try:
                    value = fn(*values)
                except FAILURES:
                    continue
                if value != output if exact else not same(value, output):
                    continue
            if self._fits(production, fn, entries, lazy):
                entry = Entry((), production, entries, level, True)
                yield Hit(self.bank.term(self.top, entry), level)
        self.bank.programs += count & 1023
        self.bank.executions += count & 1023
        yield None

    def _column(self, symbol: Symbol, cost: int, first: int) -> list[tuple[Entry, Any]]:
        """The entries of a cell with their values on the first example; bodies with callables."""
        found = self._columns.get((symbol, cost))
        if found is not None:
            return found
        cell = self.bank.shelf(symbol).cell(cost)
        if symbol.scope == self.top:
            any_ = self.goal.misses > 0
            found = [(e, e.row[first]) for e in cell if any_ or e.row[first] is not FAIL]
        else:
            bodies = self.bank.bodies(symbol.scope, cell)
            found = [(e, self.bank.callable_at(symbol.scope, e, first)) for e in bodies]
        self._columns[symbol, cost] = found
        return found

    def _fits(
        self, production: Production, fn: Any, entries: tuple[Entry, ...], lazy: bool
    ) -> bool:
        """Is the call right on every example, but for the misses allowed?"""
        left = self.goal.misses
        for i, output in enumerate(self.goal.expected):
            values = [
                e.row[i] if s.scope == self.top else self.bank.callable_at(s.scope, e, i)
                for s, e in zip(production.args, entries, strict=True)
            ]
            self.bank.executions += 1
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

    def _decide(self, level: int) -> Iterator[Hit | None]:
        """Conditionals of this cost whose condition tells right programs apart."""
        full = (1 << len(self.goal.rows)) - 1
        if full in (0, 1) or not self._partial:
            return
        for true, (cost, condition) in self._conditions.items():
            false = full & ~true
            if not true or not false:
                continue
            rest = level - IF_COST - cost
            for misses in range(self.goal.misses + 1):  # of the first branch
                then = self._least(true, rest, misses)
                other = self._least(false, rest, self.goal.misses - misses)
                if then is None or other is None or then.cost + other.cost != rest:
                    continue
                symbols = (self.space.symbol(self.top, BOOL), self.root, self.root)
                production = Production("if", None, IF_COST, symbols)
                entry = Entry((), production, (condition, then, other), level, True)
                yield Hit(self.bank.term(self.top, entry), level)
        yield None

    def _least(self, mask: int, bound: int, misses: int) -> Entry | None:
        """The cheapest program right on the examples of the mask, but for so many."""
        found = None
        for held, entry in self._partial.items():
            if entry.cost <= bound and (mask & ~held).bit_count() <= misses:
                if found is None or entry.cost < found.cost:
                    found = entry
        return found
