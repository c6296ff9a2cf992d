"""How sure a count is: Wilson's interval, the sign test, and a bootstrap over tasks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Interval = tuple[float, float]

_Z = 1.959963984540054  # of a two-sided interval of 95%
_RESAMPLES = 10_000


def wilson(successes: int, runs: int) -> Interval:
    """The 95% interval of a success rate (Wilson 1927), which stays within 0 and 1.

    >>> [round(bound, 3) for bound in wilson(0, 10)]
    [0.0, 0.278]
    """
    if runs < 1 or not 0 <= successes <= runs:
        raise ValueError(f"expected successes of one run or more, found {successes} of {runs}")
    rate, square = successes / runs, _Z * _Z / runs
    centre = (rate + square / 2) / (1 + square)
    spread = _Z / (1 + square) * math.sqrt(rate * (1 - rate) / runs + square / (4 * runs))
    low = 0.0 if successes == 0 else centre - spread
    high = 1.0 if successes == runs else centre + spread
    return low, high


def sign_test(wins: int, losses: int) -> float:
    """The chance of so uneven a split of wins and losses, or a more uneven one, if both were
    equally likely: two-sided, exact, ties left out.

    >>> sign_test(5, 0), sign_test(3, 3)
    (0.0625, 1.0)
    """
    total, most = wins + losses, max(wins, losses)
    tail = sum(math.comb(total, k) for k in range(most, total + 1))
    return min(1.0, 2 * tail / 2**total)


def bootstrap(differences: Sequence[float], *, seed: int = 0) -> Interval:
    """The 95% interval of the mean of the differences, tasks drawn again with replacement
    (percentile bootstrap, Efron 1979)."""
    if not differences:
        raise ValueError("expected one difference or more, found none")
    given = np.asarray(differences, dtype=np.float64)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(given), (_RESAMPLES, len(given)))
    low, high = np.quantile(given[drawn].mean(axis=1), (0.025, 0.975))
    return float(low), float(high)
