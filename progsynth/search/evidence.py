"""How much the examples say, against how long a program is.

A program of cost C is one of about `2 ** (BITS * C)`, so some program of that cost is right by
chance on examples that say fewer bits than that. Plain enumeration goes through programs in
order of cost and need not ask. A search that puts together parts that are each right on some of
the examples, or make some of the output, reaches dear programs at once: there each part has to
be worth what it takes to write it down (Rissanen 1978), or it waits for its turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

from progsynth.lang.values import Value

BITS = 2.0  # of one unit of cost
CHOICES = 3.0  # the same where all programs of a cost come into question, whatever their parts
_MOST = 8.0  # bits that one part of one output is worth


@dataclass(frozen=True, slots=True)
class Evidence:
    """What being right on each example is worth, in bits. Each stands for `scale` of them."""

    bits: tuple[float, ...]
    scale: float = 1.0

    def of(self, mask: int) -> float:
        """The bits of the examples of the mask."""
        return sum(b for i, b in enumerate(self.bits) if mask >> i & 1)

    def bears(self, mask: int, cost: int) -> bool:
        """Do the examples of the mask say more than a part of this cost takes to write down?"""
        return not self.lacking(mask, cost)

    def lacking(self, mask: int, cost: int) -> float:
        """By how many bits the examples of the mask say less than a part of this cost takes to
        write down; 0 where they say as much."""
        return max(0.0, bits_of(cost) - self.of(mask))


def bits_of(cost: int) -> float:
    """How many bits a program of this cost takes to write down."""
    return BITS * cost


def evidence(outputs: Sequence[Value], scale: float = 1.0) -> Evidence:
    """What the outputs are worth, where each example stands for `scale` of them.

    An output says as much as its size, up to a bound: most texts and numbers that are right are
    taken from the inputs, where there are not that many to be taken. One that occurs often says
    this once, and each time which of the outputs it is: of two labels that is one bit.

    >>> evidence([True, False]).bits
    (1.0, 1.0)
    """
    keys = [repr(output) for output in outputs]
    counts = Counter(keys)
    total = len(outputs)
    return Evidence(
        tuple(
            scale * _worth(_size(output), counts[key], total)
            for output, key in zip(outputs, keys, strict=True)
        ),
        scale,
    )


def _worth(size: float, count: int, total: int) -> float:
    """The bits of an output of that size of which there are so many."""
    return min(_MOST, size, log2(total / count) + min(_MOST, size) / count)


def _size(value: Any) -> float:
    """How many bits a value takes to write down, roughly."""
    if isinstance(value, bool):
        return 1.0
    if isinstance(value, int):
        return 1.0 + 2.0 * log2(abs(value) + 1)
    if isinstance(value, float):
        return _MOST
    if isinstance(value, str):
        return 1.0 + 5.0 * len(value)
    if isinstance(value, list | tuple):
        return 1.0 + sum(map(_size, value))
    return _MOST
