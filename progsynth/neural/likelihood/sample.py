"""Sampled gradients of a program's likelihood: IndeCateR, for any program that the engines run.

The likelihood is an expectation over independent choices, E[f(x)] with f(x) = 1 where the
program is right. The CatLog-derivative trick sums over the values of one choice at a time and
samples the others (De Smet, Sansone and Zuidberg Dos Martires 2023, "Differentiable sampling of
categorical distributions using the CatLog-derivative trick", section 4, equation 12):

    grad E[f] = sum over d and k of  grad p_d(k) * E over the other choices of f(x with x_d = k)

which needs no gradient of f and has far less variance than the score function. It is unbiased
for the gradient of the likelihood. The gradient of its logarithm, which training needs, is that
divided by the likelihood, which the same runs estimate: consistent, not unbiased.

Shapes: ... any leading dimensions, B rows, K values of a variable, R all rows of all leading
dimensions, S samples, D variables, T the values of all variables together, U outcomes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.values import Value
from progsynth.neural.likelihood.enumerate import numbered, right_outcomes
from progsynth.neural.likelihood.layouts import Layout, outcomes

NUM_SAMPLES = 10

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sampling:
    """Sampled losses of a program on a layout's rows; see `sampling`."""

    program: Program
    layout: Layout
    dsl: DSL
    limits: Limits | None
    outputs: tuple[Value, ...]
    tolerance: float
    num_samples: int
    reason: str = ""

    @property
    def how(self) -> str:
        """What it is, for a reader."""
        text = f"sampled: IndeCateR with {self.num_samples} samples a choice"
        return f"{text}, because {self.reason}" if self.reason else text

    @property
    def possible_B(self) -> npt.NDArray[np.bool_]:
        """All rows: which are possible is not known."""
        return np.ones(len(self.outputs), np.bool_)

    def losses(
        self, answers: Sequence[Tensor], rows: Numbers, generator: torch.Generator | None
    ) -> Tensor:
        """Estimates [..., B] of the negative log-likelihood, with its sampled gradient.

        Where no sample is right the gradient is zero, and the likelihood is taken for half of
        what one right sample would have made it.
        """
        if generator is None:
            raise ProgsynthError("sampled gradients need a torch.Generator: give `generator`")
        surrogate_B = self.likelihood(answers, rows, generator)
        least = 0.5 / (self.num_samples * sum(a.shape[-1] for a in answers))
        found_B = (surrogate_B.detach() / len(answers)).clamp(min=least)
        gradient_B = (surrogate_B - surrogate_B.detach()) / found_B
        return -(found_B.log() + gradient_B)

    def likelihood(
        self, answers: Sequence[Tensor], rows: Numbers, generator: torch.Generator
    ) -> Tensor:
        """A number [..., B] whose gradient is an unbiased estimate of the likelihood's.

        Its value, divided by the number of variables, is one of the likelihood. `answers` has
        log-probabilities [..., B, K] for each variable.
        """
        probs = [a.exp() for a in answers]
        chosen = [_sample(p, self.num_samples, generator) for p in probs]
        sizes = [p.shape[-1] for p in probs]
        right_RST = self._right(np.stack(chosen, -1), sizes, np.asarray(rows))
        hits_RT = torch.as_tensor(right_RST.mean(1), device=probs[0].device, dtype=probs[0].dtype)
        total_B = torch.zeros_like(probs[0][..., 0])
        for p, hits in zip(probs, torch.split(hits_RT, sizes, -1), strict=True):
            total_B = total_B + (p * hits.reshape(p.shape)).sum(-1)
        return total_B

    def _right(self, x_RSD: Numbers, sizes: Sequence[int], rows: Numbers) -> npt.NDArray[np.bool_]:
        """Is the program right where one variable has one of its values and the others are as
        sampled: [R, S, T]. Each different assignment is run once."""
        place = np.repeat(np.arange(len(sizes)), sizes)  # of T: which variable
        value = np.concatenate([np.arange(size) for size in sizes])  # and its value
        x_RSTD = np.repeat(x_RSD[:, :, None, :], len(place), 2)
        x_RSTD[:, :, np.arange(len(place)), place] = value
        flat = x_RSTD.reshape(-1, len(sizes))
        different, back = np.unique(flat, axis=0, return_inverse=True)
        found = outcomes(self.program, self.layout, different, self.dsl, self.limits)
        ids, results = numbered(found)
        ids_RST = ids[back.reshape(-1)].reshape(x_RSTD.shape[:3])
        right_BU = right_outcomes(results, [self.outputs[r] for r in rows], self.tolerance)
        which_R = np.arange(len(x_RSD)) % len(rows)
        return np.asarray(right_BU[which_R[:, None, None], ids_RST])


def _sample(probs_BK: Tensor, count: int, generator: torch.Generator) -> Numbers:
    """Samples [R, S] of the values."""
    flat = probs_BK.detach().reshape(-1, probs_BK.shape[-1])
    found = torch.multinomial(flat, count, replacement=True, generator=generator)
    return np.asarray(found.cpu().numpy(), np.int64)


def sampling(
    program: Program,
    layout: Layout,
    outputs: Sequence[Value],
    dsl: DSL,
    limits: Limits | None = None,
    *,
    tolerance: float = 1e-9,
    num_samples: int = NUM_SAMPLES,
    reason: str = "",
) -> Sampling:
    """Sampled losses of a hybrid program on a layout's rows, of which `outputs` are expected.

    Raises UnsupportedError where a submodule's answer is real.
    """
    for variable in layout.variables:
        if variable.num_values is None:
            one = variable.submodule
            raise UnsupportedError(
                f"'{one.name}' answers {one.result}, which cannot be sampled here"
                + (f"; and there is no other way, because {reason}" if reason else "")
            )
    return Sampling(program, layout, dsl, limits, tuple(outputs), tolerance, num_samples, reason)
