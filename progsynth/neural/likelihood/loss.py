"""The loss of a hybrid program: how far its networks are from giving what is expected.

Where submodules answer one of finitely many values it is the mean negative log-likelihood of the
expected outputs. It is exact where that can be had: by the table of all assignments where there
are few, by propagating distributions through the program, or by a larger table. Else its gradient
is sampled. Where they answer real numbers that the program does arithmetic with, it is the mean
squared error of the program's own output.

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

from progsynth.errors import ProgsynthError, TaskError, UnsupportedError
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.values import Value
from progsynth.neural.likelihood.distributions import NotExact
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
from progsynth.neural.likelihood.propagate import propagate
from progsynth.neural.likelihood.sample import NUM_SAMPLES, sampling

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


METHODS = ("auto", "exact", "table", "propagate", "sample")  # exact: auto, but never sampled
SMALL_TABLE = 1_000  # assignments; with more, propagation is the quicker one


def program_loss(
    program: Program,
    dsl: DSL,
    inputs: Inputs,
    outputs: Sequence[Value],
    limits: Limits | None = None,
    *,
    tolerance: float = 1e-9,
    method: str = "auto",
    max_assignments: int = MAX_ASSIGNMENTS,
    num_samples: int = NUM_SAMPLES,
    estimator: str = "found",
    error: str = "squared",
) -> ProgramLoss:
    """The loss of a hybrid program on rows, of which `outputs` are expected.

    `method` is one of METHODS: "auto" takes the first that serves, for each layout of the rows.
    `max_assignments` bounds the tables; `num_samples` and `estimator` are those of `sampling`,
    `error` ("squared" or "absolute") is that of outputs made of real answers.
    Raises UnsupportedError for programs outside the fragment (see `readings`), and where the
    method named does not serve.
    """
    if len(outputs) != len(inputs.where):
        raise TaskError(f"{len(inputs.where)} rows have {len(outputs)} expected outputs")
    if method not in METHODS:
        raise ProgsynthError(f"no method '{method}': expected one of {', '.join(METHODS)}")
    made = _Maker(
        program, dsl, limits, tolerance, method, max_assignments, num_samples, estimator, error
    )
    parts = []
    for layout in inputs.layouts:
        parts.append(made.losses(layout, [outputs[row] for row in layout.rows]))
    return ProgramLoss(inputs, tuple(parts))


@dataclass(frozen=True, slots=True)
class _Maker:
    """What is the same for all layouts."""

    program: Program
    dsl: DSL
    limits: Limits | None
    tolerance: float
    method: str
    max_assignments: int
    num_samples: int
    estimator: str
    error: str

    def losses(self, layout: Layout, outputs: Sequence[Value]) -> RowLosses:
        """The losses on the rows of a layout, by the first method that serves."""
        by_turns = self.method in ("auto", "exact")
        few = min(SMALL_TABLE, self.max_assignments) if by_turns else 1
        table = self.table(layout, outputs, few)
        if table is not None:
            return table
        reason = ""
        if by_turns or self.method == "propagate":
            try:
                return propagate(
                    self.program,
                    layout,
                    outputs,
                    self.dsl,
                    tolerance=self.tolerance,
                    error=self.error,
                )
            except NotExact as why:
                if self.method == "propagate":
                    raise UnsupportedError(f"not exact: {why}") from None
                reason = str(why)
        table = None if self.method == "sample" else self.table(layout, outputs)
        if table is not None:
            return table
        if self.method == "exact":
            raise UnsupportedError(f"not exact: {reason}")
        if self.method == "table":
            raise UnsupportedError(
                f"a table would have {layout.num_assignments or 'no end of'} assignments; "
                f"at most {self.max_assignments} are allowed (max_assignments)"
            )
        return sampling(
            self.program,
            layout,
            outputs,
            self.dsl,
            self.limits,
            tolerance=self.tolerance,
            num_samples=self.num_samples,
            estimator=self.estimator,
            reason=reason,
        )

    def table(
        self, layout: Layout, outputs: Sequence[Value], limit: int | None = None
    ) -> TableLosses | None:
        """The losses by a table, where it has few enough assignments."""
        most = self.max_assignments if limit is None else limit
        made = outcome_table(self.program, layout, self.dsl, self.limits, limit=most)
        return None if made is None else TableLosses.of(made, outputs, self.tolerance)


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
