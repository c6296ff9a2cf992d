"""How values are drawn: numbers, lists and texts of a length in a range, all lengths alike."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence

VISIBLE = "".join(map(chr, range(33, 127)))
PRINTABLE = f"\t\n {VISIBLE}"
LOWER = string.ascii_lowercase


def ints(rng: random.Random, low: int, high: int, shortest: int, longest: int) -> list[int]:
    """Integers from `low` to `high`, from `shortest` to `longest` of them."""
    return rng.choices(range(low, high + 1), k=rng.randint(shortest, longest))


def floats(rng: random.Random, low: float, high: float, count: int) -> list[float]:
    """So many floats."""
    return [rng.uniform(low, high) for _ in range(count)]


def text(rng: random.Random, alphabet: str, shortest: int, longest: int) -> str:
    """Characters of the alphabet, from `shortest` to `longest` of them."""
    return "".join(rng.choices(alphabet, k=rng.randint(shortest, longest)))


def mixed_text(
    rng: random.Random,
    parts: Sequence[tuple[float, str]],
    shortest: int,
    longest: int,
) -> str:
    """A text each of whose characters is of one of the alphabets, with these probabilities."""
    chosen = rng.choices(
        [alphabet for _, alphabet in parts],
        [probability for probability, _ in parts],
        k=rng.randint(shortest, longest),
    )
    return "".join(map(rng.choice, chosen))


def blend(
    rng: random.Random, count: int, one: Callable[[], int], other: Callable[[], int]
) -> list[int]:
    """So many values of two kinds, the first with a probability drawn anew for each list."""
    probability = rng.random()
    return [one() if rng.random() < probability else other() for _ in range(count)]
