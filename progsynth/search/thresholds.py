"""Bounds for a number below which other programs are right than above, read off the examples.

No enumeration comes to a constant such as 1000 by itself. But where the examples, in the order of
some number, change from one program to another, a bound lies between two neighbours, as in the
induction of decision trees (Fayyad and Irani 1992). Of the numbers between, the one of the fewest
digits is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import floor, log10

_BOUNDS = 24  # of one number, at most: with more it says nothing


def bounds(
    numbers: Sequence[int | float], labels: Sequence[int]
) -> Iterator[tuple[int | float, int]]:
    """The bounds at which labels change, each with the mask of the examples below it.

    >>> list(bounds([998, 5, 1002, 1500], [1, 1, 2, 2]))
    [(1000, 3)]
    """
    order = sorted(range(len(numbers)), key=lambda i: numbers[i])
    below, changes = 0, []
    for left, right in pairwise(order):
        below |= 1 << left
        if numbers[left] < numbers[right] and _changes(left, right, numbers, labels):
            changes.append((left, right, below))
    if len(changes) <= _BOUNDS:
        for left, right, mask in changes:
            yield simplest(numbers[left], numbers[right]), mask


def _changes(left: int, right: int, numbers: Sequence[int | float], labels: Sequence[int]) -> bool:
    """Do the examples at the two numbers have different labels?"""
    at_left = {label for n, label in zip(numbers, labels, strict=True) if n == numbers[left]}
    at_right = {label for n, label in zip(numbers, labels, strict=True) if n == numbers[right]}
    return len(at_left | at_right) > 1


def simplest(low: int | float, high: int | float) -> int | float:
    """The number of the fewest digits above `low`, and not above `high`.

    >>> simplest(998, 1002), simplest(3, 4), simplest(-7, 12), simplest(0.31, 0.47)
    (1000, 4, 0, 0.4)
    """
    if low < 0 <= high:
        return type(high)(0)
    top = max(abs(low), abs(high))
    digits = floor(log10(top)) if top else 0
    least = -12 if isinstance(high, float) else 0
    for power in range(digits + 1, least - 1, -1):
        found = _multiple(low, high, power)
        if found is not None:
            return found
    return high


def _multiple(low: int | float, high: int | float, power: int) -> int | float | None:
    """The largest multiple of ten to that power within the bounds, if any."""
    if isinstance(high, int) and isinstance(low, int):
        step = 10**power
        whole = high // step * step
        return whole if whole > low else None
    scaled = float(f"{floor(high / 10.0**power)}e{power}")
    return scaled if low < scaled <= high else None


def num_digits(number: int | float) -> int:
    """The digits that the number is written with, without zeros at its ends.

    >>> num_digits(1000), num_digits(37), num_digits(0.25)
    (1, 2, 2)
    """
    return len(f"{abs(number)!r}".removesuffix(".0").replace(".", "").strip("0")) or 1
