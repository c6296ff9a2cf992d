"""Bottom-up enumeration over the compiled bank: what `search.bottom_up` does, many times faster.

At level C every program of cost C for the goal is tried without being kept, on one telling
example first; then what programs of the next levels are made of is filled in. When the bank is
full, levels go on being tried on what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from progsynth.lang.failure import Limits
from progsynth.lang.term import Term
from progsynth.lang.types import BOOL
from progsynth.lang.values import size_of
from progsynth.search.bank import splits
from progsynth.search.bodies import POOL_LIMIT, Noted
from progsynth.search.bottom_up import Goal, Hit, working_limits
from progsynth.search.fast import layout as at
from progsynth.search.fast.bank import SLICE, FastBank, keys_of
from progsynth.search.fast.memory import Sizes
from progsynth.search.fast.tending import note_rows
from progsynth.search.levels import Levels
from progsynth.search.run import Allowance, Batch, Candidate, Told
from progsynth.search.space import IF_COST, Production, Space, Symbol

GROWING = 400_000  # executions of a pass after which no new pass with larger pools begins
_WORTH = 4  # a new pass begins when a pool would grow by more than one in so many
_PARTIAL = 5  # partial programs that are handed out
_SETS = 1 << 14  # sets of examples that programs or conditions may be right on


class Noting:
    """Which sets of examples some entries are right on, each with the cheapest entry."""

    def __init__(self, goal: at.Words):
        self.goal = goal
        self.found: dict[int, tuple[int, int]] = {}  # cost and address
        self._seen = np.full(_SETS, -1, np.int64)

    def note(self, bank: FastBank, addresses: at.Words, cost: int) -> None:
        """Take in the entries of that cost at these addresses."""
        room = max(0, _SETS // 2 - len(self.found))
        buffer = np.zeros(2 * room, np.int64)
        num = note_rows(bank.memory.A, addresses, self.goal, self._seen, buffer)
        for bits, address in buffer[: 2 * num].reshape(-1, 2).tolist():
            self.found[bits] = (cost, address)


class FastBottomUp:
    """The search over a space that the compiled bank covers; `left_out` names what it does not."""

    name = "fast_bottom_up"

    def __init__(
        self,
        space: Space,
        goal: Goal,
        wrap: Callable[[Term, int], Candidate],
        *,
        limits: Limits | None = None,
        max_bytes: int = 1 << 30,
        max_level: int = 40,
        left_out: tuple[str, ...] = (),
    ):
        self.space = space
        self.goal = goal
        self.wrap = wrap
        self.max_level = max_level
        self.top = space.top(goal.params)
        self.root = space.symbol(self.top, goal.result)
        shown = [v for row, out in zip(goal.rows, goal.expected, strict=True) for v in (*row, out)]
        self.sizes = Sizes(
            max_bytes,
            len(goal.rows),
            sum(map(size_of, shown)),
            working_limits(limits or Limits(), shown).cells,
            len(goal.params) + 4,
        )
        self.exhausted = False
        self.level = 0
        self.passes = 0
        self.notes: tuple[str, ...] = ()
        if left_out:
            self.notes = (f"not in the compiled search: {', '.join(left_out)}",)
        self.noted: Noted = {}
        self._spent = (0, 0)  # programs and executions of earlier passes
        self._told: set[Term] = set()
        self._start()
        self._steps = self._run()

    # ------------------------------------------------------------------------- protocol

    def ask(self, allowance: Allowance) -> Batch:
        """Search on to the next hit, or until the allowance is used up."""
        before = self._used()
        found: list[Candidate] = []
        self._bound(allowance, 0, 0)
        for hit in self._steps:
            if hit is not None:
                if hit.term in self._told:
                    continue
                self._told.add(hit.term)
                found.append(self.wrap(hit.term, hit.cost))
                break
            programs, executions = self._used()
            spent = programs - before[0], executions - before[1]
            if allowance.is_spent(*spent):
                break
            self._bound(allowance, *spent)
        else:
            self.exhausted = True
        programs, executions = self._used()
        return Batch(tuple(found), programs - before[0], executions - before[1])

    def tell(self, results: Told) -> None:
        """Nothing to learn: a candidate that fails in an engine broke a limit, and is gone."""

    def partial(self) -> tuple[Candidate, ...]:
        """The kept programs that are right on most examples."""
        ranked = sorted(self._partial.found.items(), key=lambda item: -item[0].bit_count())
        return tuple(
            self.wrap(self.bank.term(address), cost)
            for bits, (cost, address) in ranked[:_PARTIAL]
            if bits
        )

    def _bound(self, allowance: Allowance, programs: int, executions: int) -> None:
        """Do not let one call of a kernel use far more than is left of what was given."""
        left = SLICE
        if allowance.executions is not None:
            left = (allowance.executions - executions) // max(1, len(self.goal.rows)) + 1
        if allowance.programs is not None:
            left = min(left, allowance.programs - programs)
        self.bank.slice_programs = min(SLICE, max(left, 64))

    def _used(self) -> tuple[int, int]:
        return self._spent[0] + self.bank.programs, self._spent[1] + self.bank.executions

    # --------------------------------------------------------------------------- passes

    def _start(self) -> None:
        """Begin a pass with an empty bank."""
        goal = self.goal
        self.passes += 1
        hints = [
            [*zip(goal.params, row, strict=True), (goal.result, out)]
            for row, out in zip(goal.rows, goal.expected, strict=True)
        ]
        self.bank = FastBank(
            self.space, self.top, goal.rows, hints, sizes=self.sizes, noted=self.noted
        )
        wanted = [self.bank.memory.encode(goal.result, out) for out in goal.expected]
        self.wanted = np.array(wanted, np.int32)
        self.levels = Levels(self.space, self.bank, self.root, keep_root=False)
        self._partial = Noting(self.wanted)
        self._conditions = Noting(np.ones(len(goal.rows), np.int32))
        self._checked: set[tuple[int, tuple[int, ...]]] = set()
        self._first = self.bank.number_productions(self.root)

    def _run(self) -> Iterator[Hit | None]:
        level = 1
        while level <= self.max_level:
            self.level = level
            self._checked.clear()
            yield from self._check(level)
            yield from self._fill(level)
            yield from self._check(level)
            yield from self._decide(level)
            if self._grow():
                level = 1
                continue
            if self._finished(level):
                return
            level += 1

    def _grow(self) -> bool:
        """Begin a new pass when lambdas met elements that their pools lack."""
        if self.bank.executions > GROWING:
            self.bank.stop_noting()
            return False
        grown = False
        for scope, met in self.bank.learn_elements().items():
            known = self.noted.setdefault(scope, {})
            before = len(known)
            for key, env in keys_of(scope, met).items():
                if len(known) < POOL_LIMIT:
                    known.setdefault(key, env)
            grown |= (len(known) - before) * _WORTH > len(self.bank.pools[scope].envs)
        if grown:
            self._spent = self._used()
            self._start()
        return grown

    def _finished(self, level: int) -> bool:
        if self.bank.full and not any("full" in note for note in self.notes):
            self.notes += (
                f"the bank is full at {self.bank.entries} values: from level {level} on only "
                "programs made from these are tried",
            )
        return self.levels.finished(level)

    def _fill(self, level: int) -> Iterator[None]:
        for filled in self.levels.fill(level):
            if filled is None:
                yield None
            elif filled[0].scope is self.top:
                self._note(*filled)

    def _note(self, symbol: Symbol, cell: Sequence[int]) -> None:
        """Remember which examples the new entries are right on, and what they decide."""
        assert isinstance(cell, range)
        cost = len(self.bank.shelf(symbol).cells) - 1
        if symbol is self.root:
            self._partial.note(self.bank, self.bank.addresses(cell), cost)
        if symbol.type == BOOL:
            self._conditions.note(self.bank, self.bank.addresses(cell, whole=True), cost)

    # -------------------------------------------------------------------------- the goal

    def _check(self, level: int) -> Iterator[Hit | None]:
        """Try every program of the level for the goal whose arguments are at hand."""
        if not self.goal.rows:
            return
        sizes = [len(repr(out)) for out in self.goal.expected]
        telling = sizes.index(max(sizes))
        for number, production in enumerate(self.space.productions(self.root), self._first):
            left = level - production.cost
            if production.kind == "if":
                continue  # see `_decide`
            if not production.args:
                if left == 0 and self._unchecked(number, ()) and self._is_leaf_right(production):
                    yield Hit(self.bank.made(self.top, production, ()), level)
                continue
            for shares in self._shares(production, left):
                if self._unchecked(number, shares):
                    for chosen in self.bank.check(
                        number, shares, self.wanted, telling, self.goal.misses
                    ):
                        if chosen is None:
                            yield None
                        else:
                            yield Hit(self.bank.made(self.top, production, chosen), level)
                    yield None

    def _shares(self, production: Production, left: int) -> list[tuple[int, ...]]:
        """The ways to share the cost out where every argument has entries."""
        cells = [self.bank.shelf(a).cells for a in production.args]
        return [
            split
            for split in splits(left, [a.least for a in production.args])
            if all(s < len(c) and c[s] for s, c in zip(split, cells, strict=True))
            and not (production.commutative and split[0] > split[1])
        ]

    def _unchecked(self, number: int, shares: tuple[int, ...]) -> bool:
        """Is it the first time on this level? Notes that it was."""
        before = len(self._checked)
        self._checked.add((number, shares))
        return len(self._checked) > before

    def _is_leaf_right(self, production: Production) -> bool:
        rows, goal = self.goal.rows, self.goal
        self.bank.count_programs(1, len(rows))
        match production.kind:
            case "variable":
                values = [row[production.detail] for row in rows]
            case "constant":
                values = [production.detail] * len(rows)
            case _:
                values = [[]] * len(rows)
        right = sum(v == out for v, out in zip(values, goal.expected, strict=True))
        return right >= len(rows) - goal.misses

    def _decide(self, level: int) -> Iterator[Hit | None]:
        """Conditionals of this cost whose condition tells right programs apart."""
        full = (1 << len(self.goal.rows)) - 1
        if full in (0, 1) or not self._partial.found:
            return
        symbols = (self.space.symbol(self.top, BOOL), self.root, self.root)
        production = Production("if", None, IF_COST, symbols)
        for true, (cost, condition) in self._conditions.found.items():
            false = full & ~true
            if not true or not false:
                continue
            rest = level - IF_COST - cost
            for misses in range(self.goal.misses + 1):  # of the first branch
                then = self._least(true, rest, misses)
                other = self._least(false, rest, self.goal.misses - misses)
                if then is None or other is None or then[0] + other[0] != rest:
                    continue
                arguments = (condition, then[1], other[1])
                yield Hit(self.bank.made(self.top, production, arguments), level)
        yield None

    def _least(self, mask: int, bound: int, misses: int) -> tuple[int, int] | None:
        """The cheapest program right on the examples of the mask, but for so many."""
        found = None
        for held, (cost, address) in self._partial.found.items():
            if held and cost <= bound and (mask & ~held).bit_count() <= misses:
                if found is None or cost < found[0]:
                    found = cost, address
        return found
