"""What is asked of images, as a table's line; and the task of it with examples from a seed.

A draw gives what the images shall show: for each argument a label, a list of labels, or a grid of
them. The answer is computed from these labels; a task has images in their places.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.lang.values import Value
from progsynth.task import Example, Task

Labels = tuple[Any, ...]  # for each argument: int, list[int] or list[list[int]]
Draw = Callable[[random.Random], Labels]
Show = Callable[[int, random.Random], Value]  # an image of a label

COUNTS: Mapping[str, Mapping[str, int]] = {
    "digits": {"train": 800, "validation": 200, "test": 400},
    "mnist10k": {"train": 4000, "validation": 500, "test": 1000},
    "mnist": {"train": 20_000, "validation": 1000, "test": 2000},
}
READ = {"digits": 0.96, "mnist10k": 0.965, "mnist": 0.985}  # of single images, at least
_SLACK = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A function of what images show.

    `request` and `neural` have `IMAGE` where the source's type of image goes. `longer` draws the
    test inputs where these are longer than those of training. `num_read` is how many images have
    to be read rightly for a right answer, in the mean; it says which accuracy is asked for.
    """

    name: str
    request: str
    params: str
    description: str
    answer: Callable[..., Any]
    draw: Draw
    longer: Draw | None = None
    neural: tuple[str, ...] = ("digit(image: IMAGE) -> choice[10]",)
    num_read: float = 1.0
    tolerance: float = 1e-9


def task_of(asked: Asked, source: str, image: str, shows: Mapping[str, Show], seed: int) -> Task:
    """The task; `shows` gives images of the split. It depends on the seed and its name alone."""
    given = {
        split: examples(
            asked.draw if split != "test" else asked.longer or asked.draw,
            asked.answer,
            shows[split],
            count,
            random.Random(f"{asked.name} {source} {split} {seed}"),
        )
        for split, count in COUNTS[source].items()
    }
    return Task.from_examples(
        asked.name,
        given["train"],
        request=asked.request.replace("IMAGE", image),
        validation=given["validation"],
        test=given["test"],
        params=tuple(asked.params.split()),
        description=asked.description,
        accuracy=round(_SLACK * READ[source] ** asked.num_read, 2),
        neural=tuple(text.replace("IMAGE", image) for text in asked.neural),
        tolerance=asked.tolerance,
    )


def examples(
    draw: Draw, answer: Callable[..., Any], show: Show, count: int, rng: random.Random
) -> tuple[Example, ...]:
    """Examples of the answer on what is drawn, shown as images."""
    made = []
    for _ in range(count):
        labels = draw(rng)
        inputs = tuple(_shown(one, show, rng) for one in labels)
        made.append(Example(inputs, answer(*labels)))
    return tuple(made)


def _shown(labels: Any, show: Show, rng: random.Random) -> Value:
    if isinstance(labels, int):
        return show(labels, rng)
    return [_shown(one, show, rng) for one in labels]


# ------------------------------------------------------------------------------ ways to draw


def labels(count: int, *, classes: int = 10) -> Draw:
    """So many single labels, each as likely."""
    return lambda rng: tuple(rng.randrange(classes) for _ in range(count))


def some(lengths: Sequence[int], *, classes: int = 10) -> Draw:
    """One list of labels, of one of these lengths."""
    return lambda rng: ([rng.randrange(classes) for _ in range(rng.choice(lengths))],)


def half(yes: Callable[..., bool], draw: Draw) -> Draw:
    """Draws of which half are such as `yes` says."""

    def drawn(rng: random.Random) -> Labels:
        wanted = rng.random() < 0.5
        while True:
            found = draw(rng)
            if yes(*found) == wanted:
                return found

    return drawn


def counted(of: Sequence[int], lengths: Sequence[int], *, classes: int = 10) -> Draw:
    """One list in which any number, from none to all, is of these labels: each as likely."""
    others = [label for label in range(classes) if label not in of]

    def drawn(rng: random.Random) -> Labels:
        length = rng.choice(lengths)
        number = rng.randint(0, length)
        found = [rng.choice(of) for _ in range(number)]
        found += [rng.choice(others) for _ in range(length - number)]
        rng.shuffle(found)
        return (found,)

    return drawn
