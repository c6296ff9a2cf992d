"""Convolutional bodies: of images (plain or separable), sounds, volumes, and rows of items.

Fixed shapes are read by strided stages until they are small. Rows of items (a text, a time
series, a video) are of any length: there the stages keep every item, what is no item stays zero
as beyond the edges, and means and maxima over the items are read at the end. So it does not
matter how far a batch was padded.

Tensors: B batch, T items, C channels, F features; D, H, W depth, height and width.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from progsynth.neural.layers import batch_norm, convolution

Stage = Callable[[int, int, int], list[nn.Module]]  # channels in, channels out, stride


def plain_stage(dims: int, size: int = 3) -> Stage:
    """A convolution and a ReLU."""

    def stage(num_in: int, num_out: int, stride: int) -> list[nn.Module]:
        return [convolution(num_in, num_out, dims=dims, size=size, stride=stride), nn.ReLU()]

    return stage


def separable_stage(num_in: int, num_out: int, stride: int) -> list[nn.Module]:
    """A convolution a channel, then one of 1x1 (Chollet 2017, "Xception"), and a ReLU."""
    apart = convolution(num_in, num_in, stride=stride, groups=num_in)
    return [apart, convolution(num_in, num_out, size=1), nn.ReLU()]


def stages(
    shape: Sequence[int],
    widths: Sequence[int],
    strides: Sequence[int],
    first: Stage,
    later: Stage,
    *,
    normed: bool = False,
) -> tuple[list[nn.Module], tuple[int, ...]]:
    """Stages that read a tensor of that shape [C, ...], and the shape that they give."""
    channels, *sides = shape
    layers: list[nn.Module] = []
    for number, (num_out, stride) in enumerate(zip(widths, strides, strict=True)):
        *parts, activation = (later if number else first)(channels, num_out, stride)
        norm = [batch_norm(num_out, len(sides))] if normed else []
        layers += [*parts, *norm, activation]
        sides = [math.ceil(side / stride) for side in sides]
        channels = num_out
    return layers, (channels, *sides)


class MeanAndMaximum(nn.Module):
    """Means and maxima over the last dimension: [B, F, T] gives [B, 2F]."""

    def forward(self, x_BFT: Tensor) -> Tensor:
        """Both, side by side."""
        return torch.cat((x_BFT.mean(-1), x_BFT.amax(-1)), -1)


class OverItems(nn.Module):
    """Convolutions along the items of a row (and within them, of videos), then their summary.

    Reads [B, T, 1 + C, ...], gives [B, 2F]: means and maxima over the items that there are.
    """

    def __init__(
        self, shape: Sequence[int], widths: Sequence[int], strides: Sequence[int], size: int
    ):
        super().__init__()
        channels, *sides = shape
        self.layers = nn.ModuleList()
        for num_out, stride in zip(widths, strides, strict=True):
            sizes = (size, *(3 for _ in sides))
            steps = (1, *(stride for _ in sides))
            self.layers.append(
                convolution(channels, num_out, dims=1 + len(sides), size=sizes, stride=steps)
            )
            self.layers.append(nn.ReLU())
            sides = [math.ceil(side / stride) for side in sides]
            channels = num_out
        self.num_features = 2 * channels * math.prod(sides)

    def forward(self, x_BTC: Tensor) -> Tensor:
        """The summary of each row; zeros where it has no item."""
        present_BT = x_BTC[:, :, 0].flatten(2).amax(-1) if x_BTC.dim() > 3 else x_BTC[:, :, 0]
        x_BCT = x_BTC[:, :, 1:].movedim(2, 1)
        there = present_BT.reshape(len(x_BTC), 1, -1, *(1 for _ in x_BCT.shape[3:]))
        for layer in self.layers:
            x_BCT = layer(x_BCT) * there
        features_BFT = x_BCT.movedim(2, -1).flatten(1, -2)
        count_B1 = present_BT.sum(-1, keepdim=True).clamp(min=1.0)
        return torch.cat((features_BFT.sum(-1) / count_B1, features_BFT.amax(-1)), -1)
