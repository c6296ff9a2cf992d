"""Sorting learnt numbers: the order that there is, or a soft one.

Shapes: N rows, L items.
"""

from __future__ import annotations

import torch
from torch import Tensor


def soft_order(keys_NL: Tensor, there_NL: Tensor, temperature: float) -> Tensor:
    """A row-stochastic matrix [N, L, L] near the permutation that sorts, smallest first.

    Place i of the sorted list is near item j as far as its key is near the i-th smallest
    (Prillo and Eisenschlos 2020, "SoftSort: a continuous relaxation for the argsort operator",
    section 3). Items that are not there come last and have no share in the others.
    """
    far = keys_NL.detach().masked_fill(~there_NL, -torch.inf).amax(-1, keepdim=True)
    far = torch.where(far.isfinite(), far, torch.zeros_like(far))
    kept_NL = torch.where(there_NL, keys_NL, far + 1.0)
    sorted_NL = kept_NL.sort(-1).values
    apart_NLL = -(sorted_NL[:, :, None] - kept_NL[:, None, :]).abs() / temperature
    allowed_NLL = there_NL[:, None, :] | ~there_NL.any(-1)[:, None, None]
    return apart_NLL.masked_fill(~allowed_NLL, -torch.inf).softmax(-1)


def order(keys_NL: Tensor, there_NL: Tensor) -> Tensor:
    """The places [N, L] of the items, smallest first and stable; those not there come last."""
    far = torch.where(there_NL, keys_NL.to(torch.float64), torch.inf)
    return torch.argsort(far, dim=-1, stable=True)
