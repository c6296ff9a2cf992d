"""What each item adds to a total, from the totals of many collections: a linear system.

The total of a collection is the sum over its items of what each one adds; how often an item
occurs in each collection is known, so what the items add is the solution of linear equations.
Some of it may be determined where all is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_ZERO = 1e-9  # a singular value, in proportion to the largest
_SURE = 1e-7  # of an item's share, that the equations leave open
_EXACT = 1e-6  # of a total, in proportion to the largest
_MOST = 512  # equations, and items


@dataclass(frozen=True, slots=True)
class Shares:
    """What the items add that is determined, by number; `spare` equations more than were needed
    for it bear it out."""

    known: dict[int, int]
    spare: int


class System:
    """The equations of some collections, each given by the numbers of its items, below `count`.

    >>> System([[0, 1], [0, 0, 1], [2, 3]], 4).shares([5, 7, 1])
    Shares(known={0: 2, 1: 3}, spare=0)
    """

    def __init__(self, rows: Sequence[Sequence[int]], count: int):
        self.serves = 0 < len(rows) <= _MOST and 0 < count <= _MOST
        if not self.serves:
            return
        self._times_RK = np.zeros((len(rows), count))
        for number, row in enumerate(rows):
            np.add.at(self._times_RK[number], list(row), 1.0)
        self._distinct = len(np.unique(self._times_RK, axis=0))
        left_RS, sizes_S, right_SK = np.linalg.svd(self._times_RK, full_matrices=False)
        self._rank = int((sizes_S > _ZERO * max(1.0, sizes_S[0])).sum())
        self._right_SK = right_SK[: self._rank]
        self._left_SR = left_RS[:, : self._rank].T / sizes_S[: self._rank, None]
        self._determined_K = 1 - (self._right_SK**2).sum(axis=0) < _SURE

    def shares(self, totals: Sequence[int]) -> Shares | None:
        """What the items add; None where no whole numbers give these totals, or there are too
        many items or collections."""
        if not self.serves:
            return None
        totals_R = np.array(totals, np.float64)
        found_K = self._right_SK.T @ (self._left_SR @ totals_R)
        slack = _EXACT * (1 + np.abs(totals_R).max())
        if np.abs(self._times_RK @ found_K - totals_R).max() > slack:
            return None
        whole_K = np.rint(found_K)
        error_K = np.where(self._determined_K, np.abs(found_K - whole_K), 0.0)
        if (error_K > _EXACT * (1 + np.abs(whole_K).max())).any():
            return None
        known = {k: int(whole_K[k]) for k in np.flatnonzero(self._determined_K).tolist()}
        return Shares(known, self._distinct - self._rank)
