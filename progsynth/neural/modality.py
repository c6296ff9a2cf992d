"""What a network's input is (its modality), by its type; and program values as tensors.

Tensors: B is the batch, what follows it the shape of one value: [n] for a vector, [C, H, W]
(channels, height, width) for an image.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from progsynth.errors import UnsupportedError
from progsynth.lang.types import Type
from progsynth.lang.values import Value

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Modality:
    """What an input is: `kind` ("vector" or "image") and the `shape` of one value as a tensor."""

    kind: str
    shape: Shape

    @property
    def num_elements(self) -> int:
        """How many numbers one value has."""
        return math.prod(self.shape)

    @property
    def num_channels(self) -> int:
        """How many means and scales normalise it: one a feature, or one a channel."""
        return self.shape[0]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: types written like `pattern` are of the modality `kind`.

    `shape` gives the shape of one value of a type, None where the type is not of this line.
    """

    pattern: str
    kind: str
    shape: Callable[[Type], Shape | None]


def _tensor(dims: int) -> Callable[[Type], Shape | None]:
    def shape(type_: Type) -> Shape | None:
        sizes = tuple(a for a in type_.args if isinstance(a, int) and a > 0)
        fits = type_.name == "tensor" and len(sizes) == len(type_.args) == dims
        return sizes if fits else None

    return shape


def _float(type_: Type) -> Shape | None:
    return (1,) if type_.name == "float" else None


def _floats(type_: Type) -> Shape | None:
    fits = type_.name == "tuple" and all(t.name == "float" for t in type_.types)
    return (len(type_.args),) if fits and type_.args else None


MODALITIES = (
    Row("float", "vector", _float),
    Row("tuple[float, ...]", "vector", _floats),
    Row("tensor[n]", "vector", _tensor(1)),
    Row("tensor[channels, height, width]", "image", _tensor(3)),
)


def modality_of(type_: Type) -> Modality:
    """The modality of a network's input of that type.

    Raises UnsupportedError for a type that no architecture reads.
    """
    for row in MODALITIES:
        shape = row.shape(type_)
        if shape is not None:
            return Modality(row.kind, shape)
    known = "; ".join(f"{row.pattern} ({row.kind})" for row in MODALITIES)
    raise UnsupportedError(
        f"no architecture reads the type {type_}: a neural submodule's parameters are of the "
        f"types {known}; declare one of these, or compute it from the value first"
    )


def encode(values: Sequence[Value], type_: Type) -> torch.Tensor:
    """The values of that type as one tensor [B, shape of one value], of float32, on the CPU.

    Raises UnsupportedError for a type that has no modality.
    """
    shape = modality_of(type_).shape
    if not values:
        return torch.empty((0, *shape))
    if type_.name == "tensor":
        return torch.from_numpy(np.stack(values).astype(np.float32, copy=False))
    found_BN = torch.tensor(values, dtype=torch.float64)
    return found_BN.to(torch.float32).reshape(len(values), *shape)
