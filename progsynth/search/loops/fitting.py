"""Expressions that are right on some turns of a loop that are known, conditionals among them.

They are enumerated as any expression is; a conditional is decided by the turns on which each side
is right (see `decisions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from progsynth.lang.types import BOOL, Type
from progsynth.search.bank import Bank
from progsynth.search.decisions import Decisions, Known, Leaf, Tree
from progsynth.search.goal import same_function
from progsynth.search.kernels import FAIL
from progsynth.search.levels import Levels
from progsynth.search.loops.branching import forked
from progsynth.search.loops.cheap import Cheap, Setting, cheap, near, plain
from progsynth.search.loops.ground import Ground

_EXECUTIONS = 400_000
_DEAREST = 9
_MOST = 6  # expressions
_LAG = 2  # by how much conditions are cheaper than what they choose from


@dataclass(frozen=True, slots=True)
class Turns:
    """The settings before some turns, and what is wanted after each."""

    settings: list[Setting]
    after: list[object]


def fitting(
    ground: Ground,
    types: Sequence[Type],
    want: Type,
    turns: Turns,
    *,
    max_executions: int = _EXECUTIONS,
    usual: bool = False,
) -> Iterator[Cheap | None]:
    """Expressions over variables of these types that are right on all the turns, and conditionals
    of two or more that are right on some; None now and then.

    With `usual` they are of operators and the usual constants, and only the whole is a
    conditional.
    """
    space = near(ground.space, (*types, want))
    space = plain(space, ground.problem.dsl) if usual else space
    top = space.top(tuple(types))
    bank = Bank(space, ground.kernels, top, turns.settings, [[] for _ in turns.settings])
    root, truth = space.symbol(top, want), space.symbol(top, BOOL)
    steps, tests = (Levels(space, bank, symbol, keep_root=True) for symbol in (root, truth))
    decided = Decisions(len(turns.after))
    same = same_function(want, ground.problem.tolerance)
    count, before = 0, 0
    for cost in range(1, _DEAREST + 1):
        asked = max(1, cost - _LAG) if usual else cost
        for levels, level in ((steps, cost), (tests, asked)):
            for _ in levels.fill(level):
                yield None
        ground.steps += bank.executions - before
        before = bank.executions
        for entry in bank.shelf(root).cell(cost):
            mask = _mask(v is not FAIL and same(v, a) for v, a in _pairs(entry.row, turns))
            if mask == decided.full:
                count += 1
                yield cheap(bank, top, entry)
            decided.note_program(mask, cost, cheap(bank, top, entry))
        for entry in bank.shelf(truth).cell(asked):
            if entry.whole:
                mask = _mask(value is True for value in entry.row)
                decided.note_condition(mask, asked, cheap(bank, top, entry))
        if count < _MOST and "if" in ground.kinds:
            for tree in decided.trees():
                count += 1
                yield _decided(tree)
        if count >= _MOST or bank.executions > max_executions:
            return


def _pairs(row: Sequence[object], turns: Turns) -> Iterator[tuple[object, object]]:
    return zip(row, turns.after, strict=True)


def _mask(bits: Iterator[bool]) -> int:
    return sum(1 << place for place, bit in enumerate(bits) if bit)


def _decided(tree: Tree) -> Cheap:
    """A tree of conditions as one expression. (Trees are a few levels high.)"""
    if isinstance(tree, Leaf):
        return _handle(tree.program)
    return forked(_handle(tree.condition), _decided(tree.then), _decided(tree.orelse))


def _handle(known: Known) -> Cheap:
    found = known.handle
    assert isinstance(found, Cheap)
    return found
