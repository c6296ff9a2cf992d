"""What exported files do around their networks; these functions' sources are copied into them.

A value is read as `neural.encode` reads a batch of one value of its type; a test compares them.

Shapes: T items of a row, C channels.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file

from progsynth.neural.modality import codes_of


def read_numbers(value: Any, shape: tuple[int, ...]) -> torch.Tensor:
    """An array (or number, or tuple) of that shape as a batch of one value: [1, *shape]."""
    array = np.array(value, np.float64)
    if array.shape not in (shape, ()):
        raise ValueError(f"expected an array of shape {shape}, found one of {array.shape}")
    return torch.from_numpy(array).to(torch.float32).reshape(1, *shape)


def read_items(value: Any, shape: tuple[int, ...]) -> torch.Tensor:
    """A list of values of that shape as a batch of one row of items: [1, T, 1 + C, ...].

    The first channel says that there is an item; of no items one that is none is made.
    """
    made = torch.zeros((1, max(1, len(value)), 1 + shape[0], *shape[1:]))
    if len(value):
        array = np.array(value, np.float64)
        if array.shape[1:] not in (shape, ()):
            raise ValueError(f"expected items of shape {shape}, found {array.shape[1:]}")
        made[0, :, 0] = 1.0
        made[0, :, 1:] = torch.from_numpy(array).to(torch.float32).reshape(-1, *shape)
    return made


def read_text(value: str) -> torch.Tensor:
    """A text as a batch of one row of items, [1, T, 2]: is there one, and its character's code."""
    made = torch.zeros((1, max(1, len(value)), 2))
    made[0, : len(value), 0] = 1.0
    made[0, : len(value), 1] = torch.tensor(codes_of(value), dtype=torch.float32)
    return made


def trained(network: torch.nn.Module, weights: Path, name: str) -> torch.nn.Module:
    """The network with its trained weights: those in the file whose names begin with its own."""
    start = f"{name}."
    found = load_file(weights)
    own = {key.removeprefix(start): found[key] for key in found if key.startswith(start)}
    network.load_state_dict(own)
    return network.eval()
