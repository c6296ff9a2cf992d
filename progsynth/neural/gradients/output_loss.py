"""How far what a program gives is from what is expected, row by row.

Floats and tensors have the squared error (mean over a tensor's elements), random whole numbers
and truth values the negative log-likelihood, tuples and lists the sum over their parts.

Shapes: N rows, L the longest list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.types import Type, as_int
from progsynth.neural.gradients.batched import Chances, Padded, number, padded

LEAST = 1e-12  # a probability below this counts as this

Error = Callable[[Tensor], Tensor]
ERRORS: Mapping[str, Error] = MappingProxyType({"squared": torch.square, "absolute": torch.abs})


def output_losses(value: Any, wanted: Any, type_: Type, *, error: str = "squared") -> Tensor:
    """The losses [N]; `wanted` is what `from_rows` made of the expected outputs.

    Raises UnsupportedError for types without a loss, ProgsynthError for an unknown `error`.
    """
    if error not in ERRORS:
        raise ProgsynthError(f"no error '{error}': expected one of {', '.join(ERRORS)}")
    if type_.name == "tuple":
        parts = zip(value, wanted, type_.types, strict=True)
        return torch.stack([output_losses(v, w, t, error=error) for v, w, t in parts]).sum(0)
    if type_.name == "list":
        return _list_losses(value, wanted, type_.types[0], error)
    if not isinstance(wanted, Tensor):
        raise UnsupportedError(f"outputs of type {type_} have no loss")
    if as_int(type_).name == "int" and isinstance(value, Chances):
        return _not_likely(value, wanted)
    if isinstance(value, Tensor) and value.dim() > 1:
        return ERRORS[error](value - wanted).flatten(1).mean(-1)
    found = number(value, len(wanted), wanted.device)
    if type_.name == "bool":
        truth = found.to(torch.float32)
        right = torch.where(wanted, truth, 1 - truth)
        return -right.clamp(min=LEAST).log()
    return ERRORS[error](found.to(torch.float32) - wanted.to(torch.float32))


def is_likelihood(value: Any, type_: Type) -> bool:
    """Is the loss of such a value a negative log-likelihood, or in part?"""
    if type_.name == "tuple":
        return any(is_likelihood(v, t) for v, t in zip(value, type_.types, strict=True))
    if type_.name == "list":
        items = value.items if isinstance(value, Padded) else None
        return isinstance(items, Chances) or type_.types[0].name == "bool"
    return isinstance(value, Chances) or type_.name == "bool"


def _not_likely(value: Chances, wanted: Tensor) -> Tensor:
    place = wanted - value.low
    inside = (place >= 0) & (place < value.size)
    probs = value.probs.gather(-1, place.clamp(0, value.size - 1)[:, None])[:, 0]
    return -torch.where(inside, probs, torch.zeros_like(probs)).clamp(min=LEAST).log()


def _list_losses(value: Any, wanted: Padded, item: Type, error: str) -> Tensor:
    rows = len(wanted.lengths)
    found = padded(value, rows, wanted.lengths.device)
    if found.presence is not None or not torch.equal(found.lengths, wanted.lengths):
        raise UnsupportedError(
            "lists of other lengths than expected have no loss: lengths have to be right"
        )
    if wanted.items is None:
        return torch.zeros(rows, device=wanted.lengths.device)
    total = torch.zeros(rows, device=wanted.lengths.device)
    for place in range(wanted.width):
        mine, theirs = [_at(one, place) for one in (found, wanted)]
        losses = output_losses(mine, theirs, item, error=error)
        total = total + torch.where(wanted.lengths > place, losses, torch.zeros_like(losses))
    return total


def _at(one: Padded, place: int) -> Any:
    from_items = one.items
    if isinstance(from_items, Chances):
        return Chances(from_items.low, from_items.probs[:, place])
    if isinstance(from_items, tuple):
        return tuple(_at(Padded(part, one.lengths, one.width), place) for part in from_items)
    if isinstance(from_items, Padded):
        raise UnsupportedError("lists of lists have no loss")
    return from_items[:, place]
