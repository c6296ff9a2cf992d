"""How to train, as plain data: the budget, the optimiser, the rate, what ends it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from progsynth.errors import ProgsynthError
from progsynth.neural.config import SCHEDULES, Config

PRECISIONS = ("auto", "full", "mixed")


@dataclass(frozen=True, slots=True)
class Optimiser:
    """How an optimiser is made of weights, a rate and a weight decay, and its usual rate."""

    make: Callable[[Iterable[Tensor], float, float], torch.optim.Optimizer]
    rate: float


def _adamw(weights: Iterable[Tensor], rate: float, decay: float) -> torch.optim.Optimizer:
    return torch.optim.AdamW(weights, lr=rate, weight_decay=decay)


def _adam(weights: Iterable[Tensor], rate: float, decay: float) -> torch.optim.Optimizer:
    return torch.optim.Adam(weights, lr=rate, weight_decay=decay)


def _sgd(weights: Iterable[Tensor], rate: float, decay: float) -> torch.optim.Optimizer:
    return torch.optim.SGD(weights, lr=rate, weight_decay=decay, momentum=0.9, nesterov=True)


def _rmsprop(weights: Iterable[Tensor], rate: float, decay: float) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(weights, lr=rate, weight_decay=decay)


OPTIMISERS: Mapping[str, Optimiser] = MappingProxyType(
    {
        "adamw": Optimiser(_adamw, 0.01),
        "adam": Optimiser(_adam, 0.01),
        "sgd": Optimiser(_sgd, 0.05),
        "rmsprop": Optimiser(_rmsprop, 0.003),
    }
)


def _cosine(share: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * share))


# What is left of the rate when that share of the steps is done.
FALLS: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {"cosine": _cosine, "linear": lambda share: 1 - share, "constant": lambda _: 1.0}
)


@dataclass(frozen=True, slots=True)
class Training:
    """How to train. `steps` and `seconds` are the budget; one of the two ends it.

    The rate rises over `warm_up` steps and falls over all as `schedule` says: to zero as a
    cosine (Loshchilov and Hutter 2017) or a line, or not at all. Every `measure_every` steps the
    validation rows are measured, and `patience` such measurements without a better one end the
    training. `precision` "mixed" computes networks in bfloat16, "auto" where that pays, as
    `compiled` None compiles them where that pays: see `train.quick`.

    In a hybrid search `spread` is the weight, at the first step, of a penalty on networks that
    give everything the same answer (`train.spread`); it falls to `spread_left` along a line.
    """

    steps: int = 400
    seconds: float | None = None
    learning_rate: float = 0.01
    weight_decay: float = 0.0
    batch: int = 64
    warm_up: int = 20
    schedule: str = "cosine"
    measure_every: int = 50
    patience: int | None = None
    optimiser: str = "adamw"
    precision: str = "auto"
    compiled: bool | None = None
    spread: float = 0.0
    spread_left: float = 0.0

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "measure_every"):
            if getattr(self, name) < 1:
                raise ProgsynthError(f"{name}: expected at least 1, found {getattr(self, name)}")
        if not self.learning_rate > 0:
            raise ProgsynthError(f"learning_rate: expected more than 0, found {self.learning_rate}")
        known = {"schedule": SCHEDULES, "optimiser": OPTIMISERS, "precision": PRECISIONS}
        for name, names in known.items():
            if getattr(self, name) not in names:
                raise ProgsynthError(
                    f"{name}: expected one of {', '.join(names)}, found {getattr(self, name)!r}"
                )

    def rate(self, step: int) -> float:
        """The learning rate of step number `step`, from 0."""
        rise = min(1.0, (step + 1) / max(1, self.warm_up))
        return self.learning_rate * rise * FALLS[self.schedule](step / self.steps)

    def spread_at(self, step: int) -> float:
        """The weight of the penalty of `train.spread` in step number `step`, from 0."""
        return self.spread + (self.spread_left - self.spread) * step / self.steps

    def optimiser_of(self, weights: Iterable[Tensor]) -> torch.optim.Optimizer:
        """The optimiser for these weights."""
        return OPTIMISERS[self.optimiser].make(weights, self.learning_rate, self.weight_decay)


def training_for(config: Config, **budget: object) -> Training:
    """How a config wishes to be trained; `budget` has other fields of `Training`."""
    rate = config.learning_rate
    wished = {
        "optimiser": config.optimiser,
        "learning_rate": OPTIMISERS[config.optimiser].rate if rate is None else rate,
        "schedule": config.schedule,
        "weight_decay": config.weight_decay,
        "batch": config.batch,
    }
    return Training(**{**wished, **budget})  # type: ignore[arg-type]
