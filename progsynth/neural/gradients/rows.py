"""Rows of program values as values of the tensor engine, and back.

Shapes: N rows, L the longest list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from progsynth.errors import UnsupportedError
from progsynth.lang.types import Type, as_int
from progsynth.lang.values import Value
from progsynth.neural.gradients.batched import Chances, Padded, each, is_known

KINDS = {"int": torch.int64, "float": torch.float32, "bool": torch.bool}


def from_rows(values: Sequence[Value], type_: Type, device: torch.device) -> Any:
    """The values of that type, one a row. Raises UnsupportedError for types without tensors."""
    if type_.name == "choice":
        type_ = as_int(type_)
    if type_.name in KINDS:
        return torch.tensor(values, dtype=KINDS[type_.name], device=device)
    if type_.name == "tensor":
        shape = [n for n in type_.args if isinstance(n, int)]
        if not values:
            return torch.zeros((0, *shape), device=device)
        return torch.from_numpy(np.stack(values).astype(np.float32, copy=False)).to(device)
    if type_.name == "tuple":
        parts = list(zip(*values, strict=True)) or [() for _ in type_.types]
        return tuple(
            [from_rows(part, t, device) for part, t in zip(parts, type_.types, strict=True)]
        )
    if type_.name == "list":
        return _lists(values, type_.types[0], device)
    raise UnsupportedError(
        f"values of type {type_} that differ from row to row have no tensors: the tensor engine "
        "has int, float, bool, choices, tensors, and lists and tuples of these"
    )


def _lists(values: Sequence[Value], item: Type, device: torch.device) -> Padded:
    lengths = torch.tensor([len(v) for v in values], dtype=torch.int64, device=device)
    width = max(map(len, values), default=0)
    if width == 0:
        return Padded(None, lengths, 0)
    flat = from_rows([one for value in values for one in value], item, device)
    there = torch.arange(width, device=device) < lengths[:, None]
    rows, places = there.nonzero(as_tuple=True)

    def put(t: Tensor) -> Tensor:
        return t.new_zeros((len(values), width, *t.shape[1:])).index_put((rows, places), t)

    return Padded(each(flat, put), lengths, width)


def to_rows(value: Any, type_: Type, rows: int) -> list[Value]:
    """The value as program values, one a row; what is random or true by degree is decided."""
    if is_known(value):
        return [value] * rows
    if isinstance(value, Chances):
        found: list[Value] = (value.probs.argmax(-1) + value.low).tolist()
        return found
    if isinstance(value, tuple):
        parts = [to_rows(v, t, rows) for v, t in zip(value, type_.types, strict=True)]
        return list(zip(*parts, strict=True))
    if isinstance(value, Padded):
        return _lists_of(value, type_.types[0], rows)
    held = value.detach()
    if type_.name == "bool":
        found = (held if held.dtype == torch.bool else held > 0.5).tolist()
        return found
    if as_int(type_).name == "int":
        found = (held.round().to(torch.int64) if held.is_floating_point() else held).tolist()
        return found
    if type_.name == "tensor":
        return list(held.to("cpu", torch.float32).numpy())
    found = held.tolist()
    return found


def _lists_of(value: Padded, item: Type, rows: int) -> list[Value]:
    if value.presence is not None:
        raise UnsupportedError("a list of items that may be absent cannot be decided")
    if value.items is None:
        return [[] for _ in range(rows)]
    columns = [
        to_rows(each(value.items, lambda t: t[:, place]), item, rows)  # noqa: B023
        for place in range(value.width)
    ]
    lengths = value.lengths.tolist()
    return [[columns[p][n] for p in range(length)] for n, length in enumerate(lengths)]
