"""What comes of several branches put together: by rows, by chances, or both.

Shapes: N rows, M those of one branch, K whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from progsynth.errors import UnsupportedError
from progsynth.lang.values import identity_key
from progsynth.neural.gradients.batched import (
    Chances,
    Closure,
    Padded,
    TooWide,
    aligned,
    chances,
    is_known,
    number,
    padded,
    promoted,
    taken,
    widened,
)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """What a branch gives for some rows.

    `rows` are their numbers [M]; `weight` [M] is how much of a row's value this is, None for all
    of it. The weights of a row add up to 1.
    """

    rows: Tensor
    value: Any
    weight: Tensor | None = None


def together(pieces: Sequence[Piece], num_rows: int) -> Any:
    """The value of all rows, of what branches give for some each.

    Numbers that meet in a row are mixed by their weights: floats to their expectation, whole
    numbers to `Chances`, truth values to how true they are.
    Raises UnsupportedError for values that cannot be mixed.
    """
    kept = [piece for piece in pieces if len(piece.rows)] or list(pieces[:1])
    values = [piece.value for piece in kept]
    if all(map(is_known, values)):
        first = identity_key(values[0])
        if all(identity_key(value) == first for value in values[1:]):
            return values[0]
    if len(kept) == 1 and kept[0].weight is None and len(kept[0].rows) == num_rows:
        return _in_order(kept[0])
    if isinstance(values[0], tuple):
        parts = zip(*values, strict=True)
        return tuple([together(_with(kept, several), num_rows) for several in parts])
    if any(isinstance(value, Closure) for value in values):
        raise UnsupportedError("branches give different functions: their results cannot be mixed")
    if any(isinstance(value, list | Padded) for value in values):
        return _lists(kept, num_rows)
    return _numbers(kept, num_rows)


def _in_order(piece: Piece) -> Any:
    count = len(piece.rows)
    if torch.equal(piece.rows, torch.arange(count, device=piece.rows.device)):
        return piece.value
    return taken(piece.value, torch.argsort(piece.rows))


def _with(pieces: Sequence[Piece], values: Sequence[Any]) -> list[Piece]:
    return [Piece(p.rows, v, p.weight) for p, v in zip(pieces, values, strict=True)]


def _numbers(pieces: Sequence[Piece], num_rows: int) -> Any:
    """Numbers, truth values and tensors of fixed shape."""
    values = [
        p.value if isinstance(p.value, Chances) else number(p.value, len(p.rows), p.rows.device)
        for p in pieces
    ]
    mixed = any(p.weight is not None for p in pieces)
    random = any(isinstance(v, Chances) for v in values)
    whole = all(isinstance(v, Chances) or v.dtype == torch.int64 for v in values)
    if whole and (random or mixed):
        try:
            alike = aligned([chances(v) for v in values])
        except TooWide:
            pass  # too far apart: the expectation
        else:
            return Chances(alike[0].low, _sum(pieces, [a.probs for a in alike], num_rows))
    tensors = [v.mean if isinstance(v, Chances) else v for v in values]
    if mixed:
        tensors = [t if t.is_floating_point() else t.to(torch.float32) for t in tensors]
    return _sum(pieces, promoted(tensors), num_rows)


def _sum(pieces: Sequence[Piece], tensors: Sequence[Tensor], num_rows: int) -> Tensor:
    """The sum of what each row has of each tensor."""
    total = tensors[0].new_zeros((num_rows, *tensors[0].shape[1:]))
    for piece, tensor in zip(pieces, tensors, strict=True):
        if piece.weight is not None:
            weight = piece.weight.reshape(-1, *[1] * (tensor.dim() - 1))
            # what has no weight adds nothing, not even where it is infinite or NaN
            tensor = torch.where(weight == 0, torch.zeros_like(tensor), tensor * weight)
            total = total.index_add(0, piece.rows, tensor)
        else:
            total = total.index_copy(0, piece.rows, tensor)
    return total


def _lists(pieces: Sequence[Piece], num_rows: int) -> Padded:
    found = [padded(p.value, len(p.rows), p.rows.device) for p in pieces]
    if any(one.presence is not None for one in found):
        raise UnsupportedError("lists whose items may be absent cannot be mixed")
    width = max(one.width for one in found)
    wide = [widened(one, width) for one in found]
    if any(p.weight is not None for p in pieces) and not all(one.is_full for one in wide):
        raise UnsupportedError("lists of different lengths cannot be mixed by chance")
    device = pieces[0].rows.device
    lengths = torch.zeros(num_rows, dtype=torch.int64, device=device)
    for piece, one in zip(pieces, wide, strict=True):
        lengths = lengths.index_copy(0, piece.rows, one.lengths)
    filled = [(p, one.items) for p, one in zip(pieces, wide, strict=True) if one.items is not None]
    if not filled:
        return Padded(None, lengths, width)
    items = together([Piece(p.rows, v, p.weight) for p, v in filled], num_rows)
    return Padded(items, lengths, width)


def blended(truth_N: Tensor, then: Any, orelse: Any) -> Any:
    """`then` as far as the condition is true, `orelse` as far as it is not."""
    rows = torch.arange(len(truth_N), device=truth_N.device)
    pieces = [Piece(rows, then, truth_N), Piece(rows, orelse, 1 - truth_N)]
    return together(pieces, len(truth_N))
