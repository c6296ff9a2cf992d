"""Lexicase selection on a matrix of errors (Helmuth, Spector, Matheson 2015, section III).

For each parent the cases are put in a random order, and of the individuals those survive that
are best on the first case, of these the ones that are best on the second, and so on; of what is
left one is drawn. Rows that are equal stand or fall together, so they are looked at once, and a
case that tells no two of them apart is not looked at.

With `epsilon` those survive that are no further than that from the best of them: the
semi-dynamic kind of La Cava, Spector, Danai 2016 (section 3.2), whose epsilon is the median
absolute deviation of each case's errors in the whole population.

N: individuals, U: their distinct rows, C: cases, K: parents wanted, L: cases in an order.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from progsynth.lang import vm
from progsynth.search.genetic import lexicase as package

Errors = NDArray[np.float64]
Indices = NDArray[np.intp]


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
    orders_KL = draws.permuted(np.tile(np.array(columns, np.intp), (count, 1)), axis=1)
    return chosen(errors_NC, orders_KL, draws.random(count), epsilon_C=epsilon_C)


def chosen(
    errors_NC: Errors,
    orders_KL: Indices,
    draws_K: Errors,
    *,
    epsilon_C: Errors | None = None,
) -> list[int]:
    """The winner for each order of the cases; of equal ones the draw, from 0 to 1, decides.

    Compiled where there are compiled kernels, and else `chosen_slowly`.
    """
    if not (vm.available() and vm.ready()):
        return chosen_slowly(errors_NC, orders_KL, draws_K, epsilon_C=epsilon_C)
    members = grouped(errors_NC)
    groups_N = np.empty(len(errors_NC), np.intp)
    for row, some in enumerate(members):
        groups_N[some] = row
    errors_CU = np.ascontiguousarray(errors_NC[[some[0] for some in members]].T)
    epsilon_C = np.zeros(len(errors_CU)) if epsilon_C is None else epsilon_C
    telling_KL = _telling(errors_CU, orders_KL)
    found = package.compiled.winners(errors_CU, epsilon_C, groups_N, telling_KL, draws_K)
    places: list[int] = found.tolist()
    return places


def _telling(errors_CU: Errors, orders_KL: Indices) -> Indices:
    """The orders without the cases that all rows have one error on, where all have the same."""
    tells_C = (errors_CU != errors_CU[:, :1]).any(axis=1)
    keeps_KL = tells_C[orders_KL]
    counts_K = keeps_KL.sum(axis=1)
    if not counts_K.size or (counts_K != counts_K[0]).any():
        return orders_KL
    return orders_KL[keeps_KL].reshape(len(orders_KL), int(counts_K[0]))


def chosen_slowly(
    errors_NC: Errors,
    orders_KL: Indices,
    draws_K: Errors,
    *,
    epsilon_C: Errors | None = None,
) -> list[int]:
    """What `chosen` gives, one case after another, in NumPy."""
    members = grouped(errors_NC)
    errors_UC = errors_NC[[some[0] for some in members]]
    winners = []
    for order_L, draw in zip(orders_KL, draws_K, strict=True):
        left = np.arange(len(members))
        for case in order_L:
            if len(left) == 1:
                break
            column = errors_UC[left, case]
            bound = column.min() + (0.0 if epsilon_C is None else epsilon_C[case])
            left = left[column <= bound]
        found = sorted(one for row in left for one in members[row])
        winners.append(found[int(draw * len(found))])
    return winners


def grouped(errors_NC: Errors) -> list[list[int]]:
    """The places of the individuals with equal rows, by the first of each group."""
    groups: dict[bytes, list[int]] = {}
    for place, row in enumerate(errors_NC):
        groups.setdefault(row.tobytes(), []).append(place)
    return list(groups.values())


def deviations(errors_NC: Errors) -> Errors:
    """The epsilon of each case: the median distance from the median, of errors that are finite."""
    found = np.zeros(errors_NC.shape[1])
    for case, column in enumerate(errors_NC.T):
        finite = column[np.isfinite(column)]
        if len(finite):
            found[case] = np.median(np.abs(finite - np.median(finite)))
    return found
