"""What a network's input is (its modality), by its type; and program values as tensors.

Tensors: B is the batch, what follows it the shape of one value: [n] for a vector, [C, T] for a
sound (channels, samples), [C, H, W] for an image (height, width), [C, D, H, W] for a volume
(depth). Values of any length are a row of items, T of the longest: [B, T, 1 + C, ...], where the
first channel says whether there is an item (1) or none (0), and the others are those of items:
[1] for a character's code, [n] for a reading of a time series, [C, H, W] for a frame of a video.
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

NUM_CODES = 256  # of characters: ASCII has its own, others share the upper half
ASCII = 128


@dataclass(frozen=True, slots=True)
class Modality:
    """What an input is: its `kind`, and the `shape` of one value, or of one item, as a tensor.

    `has_items` says that values are rows of items, of any length.
    """

    kind: str
    shape: Shape
    has_items: bool = False

    @property
    def num_elements(self) -> int:
        """How many numbers one value, or one item, has."""
        return math.prod(self.shape)

    @property
    def num_channels(self) -> int:
        """How many means and scales normalise it: one a feature, or one a channel."""
        return self.shape[0]

    @property
    def is_symbolic(self) -> bool:
        """Are its numbers codes, which have no mean?"""
        return self.kind == "text"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: types written like `pattern` are of the modality `kind`.

    `shape` gives the shape of one value, or item, of a type; None where the type is not of this
    line.
    """

    pattern: str
    kind: str
    shape: Callable[[Type], Shape | None]
    has_items: bool = False


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


def _text(type_: Type) -> Shape | None:
    return (1,) if type_.name == "str" else None


def _list_of(*shapes: Callable[[Type], Shape | None]) -> Callable[[Type], Shape | None]:
    def shape(type_: Type) -> Shape | None:
        if type_.name != "list":
            return None
        found = (one(type_.types[0]) for one in shapes)
        return next((some for some in found if some is not None), None)

    return shape


MODALITIES = (
    Row("float", "vector", _float),
    Row("tuple[float, ...]", "vector", _floats),
    Row("tensor[n]", "vector", _tensor(1)),
    Row("tensor[channels, samples]", "sound", _tensor(2)),
    Row("tensor[channels, height, width]", "image", _tensor(3)),
    Row("tensor[channels, depth, height, width]", "volume", _tensor(4)),
    Row("str", "text", _text, has_items=True),
    Row("list of one of these vectors", "series", _list_of(_float, _floats, _tensor(1)), True),
    Row("list[tensor[channels, height, width]]", "video", _list_of(_tensor(3)), True),
)


def modality_of(type_: Type) -> Modality:
    """The modality of a network's input of that type.

    Raises UnsupportedError for a type that no architecture reads.
    """
    for row in MODALITIES:
        shape = row.shape(type_)
        if shape is not None:
            return Modality(row.kind, shape, row.has_items)
    known = "; ".join(f"{row.pattern} ({row.kind})" for row in MODALITIES)
    raise UnsupportedError(
        f"no architecture reads the type {type_}: a neural submodule's parameters are of the "
        f"types {known}; declare one of these, or compute it from the value first"
    )


def numbers_in(value: Value, modality: Modality) -> int:
    """How many numbers the network reads for the value."""
    if not modality.has_items:
        return modality.num_elements
    return (1 + modality.num_elements) * max(1, len(value))


def encode(values: Sequence[Value], type_: Type) -> torch.Tensor:
    """The values of that type as one tensor of float32, on the CPU: [B, shape of one value], or
    [B, T, 1 + C, ...] for values that are rows of items, T at least 1.

    Raises UnsupportedError for a type that has no modality.
    """
    modality = modality_of(type_)
    if modality.has_items:
        return _encode_items(values, type_, modality)
    if not values:
        return torch.empty((0, *modality.shape))
    return _encode_plain(values, type_, modality.shape)


def _encode_plain(values: Sequence[Value], type_: Type, shape: Shape) -> torch.Tensor:
    if type_.name == "tensor":
        return torch.from_numpy(np.stack(values).astype(np.float32, copy=False))
    found_BN = torch.tensor(values, dtype=torch.float64)
    return found_BN.to(torch.float32).reshape(len(values), *shape)


def _encode_items(values: Sequence[Value], type_: Type, modality: Modality) -> torch.Tensor:
    longest = max(1, max(map(len, values), default=1))
    channels, *rest = modality.shape
    made = torch.zeros((len(values), longest, 1 + channels, *rest))
    for row, value in zip(made, values, strict=True):
        if len(value):
            row[: len(value), 0] = 1.0
            row[: len(value), 1:] = _items(value, type_, modality)
    return made


def codes_of(text: str) -> list[int]:
    """The code of each character."""
    return [c if c < ASCII else ASCII + c % (NUM_CODES - ASCII) for c in map(ord, text)]


def _items(value: Value, type_: Type, modality: Modality) -> torch.Tensor:
    if type_.name == "str":
        return torch.tensor(codes_of(value), dtype=torch.float32)[:, None]
    return _encode_plain(value, type_.types[0], modality.shape)
