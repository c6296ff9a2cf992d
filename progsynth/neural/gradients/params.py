"""Trained numbers of a program: its `??param` holes, as parameters beside the networks' weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import torch
from torch import nn

from progsynth.errors import UnsupportedError
from progsynth.lang.term import Call, Hole, Program, Term, const, fold
from progsynth.lang.types import FLOAT
from progsynth.neural.gradients.tensor_run import PARAM


def with_params(program: Program) -> tuple[Program, int]:
    """The program with its `??param` holes as calls that the tensor engine knows; how many.

    Raises UnsupportedError for other holes, and for those that are no floats.
    """
    numbers = count()

    def lifted(node: Term, children: tuple[Term, ...]) -> Term:
        if isinstance(node, Hole):
            if node.kind != "param" or node.type not in (None, FLOAT):
                raise UnsupportedError(
                    f"a hole of kind '{node.kind}' and type {node.type} is not trained: "
                    "only ??param of type float is; search for the others first"
                )
            return Call(f"{PARAM}{next(numbers)}", ())
        same = all(a is b for a, b in zip(children, node.children, strict=True))
        return node if same else node.rebuild(children)

    functions = tuple(replace(f, body=fold(f.body, lifted)) for f in program.functions)
    return replace(program, functions=functions), next(numbers)


def filled(program: Program, values: Sequence[float]) -> Program:
    """The program of `with_params` with these numbers for its parameters."""

    def put(node: Term, children: tuple[Term, ...]) -> Term:
        if isinstance(node, Call) and node.name.startswith(PARAM):
            return const(float(values[int(node.name[len(PARAM) :])]))
        same = all(a is b for a, b in zip(children, node.children, strict=True))
        return node if same else node.rebuild(children)

    functions = tuple(replace(f, body=fold(f.body, put)) for f in program.functions)
    return replace(program, functions=functions)


class Params(nn.Module):
    """The trained numbers of a program, as a module; its numbers begin near 1."""

    def __init__(self, num_params: int, *, seed: int):
        super().__init__()
        drawn = torch.randn(num_params, generator=torch.Generator().manual_seed(seed))
        self.numbers = nn.Parameter(1.0 + 0.1 * drawn)

    @property
    def each(self) -> list[torch.Tensor]:
        """The numbers, one by one, with gradients."""
        return list(self.numbers.unbind())

    @property
    def values(self) -> tuple[float, ...]:
        """The numbers, as floats."""
        return tuple(self.numbers.detach().tolist())
