"""Real answers of networks inside a program, and the arithmetic that gradients go straight through.

Shapes: ... any leading dimensions, B rows, K outputs of a network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from progsynth.lang.primitive import Primitive
from progsynth.neural.likelihood.distributions import NotExact


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Number `item` of what a network gives for a real variable of the layout."""

    variable: int
    item: int


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An arithmetic operation on real numbers, of which at least one is a network's."""

    name: str
    args: tuple[Real | float, ...]


Real = Answer | Step

STEPS: dict[str, Callable[..., Tensor]] = {
    "add.float": torch.add,
    "sub.float": torch.sub,
    "mul.float": torch.mul,
    "div.float": torch.div,
    "pow.float": torch.pow,
    "neg.float": torch.neg,
    "abs.float": torch.abs,
    "min.float": torch.minimum,
    "max.float": torch.maximum,
    "sqrt": torch.sqrt,
    "exp": torch.exp,
    "log": torch.log,
    "sin": torch.sin,
    "cos": torch.cos,
}

FOLDS = {  # of lists
    "sum.float": "add.float",
    "product.float": "mul.float",
    "max.list": "max.float",
    "min.list": "min.float",
}


def real_step(callee: Primitive, args: Sequence[Any]) -> Step:
    """The primitive's value where an argument is real. Raises NotExact."""
    if callee.user or callee.name not in STEPS:
        raise NotExact(f"'{callee.name}' of a network's real answer has no gradient")
    if not all(isinstance(arg, Answer | Step | float) for arg in args):
        raise NotExact("a real answer of a network meets a choice in one operation")
    return Step(callee.name, tuple(args))


def real_fold(callee: Primitive, items: Sequence[Any]) -> Any:
    """The sum, product, largest or smallest of items of which one is real. Raises NotExact."""
    real = all(isinstance(item, Answer | Step | float) for item in items)
    if callee.name not in FOLDS or not real:
        raise NotExact(f"'{callee.name}' of real answers and choices has no gradient")
    total = items[0]
    for item in items[1:]:
        total = Step(FOLDS[callee.name], (total, item))
    return total


def value_of_real(real: Real, answers: Sequence[Tensor]) -> Tensor:
    """The number [..., B] that the program computes; `answers` has [..., B, K] a variable.

    Where the program would fail (a root of a negative number) it is NaN or infinite.
    """
    like = answers[0][..., 0]
    known: dict[Real | float, Tensor] = {}
    todo: list[Real | float] = [real]
    while todo:
        one = todo[-1]
        if one in known:
            todo.pop()
        elif isinstance(one, Answer):
            known[one] = answers[one.variable][..., one.item]
        elif isinstance(one, Step):
            left = [arg for arg in one.args if arg not in known]
            todo += left
            if not left:
                known[one] = STEPS[one.name](*(known[arg] for arg in one.args))
        else:
            known[one] = torch.full_like(like, one)
    return known[real]
