"""Whole numbers and truth values that networks decide: sums are convolutions, all else tables.

Two numbers that meet in an operation are taken for independent. They are, where each choice of a
network is read once; where a program reads one twice, the estimators of `neural.likelihood` are
exact and this is not.

Shapes: N rows, K and J numbers that a value may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import conv1d

from progsynth.errors import UnsupportedError
from progsynth.lang.failure import Fail
from progsynth.lang.interpret import run_primitive
from progsynth.lang.primitive import Primitive
from progsynth.neural.gradients.batched import MAX_NUMBERS, Chances, TooWide, chances, is_known

MAX_COMBINATIONS = 20_000


def truth_chances(truth_N: Tensor) -> Chances:
    """How true something is, as a number: 0 or 1."""
    truth_N = truth_N.to(torch.float32)
    return Chances(0, torch.stack([1 - truth_N, truth_N], -1))


def added(a: Chances, b: Chances) -> Chances:
    """The sum of two independent numbers: a convolution. Raises TooWide."""
    if a.size < b.size:
        a, b = b, a
    if a.size + b.size - 1 > MAX_NUMBERS:
        raise TooWide
    if b.size == 1:
        return Chances(a.low + b.low, a.probs * b.probs)
    kernel = b.probs.flip(-1)[:, None]  # [N, 1, J]
    found = conv1d(a.probs[None], kernel, padding=b.size - 1, groups=len(b.probs))
    return Chances(a.low + b.low, found[0])


def negated(a: Chances) -> Chances:
    """The number with its sign changed."""
    return Chances(-(a.low + a.size - 1), a.probs.flip(-1))


def tabled(callee: Primitive, args: Sequence[Any]) -> Any:
    """What a primitive gives of independent numbers, by all combinations of their values.

    A whole number is `Chances`, a truth value how true it is [N], a float its expectation [N].
    Combinations where the primitive fails add nothing. Raises TooWide, UnsupportedError.
    """
    columns: list[list[Any]] = []
    joint: Tensor | None = None
    for arg in args:
        if is_known(arg):
            columns.append([arg])
            continue
        if not isinstance(arg, Chances | Tensor):
            raise UnsupportedError(f"'{callee.name}' of a list or tuple of learnt numbers")
        truth = not isinstance(arg, Chances) and arg.dtype in (torch.bool, torch.float32)
        one = chances(arg) if isinstance(arg, Chances) or not truth else truth_chances(arg)
        columns.append([bool(n) for n in range(2)] if truth else one.numbers.tolist())
        if joint is None:
            joint = one.probs
        else:
            joint = (joint[:, :, None] * one.probs[:, None, :]).flatten(1)
        if joint.shape[1] > MAX_COMBINATIONS:
            raise TooWide
    assert joint is not None, "what is known needs no table"
    kept, results = [], []
    for place, given in enumerate(product(*columns)):
        try:
            results.append(run_primitive(callee, list(given)))
            kept.append(place)
        except Fail:
            continue
    if not kept:
        raise UnsupportedError(f"'{callee.name}' fails whatever the networks answer")
    return _gathered(callee, joint[:, kept], results)


def _gathered(callee: Primitive, probs_NM: Tensor, results: Sequence[Any]) -> Any:
    """The value that has these results with these probabilities."""
    device = probs_NM.device
    if all(isinstance(r, bool) for r in results):
        return probs_NM @ torch.tensor(results, dtype=torch.float32, device=device)
    if all(isinstance(r, int) for r in results):
        low, high = min(results), max(results)
        if high - low >= MAX_NUMBERS:
            raise TooWide
        places = torch.tensor([r - low for r in results], device=device)
        found = probs_NM.new_zeros((len(probs_NM), high - low + 1))
        return Chances(low, found.index_add(1, places, probs_NM))
    if all(isinstance(r, float) for r in results):
        return probs_NM @ torch.tensor(results, dtype=torch.float32, device=device)
    raise UnsupportedError(f"'{callee.name}' of learnt numbers gives no number")
