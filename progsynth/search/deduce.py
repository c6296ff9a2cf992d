"""What a call's output says about the lambda given to it: outputs decomposed backwards.

`map(f, xs)` gives the list wanted only if `f` gives each item wanted for its item of `xs`. So
the bodies of one level need not be kept to be tried: each is tested on one telling element,
then on the others. The table names the functions this is known of.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.types import match, parse_signature
from progsynth.search.bank import Bank, Entry
from progsynth.search.bodies import Env, Pool, key_function
from progsynth.search.kernels import FAIL, FAILURES
from progsynth.search.space import IF_COST, Production, Scope, Space, Symbol

_LOOK = 1024  # bodies tried between ticks, at most

# From the other arguments and the output: (arguments of the lambda, its result), or None.
Deduce = Callable[..., list[tuple[Env, Any]] | None]


def _map(xs: Any, output: Any) -> list[tuple[Env, Any]] | None:
    if len(xs) != len(output):
        return None
    return [((x,), y) for x, y in zip(xs, output, strict=True)]


def _zip_with(xs: Any, ys: Any, output: Any) -> list[tuple[Env, Any]] | None:
    if min(len(xs), len(ys)) != len(output):
        return None
    return [((x, y), z) for x, y, z in zip(xs, ys, output, strict=False)]


def _filter(xs: Any, output: Any) -> list[tuple[Env, Any]] | None:
    if len(output) > len(xs) or [x for x in xs if x in output] != list(output):
        return None
    return [((x,), x in output) for x in xs]


def _take_while(xs: Any, output: Any) -> list[tuple[Env, Any]] | None:
    end = len(output)
    if end > len(xs) or xs[:end] != output:
        return None
    return [((x,), True) for x in xs[:end]] + [((x,), False) for x in xs[end : end + 1]]


def _drop_while(xs: Any, output: Any) -> list[tuple[Env, Any]] | None:
    start = len(xs) - len(output)
    if start < 0 or xs[start:] != output:
        return None
    return [((x,), True) for x in xs[:start]] + [((x,), False) for x in output[:1]]


def _partition(xs: Any, output: Any) -> list[tuple[Env, Any]] | None:
    yes, no = output
    if [x for x in xs if x in yes] != yes or [x for x in xs if x not in yes] != no:
        return None
    return [((x,), x in yes) for x in xs]


def _scan(init: Any, xs: Any, output: Any) -> list[tuple[Env, Any]] | None:
    if len(output) != len(xs) + 1 or output[0] != init:
        return None
    return [((a, x), b) for a, x, b in zip(output, xs, output[1:], strict=False)]


def _accumulate(xs: Any, output: Any) -> list[tuple[Env, Any]] | None:
    if len(output) != len(xs) or output[:1] != xs[:1]:
        return None
    return [((a, x), b) for a, x, b in zip(output, xs[1:], output[1:], strict=False)]


_SAME, _LONGER = (0, 0), (0, None)


@dataclass(frozen=True, slots=True)
class Known:
    """A function of which it is known: its general signature, and how to deduce.

    `spare` says of each argument but the lambda by how much, at least and at most, it has to be
    longer than the output; None where nothing is known of that.
    """

    signature: str
    deduce: Deduce
    spare: tuple[tuple[int, int | None] | None, ...]


_KNOWN: dict[str, Known] = {
    "map": Known("(f: (a) -> b, xs: list[a]) -> list[b]", _map, (_SAME,)),
    "filter": Known("(f: (a) -> bool, xs: list[a]) -> list[a]", _filter, (_LONGER,)),
    "filter_chars": Known("(f: (str) -> bool, s: str) -> str", _filter, (_LONGER,)),
    "zip_with": Known(
        "(f: (a, b) -> c, xs: list[a], ys: list[b]) -> list[c]", _zip_with, (_LONGER, _LONGER)
    ),
    "take_while": Known("(f: (a) -> bool, xs: list[a]) -> list[a]", _take_while, (_LONGER,)),
    "drop_while": Known("(f: (a) -> bool, xs: list[a]) -> list[a]", _drop_while, (_LONGER,)),
    "partition": Known(
        "(f: (a) -> bool, xs: list[a]) -> tuple[list[a], list[a]]", _partition, (None,)
    ),
    "scan": Known("(f: (b, a) -> b, init: b, xs: list[a]) -> list[b]", _scan, (None, (-1, -1))),
    "accumulate": Known("(f: (a, a) -> a, xs: list[a]) -> list[a]", _accumulate, (_SAME,)),
}


def deducer(dsl: DSL, production: Production) -> Known | None:
    """How to deduce the body, the production's first argument, where that is known."""
    known = _KNOWN.get(str(production.detail)) if production.kind == "call" else None
    if known is None:
        return None
    general, found = parse_signature(known.signature), signature_of(dsl[production.detail])
    fits = found.names == general.names and match(general.type, found.type) is not None
    return known if fits else None  # a pack may have it at fewer types


@dataclass(frozen=True, slots=True)
class Deducible:
    """A production whose body is deduced, and how; `instead` is the one that it stands for.

    Where results come back as arguments, as in `scan`, bodies are kept by the results of the
    whole call only. What is deduced says what comes back, so that they are kept here as those of
    other lambdas are: by their values on elements.
    """

    production: Production
    instead: Production
    known: Known


def deducible(dsl: DSL, space: Space, root: Symbol) -> list[Deducible]:
    """The productions of the root of which it is known, those of closed lambdas first."""
    found = ((p, deducer(dsl, p)) for p in space.productions(root))
    known = [Deducible(space.merged(p), p, how) for p, how in found if how is not None]
    return sorted(known, key=lambda one: not one.instead.args[0].scope.closed)


@dataclass
class Wanted:
    """What a body has to give: on each setting of the variables in sight, a value.

    `places` are the settings' rows in the pool, None for those outside it. The most telling
    setting comes first.
    """

    envs: list[Env]
    places: list[int | None]
    values: list[Any]

    def value(self, bank: Bank, scope: Scope, entry: Entry, number: int) -> Any:
        """What the entry gives on setting `number`; `FAIL` where it fails."""
        place = self.places[number]
        if place is not None and entry.row:
            return entry.row[place]
        try:
            return bank.runner(scope, entry)(self.envs[number])
        except FAILURES:
            return FAIL


Places = dict[tuple[int, Hashable], tuple[Env, Any]]  # of a row and a key, arguments and result


def demanded(
    scope: Scope, rows: Sequence[list[tuple[Env, Any]]], same: Callable[[Any, Any], bool]
) -> Places | None:
    """The body's specification from what is deduced of each example; None if contradictory."""
    key = key_function(scope.own)
    found: Places = {}
    for number, pairs in enumerate(rows):
        at = 0 if scope.closed else number
        for args, value in pairs:
            old = found.setdefault((at, key(*args)), (args, value))
            if not same(old[1], value):
                return None
    return found


def places_in(pool: Pool) -> dict[tuple[int, Hashable], int]:
    """Where in the rows of a pool's bodies an element stands, by row and key."""
    return {
        (number, key): pool.start[number] + i
        for number, keys in enumerate(pool.keys)
        for i, key in enumerate(keys)
    }


def wanted(bank: Bank, scope: Scope, found: Places) -> Wanted:
    """What a body has to give, where in the bank's rows that is known."""
    assert scope.parent is not None
    known, outer = places_in(bank.pool(scope)), bank.rows(scope.parent)
    order = sorted(found, key=lambda here: -len(repr(found[here][1])))
    return Wanted(
        [(() if scope.closed else outer[here[0]]) + found[here][0] for here in order],
        [known.get(here) for here in order],
        [found[here][1] for here in order],
    )


def bodies(
    bank: Bank, symbol: Symbol, cost: int, goal: Wanted, same: Callable[[Any, Any], bool]
) -> Iterator[Entry | None]:
    """The bodies of that cost that fit; None now and then."""
    trial = _Trial(bank, symbol, cost, goal, same)
    for production in bank.space.productions(symbol):
        left = cost - production.cost
        if production.kind == "if":
            yield from trial.conditionals(production)
        elif not production.args:
            if left == 0:
                yield from trial.leaf(production)
        else:
            for split in bank.splits(production, left):
                yield from trial.calls(production, split)


class _Trial:
    """Trying the bodies of one cost against one specification."""

    def __init__(
        self,
        bank: Bank,
        symbol: Symbol,
        cost: int,
        goal: Wanted,
        same: Callable[[Any, Any], bool],
    ):
        self.bank = bank
        self.symbol = symbol
        self.scope = symbol.scope
        self.cost = cost
        self.goal = goal
        self.same = same
        self.columns: dict[tuple[Symbol, int], list[tuple[Entry, Any]]] = {}

    def column(self, symbol: Symbol, cost: int) -> list[tuple[Entry, Any]]:
        found = self.columns.get((symbol, cost))
        if found is None:
            cell = self.bank.shelf(symbol).cell(cost)
            values = ((e, self.goal.value(self.bank, self.scope, e, 0)) for e in cell)
            found = self.columns[symbol, cost] = [(e, v) for e, v in values if v is not FAIL]
        return found

    def leaf(self, production: Production) -> Iterator[Entry]:
        for entry in self.bank.leaves(self.symbol, production):
            if all(self.right(entry, i) for i in range(len(self.goal.values))):
                yield entry

    def right(self, entry: Entry, number: int) -> bool:
        value = self.goal.value(self.bank, self.scope, entry, number)
        return value is not FAIL and self.same(value, self.goal.values[number])

    def calls(self, production: Production, split: tuple[int, ...]) -> Iterator[Entry | None]:
        if any(a.scope != self.scope for a in production.args):
            return  # lambdas within lambdas are tried from kept bodies only
        lists = [self.column(a, c) for a, c in zip(production.args, split, strict=True)]
        if not all(lists):
            return
        fn = self.bank.kernel(production, self.symbol)
        first, same = self.goal.values[0], self.same
        count, every = 0, self.bank.ticks(1, _LOOK)
        for values, entries in choices(lists):
            if count >= every:
                self.bank.count(count, count)
                count = 0
                yield None
                every = self.bank.ticks(1, _LOOK)
            count += 1
            try:
                value = fn(*values)
            except FAILURES:
                continue
            if value is FAIL or not same(value, first):
                continue
            if self.fits(production, fn, entries):
                yield Entry((), production, entries, self.cost, True)
        self.bank.count(count, count)

    def fits(self, production: Production, fn: Any, entries: tuple[Entry, ...]) -> bool:
        lazy = production.kind in ("and", "or")
        goal = self.goal
        for number in range(1, len(goal.values)):
            self.bank.executions += 1
            values = [goal.value(self.bank, self.scope, e, number) for e in entries]
            if not lazy and any(v is FAIL for v in values):
                return False
            try:
                value = fn(*values)
            except FAILURES:
                return False
            if value is FAIL or not self.same(value, goal.values[number]):
                return False
        return True

    def conditionals(self, production: Production) -> Iterator[Entry | None]:
        """Bodies `a if c else b`: a and b are looked up by the settings that c sends to them."""
        test, then, _ = production.args
        bank, goal = self.bank, self.goal
        total = self.cost - IF_COST
        right: dict[tuple[int, int], list[Entry]] = {}

        def fitting(cost: int, number: int) -> list[Entry]:
            found = right.get((cost, number))
            if found is None:
                cell = bank.shelf(then).cell(cost)
                found = right[cost, number] = [e for e in cell if self.right(e, number)]
            return found

        for cost in range(1, total - 1):
            for condition in bank.shelf(test).cell(cost):
                values = [
                    goal.value(bank, self.scope, condition, i) for i in range(len(goal.values))
                ]
                bank.executions += len(values)
                if FAIL in values or True not in values or False not in values:
                    continue
                yes = [i for i, v in enumerate(values) if v]
                no = [i for i, v in enumerate(values) if not v]
                for a_cost in range(1, total - cost):
                    one = self.all_right(fitting(a_cost, yes[0]), yes)
                    other = one and self.all_right(fitting(total - cost - a_cost, no[0]), no)
                    if one and other:
                        yield Entry((), production, (condition, one, other), self.cost, True)
                yield None

    def all_right(self, entries: list[Entry], numbers: list[int]) -> Entry | None:
        """The first of the entries that is right on all these settings."""
        for entry in entries:
            if all(self.right(entry, i) for i in numbers):
                return entry
        return None


def choices(
    lists: Sequence[list[tuple[Entry, Any]]],
) -> Iterator[tuple[tuple[Any, ...], tuple[Entry, ...]]]:
    """All choices of one of each list, as values and entries."""
    if len(lists) == 1:
        for entry, value in lists[0]:
            yield (value,), (entry,)
        return
    if len(lists) == 2:
        for left, a in lists[0]:
            for right, b in lists[1]:
                yield (a, b), (left, right)
        return
    for entry, value in lists[0]:
        for values, entries in choices(lists[1:]):
            yield (value, *values), (entry, *entries)
