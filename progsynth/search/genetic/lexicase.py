"""Lexicase selection on a matrix of errors (Helmuth, Spector, Matheson 2015).

For each parent the cases are put in a random order, and of the individuals those survive that
are best on the first case, of these the ones that are best on the second, and so on; of what is
left one is drawn. With exact errors the winner is the row that is least in the order of the
shuffled columns. Rows that are equal stand or fall together, so they are looked at once.

With `epsilon` (La Cava, Spector, Danai 2016, semi-dynamic) those survive that are no further
than that from the best of them. Down-sampled lexicase (Hernandez, Lalejini, Dolson, Ofria 2019)
is the same on the few columns that a generation is judged by.

N: individuals, U: their distinct rows, C: cases, K: parents wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

Errors = NDArray[np.float64]
Indices = NDArray[np.intp]

_FEW = 12  # rows that are compared whole, in place of case by case


def lexicase(
    errors_NC: Errors,
    count: int,
    rng: Random,
    *,
    cases: Sequence[int] | None = None,
    epsilon_C: Errors | None = None,
) -> list[int]:
    """The places of `count` parents, each chosen by an order of the cases of its own.

    `cases` are the columns to judge by, None for all.
    """
    columns = list(range(errors_NC.shape[1]) if cases is None else cases)
    draws = np.random.default_rng(rng.getrandbits(64))
    orders_KC = draws.permuted(np.tile(np.array(columns, np.intp), (count, 1)), axis=1)
    return chosen(errors_NC, orders_KC, draws.random(count), epsilon_C=epsilon_C)


def chosen(
    errors_NC: Errors,
    orders_KC: Indices,
    draws_K: Errors,
    *,
    epsilon_C: Errors | None = None,
) -> list[int]:
    """The winner for each order of the cases; of equal ones the draw, from 0 to 1, decides."""
    members = grouped(errors_NC)
    errors_UC = errors_NC[[some[0] for some in members]]
    winners = []
    firsts = _firsts(errors_UC, epsilon_C)
    for order_C, draw in zip(orders_KC, draws_K, strict=True):
        left = [0] if not len(order_C) else _winners(errors_UC, order_C, epsilon_C, firsts)
        found = members[left[0]]
        if len(left) > 1 or not len(order_C):
            rows = left if len(order_C) else range(len(members))
            found = sorted(one for row in rows for one in members[row])
        winners.append(found[int(draw * len(found))])
    return winners


def grouped(errors_NC: Errors) -> list[list[int]]:
    """The places of the individuals with equal rows, by the first of each group."""
    groups: dict[bytes, list[int]] = {}
    for place, row in enumerate(errors_NC):
        groups.setdefault(row.tobytes(), []).append(place)
    return list(groups.values())


def _firsts(errors_UC: Errors, epsilon_C: Errors | None) -> list[Indices]:
    """For each case the rows that survive it when it comes first."""
    least_C = errors_UC.min(axis=0)
    bound_C = least_C if epsilon_C is None else least_C + epsilon_C
    return [np.flatnonzero(column) for column in (errors_UC <= bound_C).T]


def _winners(
    errors_UC: Errors, order_C: Indices, epsilon_C: Errors | None, firsts: list[Indices]
) -> Sequence[int]:
    """The rows left after all cases of the order."""
    left = firsts[order_C[0]]
    for at, case in enumerate(order_C[1:], 1):
        if len(left) == 1:
            break
        if epsilon_C is None and len(left) <= _FEW:
            rows = errors_UC[np.ix_(left, order_C[at:])].tolist()
            least = min(rows)
            return [row for row, errors in zip(left.tolist(), rows, strict=True) if errors == least]
        column = errors_UC[left, case]
        bound = column.min() + (0.0 if epsilon_C is None else epsilon_C[case])
        left = left[column <= bound]
    found: list[int] = left.tolist()
    return found


def deviations(errors_NC: Errors) -> Errors:
    """The epsilon of each case: the median distance from the median, of errors that are finite."""
    found = np.zeros(errors_NC.shape[1])
    for case, column in enumerate(errors_NC.T):
        finite = column[np.isfinite(column)]
        if len(finite):
            found[case] = np.median(np.abs(finite - np.median(finite)))
    return found
