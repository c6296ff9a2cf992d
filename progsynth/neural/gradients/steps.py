"""Primitives on numbers and truth values of many rows at once.

Shapes: N rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from progsynth.errors import UnsupportedError
from progsynth.lang.primitive import Primitive
from progsynth.neural.gradients.batched import Chances, TooWide, chances, is_learnt, number
from progsynth.neural.gradients.machine import Frame, Machine
from progsynth.neural.gradients.relaxation import above_zero, is_soft, straight_through
from progsynth.neural.gradients.whole_numbers import added, negated, tabled, truth_chances

Step = Callable[[Machine, Frame, Primitive, Sequence[Any]], Any]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """An operation on floats: `run` on tensors [N]; `fails` says where it fails, and `instead`
    is the argument (its place, its value) with which it is run there."""

    run: Callable[..., Tensor]
    fails: Callable[..., Tensor] | None = None
    instead: tuple[int, float] = (0, 1.0)


REALS: Mapping[str, Arithmetic] = MappingProxyType(
    {
        "add.float": Arithmetic(torch.add),
        "sub.float": Arithmetic(torch.sub),
        "mul.float": Arithmetic(torch.mul),
        "neg.float": Arithmetic(torch.neg),
        "abs.float": Arithmetic(torch.abs),
        "min.float": Arithmetic(torch.minimum),
        "max.float": Arithmetic(torch.maximum),
        "div.float": Arithmetic(torch.div, lambda a, b: b == 0, (1, 1.0)),
        "sqrt": Arithmetic(torch.sqrt, lambda x: x < 0),
        "log": Arithmetic(torch.log, lambda x: x <= 0),
        "exp": Arithmetic(torch.exp),
        "sin": Arithmetic(torch.sin),
        "cos": Arithmetic(torch.cos),
        "pow.float": Arithmetic(
            torch.pow, lambda a, b: ((a < 0) & (b != b.floor())) | ((a == 0) & (b < 0))
        ),
    }
)


def real_step(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Tensor:
    """An operation of REALS."""
    row = REALS[callee.name]
    given = [machine.real(arg, frame) for arg in args]
    if row.fails is not None:
        bad = row.fails(*given)
        machine.fail(frame, bad)
        place, value = row.instead
        given[place] = torch.where(bad, torch.full_like(given[place], value), given[place])
    return row.run(*given)


# --------------------------------------------------------------------------- whole numbers

WHOLE: Mapping[str, Callable[..., Tensor]] = MappingProxyType(
    {
        "add.int": torch.add,
        "sub.int": torch.sub,
        "mul.int": torch.mul,
        "neg.int": torch.neg,
        "abs.int": torch.abs,
        "min.int": torch.minimum,
        "max.int": torch.maximum,
        "floordiv.int": lambda a, b: torch.div(a, b, rounding_mode="floor"),
        "mod.int": torch.remainder,
    }
)
DIVIDING = ("floordiv.int", "mod.int")
SMOOTH = ("add.int", "sub.int", "mul.int", "neg.int", "abs.int", "min.int", "max.int")


def whole_step(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Any:
    """An operation of WHOLE: on random numbers by chances, or on expectations."""
    if any(isinstance(arg, Chances) for arg in args):
        try:
            return _on_chances(machine, callee, args)
        except TooWide:
            machine.note(f"'{callee.name}' of numbers with many values: of their expectations")
    given = [number(arg, frame.rows, machine.device) for arg in args]
    if all(g.dtype == torch.int64 for g in given):
        if callee.name in DIVIDING:
            machine.fail(frame, given[1] == 0)
            given[1] = torch.where(given[1] == 0, torch.ones_like(given[1]), given[1])
        return WHOLE[callee.name](*given)
    if callee.name not in SMOOTH:
        raise UnsupportedError(f"'{callee.name}' of learnt numbers has no gradient")
    return WHOLE[callee.name](*[g.to(torch.float32) for g in given])


def _on_chances(machine: Machine, callee: Primitive, args: Sequence[Any]) -> Chances:
    if sum(isinstance(arg, Chances) for arg in args) > 1:
        machine.note("whole numbers that meet are taken for independent")
    (like, *_) = [arg for arg in args if isinstance(arg, Chances)]
    if callee.name == "add.int":
        return added(*[chances(arg, like) for arg in args])
    if callee.name == "sub.int":
        left, right = [chances(arg, like) for arg in args]
        return added(left, negated(right))
    found = tabled(callee, args)
    assert isinstance(found, Chances)
    return found


# ----------------------------------------------------------------------------- comparisons

COMPARISONS: Mapping[str, tuple[Callable[..., Tensor], int]] = MappingProxyType(
    {  # the test of tensors, and the sign of the margin a - b for which it holds
        "lt": (torch.lt, -1),
        "le": (torch.le, -1),
        "gt": (torch.gt, 1),
        "ge": (torch.ge, 1),
        "eq": (torch.eq, 0),
        "ne": (torch.ne, 0),
    }
)


def comparison(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Tensor:
    """A comparison of numbers or truth values: decided, or how true it is."""
    test, sign = COMPARISONS[callee.name]
    if not all(isinstance(arg, Tensor | Chances | int | float) for arg in args):
        raise UnsupportedError(f"'{callee.name}' of lists, tuples or texts of several rows")
    if any(isinstance(arg, Chances) for arg in args):
        try:
            found = tabled(callee, args)
        except TooWide:
            machine.note("numbers with many values are compared by their expectations")
        else:
            assert isinstance(found, Tensor)
            return found
    a, b = [number(arg, frame.rows, machine.device) for arg in args]
    if {a.dtype, b.dtype} & {torch.bool}:
        return _same_truth(a, b, callee)
    if machine.how.conditions == "hard" or not (is_learnt(args[0]) or is_learnt(args[1])):
        return test(a, b)
    if sign == 0:
        raise UnsupportedError(f"'{callee.name}' of learnt numbers has no gradient: compare by <")
    machine.note(f"'{callee.name}' of learnt numbers is a sigmoid of their difference")
    return above_zero((a - b) * sign, machine.how)


def _same_truth(a: Tensor, b: Tensor, callee: Primitive) -> Tensor:
    if a.dtype == b.dtype == torch.bool:
        return COMPARISONS[callee.name][0](a, b)
    a, b = a.to(torch.float32), b.to(torch.float32)
    same = a * b + (1 - a) * (1 - b)
    if callee.name not in ("eq", "ne"):
        raise UnsupportedError(f"'{callee.name}' of truth values that are learnt")
    return same if callee.name == "eq" else 1 - same


def negation(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Tensor:
    """`not`."""
    (truth,) = args
    found: Tensor = 1 - truth if is_soft(truth) else ~truth
    return found


# ----------------------------------------------------------------------------- conversions


def truth_as_number(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Any:
    """`int` of a truth value."""
    (truth,) = args
    return truth_chances(truth) if is_soft(truth) else truth.to(torch.int64)


def as_real(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Tensor:
    """`float` of a whole number: of a random one, its expectation."""
    if isinstance(args[0], Chances):
        machine.note("a random whole number becomes a float: its expectation")
    return machine.real(args[0], frame)


def quotient(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Tensor:
    """`/` of whole numbers."""
    a, b = [as_real(machine, frame, callee, [arg]) for arg in args]
    machine.fail(frame, b == 0)
    return a / torch.where(b == 0, torch.ones_like(b), b)


def rounding(run: Callable[[Tensor], Tensor]) -> Step:
    """A step that makes a whole number of a float; a learnt one keeps its gradient."""

    def step(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Tensor:
        x = machine.real(args[0], frame)
        bad = ~x.isfinite() | (x.abs() >= 2.0**63)
        machine.fail(frame, bad)
        x = torch.where(bad, torch.zeros_like(x), x)
        if not x.requires_grad:
            return run(x).to(torch.int64)
        machine.note(f"'{callee.name}' of a learnt number has the gradient of the number itself")
        return straight_through(run(x), x)

    return step


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        **dict.fromkeys(REALS, real_step),
        **dict.fromkeys(WHOLE, whole_step),
        **dict.fromkeys(COMPARISONS, comparison),
        "not": negation,
        "int.bool": truth_as_number,
        "float.int": as_real,
        "div.int": quotient,
        "int.float": rounding(torch.trunc),
        "floor": rounding(torch.floor),
        "ceil": rounding(torch.ceil),
        "round": rounding(torch.round),
    }
)
