"""Normalisation of a network's inputs: mean and scale of training rows, which stay with it.

Tensors: B batch, N training rows, T items, C channels or features, then height and width of
images.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from progsynth.errors import ProgsynthError
from progsynth.neural.modality import Modality

_CONSTANT = 1e-6  # a deviation this small beside the mean is a constant


def normalised(x_B: torch.Tensor, mean: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Values less their mean, by their scale."""
    return (x_B - mean) / scale


def normalised_rows(x_BTC: torch.Tensor, mean: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """The same for the items of rows; zeros where there is none."""
    present = x_BTC[:, :, :1]
    return torch.cat((present, (x_BTC[:, :, 1:] - mean) / scale * present), 2)


class Normaliser(nn.Module):
    """Takes from each input its mean and divides by its scale; at first it changes nothing.

    The buffers are `mean_0`, `scale_0`, `mean_1`, ...: for each input, one number a channel of
    an image, or a feature of a vector. Training does not change them: `fit` does. Of rows of
    items the items count; where none is, there are zeros. Codes of characters stay as they are.
    """

    def __init__(self, modalities: Sequence[Modality]):
        super().__init__()
        self.modalities = tuple(modalities)
        for number, modality in enumerate(modalities):
            shape = (modality.num_channels, *(1 for _ in modality.shape[1:]))
            self.register_buffer(f"mean_{number}", torch.zeros(shape))
            self.register_buffer(f"scale_{number}", torch.ones(shape))

    def forward(self, x_B: torch.Tensor, number: int) -> torch.Tensor:
        """Input number `number`, normalised."""
        mean: torch.Tensor = getattr(self, f"mean_{number}")
        scale: torch.Tensor = getattr(self, f"scale_{number}")
        modality = self.modalities[number]
        if modality.is_symbolic:
            return x_B
        return (normalised_rows if modality.has_items else normalised)(x_B, mean, scale)

    def fit(self, *inputs_N: torch.Tensor) -> None:
        """Take mean and scale (the deviation; 1 where it is 0) from these rows, in place.

        `inputs_N` has for each input a tensor [N, shape of one value]: training rows only.
        Raises ProgsynthError where there is no row, or a number that is not finite.
        """
        assert len(inputs_N) == len(self.modalities), "one tensor an input"
        for number, (x_N, modality) in enumerate(zip(inputs_N, self.modalities, strict=True)):
            if len(x_N) == 0 or not bool(torch.isfinite(x_N).all()):
                found = "no rows" if len(x_N) == 0 else "numbers that are inf or NaN"
                raise ProgsynthError(
                    f"the normaliser's input {number} has {found}: "
                    "fit it on training rows of finite numbers"
                )
            if modality.is_symbolic:
                continue
            mean: torch.Tensor = getattr(self, f"mean_{number}")
            scale: torch.Tensor = getattr(self, f"scale_{number}")
            items_N = _items(x_N) if modality.has_items else x_N
            if len(items_N) == 0:
                continue  # nothing but empty rows: it changes nothing, as before
            over = [0, *range(2, items_N.dim())]
            # in double precision: the same rows in another order give the same float32
            exact_N = items_N.detach().to("cpu", torch.float64)
            mean_C = exact_N.mean(over)
            deviation_C = exact_N.var(over, correction=0).sqrt()
            constant_C = deviation_C <= _CONSTANT * mean_C.abs()
            deviation_C[constant_C] = 1.0
            mean.copy_(mean_C.reshape(mean.shape))
            scale.copy_(deviation_C.reshape(scale.shape))


def _items(x_NT: torch.Tensor) -> torch.Tensor:
    """The items that there are in rows [N, T, 1 + C, ...], one behind the other."""
    present_NT = x_NT[:, :, 0].flatten(2).amax(-1) if x_NT.dim() > 3 else x_NT[:, :, 0]
    return x_NT[:, :, 1:][present_NT > 0]
