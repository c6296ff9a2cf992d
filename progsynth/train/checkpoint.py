"""Checkpoints: all that a training needs to go on as if it had not been interrupted.

One safetensors file, replaced as a whole or not at all: the weights of now and the best ones, the
optimiser's state, the states of generators, and in its header, as JSON, the step, the history and
what the training was told. What mini-batches come next follows from the seed and the step.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import msgspec
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from progsynth.errors import ProgsynthError
from progsynth.train.training import Training

_KEY = "progsynth.training"


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement: after `step` steps; the validation figures are None where there is none.

    `loss` is the mean over the mini-batches since the last one. Accuracy is the share of rows
    that are right: decisions, or the outputs of a program that decides so.
    """

    step: int
    seconds: float
    loss: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training has come: steps done, seconds spent, measurements, which is the best."""

    step: int = 0
    seconds: float = 0.0
    history: tuple[Point, ...] = ()
    best: int = -1


@dataclass(frozen=True, slots=True)
class _Header:
    """What the JSON says. `numbers` are those parts of the optimiser's state that are none."""

    training: Training
    seed: int
    progress: Progress
    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)


State = dict[str, Tensor]


def save(
    path: Path,
    networks: Sequence[nn.Module],
    kept: Sequence[State],
    optimiser: torch.optim.Optimizer,
    generators: Sequence[torch.Generator],
    progress: Progress,
    training: Training,
    seed: int,
) -> None:
    """Write the checkpoint. Raises ProgsynthError where it cannot be written."""
    tensors: State = {}
    for n, (network, best) in enumerate(zip(networks, kept, strict=True)):
        tensors |= {f"network {n} {name}": t for name, t in network.state_dict().items()}
        tensors |= {f"best {n} {name}": t for name, t in best.items()}
    for n, generator in enumerate(generators):
        tensors[f"generator {n}"] = generator.get_state()
    numbers: dict[str, dict[str, Any]] = {}
    for n, state in optimiser.state_dict()["state"].items():
        for name, value in state.items():
            if isinstance(value, Tensor):
                tensors[f"optimiser {n} {name}"] = value
            else:
                numbers.setdefault(str(n), {})[name] = value
    header = msgspec.json.encode(_Header(training, seed, progress, numbers)).decode()
    whole = {name: t.detach().to("cpu", copy=True).contiguous() for name, t in tensors.items()}
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        save_file(whole, beside, {_KEY: header})
        os.replace(beside, path)
    except (OSError, SafetensorError) as error:
        beside.unlink(missing_ok=True)
        raise ProgsynthError(f"{path}: the checkpoint cannot be written: {error}") from None


def load(
    path: Path,
    networks: Sequence[nn.Module],
    optimiser: torch.optim.Optimizer,
    generators: Sequence[torch.Generator],
    training: Training,
    seed: int,
) -> tuple[Progress, list[State]]:
    """Put all back in place; what was done, and the best weights.

    Raises ProgsynthError for a file that is no checkpoint of these networks and this training.
    """
    try:
        with safe_open(path, "pt") as file:
            header = msgspec.json.decode((file.metadata() or {}).get(_KEY, ""), type=_Header)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, msgspec.MsgspecError) as error:
        raise ProgsynthError(
            f"{path}: no checkpoint of a training can be read there: {error}; remove it, or name "
            "another file"
        ) from None
    for name in (f.name for f in fields(Training)):
        now, then = getattr(training, name), getattr(header.training, name)
        if now != then:
            raise _other(path, f"{name} {then!r}, now it is {now!r}")
    if seed != header.seed:
        raise _other(path, f"seed {header.seed}, now it is {seed}")
    try:
        for n, network in enumerate(networks):
            network.load_state_dict(_part(tensors, f"network {n} "))
    except RuntimeError as error:
        raise _other(path, f"networks of other shapes: {error}") from None
    for n, generator in enumerate(generators):
        generator.set_state(tensors[f"generator {n}"])
    places = {int(name.split()[1]) for name in tensors if name.startswith("optimiser ")}
    state: dict[int, dict[str, Any]] = {n: _part(tensors, f"optimiser {n} ") for n in places}
    for number, some in header.numbers.items():
        state.setdefault(int(number), {}).update(some)
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": state, "param_groups": groups})
    kept = [
        {name: t.to(network.state_dict()[name].device) for name, t in best.items()}
        for network, best in zip(
            networks, (_part(tensors, f"best {n} ") for n in range(len(networks))), strict=True
        )
    ]
    return header.progress, kept


def _part(tensors: State, prefix: str) -> State:
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}


def _other(path: Path, what: str) -> ProgsynthError:
    return ProgsynthError(
        f"{path}: the checkpoint is of another training: that had {what}; train as before, or "
        "name another file"
    )
