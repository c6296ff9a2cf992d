"""The cases that a generation is judged by, where those are not all of them.

Down-sampled lexicase selection (Hernandez, Lalejini, Dolson, Ofria 2019; Helmuth and Spector 2022,
section 3) draws a few cases for each generation and runs programs on these only: for the same
executions it breeds so many times as many programs. Informed down-sampling (Boldi, Briesch,
Sobania, Lalejini, Helmuth, Rothlauf, Ofria, Spector 2024, section 3) runs a few of the programs
on all cases now and then, and takes cases that different ones of these solve: farthest first.

P: programs run on all cases, C: cases.
"""

from __future__ import annotations

from random import Random

import numpy as np
from numpy.typing import NDArray

from progsynth.search.genetic.lexicase.selection import Errors

Distances = NDArray[np.int64]


def distances(errors_PC: Errors) -> Distances:
    """How many of the programs solve one of two cases only: a matrix [case, case]."""
    solves_CP = (errors_PC == 0.0).T.astype(np.int64)
    both_CC = solves_CP @ solves_CP.T
    counts_C = solves_CP.sum(axis=1)
    found: Distances = counts_C[:, None] + counts_C[None, :] - 2 * both_CC
    return found


def farthest_first(distances_CC: Distances, count: int, rng: Random) -> list[int]:
    """So many cases: the first at random, and then always one of those whose nearest among the
    ones taken is farthest (Hochbaum and Shmoys 1985)."""
    taken = [rng.randrange(len(distances_CC))]
    nearest_C = distances_CC[taken[0]].copy()
    while len(taken) < count:
        nearest_C[taken[-1]] = -1
        farthest = np.flatnonzero(nearest_C == nearest_C.max())
        taken.append(int(farthest[rng.randrange(len(farthest))]))
        nearest_C = np.minimum(nearest_C, distances_CC[taken[-1]])
    return taken
