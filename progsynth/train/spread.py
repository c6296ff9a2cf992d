"""A penalty on networks that give everything the same answer.

A loss that comes through a program can be at rest where a network has merged classes: to
`digit(x) == digit(y)` two digits that get one answer are right on most pairs, and no small step
parts them. The entropy of the mean answer over a mini-batch says how many answers are in use;
while it is rewarded, at the beginning of training, classes come apart (the marginal term of
Krause, Perona and Gomes 2010, "Discriminative Clustering by Regularized Information
Maximization", section 3). It says nothing of how sure a single answer is, and must end: not every
program has a use for all answers, or for all of them as often.

Shapes: N tensors, K values; dimensions of candidates may stand in front.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor


def unevenness(log_probs_NK: Tensor) -> Tensor:
    """How far the mean answer is from all values alike: log K less its entropy, in nats, 0 or
    more; one for each candidate."""
    num_tensors, num_values = log_probs_NK.shape[-2:]
    mean_K = log_probs_NK.logsumexp(-2) - math.log(num_tensors)
    return (mean_K.exp() * mean_K).sum(-1) + math.log(num_values)


def penalty(answers: Iterable[Tensor], weight: float) -> Tensor:
    """The weighted sum over the log-probabilities of submodules, and over candidates, each of
    which has networks of its own."""
    found = torch.zeros(())
    for log_probs_NK in answers:
        if log_probs_NK.numel():
            found = found + weight * unevenness(log_probs_NK).sum()
    return found
