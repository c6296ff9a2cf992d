"""A search for programs that are one fold over a cheap list, whose step may be a conditional.

Folds are told by what they do (`shapes`), so that it serves any language that has one, whatever
it is called; the steps are found as those of loops are (`loops`). It goes by cost over all lists
and first values, and is soon exhausted: what it is for comes early, or is not one fold.
"""

from __future__ import annotations

from progsynth.search.folds.folding import Folding
from progsynth.search.folds.shapes import shapes
from progsynth.search.loops.each import sources
from progsynth.search.loops.ground import Ground
from progsynth.search.loops.in_parts import Course, InParts
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Search

MAX_EXECUTIONS = 200_000
_DEAREST = 24  # cost of a fold


def folds(*, max_executions: int = MAX_EXECUTIONS) -> Method:
    """The method: programs that are one fold; none where the language has no folds."""

    def method(problem: Problem, seed: int) -> Search:
        return InParts(problem, seed, _course, name="folds", max_executions=max_executions)

    return method


def _course(ground: Ground) -> Course:
    """All folds in order of cost."""
    known = list(shapes(ground.outside.space, ground.kernels, ground.result))
    if not known:
        return
    foldings = [
        Folding(ground, shape, source, start)
        for source in sources(ground)
        for shape in known
        if shape.item == source.item
        for start in ground.starts(ground.result)
    ]
    for level in range(2, _DEAREST + 1):
        yield level
        for folding in foldings:
            yield from folding.at(level)
            yield None
