"""The course of a bottom-up search, over any bank: all programs in order of cost.

At level C every program of cost C for the goal is tried. Programs of cost C are made from
values of smaller cost, so a type is filled only as far as a program around it can still matter
(see `space`). The programs of the goal's own level are tried without being kept: on one
telling example first, on the others only where that one is right. They are kept one level
later, when they can take part in larger programs. A new pass begins with an empty bank where
lambdas met elements that their pools lack, and where a program that is right on the examples
looked at is wrong on another (`telling`). When the bank is full, levels go on being tried on
what is there. After each level come dearer programs that are found backwards from the outputs
(`backward`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from progsynth.lang.term import Term
from progsynth.lang.types import BOOL
from progsynth.search.aggregated import Aggregates
from progsynth.search.aggregates import Entries
from progsynth.search.backward.hook import Backward
from progsynth.search.backward.view import View
from progsynth.search.bank import splits
from progsynth.search.bodies import POOL_LIMIT, Noted
from progsynth.search.deduce import Deducible
from progsynth.search.goal import Goal, Hit
from progsynth.search.levels import FilledBank, Levels
from progsynth.search.nested import BEFORE, Nested, Pace
from progsynth.search.reductions import Numbers
from progsynth.search.run import Allowance, Batch, Candidate, Told
from progsynth.search.space import IF_COST, Production, Scope, Space, Symbol
from progsynth.search.telling import Telling

GROWING = 400_000  # executions of a pass after which no new pass with larger pools begins
_WORTH = 4  # a new pass begins when a pool would grow by more than one in so many
_PARTIAL = 5  # partial programs that are handed out


class Aimed(Protocol):
    """A bank aimed at a goal: what the course wants of one, be it in Python or compiled.

    What it calls an entry is its own affair; entries come from its cells and go back to it.
    Sets of rows are bits: bit i for row i.
    """

    @property
    def deducible(self) -> Sequence[Deducible]:
        """The productions of the root whose lambda's results follow from the output."""
        ...

    @property
    def bank(self) -> FilledBank: ...

    @property
    def full(self) -> int:
        """How many values the bank holds now that it is full; 0 while it is not."""
        ...

    @property
    def view(self) -> View: ...

    def splits(self, production: Production, total: int) -> list[tuple[int, ...]]:
        """The ways to share a cost out among the arguments, where each has entries."""
        ...

    def is_leaf_right(self, production: Production) -> bool:
        """Is a production without arguments right?"""
        ...

    def right_calls(self, production: Production, split: tuple[int, ...]) -> Iterator[Term | None]:
        """The programs of these shares that are right; None now and then."""
        ...

    def right_bodies(self, one: Deducible, split: tuple[int, ...]) -> Iterator[Term | None]:
        """The same of a deducible production, whose bodies need not be kept."""
        ...

    def right_sets(self, cell: Sequence[Any], cost: int) -> Iterable[tuple[int, Any]]:
        """On which rows entries of the root are right; each set that is new, with an entry."""
        ...

    def true_sets(self, cell: Sequence[Any], cost: int) -> Iterable[tuple[int, Any]]:
        """Where the conditions that fail nowhere are true; each set that is new, with one."""
        ...

    def term(self, entry: Any) -> Term:
        """The term of an entry of the outermost scope."""
        ...

    def made(self, production: Production, entries: Sequence[Any]) -> Term:
        """The term of a production there, of these arguments."""
        ...

    def numbers(self, symbol: Symbol, cost: int) -> tuple[Numbers, Entries]:
        """The values of a cell of numbers or truth values, NaN where one fails, and the entries."""
        ...

    def met(self) -> dict[Scope, dict[Any, Any]]:
        """What lambdas met outside their pools, as `bodies.Noted`."""
        ...

    def stop_noting(self) -> None:
        """Learn of no more elements."""
        ...


Aim = Callable[[Goal, Noted], Aimed]  # with an empty bank


class BottomUp:
    """The search; `wrap` makes a candidate program of a term and its cost."""

    name = "bottom_up"

    def __init__(
        self,
        space: Space,
        telling: Telling,
        wrap: Callable[[Term, int], Candidate],
        aim: Aim,
        *,
        max_level: int = 40,
        notes: tuple[str, ...] = (),
        backwards: bool = True,
        pace: Pace | None = None,
        nested: Nested | None = None,
        aggregates: Aggregates | None = None,
    ):
        self.space = space
        self.telling = telling
        self.wrap = wrap
        self.max_level = max_level
        self.top = space.top(telling.goal.params)
        self.root = space.symbol(self.top, telling.goal.result)
        self.noted: Noted = {}
        self.passes = 0
        self.exhausted = False
        self.level = 0
        self.notes = notes
        self._aim = aim
        self._backwards = backwards
        self._pace = pace or Pace()
        self._nested = nested
        self._aggregates = aggregates
        self._turn = Allowance(0, None)  # what a turn of the bodies may use
        self._spent = (0, 0)  # programs and executions of earlier passes
        self._earlier: list[tuple[int, Term, int]] = []  # the nearest of earlier passes
        self._told: set[Term] = set()
        self._start()
        self._steps = self._run()

    # ------------------------------------------------------------------------- protocol

    def ask(self, allowance: Allowance) -> Batch:
        """Search on to the next hit, or until the allowance is used up."""
        hit, programs, executions = self.seek(allowance)
        found = () if hit is None else (self.wrap(hit.term, hit.cost),)
        return Batch(found, programs, executions)

    def seek(self, allowance: Allowance) -> tuple[Hit | None, int, int]:
        """The next hit within the allowance, and the programs and executions used."""
        before, found = self._used(), None
        self._bound(allowance, 0, 0)
        for hit in self._steps:
            if hit is not None:
                if hit.term in self._told:
                    continue
                self._told.add(hit.term)
                found = hit
                break
            programs, executions = self._used()
            spent = programs - before[0], executions - before[1]
            if allowance.is_spent(*spent):
                break
            self._bound(allowance, *spent)
        else:
            self.exhausted = True
        programs, executions = self._used()
        return found, programs - before[0], executions - before[1]

    def tell(self, results: Told) -> None:
        """Nothing to learn: a candidate that fails in an engine broke a limit, and is gone."""

    def partial(self) -> tuple[Candidate, ...]:
        """The kept programs that are right on most of the examples looked at."""
        return tuple(self.wrap(term, cost) for _, term, cost in self._nearest())

    def nearest(self) -> list[Term]:
        """The programs that are right on most of the examples looked at."""
        return [term for _, term, _ in self._nearest()]

    def _nearest(self) -> list[tuple[int, Term, int]]:
        """On how many examples the nearest programs are right, of this pass or earlier ones."""
        ranked = sorted(self.right.items(), key=lambda item: -item[0].bit_count())[:_PARTIAL]
        now = [(rows.bit_count(), self.aimed.term(entry), cost) for rows, (cost, entry) in ranked]
        return sorted((*now, *self._earlier), key=lambda one: -one[0])[:_PARTIAL]

    def _bound(self, allowance: Allowance, programs: int, executions: int) -> None:
        most, bound = allowance.programs, allowance.executions
        left = None if most is None else most - programs
        rest = None if bound is None else bound - executions
        self.aimed.bank.bound(left, rest)
        if self._nested is not None:
            self._turn = replace(allowance, programs=left, executions=self._nested.slice(rest))

    def _used(self) -> tuple[int, int]:
        programs, executions = self._spent
        programs += self.aimed.bank.programs
        executions += self.aimed.bank.executions + self.telling.executions
        if self._nested is not None:
            programs += self._nested.programs
            executions += self._nested.executions
        if self._aggregates is not None:
            programs += self._aggregates.programs
            executions += self._aggregates.executions
        return programs, executions

    # --------------------------------------------------------------------------- passes

    def _start(self) -> None:
        """Begin a pass with an empty bank."""
        self.passes += 1
        self.goal = self.telling.part()
        self.aimed = self._aim(self.goal, self.noted)
        deducible = self.aimed.deducible
        self._virtual = {id(one.instead) for one in deducible}
        self.levels = Levels(
            self.space,
            self.aimed.bank,
            self.root,
            keep_root=False,
            # A body that is deduced need not be kept for the goal's own sake.
            virtual=[(one.production, one.instead) for one in deducible],
            eager=[self.space.symbol(self.top, BOOL)] if self._pace.conditions else [],
        )
        self.right: dict[int, tuple[int, Any]] = {}  # the cheapest for each set, with its cost
        self.conditions: dict[int, tuple[int, Any]] = {}
        self._checked: set[tuple[int, tuple[int, ...]]] = set()
        self._backward = self._make_backward() if self._backwards and self.goal.rows else None
        if self._nested is not None and self._backward is not None:
            self._nested.begin(self.goal, self._backward.goals.all)
            if self._aggregates is not None:
                self._aggregates.begin(self.goal, self._backward.goals.all)

    def _make_backward(self) -> Backward:
        goal, all_rows = self.goal, self.telling.goal.rows
        return Backward(
            self.space,
            self.telling.dsl,
            self.root,
            goal.expected,
            self.aimed.view,
            scale=len(all_rows) / len(goal.rows),
            misses=goal.misses,
            patience=self._pace.patience,
        )

    def _run(self) -> Iterator[Hit | None]:
        while (yield from self._pass()):
            self._earlier = self._nearest()
            self._spent = (
                self._spent[0] + self.aimed.bank.programs,
                self._spent[1] + self.aimed.bank.executions,
            )
            self._start()

    def _pass(self) -> Generator[Hit | None, None, bool]:
        """Go through the levels; is another pass wanted?"""
        for level in range(1, self.max_level + 1):
            self.level = level
            refuted = False
            for hit in self._in_turns(level):
                wrong = self.telling.wrong(hit.term) if hit is not None else []
                if not wrong:
                    yield hit
                    continue
                refuted |= self.telling.add(wrong)
                if refuted and self.aimed.bank.executions <= GROWING:
                    return True
                yield None
            if refuted or self._grow():
                return True
            if self._finished(level):
                return False
        return False

    def _level(self, level: int) -> Iterator[Hit | None]:
        """Try all programs of the level."""
        self._checked.clear()
        if self.goal.rows:
            yield from self._deduce(level)
            yield from self._check(level)
        yield from self._fill(level)
        if self.goal.rows:
            yield from self._check(level)
            yield from self._decide(level)
        if self._backward is not None:
            for found in self._backward.programs(level, self.aimed.bank.executions):
                yield None if found is None else Hit(*found)

    def _in_turns(self, level: int) -> Iterator[Hit | None]:
        """The level, with turns of the searches for bodies in between."""
        for hit in self._level(level):
            yield hit
            if hit is None:
                yield from self._search_bodies(level)
        yield from self._search_bodies(level)

    def _search_bodies(self, level: int) -> Iterator[Hit | None]:
        """A turn of the searches for bodies, where it is due; None behind each."""
        if self._nested is None or self._backward is None or self.goal.misses:
            return
        if self._spent[1] + self.aimed.bank.executions < BEFORE:
            return  # the smallest programs come first
        yield from self._nested.look(self.aimed.bank.executions, lambda: self._turn.executions)
        while self._nested.is_due(self._spent[1] + self.aimed.bank.executions):
            if self._nested.turn(self.goal, self._turn):
                for found in self._backward.collected(level, self.aimed.bank.executions):
                    yield Hit(*found)
            yield None
        if self._aggregates is not None:
            yield from self._aggregate(self._backward, self._aggregates, level)

    def _aggregate(
        self, backward: Backward, aggregates: Aggregates, level: int
    ) -> Iterator[Hit | None]:
        """A turn of the aggregates, likewise."""
        aggregates.look(self.aimed.bank.executions)
        while aggregates.is_due(self._spent[1] + self.aimed.bank.executions):
            if aggregates.turn(self._turn):
                for found in backward.collected(level, self.aimed.bank.executions):
                    yield Hit(*found)
            yield None

    def _grow(self) -> bool:
        """Is a new pass wanted, as lambdas met elements that their pools lack?"""
        if self.aimed.bank.executions > GROWING:
            self.aimed.stop_noting()
            return False
        grown = False
        for scope, met in self.aimed.met().items():
            known = self.noted.setdefault(scope, {})
            before = len(known)
            for key, env in met.items():
                if len(known) < POOL_LIMIT:
                    known.setdefault(key, env)
            grown |= (len(known) - before) * _WORTH > len(self.aimed.bank.pools[scope].envs)
        return grown

    def _finished(self, level: int) -> bool:
        entries = self.aimed.full
        if entries and not any("is full" in note for note in self.notes):
            self.notes += (
                f"the bank is full at {entries} values: from level {level} on only "
                "programs made from these are tried",
            )
        waiting = self._backward is not None and self._backward.waiting
        return self.levels.finished(level) and not waiting

    # ---------------------------------------------------------------------------- levels

    def _fill(self, level: int, *, only: Scope | None = None) -> Iterator[None]:
        for filled in self.levels.fill(level, only=only):
            if filled is None:
                yield None
            elif filled[0].scope is self.top:
                self._note(*filled)

    def _note(self, symbol: Symbol, cell: Sequence[Any]) -> None:
        """Remember which examples the new entries are right on, and what they decide."""
        cost = len(self.aimed.bank.shelf(symbol).cells) - 1
        if symbol is self.root:
            for rows, entry in self.aimed.right_sets(cell, cost):
                if rows:
                    self.right.setdefault(rows, (cost, entry))
        if symbol.type == BOOL:
            for rows, entry in self.aimed.true_sets(cell, cost):
                self.conditions.setdefault(rows, (cost, entry))

    def _check(self, level: int) -> Iterator[Hit | None]:
        """Try every program of the level for the goal, without keeping any.

        Those whose arguments are at hand, that is: it is called before the level's values are
        filled in, and again after, for the others.
        """
        for production in self.space.productions(self.root):
            if production.kind == "if":
                continue  # see `_decide`
            left = level - production.cost
            if not production.args:
                if left == 0 and self._unchecked(production, ()):
                    if self.aimed.is_leaf_right(production):
                        yield Hit(self.aimed.made(production, ()), level)
            elif id(production) not in self._virtual:
                for split in self.aimed.splits(production, left):
                    if self._unchecked(production, split):
                        for term in self.aimed.right_calls(production, split):
                            yield None if term is None else Hit(term, level)
                        yield None

    def _deduce(self, level: int) -> Iterator[Hit | None]:
        """Try the calls whose output says what their lambda has to give.

        They need no values of this level but those of the lambda's scope.
        """
        filled: set[Scope] = set()
        for one in self.aimed.deducible:
            production, body = one.production, one.production.args[0]
            left = level - production.cost
            for split in splits(left, [a.least for a in production.args]):
                if not all(map(self._has_entries, production.args[1:], split[1:])):
                    continue
                if body.scope not in filled:
                    filled.add(body.scope)
                    yield from self._fill(level, only=body.scope)
                for term in self.aimed.right_bodies(one, split):
                    yield None if term is None else Hit(term, level)
                yield None

    def _has_entries(self, symbol: Symbol, cost: int) -> bool:
        cells = self.aimed.bank.shelf(symbol).cells
        return cost < len(cells) and len(cells[cost]) > 0

    def _unchecked(self, production: Production, split: tuple[int, ...]) -> bool:
        """Is it the first time on this level? Notes that it was."""
        before = len(self._checked)
        self._checked.add((id(production), split))
        return len(self._checked) > before

    def _decide(self, level: int) -> Iterator[Hit | None]:
        """Conditionals of this cost whose condition tells right programs apart."""
        full = (1 << len(self.goal.rows)) - 1
        if full in (0, 1) or not self.right or "if" not in self.space.forms.kinds:
            return
        symbols = (self.space.symbol(self.top, BOOL), self.root, self.root)
        production = Production("if", None, IF_COST, symbols)
        for true, (cost, condition) in list(self.conditions.items()):
            false = full & ~true
            if not true or not false:
                continue
            rest = level - IF_COST - cost
            for misses in range(self.goal.misses + 1):  # of the first branch
                then = self._least(true, rest, misses)
                other = self._least(false, rest, self.goal.misses - misses)
                if then is None or other is None or then[0] + other[0] != rest:
                    continue
                yield Hit(self.aimed.made(production, (condition, then[1], other[1])), level)
        yield None

    def _least(self, rows: int, bound: int, misses: int) -> tuple[int, Any] | None:
        """The cheapest program right on these examples, but for so many, with its cost."""
        found = None
        for held, (cost, entry) in self.right.items():
            if cost <= bound and (rows & ~held).bit_count() <= misses:
                if found is None or cost < found[0]:
                    found = cost, entry
        return found
