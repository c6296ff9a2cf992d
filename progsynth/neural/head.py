"""What a network answers: last layer, loss and decision, by the type of its output.

The network's outputs are linear; the head gives them their meaning. `HEADS` is the table.

Tensors: B batch (a head takes any number of dimensions before it: candidates, say), K outputs,
V values that the program may see.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
import torch.nn.functional as F

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.types import Type
from progsynth.lang.values import Value


class Head(ABC):
    """The meaning of a network's outputs.

    `num_outputs` is the width of the last layer; `num_values` how many different values a
    program may see, None where they are too many to list (real numbers).
    """

    num_outputs: int
    num_values: int | None

    @abstractmethod
    def loss(self, outputs_BK: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """The mean loss over everything before K. `targets` is as `targets` makes it."""

    @abstractmethod
    def targets(self, values: Sequence[Value]) -> torch.Tensor:
        """Program values, as a tensor that `loss` takes."""

    def labels(self, values: Sequence[Value]) -> Sequence[Value]:
        """The targets as values that `decide` may give: they are as they were given, mostly."""
        return values

    @abstractmethod
    def decide(self, outputs_BK: torch.Tensor) -> list[Value]:
        """The value that the program sees, for each row of the batch."""

    @abstractmethod
    def log_probs(self, outputs_BK: torch.Tensor) -> torch.Tensor | None:
        """log_probs_BV of the values (bool: False first); None where `num_values` is None."""


@dataclass(frozen=True, slots=True)
class OneOf(Head):
    """One of k: softmax and categorical cross-entropy, for `choice[k]`.

    Targets are integers [B], or distributions (one-hot) [B, k] of floats; as program values
    whole numbers, or tuples, lists or tensors of k numbers.
    """

    num_outputs: int

    @property
    def num_values(self) -> int:  # type: ignore[override]
        """k."""
        return self.num_outputs

    def loss(self, outputs_BK: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        if targets.is_floating_point():
            _require_shape("one-hot targets", targets, outputs_BK.shape)
            return -(targets * outputs_BK.log_softmax(-1)).sum(-1).mean()
        _require_shape("integer targets", targets, outputs_BK.shape[:-1])
        return F.cross_entropy(outputs_BK.flatten(0, -2), targets.flatten())

    def targets(self, values: Sequence[Value]) -> torch.Tensor:
        if not _are_rows(values):
            found_B = torch.tensor(values, dtype=torch.int64)
            if (
                len(found_B)
                and not 0 <= int(found_B.min()) <= int(found_B.max()) < self.num_outputs
            ):
                raise ProgsynthError(
                    f"integer targets from {int(found_B.min())} to {int(found_B.max())} for one "
                    f"of {self.num_outputs}: expected 0 to {self.num_outputs - 1}"
                )
            return found_B
        found_BK = torch.tensor(np.array(values, np.float32))
        _require_shape("one-hot targets", found_BK, (len(values), self.num_outputs))
        return found_BK

    def labels(self, values: Sequence[Value]) -> Sequence[Value]:
        return [int(np.argmax(v)) for v in values] if _are_rows(values) else values

    def decide(self, outputs_BK: torch.Tensor) -> list[Value]:
        return outputs_BK.argmax(-1).tolist()

    def log_probs(self, outputs_BK: torch.Tensor) -> torch.Tensor:
        return outputs_BK.log_softmax(-1)


def _are_rows(values: Sequence[Value]) -> bool:
    """Are they one-hot rows, not whole numbers?"""
    return len(values) > 0 and not isinstance(values[0], int | np.integer)


@dataclass(frozen=True, slots=True)
class YesOrNo(Head):
    """Yes or no: one sigmoid unit and binary cross-entropy, for `bool`. Targets are 0 or 1 [B]."""

    num_outputs: int = 1
    num_values: int = 2

    def loss(self, outputs_BK: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        _require_shape("targets", targets, outputs_BK.shape[:-1])
        return F.binary_cross_entropy_with_logits(outputs_BK[..., 0], targets.to(outputs_BK.dtype))

    def targets(self, values: Sequence[Value]) -> torch.Tensor:
        return torch.tensor(values, dtype=torch.float32)

    def decide(self, outputs_BK: torch.Tensor) -> list[Value]:
        return (outputs_BK[..., 0] > 0).tolist()

    def log_probs(self, outputs_BK: torch.Tensor) -> torch.Tensor:
        logits_B = outputs_BK[..., 0]
        return torch.stack((F.logsigmoid(-logits_B), F.logsigmoid(logits_B)), dim=-1)


@dataclass(frozen=True, slots=True)
class AnyOf(Head):
    """Any of k: k sigmoid units and binary cross-entropy, for `tuple[bool, ..., bool]`.

    Targets are 0 or 1 [B, k]. The 2**k values are not listed.
    """

    num_outputs: int
    num_values: None = None

    def loss(self, outputs_BK: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        _require_shape("targets", targets, outputs_BK.shape)
        return F.binary_cross_entropy_with_logits(outputs_BK, targets.to(outputs_BK.dtype))

    def targets(self, values: Sequence[Value]) -> torch.Tensor:
        return torch.tensor(values, dtype=torch.float32).reshape(-1, self.num_outputs)

    def decide(self, outputs_BK: torch.Tensor) -> list[Value]:
        return [tuple(row) for row in (outputs_BK > 0).tolist()]

    def log_probs(self, outputs_BK: torch.Tensor) -> None:
        return None


Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
LOSSES: Mapping[str, Loss] = MappingProxyType({"": F.mse_loss, "absolute": F.l1_loss})


@dataclass(frozen=True, slots=True)
class Real(Head):
    """Real numbers: linear units and mean squared error, or mean absolute error.

    For `float`, `tuple[float, ...]` and `tensor[...]`. Targets are as the outputs, [B, K].
    """

    type: Type
    num_outputs: int
    error: str = ""
    num_values: None = None

    def loss(self, outputs_BK: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        _require_shape("targets", targets, outputs_BK.shape)
        return LOSSES[self.error](outputs_BK, targets)

    def targets(self, values: Sequence[Value]) -> torch.Tensor:
        found = np.array([np.asarray(value).reshape(-1) for value in values], np.float32)
        return torch.from_numpy(found).reshape(-1, self.num_outputs)

    def decide(self, outputs_BK: torch.Tensor) -> list[Value]:
        if self.type.name == "float":
            return outputs_BK[..., 0].tolist()
        if self.type.name == "tuple":
            return [tuple(row) for row in outputs_BK.tolist()]
        found_BK = outputs_BK.detach().to("cpu", torch.float32).numpy()
        return [_tensor(row_K, self.type) for row_K in found_BK]

    def log_probs(self, outputs_BK: torch.Tensor) -> None:
        return None


def _tensor(row_K: np.ndarray, type_: Type) -> np.ndarray:
    shape = [size for size in type_.args if isinstance(size, int)]
    found = np.array(row_K.reshape(shape))  # a copy: it does not keep the batch alive
    found.flags.writeable = False
    return found


def _require_shape(what: str, targets: torch.Tensor, wanted: Sequence[int]) -> None:
    if targets.shape != tuple(wanted):
        raise ProgsynthError(
            f"{what} have the shape {tuple(targets.shape)}, the network's outputs need "
            f"{tuple(wanted)}: give one target for each row, made by the head's `targets`"
        )


# ------------------------------------------------------------------------------- the table


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: outputs of types written like `pattern` have the head `make` gives.

    `make` takes the type and the loss's name; None where the type is not of this line.
    """

    pattern: str
    last_layer: str
    losses: tuple[str, ...]
    make: Callable[[Type, str], Head | None]


def _choice(type_: Type, _: str) -> Head | None:
    size = type_.args[0] if type_.name == "choice" else 0
    return OneOf(size) if isinstance(size, int) and size > 0 else None


def _bool(type_: Type, _: str) -> Head | None:
    return YesOrNo() if type_.name == "bool" else None


def _bools(type_: Type, _: str) -> Head | None:
    return AnyOf(len(type_.args)) if _tuple_of(type_, "bool") else None


def _float(type_: Type, error: str) -> Head | None:
    return Real(type_, 1, error) if type_.name == "float" else None


def _floats(type_: Type, error: str) -> Head | None:
    return Real(type_, len(type_.args), error) if _tuple_of(type_, "float") else None


def _reals(type_: Type, error: str) -> Head | None:
    if type_.name != "tensor" or not type_.args:
        return None
    count = math.prod(size for size in type_.args if isinstance(size, int))
    return Real(type_, count, error) if count > 0 else None


def _tuple_of(type_: Type, item: str) -> bool:
    return type_.name == "tuple" and bool(type_.args) and all(t.name == item for t in type_.types)


_ERRORS = tuple(LOSSES)
HEADS = (
    Row("choice[k]", "softmax", ("",), _choice),
    Row("bool", "one sigmoid unit", ("",), _bool),
    Row("tuple[bool, ...]", "a sigmoid unit each", ("",), _bools),
    Row("float", "linear", _ERRORS, _float),
    Row("tuple[float, ...]", "linear", _ERRORS, _floats),
    Row("tensor[...]", "linear", _ERRORS, _reals),
)

_INSTEAD = {
    "int": "; for one of k whole numbers write choice[k], for any number write float",
    "list": "; a network's answer has a fixed size: write a tuple or a tensor",
}


def head_of(type_: Type, loss: str = "") -> Head:
    """The head of a network that answers with that type.

    `loss` chooses among those of the type: "" is the usual one, "absolute" the mean absolute
    error of real numbers.
    Raises UnsupportedError for a type that no head gives, ProgsynthError for a loss that the
    type does not have.
    """
    for row in HEADS:
        if loss not in row.losses:
            if row.make(type_, "") is not None:
                raise ProgsynthError(
                    f"no loss '{loss}' for a network that answers {type_}: "
                    f"expected one of {', '.join(map(repr, row.losses))}"
                )
            continue
        head = row.make(type_, loss)
        if head is not None:
            return head
    known = "; ".join(f"{row.pattern} ({row.last_layer})" for row in HEADS)
    raise UnsupportedError(
        f"no network answers the type {type_}: the types that one can answer are {known}"
        f"{_INSTEAD.get(type_.name, '')}"
    )
