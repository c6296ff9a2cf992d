"""Steps of a number that are conditionals, where it is known how many turns each start takes.

A step leads from a start to one that takes a turn less. Where that one is among the examples, the
step is judged by it; so each side of the conditional is judged on its own, on the starts that go
there, and then the two together on whole ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from progsynth.lang.primitive import DSL
from progsynth.lang.term import If
from progsynth.lang.types import BOOL, INT
from progsynth.search.kernels import FAIL, FAILURES
from progsynth.search.loops.cheap import Cheap, Shelf, plain
from progsynth.search.loops.ground import Ground
from progsynth.search.space import IF_COST, Space

_TESTS = 6  # cost of a condition
_SIDES = 6  # cost of a side
_MOST_SIDES = 1_500
_STARTS = 24  # that a side is judged by
_WAYS = 8  # that two sides together are judged by
_LONGEST = 40  # turns of one of these
_ABLE = 150  # sides of one condition that are tried with those of the other side
_SETTINGS = 8  # that sides are told apart by
_OTHERS = (17, 30)
_PROBES = 40  # numbers that conditions are told apart by
_BALANCE = 0.2  # of the starts go to each side, at least
_FOUND = 8  # steps of one condition
_TICK = 512


@dataclass(slots=True, eq=False)
class _Side:
    """An expression of a number, with what it has given so far.

    `right` has a bit for each start from which it leads to one that is known to take a turn less,
    `wrong` for each from which it leads elsewhere.
    """

    made: Cheap
    known: dict[int, Any] = field(default_factory=dict)
    right: int = 0
    wrong: int = 0

    def after(self, value: int) -> Any:
        """What it gives; FAIL where it fails."""
        found = self.known.get(value)
        if found is None:
            try:
                found = self.made.run((value,))
            except FAILURES:
                found = FAIL
            self.known[value] = found
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Fork:
    """A condition with what it gives of the numbers asked so far."""

    test: _Side

    def side(self, value: int) -> Any:
        """True, False or FAIL."""
        return self.test.after(value)


class Branching:
    """Looks for the steps; `pairs` are starts with the turns that they take."""

    def __init__(self, ground: Ground, pairs: Iterable[tuple[Any, int]]):
        self.ground = ground
        self.turns: dict[int, int] = {}
        for start, turns in pairs:
            if self.turns.setdefault(start, turns) != turns:
                self.turns = {}  # they depend on something else
                break
        self.shelf = Shelf(
            _numbers_only(ground.space, ground.problem.dsl), ground.kernels, (INT,), INT
        )
        going = sorted((n for n, turns in self.turns.items() if turns), key=abs)
        self.starts = going[:_STARTS]
        self.ways = sorted(going, key=lambda n: (self.turns[n], n))[1 : _WAYS + 1]

    def steps(self) -> Iterator[Cheap | None]:
        """Those that fit, a few; None now and then."""
        if len(self.starts) < _WAYS or "if" not in self.ground.kinds:
            return
        self.shelf.open([(value,) for value in (*self.starts, *_OTHERS)][:_SETTINGS])
        sides = [_Side(made) for made in self.shelf.up_to(_SIDES) if made.uses][:_MOST_SIDES]
        self.ground.steps += self.shelf.executions
        for side in sides:
            self._judge(side)
        yield None
        for fork in self._forks():
            found = 0
            then, orelse = (self._able(sides, fork, taken) for taken in (True, False))
            yield None
            for count, (left, right) in enumerate(_pairs(then, orelse)):
                self.ground.programs += 1
                if not count % _TICK:
                    yield None
                if self._goes(fork, left, right):
                    yield forked(fork.test.made, left.made, right.made)
                    found += 1
                    if found >= _FOUND:
                        break

    def _forks(self) -> Iterator[_Fork]:
        """Conditions that send some of the starts to each side, each way to do so once."""
        seen = set()
        for made in self.ground.shelf((), (INT,), BOOL).up_to(_TESTS):
            fork = _Fork(_Side(made))
            probes = (*range(_PROBES), *self.starts)
            row = tuple([fork.side(value) for value in probes])
            self.ground.asked += len(probes)
            then, orelse = (sum(v is side for v in row[_PROBES:]) for side in (True, False))
            if min(then, orelse) >= _BALANCE * len(self.starts) and row not in seen:
                seen |= {row, tuple([v if v is FAIL else not v for v in row])}
                yield fork

    def _judge(self, side: _Side) -> None:
        """Note where the side is right and where it is wrong, as far as is known."""
        self.ground.steps += len(self.starts)
        for place, start in enumerate(self.starts):
            now = side.after(start)
            left = self.turns.get(now)
            if left is not None and left == self.turns[start] - 1:
                side.right |= 1 << place
            elif left is not None or now is FAIL or not self.ground.in_proportion(now):
                side.wrong |= 1 << place

    def _able(self, sides: Sequence[_Side], fork: _Fork, taken: bool) -> list[_Side]:
        """The sides that are right on some of the starts that go there, and wrong on none."""
        here = sum(1 << n for n, start in enumerate(self.starts) if fork.side(start) is taken)
        able = [side for side in sides if side.right & here and not side.wrong & here]
        return able[:_ABLE]

    def _goes(self, fork: _Fork, left: _Side, right: _Side) -> bool:
        """Do both together take as many turns as they should?"""
        for start in self.ways:
            now: Any = start
            for rest in range(self.turns[start] - 1, max(-1, self.turns[start] - _LONGEST), -1):
                self.ground.steps += 1
                taken = fork.side(now)
                now = FAIL if taken is FAIL else (left if taken else right).after(now)
                if now is FAIL or not self.ground.in_proportion(now):
                    return False
                expected = self.turns.get(now)
                if expected is not None:
                    if expected != rest:
                        return False
                    break
        return True


def forked(test: Cheap, then: Cheap, orelse: Cheap) -> Cheap:
    """`then if test else orelse`."""
    asks, left, right = test.run, then.run, orelse.run
    return Cheap(
        IF_COST + test.cost + then.cost + orelse.cost,
        test.uses | then.uses | orelse.uses,
        test.width,
        lambda setting: left(setting) if asks(setting) else right(setting),
        If(test.term, then.term, orelse.term),
    )


def _numbers_only(space: Space, dsl: DSL) -> Space:
    """The part of a plain space that goes through nothing but numbers."""
    some = plain(space, dsl)
    least = {type_: cost for type_, cost in some.least.items() if type_ == INT}
    instances = {INT: tuple(i for i in some.instances.get(INT, ()) if set(i.params) == {INT})}
    constants = tuple(c for c in some.constants if c.type == INT)
    return Space(instances, least, constants, 0, some.surcharge, some.forms)


def _pairs(then: Sequence[_Side], orelse: Sequence[_Side]) -> Iterator[tuple[_Side, _Side]]:
    """The pairs in order of cost."""
    pairs = [(a, b) for a in then for b in orelse]
    yield from sorted(pairs, key=lambda pair: pair[0].made.cost + pair[1].made.cost)
