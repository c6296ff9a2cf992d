"""Mixed precision and compilation of networks, where they pay.

On a CPU neither does for networks of our size: bfloat16 is emulated by most, and compiling takes
longer than the training that it would speed up. On a GPU the kernels of a small network are bound
by their launches, which bfloat16 does not shorten; so "auto" asks for LARGE weights, and
compilation for LONG trainings besides. Losses are computed in float32 in any case.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from progsynth.train.training import Training

LARGE = 1_000_000  # weights
LONG = 2_000  # gradient steps

Forward = Callable[..., Tensor]


def forward_of(network: nn.Module, training: Training, device: torch.device) -> Forward:
    """The network as it is to be called in training: in that precision, compiled or not."""
    called: Forward = network
    if is_compiled(network, training, device):
        called = torch.compile(network)
    if not is_mixed(network, training, device):
        return called

    def mixed(*inputs_B: Tensor) -> Tensor:
        with torch.autocast(device.type, torch.bfloat16):
            outputs_BK: Tensor = called(*inputs_B)
        return outputs_BK.float()

    return mixed


def is_mixed(network: nn.Module, training: Training, device: torch.device) -> bool:
    """Is it computed in bfloat16?"""
    if training.precision != "auto":
        return training.precision == "mixed"
    able = device.type == "cuda" and torch.cuda.is_bf16_supported()
    return able and num_weights(network) >= LARGE


def is_compiled(network: nn.Module, training: Training, device: torch.device) -> bool:
    """Is it compiled?"""
    if training.compiled is not None:
        return training.compiled
    able = device.type == "cuda" and training.steps >= LONG
    return able and num_weights(network) >= LARGE


def num_weights(network: nn.Module) -> int:
    """How many numbers are trained."""
    return sum(weight.numel() for weight in network.parameters())
