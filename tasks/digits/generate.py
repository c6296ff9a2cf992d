"""Tasks over lists of digit images, which give the answers and never the digits.

A program has to read the images and to compute with what it read; a search has to find both. The
training, validation and test examples of a task use images of the splits of the same names.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from progsynth.lang.types import parse_type
from progsynth.lang.values import Value
from progsynth.plain import make_tensor
from progsynth.task import Example, Suite, Task

from .images import NUM_CLASSES, SPLITS, images

IMAGE = "tensor[1, 8, 8]"
REQUEST = f"list[{IMAGE}] -> int"
DIGIT = f"digit(image: {IMAGE}) -> choice[{NUM_CLASSES}]"

NUM_PAIRS = 1000
PAIRS_HELD_OUT = {"validation": 250, "test": 500}
FEW = {"train": 20, "validation": 50, "test": 250}
LENGTHS = (1, 2, 3, 4, 5)
PAIR_ACCURACY = 0.93  # both digits are read: 96.4% of the digits
LIST_ACCURACY = 0.85  # up to five digits are read


@dataclass(frozen=True, slots=True)
class Deck:
    """The images of one split, as values, by the digit that they show; each has all ten."""

    by_digit: tuple[tuple[Value, ...], ...]

    def shuffled(self, rng: random.Random) -> Iterator[tuple[Value, int]]:
        """Images with their digits without end: all in some order, then all in another."""
        cards = [(image, digit) for digit, some in enumerate(self.by_digit) for image in some]
        while True:
            rng.shuffle(cards)
            yield from cards


def deck(split: str) -> Deck:
    """The deck of the images of a split."""
    x_NCHW, y_N = images(split)
    type_ = parse_type(IMAGE)
    by_digit: list[list[Value]] = [[] for _ in range(NUM_CLASSES)]
    for image, digit in zip(x_NCHW, y_N.tolist(), strict=True):
        by_digit[digit].append(make_tensor(image, type_, f"an image of {split}"))
    return Deck(tuple(map(tuple, by_digit)))


def sums(
    length: int, *, seed: int = 0, count: int = 250, split: str = "test"
) -> tuple[Example, ...]:
    """Examples of the sum of `length` digits, each image as often as any other.

    With lists longer than those of a task they test whether what was found is an algorithm.
    """
    return _sums(deck(split), length, count, random.Random(f"sums {length} {split} {seed}"))


def sum_of_two(*, seed: int = 0, pairs: int = NUM_PAIRS) -> Task:
    """The sum of two digits, from `pairs` pairs of training images and their sums."""
    given = {
        split: sums(2, seed=seed, count={"train": pairs, **PAIRS_HELD_OUT}[split], split=split)
        for split in SPLITS
    }
    return _task("sum of two digits", given, "The sum of the two digits in a list.", PAIR_ACCURACY)


def largest_digit(*, seed: int = 0) -> Task:
    """The largest digit of lists of one to five, from 20 of them."""
    return _task(
        "largest digit",
        {split: _lists("largest", split, seed, _any_digits, max) for split in SPLITS},
        "The largest digit in a list of one to five.",
        LIST_ACCURACY,
    )


def count_of_threes(*, seed: int = 0) -> Task:
    """How many digits of lists of one to five are threes, from 20 of them."""
    return _task(
        "count of threes",
        {split: _lists("threes", split, seed, _some_threes, _threes) for split in SPLITS},
        "How many of the digits in a list of one to five are threes.",
        LIST_ACCURACY,
    )


def make_tasks(seed: int = 0) -> tuple[Task, ...]:
    """The tasks of the suite with other lists of the same images, drawn with the seed."""
    return (sum_of_two(seed=seed), largest_digit(seed=seed), count_of_threes(seed=seed))


def make() -> Suite:
    """The suite: the tasks of seed 0. Raises UnsupportedError without scikit-learn."""
    return Suite("digits", make_tasks())


# ------------------------------------------------------------------------------- drawing


def _task(
    name: str, given: dict[str, tuple[Example, ...]], description: str, accuracy: float
) -> Task:
    return Task.from_examples(
        name,
        given["train"],
        request=REQUEST,
        validation=given["validation"],
        test=given["test"],
        params=("xs",),
        description=description,
        accuracy=accuracy,
        neural=(DIGIT,),
    )


def _sums(cards: Deck, length: int, count: int, rng: random.Random) -> tuple[Example, ...]:
    drawn = cards.shuffled(rng)
    made = []
    for _ in range(count):
        taken = [next(drawn) for _ in range(length)]
        made.append(Example(([image for image, _ in taken],), sum(digit for _, digit in taken)))
    return tuple(made)


def _lists(
    name: str,
    split: str,
    seed: int,
    draw: Callable[[random.Random, int], list[int]],
    answer: Callable[[Sequence[int]], int],
) -> tuple[Example, ...]:
    """Examples on lists of all lengths in turn: `draw` gives the digits, any images of them."""
    cards = deck(split)
    rng = random.Random(f"{name} {split} {seed}")
    made = []
    for number in range(FEW[split]):
        digits = draw(rng, LENGTHS[number % len(LENGTHS)])
        made.append(Example(([rng.choice(cards.by_digit[d]) for d in digits],), answer(digits)))
    rng.shuffle(made)
    return tuple(made)


def _any_digits(rng: random.Random, length: int) -> list[int]:
    return [rng.randrange(NUM_CLASSES) for _ in range(length)]


def _some_threes(rng: random.Random, length: int) -> list[int]:
    """Digits of which any number are threes, from none to all: each number as often."""
    others = [digit for digit in range(NUM_CLASSES) if digit != 3]
    num_threes = rng.randint(0, length)
    digits = [3] * num_threes + [rng.choice(others) for _ in range(length - num_threes)]
    rng.shuffle(digits)
    return digits


def _threes(digits: Sequence[int]) -> int:
    return sum(digit == 3 for digit in digits)
