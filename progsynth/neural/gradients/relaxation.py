"""How a program's decisions are made differentiable: options, and what was made of them.

A decision that depends on what is trained (a network's yes or no, a comparison of learnt
numbers) has no gradient as it is. Three ways to run it:

* "soft": both ways are gone and mixed by how true the condition is. Where the condition is a
  network's, and read once, this is the expectation of what comes of it, exactly.
* "straight-through": forwards it is decided, backwards it has the gradient of "soft" (Bengio,
  Leonard and Courville 2013, "Estimating or propagating gradients through stochastic neurons").
* "hard": decided, without a gradient. This is what the program means; training never uses it.

What does not depend on what is trained is always decided.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from progsynth.errors import ProgsynthError

CONDITIONS = ("soft", "straight-through", "hard")
SORTS = ("straight", "soft")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """How decisions on learnt values are run.

    `temperature` is how far apart learnt numbers have to be to be told apart. `sort` is
    "straight" (the gradient of the order that there is) or "soft" (`sorting.soft_order`). A
    `while` ends after `max_turns`, and a row leaves it
    where it goes on with a chance below `least_chance`.
    """

    conditions: str = "soft"
    temperature: float = 0.1
    sort: str = "straight"
    max_turns: int = 1_000
    least_chance: float = 1e-4

    def __post_init__(self) -> None:
        for name, known in (("conditions", CONDITIONS), ("sort", SORTS)):
            if getattr(self, name) not in known:
                raise ProgsynthError(
                    f"{name}: expected one of {', '.join(known)}, found '{getattr(self, name)}'"
                )
        if not self.temperature > 0:
            raise ProgsynthError(f"temperature: expected more than 0, found {self.temperature}")
        if self.max_turns < 1:
            raise ProgsynthError(f"max_turns: expected at least 1, found {self.max_turns}")


SOFT = Relaxation()
HARD = Relaxation(conditions="hard")


def above_zero(margin_N: Tensor, how: Relaxation) -> Tensor:
    """How true it is [N] that learnt numbers are above 0: by a sigmoid of the temperature."""
    return decided(torch.sigmoid(margin_N / how.temperature), how)


def decided(truth_N: Tensor, how: Relaxation) -> Tensor:
    """How true something is [N], as the relaxation has it: for "hard", a tensor of bool."""
    if how.conditions == "hard":
        return truth_N > 0.5
    if how.conditions == "straight-through":
        return straight_through((truth_N > 0.5).to(truth_N.dtype), truth_N)
    return truth_N


def straight_through(forwards: Tensor, backwards: Tensor) -> Tensor:
    """The first tensor, with the second's gradient."""
    return forwards.detach() + backwards - backwards.detach()


def is_soft(truth: object) -> bool:
    """Is this truth value one of degree?"""
    return isinstance(truth, Tensor) and truth.dtype != torch.bool
