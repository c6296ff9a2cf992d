"""What a bottom-up search finds backwards, level by level.

At the end of each level the new entries of the bank are looked at with the outputs in mind:
which examples they are right on, which pieces of an output they are, what is missing to make it.
What comes of that are conditionals (`decisions`), concatenations, operations on two known values
and calls whose arguments are goals of their own (`goals`).

These programs are up to several times as dear as the level, so they come before their turn. Of
each level they come after the level's own programs, in order of cost; each is verified like any
other. A program comes early only if each part of it is worth its cost in bits of the examples
that it explains (`evidence`). Others wait for the level of their cost. Among programs that are
no dearer than the level, order and completeness are as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

from progsynth.lang.primitive import DSL
from progsynth.lang.term import Term
from progsynth.search.backward.goals import Goals, Solution
from progsynth.search.backward.solver import Conditions, Solver
from progsynth.search.backward.view import Row, View
from progsynth.search.space import Space, Symbol


class Backward:
    """The backward part of one pass of a search for the values `wanted` of `root`, in one bank.

    `scale` is how many examples each of those looked at stands for; `misses` of them may be
    wrong, which only conditionals allow for.
    """

    def __init__(
        self,
        space: Space,
        dsl: DSL,
        root: Symbol,
        wanted: Row,
        view: View,
        *,
        scale: float = 1.0,
        misses: int = 0,
    ):
        self.goals = Goals(space, dsl, root, wanted, scale)
        if misses:
            self.goals.only_decisions(misses)
        self.conditions = Conditions(space, dsl, root, view)
        self.solver = Solver(view, self.conditions)
        self._waiting: list[tuple[int, int, int, Term]] = []
        self._known: set[Term] = set()

    def programs(self, level: int) -> Iterator[tuple[Term, int] | None]:
        """What was found when the level had been filled, with its cost; None now and then."""
        self.conditions.update()
        for goal in self.goals.all:
            if goal is not self.goals.root:
                self.solver.look_up(goal)
            for solve in (self.solver.concatenate, self.solver.decide, self.solver.operate):
                yield from solve(goal)
        self.goals.together()
        for solution in self.goals.root.solutions:
            self._hold(solution, level)
        while self._waiting and self._waiting[0][0] <= level:
            _, cost, _, term = heappop(self._waiting)
            yield term, cost

    @property
    def waiting(self) -> int:
        """How many programs wait for the level of their cost."""
        return len(self._waiting)

    def _hold(self, solution: Solution, level: int) -> None:
        """Keep a program until its turn: this level, where it is sure."""
        if solution.term not in self._known:
            self._known.add(solution.term)
            due = level if solution.sure else max(level, solution.cost)
            heappush(self._waiting, (due, solution.cost, len(self._known), solution.term))
