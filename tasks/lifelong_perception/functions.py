"""Functions of lists of digits: what is kept, what becomes of each, and what is asked of it all.

    functions()[0].name == "the sum"

A function keeps the digits of which a question is true, changes what it kept, and folds that to a
number. All combinations are gone through in the order of their size, so that what comes later is
short in terms of what came before. Two that agree on many lists are one, the first.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Numbers = Sequence[int]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of functions: `name` reads after those before it."""

    name: str
    answer: Callable[..., int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A function of digits; `size` is the number of its parts."""

    name: str
    fold: Part
    question: Part | None = None
    change: Part | None = None

    def __call__(self, digits: Numbers) -> int:
        """What it gives."""
        question, change = self.question, self.change
        kept = [d for d in digits if question is None or question.answer(d)]
        return self.fold.answer([d if change is None else change.answer(d) for d in kept])

    @property
    def size(self) -> int:
        """How many parts it has."""
        return 1 + (self.question is not None) + (self.change is not None)


FOLDS = (
    Part("the sum", sum),
    Part("how many", len),
    Part("the largest", lambda xs: max(xs, default=0)),
    Part("the smallest", lambda xs: min(xs, default=0)),
    Part("the first", lambda xs: xs[0] if xs else 0),
    Part("the last", lambda xs: xs[-1] if xs else 0),
    Part("how many different", lambda xs: len(set(xs))),
    Part("the largest less the smallest", lambda xs: max(xs, default=0) - min(xs, default=0)),
)
QUESTIONS = (
    *(Part(f"over {k}", lambda d, k=k: d > k) for k in range(1, 8)),
    *(Part(f"under {k}", lambda d, k=k: d < k) for k in range(3, 9)),
    *(Part(f"not {k}", lambda d, k=k: d != k) for k in range(10)),
    *(Part(f"equal to {k}", lambda d, k=k: d == k) for k in range(10)),
    *(Part(f"multiples of {k}", lambda d, k=k: d % k == 0) for k in (2, 3, 4)),
    Part("odd", lambda d: d % 2 == 1),
)
CHANGES = (
    *(Part(f"{k} more", lambda d, k=k: d + k) for k in range(1, 6)),
    *(Part(f"times {k}", lambda d, k=k: d * k) for k in range(2, 6)),
    *(Part(f"modulo {k}", lambda d, k=k: d % k) for k in (2, 3, 4, 5)),
    *(Part(f"away from {k}", lambda d, k=k: abs(d - k)) for k in range(3, 8)),
)
_TRIED = 150  # lists that functions are compared on


def functions(count: int, *, seed: int = 0) -> tuple[Asked, ...]:
    """So many functions: all of one and two parts, and of three parts some drawn with the seed."""
    rng = random.Random(f"functions {seed}")
    tried = [[rng.randrange(10) for _ in range(rng.randint(1, 5))] for _ in range(_TRIED)]
    small = [one for one in _all() if one.size < 3]
    large = [one for one in _all() if one.size == 3]
    rng.shuffle(large)
    found: dict[tuple[int, ...], Asked] = {}
    for one in (*small, *large):
        if len(found) == count:
            break
        found.setdefault(tuple(map(one, tried)), one)
    return tuple(found.values())


def _all() -> Iterator[Asked]:
    """All functions, in the order of their parts."""
    for fold in FOLDS:
        yield Asked(fold.name, fold)
    for question in QUESTIONS:
        for fold in FOLDS:
            yield Asked(f"{fold.name} of those {question.name}", fold, question)
    for change in CHANGES:
        for fold in FOLDS:
            yield Asked(f"{fold.name} of each {change.name}", fold, None, change)
    for question in QUESTIONS:
        for change in CHANGES:
            for fold in FOLDS:
                name = f"{fold.name} of those {question.name}, each {change.name}"
                yield Asked(name, fold, question, change)
