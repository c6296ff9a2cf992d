"""What a flat search keeps from one generation to the next, and what it reports of each.

N: individuals, G: genes, C: cases (training examples), K: numbers that grade an output.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.int64]
Keys = NDArray[np.uint64]
Errors = NDArray[np.float64]

_FAR = 1e6  # what an error counts at most


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Genomes with what is known of them, in one order; `errors_NC` are of the cases judged by,
    the K numbers of a case beside each other."""

    genomes: Words  # [individual, gene, word]
    lengths: Words
    keys: Keys
    sizes: Words  # genes that count
    errors_NC: Errors


@dataclass(frozen=True, slots=True)
class Generation:
    """What is reported of a generation: `wrong` is the least number of cases that a program
    fails, `behaviours` how many rows of errors differ, sizes are means of genes."""

    number: int
    programs: int
    executions: int
    wrong: int
    behaviours: int
    length: float
    size: float


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """A program that comes near: how many cases it fails, by how much, and of what size."""

    rank: tuple[float, float, int]
    genome: Words
    key: int


def joined(first: Population, second: Population, chosen: list[int]) -> Population:
    """Those chosen of the first, and then all of the second."""
    pairs = ((getattr(first, name)[chosen], getattr(second, name)) for name in _COLUMNS)
    return Population(*(np.concatenate(pair) for pair in pairs))


_COLUMNS = ("genomes", "lengths", "keys", "sizes", "errors_NC")


def failed(errors_NC: Errors, width: int) -> NDArray[np.intp]:
    """For each individual how many cases it fails, where `width` numbers grade a case."""
    wrong = errors_NC.reshape(len(errors_NC), -1, width).any(axis=2)
    found: NDArray[np.intp] = np.count_nonzero(wrong, axis=1)
    return found


def ranks(errors_NC: Errors, width: int) -> tuple[Errors, Errors]:
    """For each individual how many cases it fails, and by how much on average."""
    wrong = failed(errors_NC, width).astype(np.float64)
    return wrong, np.minimum(errors_NC, _FAR).mean(axis=1)
