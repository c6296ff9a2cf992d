"""A function that is asked for, and the task of examples drawn from a seed.

Examples take turns at the ways in which inputs are drawn, so that few of them show every case.
No inputs come twice in a task, in whichever split. Outputs differ where they can: an input whose
output has been seen gives way to another, a few times.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.errors import DefectError
from progsynth.task import Example, Task

Inputs = tuple[Any, ...]
Draw = Callable[[random.Random], Inputs]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many examples a task has of each kind."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A function: what is right, and how its inputs are drawn.

    `draws` are the ways to draw an input, `edges` inputs that stand first in the training
    examples. `larger` are the ways for tests, where these are larger. `params` are names with
    spaces between.
    """

    name: str
    request: str
    params: str
    description: str
    answer: Callable[..., Any]
    draws: Sequence[Draw]
    edges: Sequence[Inputs] = ()
    larger: Sequence[Draw] = ()
    withheld: tuple[str, ...] = ()


def task_of(asked: Asked, seed: int, counts: Counts, **options: Any) -> Task:
    """The task; its examples depend on the seed and its name alone.

    `options` are other fields of `Task`.
    """
    rng = random.Random(f"{seed} {asked.name}")
    edges = [Example(inputs, asked.answer(*inputs)) for inputs in asked.edges]
    seen = {repr(example.inputs) for example in edges}
    train = edges + _examples(asked, asked.draws, counts.train - len(edges), rng, seen)
    validation = _examples(asked, asked.draws, counts.validation, rng, seen)
    test = _examples(asked, asked.larger or asked.draws, counts.test, rng, seen)
    return Task.from_examples(
        asked.name,
        train,
        request=asked.request,
        validation=validation,
        test=test,
        params=tuple(asked.params.split()),
        description=asked.description,
        withheld=asked.withheld,
        **options,
    )


_CHOICES = 4  # inputs among which one with a new output is looked for
_PATIENCE = 500  # draws for one example, before it is said that there are too few


def _examples(
    asked: Asked, draws: Sequence[Draw], count: int, rng: random.Random, seen: set[str]
) -> list[Example]:
    """So many examples with inputs that are not in `seen`, which grows by theirs."""
    examples: list[Example] = []
    outputs: set[str] = set()
    for number in range(count):
        example = _new(asked, draws[number % len(draws)], rng, seen, outputs)
        examples.append(example)
        seen.add(repr(example.inputs))
        outputs.add(repr(example.output))
    return examples


def _new(
    asked: Asked, draw: Draw, rng: random.Random, seen: set[str], outputs: set[str]
) -> Example:
    """An example not seen, the first of a few whose output is new, else the last of them."""
    found: list[Example] = []
    for _ in range(_PATIENCE):
        inputs = draw(rng)
        if repr(inputs) in seen:
            continue
        found.append(Example(inputs, asked.answer(*inputs)))
        if repr(found[-1].output) not in outputs or len(found) == _CHOICES:
            return found[-1]
    if not found:
        raise DefectError(f"'{asked.name}' has too few inputs: draw more widely")
    return found[-1]
