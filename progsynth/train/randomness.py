"""Random layers in training (dropout, augmentation): seeded for each step, the state put back.

torch's layers draw from its global generator. In each step of a training that has such layers it
is seeded by the training's seed and the step's number, and put back afterwards. So nothing but the
seed decides what is drawn, and a training that was interrupted goes on as if it had not been.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from progsynth.neural.augment import Augment
from progsynth.neural.network import Network


def is_random(module: nn.Module) -> bool:
    """May it draw random numbers in training?"""
    return any(map(_draws, module.modules()))


def _draws(module: nn.Module) -> bool:
    if isinstance(module, Network):
        return bool(module.recipe.module)  # nobody knows what the user's own does
    if isinstance(module, Augment):
        return bool(module.ways)
    return isinstance(module, nn.Dropout) and module.p > 0


@contextmanager
def seeded(seed: int, step: int, devices: Sequence[torch.device]) -> Iterator[None]:
    """Within it torch's global generators are those of this step; then they are as before."""
    places = [d.index or 0 for d in devices if d.type == "cuda"]
    (own,) = np.random.SeedSequence([seed, step]).generate_state(1, np.uint64).tolist()
    with torch.random.fork_rng(devices=places):
        torch.manual_seed(own)
        yield
