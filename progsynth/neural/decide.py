"""What a network answers to program values: in batches, and as a function that knows answers.

Tensors: B batch, K outputs.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch

from progsynth.lang.types import Type
from progsynth.lang.values import Value
from progsynth.neural.modality import encode, modality_of, numbers_in
from progsynth.neural.network import Network
from progsynth.neural.weights import network_digest

CHUNK = 1 << 18  # numbers that one batch reads at most: it bounds the memory of a decision


def decide(network: Network, rows: Sequence[tuple[Value, ...]]) -> list[Value]:
    """The network's answer to each row of arguments, as program values.

    Rows go through the network many at once, on its own device. On the CPU the same rows give
    the same answers; a row among others may give real numbers that differ in their last bits.
    """
    types = network.declaration.types
    found: list[Value] = []
    size = _rows_at_once(types, rows)
    with torch.inference_mode():
        for start in range(0, len(rows), size):
            columns = zip(*rows[start : start + size], strict=True)
            inputs_B = [encode(c, t).to(network.device) for c, t in zip(columns, types)]
            found += network.head.decide(network(*inputs_B))
    return found


def _rows_at_once(types: Sequence[Type], rows: Sequence[tuple[Value, ...]]) -> int:
    """So many that no batch reads more than `CHUNK` numbers, or one row."""
    modalities = [modality_of(t) for t in types]
    some = rows if any(m.has_items for m in modalities) else rows[:1]  # the longest row counts
    most = max((sum(map(numbers_in, row, modalities)) for row in some), default=1)
    return max(1, CHUNK // most)


def frozen(network: Network, device: torch.device | None = None) -> Network:
    """A copy of the network, on that device (its own if None), whose weights nobody trains."""
    made = copy.deepcopy(network).requires_grad_(False).eval()
    return made if device is None else made.to(device)


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """A network's answer to program values, as a Python function of these.

    `known` has answers found before, by the identity of the one argument, which it keeps, so
    that no other value can take its identity. The weights must not change any more: `frozen`.
    """

    network: Network
    known: Mapping[int, tuple[Value, Value]] = field(default_factory=dict, repr=False)

    def __call__(self, *args: Value) -> Value:
        before = self.known.get(id(args[0]))
        if before is not None and before[0] is args[0]:
            return before[1]
        return decide(self.network, [args])[0]

    @property
    def digest(self) -> str:
        """A hash of what it computes, which is part of its pack's digest."""
        return network_digest(self.network)

    def foreseeing(self, tensors: Sequence[Value]) -> Decision:
        """The same, with the answers to these found now, all at once.

        They are of the one type that the network reads; there is nothing to be foreseen for a
        network that reads several.
        """
        if len(self.network.declaration.types) != 1:
            return self
        distinct = list({id(t): t for t in tensors}.values())
        answers = decide(self.network, [(t,) for t in distinct])
        known = {id(t): (t, a) for t, a in zip(distinct, answers, strict=True)}
        return Decision(self.network, known)


def tensors_of(value: Value, type_: Type, wanted: Type) -> list[Value]:
    """The tensors of the wanted type inside a value of that type, from left to right."""
    if type_ == wanted:
        return [value]
    if wanted not in type_.types and not any(t.types for t in type_.types):
        return []  # most values are long lists of scalars
    inside: list[tuple[Value, Type]] = []
    if type_.name == "list":
        inside = [(item, type_.types[0]) for item in value]
    elif type_.name == "tuple":
        inside = list(zip(value, type_.types, strict=True))
    elif type_.name in ("dict", "memory"):
        inside = [(item, type_.types[-1]) for item in value.values()]
    return [found for item, its in inside for found in tensors_of(item, its, wanted)]
