"""A problem of the program synthesis benchmarks, and the task that is drawn from it.

A problem has edge cases, which always stand first in the training examples, and a way to draw
the others. The edge cases are the published ones where the folder of benchmark data is there,
else a few of our own. What is right is said by our own rule in either case.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.task import ErrorMeasure, Example, Task

from .published import published_edges

Inputs = tuple[Any, ...]
Draw = Callable[[random.Random], Inputs]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What a problem asks, and how its examples are drawn.

    `draws` has ways to draw inputs, each with its share. `edges` are inputs of our own.
    `num_train`, edge cases included, and `num_test` are the published sizes. `all_inputs` are
    the test inputs where there are so few that none is drawn. `given` are inputs that every
    example has at the end. `params`, `constants` and `tolerance` are those
    of the task. `error` is the published one where it is not that of the output's type.
    """

    name: str
    request: str
    params: str
    description: str
    answer: Callable[..., Any]
    draws: Sequence[tuple[int, Draw]]
    edges: Sequence[Inputs]
    num_train: int
    num_test: int
    all_inputs: Sequence[Inputs] = ()
    given: Inputs = ()
    constants: tuple[int | float | str, ...] = ()
    tolerance: float = 1e-9
    error: ErrorMeasure | None = None

    def example(self, inputs: Inputs) -> Example:
        """The example of these inputs, without those that every example has."""
        return Example((*inputs, *self.given), self.answer(*inputs))


def make_task(
    suite: str,
    problem: Problem,
    *,
    seed: int = 0,
    num_test: int | None = None,
    published_errors: bool = False,
) -> Task:
    """The task of a problem of the suite, with examples drawn with the seed.

    It has as many test examples as the benchmark has, or `num_test` where that is fewer. Outputs
    are graded by their type, or with the published errors, which takes longer.
    """
    published = published_edges(suite, problem.name)
    edges = tuple(problem.edges) if published is None else published
    rng = random.Random(f"{seed} {problem.name} train")
    drawn = random_inputs(problem, problem.num_train - len(edges), rng)
    rng = random.Random(f"{seed} {problem.name} test")
    count = problem.num_test if num_test is None else min(num_test, problem.num_test)
    test = problem.all_inputs or random_inputs(problem, count, rng)
    return Task.from_examples(
        problem.name,
        map(problem.example, (*edges, *drawn)),
        request=problem.request,
        test=map(problem.example, test),
        params=tuple(problem.params.split()),
        constants=problem.constants,
        tolerance=problem.tolerance,
        error=problem.error if published_errors else None,
        description=problem.description,
    )


def random_inputs(problem: Problem, count: int, rng: random.Random) -> Iterator[Inputs]:
    """So many inputs, of each way to draw them as many as its share says."""
    total = sum(share for share, _ in problem.draws)
    before = 0
    for share, draw in problem.draws:
        for _ in range(count * before // total, count * (before + share) // total):
            yield draw(rng)
        before += share
