"""How the budget is shared out: more to the search that pays, a floor for each.

What pays is progress: by how much a turn raised the closeness of the best program that any of
the searches had (see `closeness`), for each unit of budget it used. A search's credit is a
moving average of that, its share a floor and a part of the rest in proportion to its credit.
Searches that are stuck lose their credit, and when all are, the shares are what they were at
first: in proportion to the weights that the searches were given.
"""

from __future__ import annotations

from collections.abc import Sequence

FLOOR = 0.5  # of its first share is each search's own, whatever it does
_MEMORY = 0.7  # of a credit that is left after a turn
_NOTHING = 0.002  # progress a unit of budget that is none


def credit_after(credit: float, gain: float, used: float) -> float:
    """The credit after a turn that gained so much closeness for so many units of budget.

    >>> credit_after(0.0, gain=0.1, used=1.0)
    0.03
    """
    rate = gain / used if used > 0 else 0.0
    return round(_MEMORY * credit + (1 - _MEMORY) * rate, 12)


def shares(credits: Sequence[float], weights: Sequence[float] | None = None) -> list[float]:
    """The share of each; they add up to 1. Without weights all are alike at first.

    >>> shares([0.0, 0.0])
    [0.5, 0.5]
    >>> shares([0.0, 0.0], [3.0, 1.0])
    [0.75, 0.25]
    >>> [round(share, 2) for share in shares([0.098, 0.0])]
    [0.74, 0.26]
    """
    given = [1.0] * len(credits) if weights is None else weights
    first = [weight / sum(given) for weight in given]
    nothing = _NOTHING * len(first)
    total = sum(credits) + nothing
    return [
        FLOOR * own + (1 - FLOOR) * (credit + nothing * own) / total
        for own, credit in zip(first, credits, strict=True)
    ]
