"""How the suite is made: every question in every domain, each question first in another domain."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace

from progsynth.registry import suite_card
from progsynth.task import Example, Suite, Task

from ..digits.generate import Deck, deck
from ..digits.images import SPLITS
from .domains import DOMAINS, Domain
from .functions import FUNCTIONS, Asked

COUNTS: Mapping[str, int] = {"train": 10, "validation": 5, "test": 16}
_NUMBERS = (2, 5)  # in an input to learn from
_LARGER = (4, 9)  # and in one for a test
_IMAGES = 4  # of which each may be misread
_CHOICES = 12  # inputs among which one with a rare output is looked for


def order() -> Iterator[tuple[Domain, Asked]]:
    """The tasks in their order: all questions once, each in the next domain, and so on.

    So what is asked first is found in all domains, and each question is met in one domain before
    it comes in the others.
    """
    for later in range(len(DOMAINS)):
        for number, asked in enumerate(FUNCTIONS):
            yield DOMAINS[(number + later) % len(DOMAINS)], asked


def task_of(domain: Domain, asked: Asked, decks: Mapping[str, Deck], seed: int) -> Task:
    """The task; the seed and its name alone decide its examples."""
    name = f"{domain.name}: {asked.name}"
    seen: set[str] = set()
    train, validation, test = (
        _examples(domain, asked, f"{seed} {name} {split}", split, decks[split], seen)
        for split in SPLITS
    )
    task = Task.from_examples(
        name,
        train,
        request=domain.request,
        params=(domain.param,),
        accuracy=domain.accuracy,
        neural=domain.neural,
    )
    said = f"Of {domain.said}, {asked.name}."
    return replace(task, validation=validation, test=test, description=said)


def _examples(
    domain: Domain, asked: Asked, seed: str, split: str, cards: Deck, seen: set[str]
) -> tuple[Example, ...]:
    """Examples, each the one of a few whose output is rarest; no input comes twice."""
    rng = random.Random(seed)
    made: list[Example] = []
    outputs: dict[int, int] = {}
    least, most = _LARGER if split == "test" else _NUMBERS
    if domain.neural:
        least, most = _NUMBERS[0], _IMAGES
    while len(made) < COUNTS[split]:
        count = least + len(made) % (most - least + 1)
        drawn = [domain.draw(rng, count, cards) for _ in range(_CHOICES)]
        new = [one for one in drawn if _text_of(one[0]) not in seen]
        if not new:
            continue
        given, numbers = min(new, key=lambda one: outputs.get(asked.answer(one[1]), 0))
        output = asked.answer(numbers)
        outputs[output] = outputs.get(output, 0) + 1
        seen.add(_text_of(given))
        made.append(Example((given,), output))
    return tuple(made)


def _text_of(given: object) -> str:
    """What tells inputs apart: images by their bytes."""
    if isinstance(given, list):
        return repr([one.tobytes() if hasattr(one, "tobytes") else one for one in given])
    return repr(given)


def make(seed: int = 0) -> Suite:
    """The suite; `seed` draws other examples. Raises UnsupportedError without scikit-learn."""
    decks = {split: deck(split) for split in SPLITS}
    tasks = tuple(task_of(domain, asked, decks, seed) for domain, asked in order())
    return Suite("crossing", tasks, "generated", quick=suite_card(__package__)["quick"])
