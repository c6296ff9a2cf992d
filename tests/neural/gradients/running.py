"""Programs run by the tensor engine on a few rows: what the tests of this folder share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from progsynth import registry
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.neural.gradients.machine import Machine
from progsynth.neural.gradients.relaxation import HARD, SOFT, Relaxation
from progsynth.neural.gradients.rows import from_rows
from progsynth.neural.gradients.tensor_run import tensor_run
from progsynth.neural.gradients.through import machine_for
from progsynth.neural.network import Network, make_network

PACK = registry.pack()
CPU = torch.device("cpu")


def program(text: str) -> Program:
    return read_program(text, PACK)


def networks(found: Program, seed: int = 0) -> dict[str, Network]:
    """Networks with weights that are not small: their answers are not all alike."""
    made = {}
    for number, one in enumerate(found.neural):
        made[one.name] = network = make_network(one, seed=seed + number)
        with torch.no_grad():
            network.last.weight.mul_(10.0)
    return made


def run(
    found: Program,
    rows: Sequence[tuple[Any, ...]],
    parts: Mapping[str, Any] | None = None,
    *,
    how: Relaxation = HARD,
    params: Sequence[torch.Tensor] = (),
) -> tuple[Any, Machine]:
    """The engine's value on the rows, and its machine."""
    columns = list(zip(*rows, strict=True))
    types = found.entry.types
    args = tuple(from_rows(c, t, CPU) for c, t in zip(columns, types, strict=True))
    machine = machine_for(found, how, parts or {}, params, len(rows), CPU)
    return tensor_run(found, args, PACK, machine, len(rows)), machine


def table_network(*probs: float) -> Any:
    """A stand-in for a network `f(x: float) -> bool`: the chance of True for x = 0, 1, 2, ..."""
    logits = torch.logit(torch.tensor(probs)).requires_grad_()

    def network(x_N: torch.Tensor) -> torch.Tensor:
        return logits[x_N[:, 0].long().clamp(0, len(probs) - 1)][:, None]

    network.logits = logits  # type: ignore[attr-defined]
    return network


__all__ = ["HARD", "SOFT"]
