"""A search for programs that are one fold over a cheap list, whose step may be a conditional.

Folds are told by what they do (`shapes`), so that it serves any language that has one, whatever
it is called; the steps are found as those of loops are (`loops`). It goes by cost over all lists
and first values, and is soon exhausted: what it is for comes early, or is not one fold.
"""

from __future__ import annotations

from collections.abc import Iterator

from progsynth.search.folds.folding import Folding
from progsynth.search.folds.shapes import shapes
from progsynth.search.loops.each import sources
from progsynth.search.loops.ground import Found, Ground
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told
from progsynth.search.typed_rules import is_whole

MAX_EXECUTIONS = 200_000
_DEAREST = 24  # cost of a fold


def folds(*, max_executions: int = MAX_EXECUTIONS) -> Method:
    """The method: programs that are one fold. It is soon exhausted."""

    def method(problem: Problem, seed: int) -> Search:
        return Folds(problem, seed, max_executions=max_executions)

    return method


class Folds:
    """The search; `level` is the cost that it has come to.

    In a sketch, and where the language has no folds, it has nothing to try.
    """

    name = "folds"

    def __init__(self, problem: Problem, seed: int = 0, *, max_executions: int = MAX_EXECUTIONS):
        self.problem, self.seed = problem, seed
        self.max_executions = max_executions
        self.exhausted = False
        self.level = 0
        self.notes: tuple[str, ...] = ()
        self.ground: Ground | None = None
        self._steps = self._run()

    def ask(self, allowance: Allowance) -> Batch:
        """Go on to the next fold that fits, or until the allowance is used up."""
        before = self._used()
        found: list[Candidate] = []
        for one in self._steps:
            if one is not None:
                found.append(self.problem.wrap(one.term, one.cost))
                break
            programs, executions = self._used()
            if allowance.is_spent(programs - before[0], executions - before[1]):
                break
            if executions >= self.max_executions:
                self.exhausted = True
                break
        else:
            self.exhausted = True
        programs, executions = self._used()
        return Batch(tuple(found), programs - before[0], executions - before[1])

    def tell(self, results: Told) -> None:
        """Nothing to learn."""

    def partial(self) -> tuple[Candidate, ...]:
        """None: a fold is right, or it is not proposed."""
        return ()

    def _used(self) -> tuple[int, int]:
        ground = self.ground
        return (0, 0) if ground is None else (ground.programs, ground.executions)

    def _run(self) -> Iterator[Found | None]:
        problem = self.problem
        if not is_whole(problem) or not problem.inputs or problem.neural:
            return
        ground = self.ground = Ground(problem, self.seed, 0)
        known = list(shapes(ground.outside.space, ground.kernels, problem.result))
        if not known:
            return
        foldings = [
            Folding(ground, shape, source, start)
            for source in sources(ground)
            for shape in known
            if shape.item == source.item
            for start in ground.starts(problem.result)
        ]
        for self.level in range(2, _DEAREST + 1):
            for folding in foldings:
                yield from folding.at(self.level)
                yield None
