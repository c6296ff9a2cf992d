"""The examples that a search looks at where there are many: few telling ones, and those that
proved a program wrong.

What is right on these is tried on all; an example that it fails on is looked at from then on
(counterexample-guided synthesis: Solar-Lezama and others, "Combinatorial sketching for finite
programs", 2006). Each example costs time for every program tried, and most say little.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.python import python_engine
from progsynth.lang.term import Function, Program, Term
from progsynth.lang.values import identity_key, size_of
from progsynth.search.goal import Goal, same_function

FEW = 16  # so many are all looked at
CHOSEN = 12  # of more, so many to begin with
MOST = 48  # and so many at last
_T = TypeVar("_T")
_SINGLY = 3  # counterexamples that are added one by one; after them ever more at once


class Telling:
    """The numbers of the examples looked at, in `chosen`; they become more."""

    def __init__(self, goal: Goal, dsl: DSL, limits: Limits):
        self.goal = goal
        self.executions = 0  # used for trying programs on the other examples
        self.dsl = dsl
        self._limits = limits
        self._same = same_function(goal.result, goal.tolerance)
        self._times = 0
        total = len(goal.rows)
        everything = total <= FEW or goal.misses > 0
        self.chosen = list(range(total)) if everything else choose(goal, CHOSEN)

    def part(self) -> Goal:
        """The goal on the examples looked at."""
        return self.goal if len(self.chosen) == len(self.goal.rows) else self.goal.on(self.chosen)

    def wrong(self, term: Term) -> list[int]:
        """On which of the other examples the term does not give the output."""
        chosen = set(self.chosen)
        return self._wrong(term, [i for i in range(len(self.goal.rows)) if i not in chosen])

    def is_right(self, term: Term) -> bool:
        """Does the term give the outputs of those looked at?"""
        return not self._wrong(term, self.chosen)

    def _wrong(self, term: Term, numbers: list[int]) -> list[int]:
        if not numbers:
            return []
        goal = self.goal
        names = tuple(f"x{i}" for i in range(len(goal.params)))
        program = Program((Function("f", names, goal.params, goal.result, term),))
        run = python_engine.compile_program(program, self.dsl)
        outputs = run.run([goal.rows[i] for i in numbers], self._limits)
        self.executions += len(numbers)
        return [
            i
            for i, output in zip(numbers, outputs, strict=True)
            if isinstance(output, Failure) or not self._same(output, goal.expected[i])
        ]

    def add(self, wrong: list[int]) -> bool:
        """Look at some of these examples too, the smallest; False where there are enough."""
        self._times += 1
        wrong = sorted(wrong, key=lambda i: sum(map(size_of, self.goal.rows[i])))
        room = MOST - len(self.chosen)
        more = wrong[: min(room, 2 ** max(0, self._times - _SINGLY))]
        self.chosen = sorted([*self.chosen, *more])
        return bool(more)


def choose(goal: Goal, number: int) -> list[int]:
    """So many examples, of different outputs and sizes, but not of the largest."""
    groups: dict[Hashable, list[int]] = {}
    for i, output in enumerate(goal.expected):
        groups.setdefault(identity_key(output), []).append(i)
    sizes = [sum(map(size_of, row)) for row in goal.rows]
    ordered = [
        spread(sorted(some, key=lambda i: sizes[i])[: 1 + 2 * len(some) // 3])
        for some in groups.values()
    ]
    ordered.sort(key=lambda some: size_of(goal.expected[some[0]]))
    queues = spread(ordered)
    found: list[int] = []
    for turn in range(max(map(len, queues))):
        found += [some[turn] for some in queues if turn < len(some)]
    return sorted(found[:number])


def spread(ordered: list[_T]) -> list[_T]:
    """The items so that the first of them are far apart: both ends, the middle, the quarters.

    >>> spread([0, 1, 2, 3, 4])
    [0, 4, 2, 1, 3]
    """
    if not ordered:
        return []
    last = len(ordered) - 1
    places = dict.fromkeys([0, last])
    step = 2
    while len(places) < len(ordered):
        places.update(dict.fromkeys(last * k // step for k in range(1, step, 2)))
        step *= 2
    return [ordered[i] for i in places]
