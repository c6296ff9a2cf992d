"""How near a program is to being right: one number, from the graded errors of its outputs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from progsynth.evaluate import Grade, compare
from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.types import Type
from progsynth.lang.values import Value
from progsynth.search.problem import Problem


@dataclass(frozen=True, slots=True)
class Closeness:
    """Measures whole programs on the training examples; `of` makes it for a problem."""

    inputs: tuple[tuple[Value, ...], ...]
    outputs: tuple[Value, ...]
    result: Type
    dsl: DSL
    limits: Limits
    tolerance: float = 1e-9
    error: Grade | None = None

    @classmethod
    def of(cls, problem: Problem) -> Closeness:
        """What measures the candidates of a problem."""
        return cls(
            problem.inputs,
            problem.outputs,
            problem.entry_result,
            problem.dsl,
            problem.limits,
            problem.tolerance,
            problem.error,
        )

    def __call__(self, program: Program) -> float:
        """From 0.0, a failure on each example, to 1.0: right on each. The mean of 1 / (1 + error)
        over the examples, so that no enormous error hides what the others say."""
        outputs = run_rows(program, self.inputs, self.dsl, self.limits, engine="python")
        found = compare(
            self.outputs, outputs, self.result, tolerance=self.tolerance, error=self.error
        )
        if not found.total:
            return 0.0
        return math.fsum(1.0 / (1.0 + error) for error in found.errors) / found.total
