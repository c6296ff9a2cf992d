"""An algorithm that is asked for, and the task of it: small examples, and tests a hundredfold.

The seed and a task's name alone decide its examples. No input is in two splits, or twice in one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from progsynth.errors import DefectError
from progsynth.lang.failure import DEFAULT_CELLS, DEFAULT_FUEL
from progsynth.task import Example, Task

Inputs = tuple[Any, ...]
Draw = Callable[[random.Random], Inputs]

NUM_TRAIN, NUM_VALIDATION = 20, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithm:
    """A function, how its inputs are drawn, and what its programs may use.

    `edges` are inputs that stand first in training. `small` draws the others, and those of the
    validation; `large` draws those of the test. `fuel` and `cells` are enough for a program whose
    steps grow with the square of the largest test input.
    """

    name: str
    request: str
    params: tuple[str, ...]
    description: str
    answer: Callable[..., Any]
    edges: Sequence[Inputs] = ()
    small: Draw
    large: Draw
    num_test: int = 20
    withheld: tuple[str, ...] = ()
    fuel: int = DEFAULT_FUEL
    cells: int = DEFAULT_CELLS


def task_of(algorithm: Algorithm, seed: int) -> Task:
    """The task of an algorithm."""
    rng = random.Random(f"{seed} {algorithm.name}")
    seen = {repr(inputs) for inputs in algorithm.edges}
    drawn = _different(algorithm.small, rng, seen)
    train = [*algorithm.edges, *islice(drawn, NUM_TRAIN - len(algorithm.edges))]
    validation = list(islice(drawn, NUM_VALIDATION))
    test = list(islice(_different(algorithm.large, rng, seen), algorithm.num_test))
    answer = algorithm.answer
    return Task.from_examples(
        algorithm.name,
        [Example(inputs, answer(*inputs)) for inputs in train],
        request=algorithm.request,
        validation=[Example(inputs, answer(*inputs)) for inputs in validation],
        test=[Example(inputs, answer(*inputs)) for inputs in test],
        params=algorithm.params,
        description=algorithm.description,
        withheld=algorithm.withheld,
        fuel=algorithm.fuel,
        cells=algorithm.cells,
    )


_PATIENCE = 1000


def _different(draw: Draw, rng: random.Random, seen: set[str]) -> Iterator[Inputs]:
    """Inputs that were not seen before, without an end."""
    while True:
        for _ in range(_PATIENCE):
            inputs = draw(rng)
            if repr(inputs) not in seen:
                break
        else:
            raise DefectError(f"{_PATIENCE} draws gave nothing new after {len(seen)} inputs")
        seen.add(repr(inputs))
        yield inputs
