"""What a network decides, and how sure it is: the probability that it gives its own answer.

A network that reads what it was not trained on is seldom sure. So this says, without a program
and without an example's output, how well it may serve.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from progsynth.lang.values import Value
from progsynth.neural.modality import encode
from progsynth.neural.network import Network

_BATCH = 512  # values read at once


def decided_with_confidence(network: Network, values: Sequence[Value]) -> list[tuple[Value, float]]:
    """The network's decision on each value, of the one type that it reads, and its probability.

    That is 1.0 where it answers real numbers, which have none.
    """
    (type_,) = network.declaration.types
    found: list[tuple[Value, float]] = []
    for begin in range(0, len(values), _BATCH):
        some = values[begin : begin + _BATCH]
        with torch.inference_mode():
            outputs_BK = network(encode(some, type_).to(network.device))
            log_probs_BV = network.head.log_probs(outputs_BK)
            decisions = network.head.decide(outputs_BK)
        if log_probs_BV is None:
            chances = [1.0] * len(some)
        else:
            chances = log_probs_BV.amax(-1).exp().tolist()
        found += zip(decisions, chances, strict=True)
    return found
