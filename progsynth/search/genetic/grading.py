"""Errors of outputs, each different output of an example graded once.

Most of a population gives the same few outputs, and a graded error (edits of a text, a measure of
the user's own) may take longer than the run that it is of. A measure may give several numbers
an output; then each is an error of its own.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial

import numpy as np

from progsynth.errors import TaskError
from progsynth.evaluate import error_numbers, grade
from progsynth.lang.failure import Failure
from progsynth.lang.values import Value, close, identity_key
from progsynth.search.problem import Problem

_KNOWN = 200_000  # errors that are remembered
_TINY = float(np.finfo(np.float64).tiny)  # the least error of what is not right


class Grader:
    """Grades outputs of one problem's examples, by `width` numbers each; 0.0 is right, `inf` a
    failure."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.width = 1
        if problem.error is not None and problem.outputs:
            first = problem.outputs[0]
            self.width = len(error_numbers(problem.error(first, first)))
        self._known: dict[Hashable, tuple[float, ...]] = {}

    def __call__(
        self, outputs: Sequence[Value | Failure], cases: Sequence[int]
    ) -> list[tuple[float, ...]]:
        """The errors of a program's outputs on these cases."""
        failed = (np.inf,) * self.width
        return [
            failed if isinstance(output, Failure) else self._error(output, case)
            for output, case in zip(outputs, cases, strict=True)
        ]

    def _error(self, output: Value, case: int) -> tuple[float, ...]:
        key = (case, identity_key(output))
        error = self._known.get(key)
        if error is None:
            error = self._graded(self.problem.outputs[case], output)
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[key] = error
        return error

    def _graded(self, expected: Value, output: Value) -> tuple[float, ...]:
        problem = self.problem
        if close(expected, output, problem.tolerance):
            return (0.0,) * self.width
        measure = problem.error or partial(grade, problem.entry_result)
        numbers = error_numbers(measure(expected, output))
        if len(numbers) != self.width:
            raise TaskError(
                f"the error of an output: expected {self.width} numbers, as of the first output "
                f"expected of itself, found {len(numbers)}: give always as many"
            )
        return numbers if any(numbers) else (_TINY,) * self.width
