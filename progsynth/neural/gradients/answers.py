"""What a network inside a program answers, as a value of many rows.

Shapes: N rows, K outputs of the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from progsynth.errors import UnsupportedError
from progsynth.lang.term import Neural
from progsynth.lang.types import Type
from progsynth.neural.gradients.batched import Chances, Padded
from progsynth.neural.gradients.machine import Frame, Machine
from progsynth.neural.gradients.relaxation import decided, straight_through
from progsynth.neural.modality import encode, modality_of


def answer(machine: Machine, frame: Frame, declared: Neural, args: Sequence[Any]) -> Any:
    """What the network of that declaration gives; a choice is `Chances`, a bool how true it is.

    Under "hard" it decides, as it does in use.
    """
    inputs = [
        network_input(machine, frame, value, type_, declared)
        for value, type_ in zip(args, declared.types, strict=True)
    ]
    if machine.seen is not None:
        machine.seen.setdefault(declared.name, []).append(tuple(inputs))
    outputs_NK = machine.parts[declared.name](*inputs)
    return value_of_outputs(machine, outputs_NK, declared)


def network_input(
    machine: Machine, frame: Frame, value: Any, type_: Type, declared: Neural
) -> Tensor:
    """A value as what a network reads: [N, shape of one value], of float32; see `encode`."""
    if isinstance(value, Padded):
        return _items_input(value, type_, declared)
    if isinstance(value, str | list | dict):
        return encode([value], type_).to(machine.device).expand(frame.rows, *[-1] * _dims(type_))
    if isinstance(value, tuple):
        return torch.stack([machine.real(part, frame) for part in value], -1)
    if type_.name == "tensor":
        if not isinstance(value, Tensor):
            raise UnsupportedError(f"'{declared.name}' reads a constant tensor")
        return value
    return machine.real(value, frame)[:, None]


def _dims(type_: Type) -> int:
    """How many dimensions follow the rows in what a network of that type reads."""
    modality = modality_of(type_)
    return len(modality.shape) + modality.has_items


def _items_input(value: Padded, type_: Type, declared: Neural) -> Tensor:
    """A list as what a network reads: [N, L, 1 + C, ...], first whether there is an item."""
    modality = modality_of(type_)
    if value.presence is not None:
        raise UnsupportedError(f"'{declared.name}' reads a list of items that may be absent")
    rows, (channels, *rest) = len(value.lengths), modality.shape
    if value.items is None:
        return torch.zeros((rows, 1, 1 + channels, *rest), device=value.lengths.device)
    items = torch.stack(value.items, -1) if isinstance(value.items, tuple) else value.items
    if not isinstance(items, Tensor):
        raise UnsupportedError(f"'{declared.name}' reads {type_} of learnt choices")
    present = value.there.to(torch.float32).reshape(rows, value.width, 1, *[1] * len(rest))
    shaped = items.to(torch.float32).reshape(rows, value.width, channels, *rest)
    shaped = torch.where(present > 0, shaped, torch.zeros_like(shaped))
    return torch.cat((present.expand(-1, -1, 1, *rest), shaped), 2)


def value_of_outputs(machine: Machine, outputs_NK: Tensor, declared: Neural) -> Any:
    """The outputs of a network as the value of its type."""
    result, hard = declared.result, machine.how.conditions == "hard"
    if result.name == "bool":
        return decided(outputs_NK[:, 0].sigmoid(), machine.how)
    if result.name == "choice":
        if hard:
            return outputs_NK.argmax(-1)
        probs_NK = outputs_NK.softmax(-1)
        if machine.how.conditions == "straight-through":
            best = torch.nn.functional.one_hot(outputs_NK.argmax(-1), outputs_NK.shape[-1])
            probs_NK = straight_through(best.to(probs_NK.dtype), probs_NK)
        return Chances(0, probs_NK)
    if result.name == "float":
        return outputs_NK[:, 0]
    if result.name == "tuple":
        parts = outputs_NK.unbind(-1)
        if all(t.name == "bool" for t in result.types):
            return tuple([decided(part.sigmoid(), machine.how) for part in parts])
        return tuple(parts)
    if result.name == "tensor":
        return outputs_NK.reshape(len(outputs_NK), *[n for n in result.args if isinstance(n, int)])
    raise UnsupportedError(f"neural submodule '{declared.name}' answers {result}")
