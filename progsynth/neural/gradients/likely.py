"""Likelihoods of `neural.likelihood` behind the protocol of estimators.

Shapes: B rows of a mini-batch, N tensors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from progsynth.errors import UnsupportedError
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.types import BOOL
from progsynth.lang.values import Value
from progsynth.neural.gradients.faults import ending, finite
from progsynth.neural.likelihood.inputs import Inputs, mini_batch, prepare
from progsynth.neural.likelihood.loss import ProgramLoss, program_loss
from progsynth.neural.likelihood.readings import called_submodules, known_networks
from progsynth.neural.likelihood.sample import NUM_SAMPLES
from progsynth.neural.network import Network, fit_normaliser

Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Likely:
    """Negative log-likelihoods of a program, exact or sampled; see `likely`."""

    name: str
    program_loss: ProgramLoss

    @property
    def inputs(self) -> Inputs:
        """The tensors of the rows."""
        return self.program_loss.inputs

    @property
    def how(self) -> str:
        """What it is, for a reader."""
        return self.program_loss.how

    @property
    def is_likelihood(self) -> bool:
        """It is."""
        return True

    def losses(
        self,
        networks: Mapping[str, Network],
        params: Sequence[Tensor],
        rows: Sequence[int],
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """The losses [B] of these rows; those that no answers make right have loss 0.

        Raises CandidateEnded where a loss is not finite.
        """
        batch = mini_batch(self.inputs, rows)
        outputs = {}
        with ending():
            for name, needed in batch.needed.items():
                network = networks[name]
                x_N = torch.from_numpy(self.inputs.tensors[name][needed]).to(network.device)
                outputs_NK = network(x_N)
                log_probs_NK = network.head.log_probs(outputs_NK)
                outputs[name] = outputs_NK if log_probs_NK is None else log_probs_NK
            losses_B = self.program_loss.losses(outputs, batch, generator=generator)
        kept = torch.as_tensor(self.program_loss.possible[batch.rows], device=losses_B.device)
        return finite(losses_B.masked_fill(~kept, 0.0))

    def normalise(self, networks: Mapping[str, Network], params: Sequence[Tensor]) -> None:
        """Fit the networks' normalisers, in place, on the tensors of the rows."""
        for name, tensors in self.inputs.tensors.items():
            fit_normaliser(networks[name], torch.from_numpy(tensors))


def likely(
    name: str,
    program: Program,
    dsl: DSL,
    rows: Sequence[Row],
    outputs: Sequence[Value],
    *,
    limits: Limits | None = None,
    tolerance: float = 1e-9,
    method: str = "exact",
    estimator: str = "found",
    num_samples: int = NUM_SAMPLES,
) -> Likely:
    """The likelihood of a program's outputs, by a method of `likelihood.program_loss`.

    Raises UnsupportedError for programs outside its fragment, or that answer real numbers.
    """
    called = called_submodules(program, dsl)
    for one in called:
        finite_bools = one.result.name == "tuple" and set(one.result.types) == {BOOL}
        if one.result.name not in ("choice", "bool") and not finite_bools:
            raise UnsupportedError(f"'{one.name}' answers {one.result}, not one of a few values")
    if not called:
        raise UnsupportedError("the program calls no network")
    known = [(one, dsl.primitives[one.name].fn) for one in known_networks(program, dsl)]
    inputs = prepare(rows, program.entry.types, called, known)
    made = program_loss(
        program,
        dsl,
        inputs,
        outputs,
        limits,
        tolerance=tolerance,
        method=method,
        estimator=estimator,
        num_samples=num_samples,
    )
    return Likely(name, made)
