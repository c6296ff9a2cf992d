"""A search for programs of one kind that are found in parts, and soon exhausted.

What it proposes is made on a `Ground`, which counts the programs and executions that it took.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from progsynth.search.loops.ground import Found, Ground
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Batch, Candidate, Told
from progsynth.search.typed_rules import is_whole

# What is found, the level that has been come to, or None where it may be stopped.
Course = Iterator[Found | int | None]


class InParts:
    """The search; `level` is the cost that it has come to.

    `course` tries all there is on a ground, in order of cost; `dear` executions of the ground are
    for dear conditions. In a sketch it has nothing to try, and nothing beside submodules.
    """

    def __init__(
        self,
        problem: Problem,
        seed: int,
        course: Callable[[Ground], Course],
        *,
        name: str,
        max_executions: int,
        dear: int = 0,
    ):
        self.problem, self.name, self.max_executions = problem, name, max_executions
        self.level = 0
        self.notes: tuple[str, ...] = ()
        able = is_whole(problem) and bool(problem.inputs) and not problem.neural
        self.exhausted = not able
        self._ground = (problem, seed, dear)
        self._course = course
        self._begun: tuple[Ground, Course] | None = None

    def ask(self, allowance: Allowance) -> Batch:
        """Go on to the next program that fits, or until the allowance is used up."""
        if self.exhausted:
            return Batch((), 0, 0)
        if self._begun is None:
            ground = Ground(*self._ground)
            self._begun, before = (ground, self._course(ground)), (0, 0)
        else:
            ground = self._begun[0]
            before = ground.programs, ground.executions
        found: list[Candidate] = []
        for one in self._begun[1]:
            if isinstance(one, int):
                self.level = one
            elif one is not None:
                found.append(self.problem.wrap(one.term, one.cost))
                break
            if allowance.is_spent(ground.programs - before[0], ground.executions - before[1]):
                break
            if ground.executions >= self.max_executions:
                self.exhausted = True
                break
        else:
            self.exhausted = True
        return Batch(tuple(found), ground.programs - before[0], ground.executions - before[1])

    def tell(self, results: Told) -> None:
        """Nothing to learn."""

    def partial(self) -> tuple[Candidate, ...]:
        """None: a program is right, or it is not proposed."""
        return ()
