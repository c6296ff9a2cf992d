"""Training inputs varied at random: what a network shall not mind, it is shown.

The layer works in training mode only, after normalisation, so that noise has the same size
everywhere. Random numbers are torch's global ones, which the training loop seeds for each step
and puts back (`train.randomness`).

Tensors: B batch, C channels, T samples or items, H height, W width.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor, nn

from progsynth.errors import ProgsynthError
from progsynth.neural.modality import Modality

NOISE = 0.1  # deviations
GAIN = 0.2
SHIFT = 0.125  # of a side, at most


@dataclass(frozen=True, slots=True)
class Augmentation:
    """A way to vary inputs of these kinds. `first` is the first dimension that it may move."""

    kinds: frozenset[str]
    vary: Callable[[Tensor, int], Tensor]


def _noise(x_B: Tensor, _: int) -> Tensor:
    return x_B + NOISE * torch.randn_like(x_B)


def _gain(x_B: Tensor, _: int) -> Tensor:
    drawn_B = 1 + GAIN * (2 * torch.rand(len(x_B), device=x_B.device) - 1)
    return x_B * drawn_B.reshape(-1, *(1 for _ in x_B.shape[1:]))


def _flip(x_B: Tensor, _: int) -> Tensor:
    turned_B = torch.rand(len(x_B), device=x_B.device) < 0.5
    return torch.where(turned_B.reshape(-1, *(1 for _ in x_B.shape[1:])), x_B.flip(-1), x_B)


def _shift(x_B: Tensor, first: int) -> Tensor:
    """Moved along each dimension from `first` on; what comes in is the edge, repeated."""
    for dim in range(first, x_B.dim()):
        side = x_B.shape[dim]
        most = int(SHIFT * side) or int(side > 2)
        by_B = torch.randint(-most, most + 1, (len(x_B),), device=x_B.device)
        places = torch.arange(side, device=x_B.device) + by_B[:, None]
        shape = [1] * x_B.dim()
        shape[0], shape[dim] = len(x_B), side
        index = places.clamp(0, side - 1).reshape(shape).expand(x_B.shape)
        x_B = x_B.gather(dim, index)
    return x_B


_NUMBERS = frozenset({"vector", "sound", "image", "volume", "series", "video"})
AUGMENTATIONS: Mapping[str, Augmentation] = MappingProxyType(
    {
        "noise": Augmentation(_NUMBERS, _noise),
        "gain": Augmentation(frozenset({"sound", "series"}), _gain),
        "flip": Augmentation(frozenset({"image", "video", "volume"}), _flip),
        "shift": Augmentation(frozenset({"sound", "image", "video", "volume"}), _shift),
    }
)


class Augment(nn.Module):
    """Varies the inputs of these modalities in the ways named, in training mode only.

    Each way applies to the inputs that it is for. Raises ProgsynthError for a way that does not
    exist, or is for none of the inputs.
    """

    def __init__(self, modalities: Sequence[Modality], ways: Sequence[str]):
        super().__init__()
        self.modalities = tuple(modalities)
        self.ways = tuple(ways)
        kinds = {m.kind for m in modalities}
        for way in ways:
            if way not in AUGMENTATIONS or not kinds & AUGMENTATIONS[way].kinds:
                fitting = [n for n, one in AUGMENTATIONS.items() if kinds & one.kinds]
                raise ProgsynthError(
                    f"augment: no way '{way}' to vary {', '.join(sorted(kinds))}; there are: "
                    f"{', '.join(fitting) or 'none'}"
                )

    def forward(self, x_B: Tensor, number: int) -> Tensor:
        """Input number `number`, varied; as it is when the network is in use."""
        if not self.training:
            return x_B
        modality = self.modalities[number]
        for way in self.ways:
            found = AUGMENTATIONS[way]
            if modality.kind in found.kinds:
                x_B = _items_only(found.vary, x_B) if modality.has_items else found.vary(x_B, 2)
        return x_B


def _items_only(vary: Callable[[Tensor, int], Tensor], x_BTC: Tensor) -> Tensor:
    """Items varied, what says whether there are any left as it is, and nothing where none is."""
    present = x_BTC[:, :, :1]
    return torch.cat((present, vary(x_BTC[:, :, 1:], 3) * present), 2)
