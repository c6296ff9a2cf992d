"""How the suite is made: sequences of a few tasks, and a stream of many, on images of digits."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace

from progsynth.registry import suite_card
from progsynth.task import Example, Suite, Task

from ..digits.generate import DIGIT, REQUEST, Deck, deck
from ..digits.images import SPLITS
from .functions import Asked, functions

COUNT = 1_000
COUNTS: Mapping[str, int] = {"train": 10, "validation": 5, "test": 20}
LENGTHS = (1, 2, 3, 4)
ACCURACY = 0.8  # of lists of up to four digits, each of which may be misread

# What is learnt first, what is to be found with it, and what comes back at the end: sequences in
# which low-level, high-level and both kinds of transfer are told apart (Valkov et al. 2018).
SEQUENCES: Mapping[str, tuple[str, ...]] = {
    "counting": ("how many of those equal to 3", "how many of those equal to 7", "how many"),
    "summing": ("the sum", "the largest", "the sum of those over 4"),
    "one after another": (
        *("the first", "how many of those odd", "the sum of each times 2"),
        *("the smallest", "how many different", "the sum of each modulo 3"),
    ),
    "and again": ("the sum", "how many of those over 5", "the last", "the sum"),
}


def stream(count: int = COUNT, *, seed: int = 0) -> Iterator[Task]:
    """So many tasks, each made when it is asked for; `seed` draws other functions and examples.

    Raises UnsupportedError without scikit-learn.
    """
    decks, blank = {split: deck(split) for split in SPLITS}, blank_task()
    for one in functions(count, seed=seed):
        yield task_of(one, one.name, decks, seed, blank)


def sequence(name: str, *, seed: int = 0) -> tuple[Task, ...]:
    """The tasks of a sequence, in its order; one that comes again has other examples."""
    decks, blank = {split: deck(split) for split in SPLITS}, blank_task()
    known = {one.name: one for one in functions(COUNT)}
    return tuple(
        task_of(known[asked], f"{name} {number}: {asked}", decks, seed, blank)
        for number, asked in enumerate(SEQUENCES[name], start=1)
    )


def task_of(asked: Asked, name: str, decks: Mapping[str, Deck], seed: int, blank: Task) -> Task:
    """The task of a function, in all else like `blank`; the seed and its name alone decide its
    examples."""
    train, validation, test = (_examples(asked, name, one, decks[one], seed) for one in SPLITS)
    return replace(
        blank,
        name=name,
        train=train,
        validation=validation,
        test=test,
        description=f"Of the digits in the list {asked.name}.",
    )


def blank_task() -> Task:
    """A task of the suite with an example of nothing: its types are read once for all of them."""
    return Task.from_examples(
        "blank",
        [Example(([],), 0)],
        request=REQUEST,
        params=("xs",),
        accuracy=ACCURACY,
        neural=(DIGIT,),
    )


def _examples(asked: Asked, name: str, split: str, cards: Deck, seed: int) -> tuple[Example, ...]:
    """Examples on lists of all lengths in turn, each the one of a few whose output is rarest."""
    rng = random.Random(f"{name} {split} {seed}")
    made: list[Example] = []
    seen: dict[int, int] = {}
    for number in range(COUNTS[split]):
        length = LENGTHS[number % len(LENGTHS)]
        draws = [[rng.randrange(10) for _ in range(length)] for _ in range(4)]
        digits = min(draws, key=lambda some: seen.get(asked(some), 0))
        output = asked(digits)
        seen[output] = seen.get(output, 0) + 1
        made.append(Example(([rng.choice(cards.by_digit[d]) for d in digits],), output))
    return tuple(made)


def make(seed: int = 0) -> Suite:
    """The stream as a suite. Raises UnsupportedError without scikit-learn."""
    tasks = tuple(stream(seed=seed))
    return Suite("lifelong_perception", tasks, "generated", quick=suite_card(__package__)["quick"])
