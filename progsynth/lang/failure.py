"""How a synthesised program can fail, and the limits that every engine charges alike.

A failure is a value: running a program on one row of inputs gives either its result or a
`Failure`. Inside an engine a failure travels as the exception `Fail`; Python's own exceptions
that mean the same thing are translated by `KIND_OF_EXCEPTION`, so that a primitive can simply
write `xs[i]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """The kinds of failure; their order is the code that the VM uses (0 is success)."""

    INDEX = "index"  # a position outside a list or a string
    KEY = "key"  # a key that a dict does not hold
    ZERO = "zero"  # division by zero
    OVERFLOW = "overflow"  # an integer outside 64 bits
    DOMAIN = "domain"  # an argument for which the operation has no meaning: max([]), int("x")
    FUEL = "fuel"  # too many steps
    MEMORY = "memory"  # too many cells


@dataclass(frozen=True, slots=True)
class Failure:
    """The outcome of a run that failed. Never equal to a program's value."""

    kind: FailureKind

    def __str__(self) -> str:
        return f"failure: {self.kind.value}"


class Fail(Exception):
    """A failure on its way out of an engine."""

    def __init__(self, kind: FailureKind):
        self.kind = kind
        super().__init__(kind.value)


KIND_OF_EXCEPTION: dict[type[Exception], FailureKind] = {
    IndexError: FailureKind.INDEX,
    KeyError: FailureKind.KEY,
    ZeroDivisionError: FailureKind.ZERO,
    OverflowError: FailureKind.OVERFLOW,
    ValueError: FailureKind.DOMAIN,
}


def failure_of(error: Exception) -> Failure | None:
    """The failure that an exception means, or None when it means a defect in the code."""
    if isinstance(error, Fail):
        return Failure(error.kind)
    for cls, kind in KIND_OF_EXCEPTION.items():
        if isinstance(error, cls):
            return Failure(kind)
    return None


DEFAULT_FUEL = 100_000
DEFAULT_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. `fuel` counts steps, `cells` logical memory cells allocated.

    Every engine charges one unit of fuel per loop iteration, per call of a lambda and per call
    of a subroutine, and what each primitive's `fuel` and `cells` formulas say, so that a
    program fails with the same kind in all of them. A result of more than `cells` cells, deep,
    is a memory failure: values share parts, and a few steps make one that nobody could read.
    """

    fuel: int = DEFAULT_FUEL
    cells: int = DEFAULT_CELLS


class Meter:
    """Fuel and cells left in one run."""

    __slots__ = ("cells", "fuel")

    def __init__(self, limits: Limits):
        self.fuel = limits.fuel
        self.cells = limits.cells

    def charge(self, fuel: int, cells: int = 0) -> None:
        """Take `fuel`, then `cells`; fails when either goes below zero."""
        self.fuel -= fuel
        if self.fuel < 0:
            raise Fail(FailureKind.FUEL)
        self.cells -= cells
        if self.cells < 0:
            raise Fail(FailureKind.MEMORY)
