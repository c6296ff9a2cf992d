"""How the suite is made: what is asked of images of a source, and of generated inputs.

make()                                   on scikit-learn's digits
make(source=Source("mnist10k"))          on the 10,000 of $PROGSYNTH_DATA/mnist10k
make(source=Source("mnist", "folder"))   on all of MNIST
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache, partial

from progsynth.errors import TaskError
from progsynth.near import near_names
from progsynth.registry import suite_card
from progsynth.task import Example, Suite, Task

from . import waves
from .asked import Asked, Show, examples, some, task_of
from .numerals import NUMERALS
from .pictures import SIDES, Source, deck
from .sequences import SEQUENCES
from .toys import NAMES, signs, toys

__all__ = ["Source", "longer", "make", "make_tasks"]

SPLITS = ("train", "validation", "test")


def make(seed: int = 0, source: Source | None = None) -> Suite:
    """The suite; `seed` draws other examples of the same images.

    Raises UnsupportedError where the source of images is not at hand.
    """
    card = suite_card(__package__)
    return Suite("perception", make_tasks(seed, source), "generated", quick=card["quick"])


def make_tasks(
    seed: int = 0, source: Source | None = None, *, only: Sequence[str] = ()
) -> tuple[Task, ...]:
    """The tasks: of digits, of sequences of two kinds of images, of generated inputs.

    `only` names those that are made, where all of them would take too long: on larger images.
    Raises TaskError for a name that no task has.
    """
    source = source or Source()
    makers: dict[str, Callable[[], Task]] = {
        asked.name: partial(_task, asked, kind, source, seed)
        for kind, some_ in _all()
        for asked in some_
    }
    makers |= {drawn.name: partial(waves.task_of, drawn, seed) for drawn in waves.DRAWN}
    for name in only:
        if name not in makers:
            raise TaskError(f"no task '{name}' in perception{near_names(name, list(makers))}")
    return tuple(makers[name]() for name in only or makers)


def longer(
    name: str,
    length: int = 50,
    *,
    seed: int = 0,
    count: int = 50,
    source: Source | None = None,
) -> tuple[Example, ...]:
    """Examples of that task on lists of that length, of test images: an algorithm goes on being
    right, up to the network's errors, which add up.

    Raises TaskError for a task that is not asked of a list of any length.
    """
    source = source or Source()
    asked = {one.name: (one, kind) for kind, some_ in _all() for one in some_}
    listed = [n for n, (one, _) in asked.items() if one.request.startswith("list[IMAGE]")]
    if name not in listed:
        raise TaskError(f"no task {name!r} on lists of any length; there are {', '.join(listed)}")
    one, kind = asked[name]
    rng = random.Random(f"{name} {length} {seed}")
    classes = len(NAMES) if kind == "toys" else 10
    draw = some((length,), classes=classes)
    return examples(draw, one.answer, _show(kind, source, "test"), count, rng)


def _all() -> list[tuple[str, tuple[Asked, ...]]]:
    return [("digits", NUMERALS), *SEQUENCES.items()]


def _task(asked: Asked, kind: str, source: Source, seed: int) -> Task:
    shows = {split: _show(kind, source, split) for split in SPLITS}
    return task_of(asked, source.name, source.image, shows, seed)


@cache
def _show(kind: str, source: Source, split: str) -> Show:
    """How a label is shown: as a toy, as a digit, or as a sign with the digit on it."""
    if kind == "toys":
        return toys(SIDES[source.name], split).any_of
    cards = deck(source, split)
    return signs(cards, split).any_of if kind == "signs" else cards.any_of
