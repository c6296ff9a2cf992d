"""Goals behind the goal: what the arguments of its last call have to be.

The goal is taken apart by what can be undone from the output alone: the components of a tuple,
the last item of a list that was appended, the number that was written out. A goal that was made
so is solved by a value of the bank or by one of the ways of `solver`; a goal that is made of
others also by all of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product, takewhile
from typing import Any

from progsynth.lang.primitive import DSL
from progsynth.lang.term import Term, const
from progsynth.lang.types import STR, walk_type
from progsynth.search.backward.concatenation import Concatenation
from progsynth.search.backward.roles import (
    Operation,
    is_concatenation,
    is_join,
    is_slice,
    operations,
    undoing,
)
from progsynth.search.backward.view import Row
from progsynth.search.decisions import Decisions
from progsynth.search.evidence import Evidence, evidence
from progsynth.search.space import FAR, Production, Space, Symbol, build_term

_DEPTH = 3  # calls undone one after another
_GOALS = 24
_SEPARATORS = 2  # that stand in half of the outputs at most, and are tried all the same
_SOLUTIONS = 3  # that are kept of a goal behind the goal
_FRAME = 3  # what a text costs that is in all outputs, but not among the constants
_WRITTEN = "0123456789-."  # what numbers are written with
_HITS = 100  # that are kept of the goal itself until they are taken


@dataclass(frozen=True, slots=True)
class Solution:
    """A program for a goal. Where a part of it is not worth its cost, it `lacks` so many bits.

    Of two the one of the lower `rank` comes first: its cost, and letters that were taken to be
    the same in all outputs. `pieces` of text that it makes are right in each output.
    """

    cost: int
    term: Term
    lacks: float
    letters: int = 0
    pieces: int = 1

    @property
    def rank(self) -> tuple[bool, int]:
        """What decides which of several is kept."""
        return self.lacks > 0, self.cost + self.letters


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A way to make a goal of others: the goals of its arguments, and what is made of them."""

    goals: tuple[Subgoal, ...]
    cost: int
    make: Callable[[tuple[Term, ...]], Term]


@dataclass(eq=False)
class Subgoal:
    """What a program has to give on each example, and how far it has been solved."""

    symbol: Symbol
    wanted: Row
    depth: int
    evidence: Evidence
    decisions: Decisions
    decided: bool  # may it be a conditional?
    concatenation: Concatenation | None = None
    joined: Production | None = None  # what puts the parts of a concatenation together
    operations: tuple[tuple[Operation, Production], ...] = ()
    cut: Production | None = None  # what cuts a piece from a sequence
    wholes: list[tuple[Row, int, Any]] = field(default_factory=list)  # to cut from: cost, handle
    splits: list[Split] = field(default_factory=list)
    solutions: list[Solution] = field(default_factory=list)

    def add(self, solution: Solution) -> None:
        """Keep the solution, if it is among the cheapest."""
        if all(solution.term != known.term for known in self.solutions):
            self.solutions.append(solution)
            self.solutions.sort(key=lambda s: s.rank)
            del self.solutions[_SOLUTIONS if self.depth else _HITS :]


class Goals:
    """The goal `root` and those made of it, each after the one that it is an argument of."""

    def __init__(self, space: Space, dsl: DSL, root: Symbol, wanted: Row, scale: float):
        self.space = space
        self.dsl = dsl
        self.top = root.scope
        self.scale = scale
        self.all: list[Subgoal] = []
        self.root = self._goal(root, wanted, 0)
        plain = all(t.name != "tensor" for t in walk_type(root.type))
        for goal in self.all:  # which grows
            if goal.depth < _DEPTH and plain:
                goal.splits = list(self._splits(goal))

    def _goal(self, symbol: Symbol, wanted: Row, depth: int) -> Subgoal:
        for known in self.all:
            if known.symbol is symbol and known.wanted == wanted and known.depth >= depth:
                return known
        count = len(wanted)
        worth, decided = evidence(wanted, self.scale), "if" in self.space.forms.kinds
        goal = Subgoal(symbol, wanted, depth, worth, Decisions(count), decided)
        for production in self._calls(symbol):
            if symbol.type.name in ("str", "list"):
                if is_concatenation(self.dsl, production, symbol.type):
                    goal.joined = production
                    goal.concatenation = Concatenation(wanted, production.cost, self.scale)
                elif is_slice(self.dsl, production, symbol.type):
                    goal.cut = production
            found = operations(self.dsl, production)
            goal.operations += tuple((one, production) for one in found)
        self.all.append(goal)
        return goal

    def _calls(self, symbol: Symbol) -> Iterator[Production]:
        """The symbol's productions that call something of values in the same scope."""
        for production in self.space.productions(symbol):
            if production.kind == "call" and all(a.scope is self.top for a in production.args):
                yield production

    def _splits(self, goal: Subgoal) -> Iterator[Split]:
        for production in self.space.productions(goal.symbol):
            for rows, cost, make in self._undone(goal, production):
                arguments = [a for a in production.args if a.least < FAR][-len(rows) :]
                if len(arguments) == len(rows) and len(self.all) + len(rows) <= _GOALS:
                    pairs = zip(arguments, rows, strict=True)
                    goals = tuple([self._goal(s, row, goal.depth + 1) for s, row in pairs])
                    if goal not in goals:
                        yield Split(goals, cost, make)

    def _undone(
        self, goal: Subgoal, production: Production
    ) -> Iterator[tuple[list[Row], int, Callable[[tuple[Term, ...]], Term]]]:
        """What the last arguments of the production have to be on each example."""

        def make(terms: tuple[Term, ...]) -> Term:
            return build_term(production, terms)

        if production.kind == "tuple":
            yield list(zip(*goal.wanted, strict=True)), production.cost, make
        elif production.kind == "list":
            if all(len(xs) == production.detail for xs in goal.wanted):
                yield list(zip(*goal.wanted, strict=True)), production.cost, make
        elif production.kind == "call" and all(a.scope is self.top for a in production.args):
            undone = undoing(self.dsl, production, goal.symbol.type)
            found = [undone.arguments(v) for v in goal.wanted] if undone else [None]
            given = [args for args in found if args is not None]
            if len(given) == len(goal.wanted):
                yield list(zip(*given, strict=True)), production.cost, make
            elif is_join(self.dsl, production):
                yield from self._parted(goal, production)
            elif goal.joined is production and goal.symbol.type == STR:
                yield from self._framed(goal, production)

    def _parted(
        self, goal: Subgoal, production: Production
    ) -> Iterator[tuple[list[Row], int, Callable[[tuple[Term, ...]], Term]]]:
        """The texts between separators that occur in the outputs, in most of them first."""
        texts = [c for c in self.space.constants if c.type == STR and c.value]
        often = {str(c.value): sum(str(c.value) in text for text in goal.wanted) for c in texts}
        total, few = len(goal.wanted), 0
        for constant in sorted(texts, key=lambda c: -often[str(c.value)]):
            separator = str(constant.value)
            if often[separator] * 2 <= total:
                few += not separator.isalnum() and often[separator] > 0
                if separator.isalnum() or not often[separator] or few > _SEPARATORS:
                    continue
            # Nothing is made of no texts, or of one that is empty.
            rows = [text.split(separator) if text else [] for text in goal.wanted]
            make = partial(_joined, production, separator)
            yield [tuple(rows)], production.cost + constant.cost, make

    def _framed(
        self, goal: Subgoal, production: Production
    ) -> Iterator[tuple[list[Row], int, Callable[[tuple[Term, ...]], Term]]]:
        """What stands between two texts that all outputs have at their ends."""
        first, last = ends(goal.wanted)
        if len(first) + len(last) > 1 and len(set(goal.wanted)) > 2:
            known = {c.value: c.cost for c in self.space.constants if c.type == STR}
            cost = sum(production.cost + known.get(text, _FRAME) for text in (first, last) if text)
            stop = -len(last) or None
            middle = tuple([text[len(first) : stop] for text in goal.wanted])
            yield [middle], cost, partial(_between, production, first, last)

    def only_decisions(self, misses: int) -> None:
        """Leave the goal itself, of which so many examples may be wrong, undivided: what is not
        known to be right says nothing of what is inside."""
        self.all = [self.root]
        self.root.decisions.misses = misses
        self.root.concatenation = None
        self.root.operations = ()
        self.root.cut = None
        self.root.splits = []

    def together(self) -> None:
        """Solve the goals that are made of others by the solutions of these."""
        for goal in reversed(self.all):
            for split in goal.splits:
                for chosen in product(*[g.solutions for g in split.goals]):
                    cost = split.cost + sum(s.cost for s in chosen)
                    terms = tuple([s.term for s in chosen])
                    lacks = sum(s.lacks for s in chosen)
                    letters = sum(s.letters for s in chosen)
                    pieces = max(s.pieces for s in chosen)
                    goal.add(Solution(cost, split.make(terms), lacks, letters, pieces))


def ends(texts: Row) -> tuple[str, str]:
    """What all texts begin with, and what they end with, but for digits next to the rest.

    >>> ends(("has 10 legs", "has 12 legs"))
    ('has ', ' legs')
    """
    first = _beginning(texts).rstrip(_WRITTEN)
    rests = [text[len(first) :][::-1] for text in texts]
    return first, _beginning(rests).rstrip(_WRITTEN)[::-1]


def _beginning(texts: Sequence[str]) -> str:
    least, most = min(texts), max(texts)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(least, most, strict=False))
    return "".join(char for char, _ in same)


def _between(production: Production, first: str, last: str, terms: tuple[Term, ...]) -> Term:
    term = terms[0]
    if first:
        term = build_term(production, (const(first), term))
    return build_term(production, (term, const(last))) if last else term


def _joined(production: Production, separator: str, terms: tuple[Term, ...]) -> Term:
    return build_term(production, (const(separator), *terms))


def lacking(goal: Subgoal, cost: int) -> float:
    """How many bits the examples say less of the goal than a program of this cost; 0 for none."""
    return goal.evidence.lacking((1 << len(goal.wanted)) - 1, cost)
