"""What an expression is searched for: the rows of its variables, and the output for each."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from progsynth.lang.failure import Limits
from progsynth.lang.term import Term
from progsynth.lang.types import FLOAT, Type, walk_type
from progsynth.lang.values import Value, close, size_of


@dataclass(frozen=True, slots=True)
class Goal:
    """What is searched for: an expression over variables of these types.

    Row i of `rows` holds the variables' values for the i-th example, `expected` its output. An
    expression may be wrong on `misses` of the rows: perception is never perfect.
    """

    params: tuple[Type, ...]
    result: Type
    rows: tuple[tuple[Value, ...], ...]
    expected: tuple[Value, ...]
    tolerance: float = 1e-9
    misses: int = 0

    def values(self) -> list[Value]:
        """All values of the rows and the outputs."""
        pairs = zip(self.rows, self.expected, strict=True)
        return [value for row, output in pairs for value in (*row, output)]

    def hints(self) -> list[list[tuple[Type, Value]]]:
        """The values that belong to each row, with their types."""
        return [
            [*zip(self.params, row, strict=True), (self.result, output)]
            for row, output in zip(self.rows, self.expected, strict=True)
        ]

    def telling(self) -> int:
        """The row to try first: one with a large output."""
        sizes = [len(repr(output)) for output in self.expected]
        return sizes.index(max(sizes))

    def on(self, numbers: Sequence[int]) -> Goal:
        """The same on these rows only."""
        rows, expected = self.rows, self.expected
        return replace(
            self,
            rows=tuple([rows[i] for i in numbers]),
            expected=tuple([expected[i] for i in numbers]),
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """An expression that gives the expected output on every row, but for the misses allowed."""

    term: Term
    cost: int


def same_function(type_: Type, tolerance: float) -> Callable[[Any, Any], bool]:
    """What compares two values of the type: floats, and those of tensors, within the tolerance."""
    if any(t == FLOAT or t.name == "tensor" for t in walk_type(type_)):
        return lambda a, b: close(a, b, tolerance)
    return operator.eq


def working_limits(limits: Limits, values: Sequence[Value]) -> Limits:
    """What one step of a program may use while searching: in proportion to the examples.

    Values of other sizes than those of the examples lead nowhere, and fill the memory.
    """
    largest = max(map(size_of, values), default=0)
    fuel = min(limits.fuel, 5_000 + 100 * largest)
    return Limits(fuel, min(limits.cells, 300 + 10 * largest))


def allowed_misses(accuracy: float, total: int) -> int:
    """How many of the examples may be wrong where that share has to be right.

    >>> allowed_misses(1.0, 20), allowed_misses(0.9, 20), allowed_misses(0.9, 5)
    (0, 2, 0)
    """
    return int(total - accuracy * total + _ROUNDING)


_ROUNDING = 1e-9  # of a share of whole numbers, as in `Evaluation.reaches`
