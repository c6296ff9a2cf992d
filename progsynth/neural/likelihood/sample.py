"""Sampled likelihoods, for any program that the engines run.

The likelihood is an expectation over independent choices, E[f(x)] with f(x) = 1 where the
program is right. Assignments are drawn, some also with each choice changed to each of its
values while the others stay; the engines run every different one once. From these runs:

* "found" (the default): the sum of the probabilities of the different right assignments found,
  each divided by the probability pi(x) of being found (Horvitz and Thompson 1952, "A
  generalization of sampling without replacement from a finite universe"):

      E[f] ~ sum over found x of f(x) p(x) / pi(x),   pi(x) = 1 - (1 - p(x))**n (1 - q(x))**m

  for n plain samples and m whose neighbours are all run as well, q(x) the probability that a
  sample differs from x in one choice at most. Where few assignments matter all are found, and
  pi is 1: it is the sum that a table would give. Where none is likely to be met twice it is the
  score function's estimate, with the neighbours of samples for free.
* "indecater": the CatLog-derivative trick, which sums over the values of one choice at a time
  and samples the others (De Smet, Sansone and Zuidberg Dos Martires 2023, "Differentiable
  sampling of categorical distributions using the CatLog-derivative trick", section 4):

      grad E[f] = sum over d and k of  grad p_d(k) * E over the other choices of f(x with x_d = k)

* "reinforce": the score function (Williams 1992), of the chance to be right, each run beside the
  mean of the others. It is the control, and does not train well.

The first two are unbiased for the likelihood and its gradient. The gradient of the logarithm, which
training needs, is that divided by the likelihood, which the same runs estimate: consistent, not
unbiased.

`python -m benchmarks.estimators` compares both, and the score function, with exact gradients.

Shapes: ... any leading dimensions, B rows, K values of a variable, R all rows of all leading
dimensions, S samples, D variables, T the values of all variables together, N runs, U outcomes.
"""

from __future__ import annotations

import math
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
from progsynth.neural.likelihood.enumerate import masked_logsumexp
from progsynth.neural.likelihood.layouts import Layout, outcomes
from progsynth.neural.likelihood.runs import Runs

NUM_SAMPLES = 10

Numbers = npt.NDArray[np.int64]


ESTIMATORS = ("found", "indecater")
CONTROLS = ("reinforce",)


@dataclass(frozen=True, slots=True, eq=False)
class Sampling:
    """Sampled losses of a program on a layout's rows; see `sampling`."""

    runs: Runs
    num_rows: int
    num_samples: int
    estimator: str
    reason: str = ""

    @property
    def how(self) -> str:
        """What it is, for a reader."""
        text = f"sampled ({self.estimator}): {self.num_samples} samples a value of a choice"
        return f"{text}, because {self.reason}" if self.reason else text

    @property
    def possible_B(self) -> npt.NDArray[np.bool_]:
        """All rows: which are possible is not known."""
        return np.ones(self.num_rows, np.bool_)

    def losses(
        self, answers: Sequence[Tensor], rows: Numbers, generator: torch.Generator | None
    ) -> Tensor:
        """Estimates [..., B] of the negative log-likelihood, with a sampled gradient.

        `generator` is on the device of the answers. Where no run is right the gradient is zero,
        and the likelihood is taken for half of what one right run in all would make it.
        """
        if generator is None:
            raise ProgsynthError("sampled gradients need a torch.Generator: give `generator`")
        least = 0.5 / (self.num_samples * sum(a.shape[-1] for a in answers))
        if self.estimator == "found":
            log_B = self.found(answers, rows, generator)
            none_B = log_B == -torch.inf
            return torch.where(none_B, -math.log(least), -log_B.masked_fill(none_B, 0.0))
        if self.estimator == "reinforce":
            return self.score(answers, rows, generator)
        surrogate_B = self.likelihood(answers, rows, generator)
        found_B = (surrogate_B.detach() / len(answers)).clamp(min=least)
        gradient_B = (surrogate_B - surrogate_B.detach()) / found_B
        return -(found_B.log() + gradient_B)

    def found(self, answers: Sequence[Tensor], rows: Numbers, generator: torch.Generator) -> Tensor:
        """The log [..., B] of an unbiased estimate of the likelihood, by what was found.

        Its gradient is that of the estimate where pi is constant. Half of the runs are of plain
        samples, half of samples and their neighbours.
        """
        sizes = [a.shape[-1] for a in answers]
        around = self.num_samples // 2
        plain = (self.num_samples - around) * sum(sizes)
        runs_RND = _draw(answers, plain, generator)
        if around:
            near_RSTD = _changed(_draw(answers, around, generator), sizes)
            near_RND = near_RSTD.reshape(len(runs_RND), -1, len(sizes))
            runs_RND = np.concatenate([runs_RND, near_RND], 1)
        right_RN, ids_RN = self.runs.right(runs_RND, np.asarray(rows))
        counts_RN = torch.as_tensor(right_RN & _first(ids_RN), device=answers[0].device)
        each = []
        for d, log_probs in enumerate(answers):
            index_RN = torch.as_tensor(runs_RND[:, :, d], device=log_probs.device)
            each.append(log_probs.reshape(-1, log_probs.shape[-1]).gather(-1, index_RN))
        log_probs_RND = torch.stack(each, -1)
        with torch.no_grad():
            log_pi_RN = log_inclusion(log_probs_RND.double(), plain, around)
        weighed_RN = log_probs_RND.sum(-1) - log_pi_RN.to(log_probs_RND)
        return masked_logsumexp(weighed_RN, counts_RN).reshape(answers[0].shape[:-1])

    def score(self, answers: Sequence[Tensor], rows: Numbers, generator: torch.Generator) -> Tensor:
        """Estimates [..., B] of the chance to be wrong, with the score function's gradient.

        As many runs as the other estimators make; the baseline of each is the mean of the others.
        """
        count = max(2, self.num_samples * sum(a.shape[-1] for a in answers))
        x_RND = _draw(answers, count, generator)
        right_RN, _ = self.runs.right(x_RND, np.asarray(rows))
        right = torch.as_tensor(right_RN, device=answers[0].device).to(answers[0])
        log_probs_RN = torch.zeros_like(right)
        for d, log_probs in enumerate(answers):
            index_RN = torch.as_tensor(x_RND[:, :, d], device=log_probs.device)
            flat = log_probs.reshape(-1, log_probs.shape[-1])
            log_probs_RN = log_probs_RN + flat.gather(-1, index_RN)
        others_RN = (right.sum(-1, keepdim=True) - right) / (count - 1)
        gradient_R = ((right - others_RN) * log_probs_RN).mean(-1)
        wrong_R = 1.0 - right.mean(-1)
        return (wrong_R - (gradient_R - gradient_R.detach())).reshape(answers[0].shape[:-1])

    def likelihood(
        self, answers: Sequence[Tensor], rows: Numbers, generator: torch.Generator
    ) -> Tensor:
        """A number [..., B] whose gradient is an unbiased estimate of the likelihood's.

        Its value, divided by the number of variables, is one of the likelihood. `answers` has
        log-probabilities [..., B, K] for each variable.
        """
        sizes = [a.shape[-1] for a in answers]
        x_RSTD = _changed(_draw(answers, self.num_samples, generator), sizes)
        right_RN, _ = self.runs.right(x_RSTD.reshape(len(x_RSTD), -1, len(sizes)), np.asarray(rows))
        hits_RT = torch.as_tensor(right_RN.reshape(x_RSTD.shape[:3]).mean(1)).to(answers[0])
        total_B = torch.zeros_like(answers[0][..., 0])
        for log_probs, hits in zip(answers, torch.split(hits_RT, sizes, -1), strict=True):
            total_B = total_B + (log_probs.exp() * hits.reshape(log_probs.shape)).sum(-1)
        return total_B


def log_inclusion(log_probs_RND: Tensor, plain: int, around: int) -> Tensor:
    """The log-probability [R, N] that an assignment is among what is run.

    `log_probs_RND` are those of its values; `plain` samples are run as they are, `around`
    samples with all their neighbours.
    """
    log_p_RN = log_probs_RND.sum(-1)
    missed_RN = plain * torch.log1p(-log_p_RN.exp())
    rare_RN = log_p_RN + math.log(plain)
    if around:
        odds_RND = torch.log(-torch.expm1(log_probs_RND)) - log_probs_RND  # against each value
        ways_RN = torch.logaddexp(torch.zeros_like(log_p_RN), odds_RND.logsumexp(-1))
        log_q_RN = (log_p_RN + ways_RN).clamp(max=0.0)
        missed_RN = missed_RN + around * torch.log1p(-log_q_RN.exp())
        rare_RN = torch.logaddexp(rare_RN, log_q_RN + math.log(around))
    exact_RN = torch.log(-torch.expm1(missed_RN))
    return torch.where(missed_RN > -1e-7, rare_RN, exact_RN)  # where it is a small difference


def _draw(answers: Sequence[Tensor], count: int, generator: torch.Generator) -> Numbers:
    """Samples [R, S, D] of the values of all variables."""
    return np.stack([_sample(a.detach().exp(), count, generator) for a in answers], -1)


def _changed(x_RSD: Numbers, sizes: Sequence[int]) -> Numbers:
    """Each sample with one variable changed to one of its values [R, S, T, D]."""
    place = np.repeat(np.arange(len(sizes)), sizes)  # of T: which variable
    value = np.concatenate([np.arange(size) for size in sizes])  # and its value
    x_RSTD = np.repeat(x_RSD[:, :, None, :], len(place), 2)
    x_RSTD[:, :, np.arange(len(place)), place] = value
    return x_RSTD


def _first(ids_RN: Numbers) -> npt.NDArray[np.bool_]:
    """Which entries of each row are the first of their number."""
    order = np.argsort(ids_RN, axis=1, kind="stable")
    sorted_RN = np.take_along_axis(ids_RN, order, 1)
    first = np.ones(ids_RN.shape, np.bool_)
    first[:, 1:] = sorted_RN[:, 1:] != sorted_RN[:, :-1]
    found = np.zeros_like(first)
    np.put_along_axis(found, order, first, 1)
    return found


def _sample(probs_BK: Tensor, count: int, generator: torch.Generator) -> Numbers:
    """Samples [R, S] of the values."""
    flat = probs_BK.reshape(-1, probs_BK.shape[-1])
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
    estimator: str = "found",
    reason: str = "",
    remember: bool = True,
) -> Sampling:
    """Sampled losses of a hybrid program on a layout's rows, of which `outputs` are expected.

    `estimator` is one of ESTIMATORS; each makes about `num_samples` runs for each value of each
    choice. `remember` keeps what assignments gave (`Runs`). Raises UnsupportedError where a
    submodule's answer is real.
    """
    if estimator not in (known := (*ESTIMATORS, *CONTROLS)):
        raise ProgsynthError(f"no estimator '{estimator}': expected one of {', '.join(known)}")
    for variable in layout.variables:
        if variable.num_values is None:
            one = variable.submodule
            raise UnsupportedError(
                f"'{one.name}' answers {one.result}, which cannot be sampled here"
                + (f"; and there is no other way, because {reason}" if reason else "")
            )
    runs = Runs(
        lambda assignments_MD: outcomes(program, layout, assignments_MD, dsl, limits),
        [variable.num_values or 0 for variable in layout.variables],
        outputs,
        tolerance,
        remember=remember,
    )
    return Sampling(runs, len(outputs), num_samples, estimator, reason)
