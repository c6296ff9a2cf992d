"""How tasks are made of functions: inputs drawn from a seed, small ones and larger ones.

A `Family` is a function of some inputs and some fixed numbers; each setting of these numbers is
a task. Of the inputs drawn, those are taken whose outputs differ most (`varied`): half of the
lists have what is asked for, where the answer is yes or no. No input is in two splits.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.errors import DefectError
from progsynth.task import Example, Task

Inputs = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """How large inputs are: the lengths of lists, and how far numbers are from 0."""

    shortest: int
    longest: int
    largest: int


SMALL, LARGE = Size(0, 8, 20), Size(12, 40, 99)  # training and validation; test

Draw = Callable[[random.Random, Size, Sequence[int]], Inputs]  # the numbers are the setting's


@dataclass(frozen=True, slots=True)
class Counts:
    """How many examples a task has of each kind."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True, slots=True)
class Family:
    """Functions that differ in fixed numbers alone: `answer(*inputs, *setting)`.

    `name` is a format string for the numbers of a setting. A family without numbers has the one
    empty setting.
    """

    name: str
    request: str
    answer: Callable[..., Any]
    draw: Draw
    settings: tuple[tuple[int, ...], ...] = ((),)
    params: tuple[str, ...] = ("xs",)

    def names(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The names of its tasks, each with its setting."""
        for setting in self.settings:
            yield self.name.format(*setting), setting


def tasks_of(family: Family, seed: int, counts: Counts) -> Iterator[Task]:
    """The tasks of a family. The seed and a task's name alone decide its examples."""
    for name, setting in family.names():
        yield _task(family, name, setting, random.Random(f"{seed} {name}"), counts)


def _task(
    family: Family, name: str, setting: tuple[int, ...], rng: random.Random, counts: Counts
) -> Task:
    seen: set[str] = set()

    def examples(size: Size, count: int) -> list[Example]:
        return varied(family, setting, size, count, rng, seen)

    return Task.from_examples(
        name,
        examples(SMALL, counts.train),
        request=family.request,
        validation=examples(SMALL, counts.validation),
        test=examples(LARGE, counts.test),
        params=family.params,
    )


_DRAWN = 3  # times as many inputs are drawn as are taken
_PATIENCE = 60  # draws for each example, after which those at hand have to do


def varied(
    family: Family,
    setting: tuple[int, ...],
    size: Size,
    count: int,
    rng: random.Random,
    seen: set[str],
) -> list[Example]:
    """That many examples with inputs that are not in `seen`, which grows by those taken.

    Outputs take turns: one example of each, then a second one of each that has more.
    """
    by_output: dict[str, list[Example]] = {}
    drawn: set[str] = set()
    for _ in range(_PATIENCE * count):
        if len(drawn) >= _DRAWN * count and _balanced(by_output, count):
            break
        inputs = family.draw(rng, size, setting)
        key = repr(inputs)
        if key not in seen and key not in drawn:
            drawn.add(key)
            output = family.answer(*inputs, *setting)
            by_output.setdefault(repr(output), []).append(Example(inputs, output))
    taken: list[Example] = []
    while len(taken) < count and by_output:
        for output in list(by_output):
            taken.append(by_output[output].pop())
            if not by_output[output]:
                del by_output[output]
    if len(taken) < count:
        raise DefectError(f"'{family.name}' has {len(taken)} inputs, not {count}: draw more widely")
    taken = taken[:count]
    seen |= {repr(example.inputs) for example in taken}
    return taken


def _balanced(by_output: Mapping[str, list[Example]], count: int) -> bool:
    """Are there as many of both answers to a question, if it is one?"""
    if not by_output.keys() <= {"True", "False"}:
        return True
    return len(by_output) == 2 and all(2 * len(some) >= count for some in by_output.values())


# ------------------------------------------------------------------------------- inputs


def numbers(rng: random.Random, size: Size, setting: Sequence[int], least: int = 0) -> list[int]:
    """From `least` numbers on, none negative; half of them near the setting's, if it has any."""
    length = rng.randint(max(size.shortest, least), max(size.longest, least + 2))
    found = rng.choices(range(size.largest + 1), k=length)
    near = sorted({max(n + d, 0) for n in setting for d in (-1, 0, 1)})
    if near:
        found = [rng.choice(near) if rng.random() < 0.5 else n for n in found]
    return found


def a_list(least: int = 0, *, near: bool = True) -> Draw:
    """A list of at least that many numbers; `near`: half of them near the setting's."""

    def draw(rng: random.Random, size: Size, setting: Sequence[int]) -> Inputs:
        return (numbers(rng, size, setting if near else (), least),)

    return draw


def reaching(margin: int = 1, *, which: int = 0) -> Draw:
    """A list that is longer, by `margin` or more, than the setting's number at `which` says."""

    def draw(rng: random.Random, size: Size, setting: Sequence[int]) -> Inputs:
        return (numbers(rng, size, (), setting[which] + margin),)

    return draw


def few_values(least: int = 0) -> Draw:
    """A list in which numbers come several times."""

    def draw(rng: random.Random, size: Size, setting: Sequence[int]) -> Inputs:
        length = rng.randint(max(size.shortest, least), max(size.longest, least + 2))
        some = rng.sample(range(size.largest + 1), 1 + size.longest // 3)
        return ([rng.choice(some) for _ in range(length)],)

    return draw


def small_numbers(least: int = 0) -> Draw:
    """A list short enough, of numbers small enough, for its product to fit 64 bits."""

    def draw(rng: random.Random, size: Size, setting: Sequence[int]) -> Inputs:
        longest = 12 if size == LARGE else 6
        return (rng.choices(range(1, 20), k=rng.randint(max(least, size.shortest // 2), longest)),)

    return draw


def up_to(small: int, large: int, *, least: int = 0) -> Draw:
    """One number: to `small` in training, from there to `large` in tests."""

    def draw(rng: random.Random, size: Size, setting: Sequence[int]) -> Inputs:
        return (rng.randint(least, small) if size == SMALL else rng.randint(small + 1, large),)

    return draw


def often(change: Callable[[list[int], Sequence[int]], list[int]], draw: Draw) -> Draw:
    """A list to which, two times of three, a change is made; then, half the time, another item."""

    def drawn(rng: random.Random, size: Size, setting: Sequence[int]) -> Inputs:
        (xs,) = draw(rng, size, setting)
        if rng.random() < 1 / 3:
            return (xs,)
        xs = change(xs, setting)
        if xs and rng.random() < 0.5:
            xs[rng.randrange(len(xs))] += rng.randint(1, 3)
        return (xs,)

    return drawn
