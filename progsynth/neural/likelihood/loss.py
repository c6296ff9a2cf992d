"""The loss of a hybrid program: how far its networks are from giving what is expected.

Where submodules answer one of finitely many values it is the mean negative log-likelihood of the
expected outputs. It is exact where that can be had: by the table of all assignments where there
are few, else by propagating distributions through the program. Else the gradient is sampled.

Shapes: ... any leading dimensions (candidates), B rows, N tensors, K outputs of a network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from progsynth.errors import TaskError
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.values import Value
from progsynth.neural.likelihood.enumerate import (
    MAX_ASSIGNMENTS,
    OutcomeTable,
    outcome_table,
    possible,
    right_outcomes,
    table_log_likelihood,
)
from progsynth.neural.likelihood.inputs import Inputs, MiniBatch, answers_of
from progsynth.neural.likelihood.layouts import Layout

Numbers = npt.NDArray[np.int64]


class RowLosses(Protocol):
    """The losses of a program on the rows of one layout."""

    @property
    def how(self) -> str:
        """Which estimator it is, and why."""

    @property
    def possible_B(self) -> npt.NDArray[np.bool_]:
        """Which rows some answers of the networks make right, as far as is known."""

    def losses(
        self, answers: Sequence[Tensor], rows: Numbers, generator: torch.Generator | None
    ) -> Tensor:
        """The losses [..., B] of these rows; `answers` has [..., B, K] for each variable."""


@dataclass(frozen=True, slots=True, eq=False)
class ProgramLoss:
    """The loss of one program on the rows of `inputs`; see `program_loss`."""

    inputs: Inputs
    parts: tuple[RowLosses, ...]  # one a layout

    @property
    def how(self) -> str:
        """Which estimators serve the rows, and why; one line each."""
        return "\n".join(dict.fromkeys(part.how for part in self.parts))

    @property
    def possible(self) -> npt.NDArray[np.bool_]:
        """Which rows some answers of the networks make right, as far as is known."""
        found = np.ones(len(self.inputs.where), np.bool_)
        for layout, part in zip(self.inputs.layouts, self.parts, strict=True):
            found[list(layout.rows)] = part.possible_B
        return found

    @property
    def best_accuracy(self) -> float:
        """A bound: no networks make the program right on a larger share of the rows."""
        return float(self.possible.mean()) if len(self.inputs.where) else 1.0

    def losses(
        self,
        outputs: Mapping[str, Tensor],
        batch: MiniBatch,
        *,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """The losses [..., B] of the rows of a mini-batch, in its order.

        `outputs` has for each submodule what its network gives [..., N, K] on the tensors
        `batch.needed`: log-probabilities where it answers one of finitely many values.
        """
        like = next(iter(outputs.values()), torch.zeros(0, 0))
        losses_B = like.new_zeros((*like.shape[:-2], len(batch.rows)))
        for part in batch.parts:
            answers = answers_of(part, self.inputs.layouts[part.layout], outputs)
            found = self.parts[part.layout].losses(answers, part.rows, generator)
            if len(batch.parts) == 1:
                return found.to(like).expand(losses_B.shape)
            at = torch.as_tensor(part.at, device=like.device)
            shape = (*losses_B.shape[:-1], len(part.at))
            losses_B = losses_B.index_copy(-1, at, found.to(like).expand(shape))
        return losses_B

    def loss(
        self,
        outputs: Mapping[str, Tensor],
        batch: MiniBatch,
        *,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """The mean loss [...] of the rows that can be right; see `losses`.

        Rows that no answers make right teach nothing and would be infinite: they are left out
        (`possible` names them), and a mini-batch of these alone has loss zero.
        """
        losses_B = self.losses(outputs, batch, generator=generator)
        kept = torch.as_tensor(self.possible[batch.rows], device=losses_B.device)
        return losses_B.masked_fill(~kept, 0.0).sum(-1) / max(int(kept.sum()), 1)


def program_loss(
    program: Program,
    dsl: DSL,
    inputs: Inputs,
    outputs: Sequence[Value],
    limits: Limits | None = None,
    *,
    tolerance: float = 1e-9,
    max_assignments: int = MAX_ASSIGNMENTS,
) -> ProgramLoss:
    """The loss of a hybrid program on rows, of which `outputs` are expected.

    `max_assignments` bounds the tables. Raises UnsupportedError for programs outside the
    fragment (see `readings`).
    """
    if len(outputs) != len(inputs.where):
        raise TaskError(f"{len(inputs.where)} rows have {len(outputs)} expected outputs")
    parts = []
    for layout in inputs.layouts:
        wanted = [outputs[row] for row in layout.rows]
        parts.append(_part(program, dsl, layout, wanted, limits, tolerance, max_assignments))
    return ProgramLoss(inputs, tuple(parts))


def _part(
    program: Program,
    dsl: DSL,
    layout: Layout,
    outputs: Sequence[Value],
    limits: Limits | None,
    tolerance: float,
    max_assignments: int,
) -> RowLosses:
    table = outcome_table(program, layout, dsl, limits, limit=max_assignments)
    assert table is not None
    return TableLosses.of(table, outputs, tolerance)


@dataclass(frozen=True, slots=True, eq=False)
class TableLosses:
    """Exact losses by the table of all assignments."""

    table: OutcomeTable
    right_BU: npt.NDArray[np.bool_]

    @staticmethod
    def of(table: OutcomeTable, outputs: Sequence[Value], tolerance: float) -> TableLosses:
        """The losses of rows with these outputs."""
        return TableLosses(table, right_outcomes(table.outcomes, outputs, tolerance))

    @property
    def how(self) -> str:
        return f"exact: table of {len(self.table.ids_M)} assignments"

    @property
    def possible_B(self) -> npt.NDArray[np.bool_]:
        return possible(self.right_BU)

    def losses(
        self, answers: Sequence[Tensor], rows: Numbers, generator: torch.Generator | None
    ) -> Tensor:
        right_BM = self.right_BU[rows][:, self.table.ids_M]
        return -table_log_likelihood(answers, self.table.assignments_MV, right_BM)
