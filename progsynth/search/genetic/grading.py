"""Errors of outputs, each different output of an example graded once.

Most of a population gives the same few outputs, and a graded error (edits of a text, a measure of
the user's own) may take longer than the run that it is of.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial

import numpy as np

from progsynth.evaluate import compare
from progsynth.lang.failure import Failure
from progsynth.lang.values import Value, identity_key
from progsynth.search.problem import Problem

_KNOWN = 200_000  # errors that are remembered
_TINY = float(np.finfo(np.float64).tiny)  # the least error of what is not right


class Grader:
    """Grades outputs of one problem's examples; 0.0 is right, `inf` a failure."""

    def __init__(self, problem: Problem):
        self.outputs = problem.outputs
        self._compare = partial(
            compare, type_=problem.entry_result, tolerance=problem.tolerance, error=problem.error
        )
        self._known: dict[Hashable, float] = {}

    def __call__(self, outputs: Sequence[Value | Failure], cases: Sequence[int]) -> list[float]:
        """The errors of a program's outputs on these cases."""
        return [
            np.inf if isinstance(output, Failure) else self._error(output, case)
            for output, case in zip(outputs, cases, strict=True)
        ]

    def _error(self, output: Value, case: int) -> float:
        key = (case, identity_key(output))
        error = self._known.get(key)
        if error is None:
            found = self._compare([self.outputs[case]], [output])
            error = 0.0 if found.right[0] else found.errors[0] or _TINY
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[key] = error
        return error
