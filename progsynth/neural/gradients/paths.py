"""Shortest paths over learnt costs: their lengths, with gradients.

Shapes: N rows, V nodes.
"""

from __future__ import annotations

import torch
from torch import Tensor


def distances(costs_NVV: Tensor, start: int, *, temperature: float | None = None) -> Tensor:
    """The lengths [N, V] of the shortest paths from a node; infinite where there is none.

    `costs_NVV` has at [n, i, j] the cost of the edge from i to j, infinite where there is none;
    costs are at least 0. Bellman and Ford: each of V - 1 rounds takes one more edge. Without
    `temperature` the gradient is that of the shortest path; with it the smallest is taken softly
    (-t log sum exp(-x / t)), so that paths nearly as short have a share in it.
    """
    count = costs_NVV.shape[-1]
    reached = torch.full_like(costs_NVV[:, 0], torch.inf)
    reached[:, start] = 0.0
    for _ in range(count - 1):
        through = reached[:, :, None] + costs_NVV
        ways = torch.cat([reached[:, None, :], through], 1)
        reached = _smallest(ways, temperature)
    return reached


def _smallest(ways_NWV: Tensor, temperature: float | None) -> Tensor:
    """The smallest of the ways to each node; its gradient is 0 where there is none."""
    least = ways_NWV.amin(1)
    if temperature is None:
        return least
    none = ~least.detach().isfinite()
    kept = torch.where(none[:, None, :], torch.zeros_like(ways_NWV), ways_NWV)
    soft = -temperature * torch.logsumexp(-kept / temperature, 1)
    return torch.where(none, torch.full_like(soft, torch.inf), soft)
