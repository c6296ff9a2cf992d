"""The parts that functions of the suite share: questions to a number, and changes of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A function of a number and a setting; `name` is a format string for the setting."""

    name: str
    answer: Callable[[int, int], int]
    settings: tuple[int, ...]


QUESTIONS = (
    Part("over {}", lambda x, k: x > k, (2, 5, 9)),
    Part("equal to {}", lambda x, k: x == k, (3, 6, 8)),
    Part("multiples of {}", lambda x, k: x % k == 0, (2, 3, 5)),
)
CHANGES = (
    Part("{} more", lambda x, k: x + k, (1, 2, 4)),
    Part("times {}", lambda x, k: x * k, (2, 3, 5)),
    Part("modulo {}", lambda x, k: x % k, (2, 3, 4)),
)
