"""What a bottom-up search finds backwards, level by level.

At the end of each level the new entries of the bank are looked at with the outputs in mind:
which examples they are right on, which pieces of an output they are, what is missing to make it.
What comes of that are conditionals (`decisions`), concatenations, pieces cut from a sequence,
operations on two known values, and calls whose arguments are goals of their own (`goals`).

These programs are up to several times as dear as the level, so they come before their turn. Of
each level they come after the level's own programs, in order of cost; each is verified like any
other. A program comes early if each part of it is worth its cost in bits of the examples that it
explains (`evidence`); of texts, the more it lacks, the longer it waits. Others wait for the level
of their cost. Among programs that are no dearer than the level, order and completeness are as
they were.
"""

from __future__ import annotations

from collections.abc import Iterator

from progsynth.lang.primitive import DSL
from progsynth.lang.term import Term
from progsynth.lang.types import STR
from progsynth.search.backward.goals import Goals, Solution
from progsynth.search.backward.solver import Conditions, Solver
from progsynth.search.backward.view import Row, View
from progsynth.search.evidence import CHOICES
from progsynth.search.space import Space, Symbol

PATIENCE = 25_000  # executions at least before a program comes early
_DOUBLED = 2.0  # bits by which a program is dearer than its examples that take twice as many
_MOST = 100.0  # bits of doubt; nobody waits so long


class Backward:
    """The backward part of one pass of a search for the values `wanted` of `root`, in one bank.

    `scale` is how many examples each of those looked at stands for; `misses` of them may be
    wrong, which only conditionals allow for. No program comes early within `patience` executions.
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
        patience: int = PATIENCE,
    ):
        self.patience = patience
        self.goals = Goals(space, dsl, root, wanted, scale)
        if misses:
            self.goals.only_decisions(misses)
        self.conditions = Conditions(space, dsl, root, view)
        self.solver = Solver(view, self.conditions)
        self._waiting: list[Solution] = []
        self._known: set[Term] = set()

    def programs(self, level: int, executions: int) -> Iterator[tuple[Term, int] | None]:
        """What was found when the level had been filled, with its cost; None now and then.

        `executions` is how many the pass has used.
        """
        self.conditions.update()
        self.solver.executions = executions
        for goal in self.goals.all:
            if goal is not self.goals.root:
                self.solver.look_up(goal)
            for solve in self.solver.ways:
                yield from solve(goal)
        yield from self.collected(level, executions)

    def collected(self, level: int, executions: int) -> Iterator[tuple[Term, int]]:
        """Programs made of what has been found of the goals, as far as it is their turn."""
        self.goals.together()
        for solution in self.goals.root.solutions:
            if solution.term not in self._known:
                self._known.add(solution.term)
                self._waiting.append(solution)
        self.goals.root.solutions.clear()
        yield from self._due(level, executions)

    def _due(self, level: int, executions: int) -> Iterator[tuple[Term, int]]:
        """Those whose turn it is."""
        ordered = sorted(self._waiting, key=lambda s: s.cost + s.letters)
        now = [s for s in ordered if s.cost <= level or self._may_be_early(s, executions)]
        self._waiting = [s for s in ordered if s not in now]
        for solution in now:
            yield solution.term, solution.cost

    def _may_be_early(self, solution: Solution, executions: int) -> bool:
        """Has the search gone on for as long as the whole is in doubt, and each part of it?

        Where the examples say less than the program, others of its cost are right by chance; so
        the less they say, the longer cheaper programs are looked for: a search reaches so many
        bits in a time that doubles with them. A text of which several pieces are right says more
        than one that is right as a whole.
        """
        root = self.goals.root
        said = root.evidence.of((1 << len(root.wanted)) - 1) * solution.pieces
        doubt = min(_MOST, max(0.0, CHOICES * solution.cost - said))
        doubt = min(_MOST, doubt + solution.lacks)
        if solution.lacks and root.symbol.type != STR:
            return False
        return executions >= self.patience * 2 ** (doubt / _DOUBLED)

    @property
    def waiting(self) -> int:
        """How many programs wait for the level of their cost."""
        return len(self._waiting)
