"""Does a program give what another one gives? Asked of many programs, at a price that is bounded.

A program that is being simplified has many parts, and without one of them a loop may never end.
So a program gets no more fuel than the one it is compared with needs, twice, it is given up at the
first row where it differs, and the fuel of all questions together is bounded. All of it is
counted, not timed: the same questions have the same answers on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from progsynth.lang.engines import compiled
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.values import Value, identity_key

_LEAST = 128  # fuel of a row with which it is begun to find out what the program needs
_OWN = 100  # fuel that a row costs beside its steps
_ALL = 50_000_000  # fuel of all questions: seconds, mostly less
_SLOW = 10_000  # fuel of a row for which the virtual machine's longer start pays

Row = tuple[Value, ...]


class Alike:
    """Whether a program gives what `program` gives on these rows, failures included."""

    def __init__(
        self,
        program: Program,
        rows: Sequence[Row],
        dsl: DSL,
        limits: Limits,
        *,
        fuel: int = _ALL,
    ):
        self.left = fuel
        self._rows = tuple(rows)
        self._dsl = dsl
        self._wanted = _keys(compiled(program, dsl, "python").run(self._rows, limits))
        self._limits = replace(limits, fuel=min(2 * self._needed(program, limits), limits.fuel))
        self._engine = "python" if self._limits.fuel < _SLOW else "auto"

    def _needed(self, program: Program, limits: Limits) -> int:
        """Fuel, to a factor of two, with which each row gives what it gives with all of it."""
        run, fuel, place = compiled(program, self._dsl, "python").run, _LEAST, 0
        while fuel < limits.fuel and place < len(self._rows):
            found = run(self._rows[place : place + 1], replace(limits, fuel=fuel))
            if _keys(found) == self._wanted[place : place + 1]:
                place += 1
            else:
                fuel *= 2
        return fuel

    def __call__(self, other: Program) -> bool:
        """Does it, as far as the fuel that is left can tell?"""
        if self.left <= 0:
            return False
        run, size, place = compiled(other, self._dsl, self._engine).run, 1, 0
        while place < len(self._rows):
            rows = self._rows[place : place + size]
            self.left -= len(rows) * (self._limits.fuel + _OWN)
            if _keys(run(rows, self._limits)) != self._wanted[place : place + size]:
                return False
            place, size = place + size, 4 * size
        return True


def _keys(outputs: Sequence[Any]) -> list[Any]:
    return [out if isinstance(out, Failure) else identity_key(out) for out in outputs]
