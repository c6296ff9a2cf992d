"""Complete programs that are run as a whole, many at once: those made for a hole of a sketch.

What a hole's variables hold is not known before the sketch runs, so parts of what is put into it
cannot be tried alone. Programs are collected and run together on all examples, in the VM where
it is ready, what it lacks in the Python engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from progsynth.errors import UnsupportedError
from progsynth.evaluate import compare
from progsynth.lang import vm
from progsynth.lang.engines import run_rows
from progsynth.lang.vm import bytecode
from progsynth.lang.vm.code import Code
from progsynth.search.goal import allowed_misses
from progsynth.search.problem import Problem
from progsynth.search.run import Candidate

BATCH = 64  # programs that are run at once


class BatchRunner:
    """Collects candidates, and hands out those that are right on the examples.

    `executions` counts programs times examples.
    """

    def __init__(self, problem: Problem):
        self.problem = problem
        self.executions = 0
        self.misses = allowed_misses(problem.accuracy, len(problem.outputs))
        self.partial: dict[int, Candidate] = {}
        self._waiting: list[Candidate] = []
        self._batch: vm.Batch | None = None
        with suppress(UnsupportedError):
            self._batch = vm.encode_rows(
                problem.entry_types, problem.inputs, problem.outputs, problem.entry_result
            )

    def add(self, candidate: Candidate) -> list[Candidate]:
        """Take in a candidate; what is right of all that wait, when there are enough of them."""
        self._waiting.append(candidate)
        return self.flush() if len(self._waiting) >= BATCH else []

    def flush(self) -> list[Candidate]:
        """Run all that wait; those that are right, in their order."""
        waiting, self._waiting = self._waiting, []
        self.executions += len(waiting) * len(self.problem.outputs)
        found = []
        for candidate, right in zip(waiting, self._right(waiting), strict=True):
            if right.bit_count():
                self.partial.setdefault(right, candidate)
            if len(self.problem.outputs) - right.bit_count() <= self.misses:
                found.append(candidate)
        return found

    def _right(self, candidates: list[Candidate]) -> list[int]:
        """On which examples each is right, as bits."""
        found: dict[int, int] = {}
        codes: dict[int, Code] = {}
        if self._batch is not None and vm.available() and vm.ready():
            for place, candidate in enumerate(candidates):
                with suppress(UnsupportedError):
                    codes[place] = bytecode.compile_program(candidate.program, self.problem.dsl)
        if codes and self._batch is not None:
            grades = vm.grade(
                list(codes.values()),
                self._batch,
                self.problem.limits,
                tolerance=self.problem.tolerance,
            )
            for place, errors, equal in zip(codes, grades.errors, grades.equal, strict=True):
                if (errors == errors).all():  # NaN is of a row that was handed over
                    found[place] = _bits(equal)
        return [
            found[place] if place in found else self._in_python(candidate)
            for place, candidate in enumerate(candidates)
        ]

    def _in_python(self, candidate: Candidate) -> int:
        problem = self.problem
        outputs = run_rows(
            candidate.program, problem.inputs, problem.dsl, problem.limits, engine="python"
        )
        evaluation = compare(
            problem.outputs, outputs, problem.entry_result, tolerance=problem.tolerance
        )
        return _bits(evaluation.right)


def _bits(right: Iterable[Any]) -> int:
    return sum(1 << place for place, one in enumerate(right) if one)
