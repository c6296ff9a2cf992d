"""Exact likelihoods by enumeration: the program is run on every assignment of its variables.

The run needs no network and is done once; what a training step then costs is one sum of
log-probabilities an assignment. Any program that the engines run is served, while the number of
assignments stays in bounds: two digit images have 100, four 10,000.

Shapes: ... any leading dimensions (candidates), B rows, V variables, K values a variable (padded
with -inf), M assignments, U different outcomes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.values import Value, close, identity_key
from progsynth.neural.likelihood.layouts import Layout, outcomes_of_many

MAX_ASSIGNMENTS = 20_000

Matrix = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeTable:
    """What a program gives on a layout's rows under every assignment of the variables.

    `assignments_MV` has the number of the value of each variable, the last variable changing
    fastest. Assignment M has the outcome `outcomes[ids_M[M]]`; outcomes are numbered in the
    order in which they first occur.
    """

    assignments_MV: npt.NDArray[np.int64]
    ids_M: npt.NDArray[np.int64]
    outcomes: tuple[Value | Failure, ...]

    @property
    def key(self) -> bytes:
        """A digest: tables of one layout with equal keys are of programs that behave alike."""
        found = sha256(np.ascontiguousarray(self.ids_M).tobytes())
        found.update(repr([_identity(o) for o in self.outcomes]).encode())
        return found.digest()


def _identity(outcome: Value | Failure) -> object:
    return outcome if isinstance(outcome, Failure) else identity_key(outcome)


def all_assignments(layout: Layout, limit: int = MAX_ASSIGNMENTS) -> npt.NDArray[np.int64] | None:
    """Every assignment of the layout's variables [M, V]; None where there are more than `limit`
    of them, or where a variable is real."""
    count = layout.num_assignments
    if count is None or count > limit:
        return None
    sizes = [v.num_values or 0 for v in layout.variables]
    return np.stack(np.unravel_index(np.arange(count), sizes), 1) if sizes else _NO_VARIABLES


_NO_VARIABLES = np.zeros((1, 0), np.int64)


def outcome_table(
    program: Program,
    layout: Layout,
    dsl: DSL,
    limits: Limits | None = None,
    *,
    limit: int = MAX_ASSIGNMENTS,
) -> OutcomeTable | None:
    """The program's table for the layout, or None where there would be more than `limit`
    assignments, or where a variable is real."""
    return outcome_tables([program], layout, dsl, limits, limit=limit)[0]


def outcome_tables(
    programs: Sequence[Program],
    layout: Layout,
    dsl: DSL,
    limits: Limits | None = None,
    *,
    limit: int = MAX_ASSIGNMENTS,
) -> list[OutcomeTable | None]:
    """The tables of several programs; the VM runs them all in one call."""
    assignments_MV = all_assignments(layout, limit)
    if assignments_MV is None:
        return [None for _ in programs]
    found = outcomes_of_many(programs, layout, assignments_MV, dsl, limits)
    return [_table(assignments_MV, values) for values in found]


def _table(
    assignments_MV: npt.NDArray[np.int64], values: Sequence[Value | Failure]
) -> OutcomeTable:
    ids_M, unique = numbered(values)
    return OutcomeTable(assignments_MV, ids_M, unique)


def numbered(
    values: Sequence[Value | Failure], numbers: dict[object, int] | None = None
) -> tuple[npt.NDArray[np.int64], tuple[Value | Failure, ...]]:
    """The number of each value among the different ones, and these, in order of occurrence.

    `numbers` are those of values from before, which are not given again; it gets the new ones.
    """
    numbers = {} if numbers is None else numbers
    unique: list[Value | Failure] = []
    ids = np.empty(len(values), np.int64)
    for place, value in enumerate(values):
        known = len(numbers)
        ids[place] = number = numbers.setdefault(_identity(value), known)
        if number == known:
            unique.append(value)
    return ids, tuple(unique)


# -------------------------------------------------------------------------------- judging


Same = Callable[[Value, Value], bool]


def right_outcomes(
    outcomes: Sequence[Value | Failure], outputs: Sequence[Value], tolerance: float = 1e-9
) -> Matrix:
    """Which outcomes U are right for which rows B, as `values.close` tells: a matrix [B, U]."""
    ids_B, wanted = numbered(outputs)
    judge = _right_by_key if all(map(_is_exact, wanted)) else right_one_by_one
    return judge(outcomes, wanted, tolerance)[ids_B]


def right_one_by_one(
    outcomes: Sequence[Value | Failure], wanted: Sequence[Value], tolerance: float
) -> Matrix:
    """The slow twin: each outcome U is compared with each different expected output, [W, U]."""
    return np.array(
        [[not isinstance(o, Failure) and close(w, o, tolerance) for o in outcomes] for w in wanted],
        np.bool_,
    ).reshape(len(wanted), len(outcomes))


def _right_by_key(
    outcomes: Sequence[Value | Failure], wanted: Sequence[Value], tolerance: float
) -> Matrix:
    """The same where `_is_exact` holds: each outcome is looked up. Among hundreds of different
    lists, comparing each with each takes longer than to run the programs."""
    places = {_identity(one): w for w, one in enumerate(wanted)}
    right_WU = np.zeros((len(wanted), len(outcomes)), np.bool_)
    for u, outcome in enumerate(outcomes):
        w = None if isinstance(outcome, Failure) else places.get(_identity(outcome))
        if w is not None:
            right_WU[w, u] = True
    return right_WU


def _is_exact(value: Value) -> bool:
    """Is what equals it the same by `identity_key`? Not of floats, tables and tensors."""
    if isinstance(value, list | tuple):
        return all(map(_is_exact, value))
    return isinstance(value, int | str)


def right_assignments(
    table: OutcomeTable, outputs: Sequence[Value], tolerance: float = 1e-9
) -> Matrix:
    """Which assignments M give the expected output of which rows B: a matrix [B, M]."""
    return right_outcomes(table.outcomes, outputs, tolerance)[:, table.ids_M]


def possible(right_BM: Matrix) -> Matrix:
    """Which rows B some assignment makes right."""
    return np.asarray(right_BM.any(-1))


def best_accuracy(table: OutcomeTable, outputs: Sequence[Value], tolerance: float = 1e-9) -> float:
    """The share of the rows that some assignment makes right: no network can reach more."""
    right_BU = right_outcomes(table.outcomes, outputs, tolerance)
    return float(possible(right_BU).mean()) if len(right_BU) else 1.0


# ------------------------------------------------------------------------------ likelihood


LogProbs = Tensor | Sequence[Tensor]  # [..., B, V, K], or for each variable one [..., B, K]


def table_log_likelihood(
    log_probs_BVK: LogProbs, assignments_MV: npt.ArrayLike, right_BM: Matrix | Tensor
) -> Tensor:
    """The log-probability [..., B] that the program gives what is expected of each row.

    `log_probs_BVK` are [..., B, V, K], or for each variable a tensor [..., B, K] of its own. A
    row that no assignment of positive probability makes right has -inf, and gradient zero. The
    sum over assignments is of exponentials relative to the largest: nothing underflows.
    """
    total_BM = assignment_log_probs(log_probs_BVK, assignments_MV)
    return masked_logsumexp(total_BM, torch.as_tensor(right_BM, device=total_BM.device))


def assignment_log_probs(log_probs_BVK: LogProbs, assignments_MV: npt.ArrayLike) -> Tensor:
    """The log-probability [..., B, M] of each assignment: a sum over its variables.

    Where the assignments are all there are, in order, it is an outer sum, which is far quicker
    than to gather, above all backwards. Without variables it is a single zero, [1].
    """
    assignments = np.asarray(assignments_MV, np.int64)
    several = log_probs_BVK.unbind(-2) if isinstance(log_probs_BVK, Tensor) else log_probs_BVK
    if not several:
        return torch.zeros(1)
    sizes = _sizes_of_all(assignments)
    total_BM: Tensor | None = None
    for variable, one_BK in enumerate(several):
        if sizes:
            one_BK = one_BK[..., : sizes[variable]]
        else:
            index_M = torch.as_tensor(assignments[:, variable], device=one_BK.device)
            one_BK = one_BK.gather(-1, index_M.expand((*one_BK.shape[:-1], len(assignments))))
        if total_BM is None:
            total_BM = one_BK
        elif sizes:
            total_BM = (total_BM[..., :, None] + one_BK[..., None, :]).flatten(-2)
        else:
            total_BM = total_BM + one_BK
    assert total_BM is not None
    return total_BM


def _sizes_of_all(assignments_MV: npt.NDArray[np.int64]) -> list[int]:
    """The numbers of values, where the assignments are all combinations in order; else []."""
    if not assignments_MV.size:
        return []
    sizes = [int(n) for n in assignments_MV.max(0) + 1]
    if len(assignments_MV) != math.prod(sizes):
        return []
    numbers_M = np.ravel_multi_index(tuple(assignments_MV.T), sizes)
    return sizes if np.array_equal(numbers_M, np.arange(len(assignments_MV))) else []


def masked_logsumexp(x_BM: Tensor, mask_BM: Tensor) -> Tensor:
    """log of the sum of exp(x) over the last dimension where the mask holds.

    -inf, with gradient zero, where nothing is left: torch.logsumexp has gradient NaN there.
    """
    kept = x_BM.masked_fill(~mask_BM, -torch.inf)
    if not kept.shape[-1]:
        return kept.sum(-1) - torch.inf
    top = kept.detach().amax(-1, keepdim=True)
    top = torch.where(top.isfinite(), top, torch.zeros_like(top))
    total = (kept - top).exp().sum(-1)
    empty = total == 0
    return torch.where(
        empty, -torch.inf, torch.where(empty, torch.ones_like(total), total).log() + top[..., 0]
    )
