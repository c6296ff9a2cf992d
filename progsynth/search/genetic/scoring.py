"""How a generation is scored: each proposal on each training example.

The default scorer runs all of them in the VM at once. A scorer of another kind may train the
neural submodules first; what it hands back are the same programs with their networks, which
their children find among their parents'.

P: proposals, C: cases (training examples), K: numbers by which an output is graded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from progsynth.errors import UnsupportedError
from progsynth.lang import vm
from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Limits
from progsynth.lang.infer import Typed
from progsynth.lang.term import Program
from progsynth.lang.values import size_of
from progsynth.lang.vm import bytecode
from progsynth.lang.vm.code import Code
from progsynth.search.genetic.grading import Grader
from progsynth.search.problem import Problem
from progsynth.search.run import Candidate

Errors = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate to be scored, and those it was made from: none, one or two of them.

    `typed` is the body of its entry with types, where that is at hand: it saves inferring them.
    """

    candidate: Candidate
    parents: tuple[Candidate, ...] = ()
    typed: Typed | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What a scorer found, in the order of the proposals.

    `errors_PC` is 0.0 where a program is right, `inf` where it fails. `candidates` are the same
    programs, with networks where these were trained. An execution is one program on one case.
    Where the task grades an output by several numbers, `numbers_PCK` has them, and an error is
    their sum.
    """

    errors_PC: Errors
    candidates: tuple[Candidate, ...]
    executions: int
    gradient_steps: int = 0
    numbers_PCK: Errors | None = None


Scorer = Callable[[Sequence[Proposal]], Scored]


def working_limits(problem: Problem) -> Limits:
    """What a program may use on one case while searching: in proportion to the examples.

    Loops that do not end are common, and each costs all of this. What is handed out is run
    again with the task's own limits.
    """
    limits = problem.limits
    shown = [value for row in problem.inputs for value in row]
    largest = max(map(size_of, (*shown, *problem.outputs)), default=0)
    return Limits(
        min(limits.fuel, _FUEL + _FUEL_A_CELL * largest),
        min(limits.cells, _CELLS + _CELLS_A_CELL * largest),
    )


_FUEL, _FUEL_A_CELL = 300, 30
_CELLS, _CELLS_A_CELL = 600, 60


class EngineScorer:
    """Runs the programs as they are: all at once in the VM, what it lacks in the Python engine.

    Raises UnsupportedError for a problem with submodules that have no weights yet.
    """

    def __init__(self, problem: Problem):
        if problem.neural:
            names = ", ".join(neural.name for neural in problem.neural)
            raise UnsupportedError(
                f"the neural submodules {names} have no weights yet: use a search that trains "
                "(search='hybrid'), or give genetic() a scorer that does"
            )
        self.problem = problem
        self.limits = working_limits(problem)
        self.grade = Grader(problem)
        self.batch: vm.Batch | None = None
        expected = (problem.outputs, problem.entry_result) if problem.error is None else ()
        with suppress(UnsupportedError):
            self.batch = vm.encode_rows(problem.entry_types, problem.inputs, *expected)

    def __call__(self, proposals: Sequence[Proposal]) -> Scored:
        numbers_PCK = self.numbers(proposals, range(len(self.problem.inputs)))
        return self.scored(proposals, numbers_PCK, numbers_PCK[..., 0].size)

    def scored(self, proposals: Sequence[Proposal], numbers_PCK: Errors, executions: int) -> Scored:
        """What is known of proposals with these numbers."""
        candidates = tuple(proposal.candidate for proposal in proposals)
        errors_PC = numbers_PCK.sum(axis=2)
        several = numbers_PCK if self.grade.width > 1 else None
        return Scored(errors_PC, candidates, executions, numbers_PCK=several)

    def errors(self, proposals: Sequence[Proposal], cases: Sequence[int]) -> Errors:
        """The proposals' errors on these cases."""
        found: Errors = self.numbers(proposals, cases).sum(axis=2)
        return found

    def numbers(self, proposals: Sequence[Proposal], cases: Sequence[int]) -> Errors:
        """The numbers [proposal, case, number] that grade the proposals on these cases."""
        numbers_PCK = np.full((len(proposals), len(cases), self.grade.width), np.nan)
        codes: dict[int, Code] = {}
        if self.batch is not None and vm.available() and vm.ready():
            for place, proposal in enumerate(proposals):
                with suppress(UnsupportedError):
                    codes[place] = self.compiled(proposal)
        if codes and self.batch is not None:
            run = self.graded_there if self.problem.error is None else self.graded_here
            batch = self.batch_of(self.batch, cases)
            numbers_PCK[list(codes)] = run(list(codes.values()), batch, cases)
        for left in np.flatnonzero(np.isnan(numbers_PCK).any(axis=(1, 2))).tolist():
            numbers_PCK[left] = self.in_python(proposals[left].candidate.program, cases)
        return numbers_PCK

    def graded_there(self, codes: list[Code], batch: vm.Batch, cases: Sequence[int]) -> Errors:
        """The errors of programs, by the VM; NaN where it leaves a row to others."""
        grades = vm.grade(codes, batch, self.limits, tolerance=self.problem.tolerance)
        # An error may be 0.0 of a result that is not right: then it is as small as can be.
        tiny = np.where(grades.errors == 0.0, _TINY, grades.errors)
        return np.where(grades.equal, 0.0, tiny)[..., None]

    def graded_here(self, codes: list[Code], batch: vm.Batch, cases: Sequence[int]) -> Errors:
        """The errors of programs by a measure of the user's, of the VM's outputs."""
        unknown = (np.nan,) * self.grade.width
        rows = [
            [unknown] * len(cases) if vm.HANDED_OVER in outputs else self.grade(outputs, cases)
            for outputs in vm.run_many(codes, batch, self.limits)
        ]
        return np.array(rows, np.float64)

    def batch_of(self, batch: vm.Batch, cases: Sequence[int]) -> vm.Batch:
        """The rows of these cases."""
        if list(cases) == list(range(len(batch.rows))):
            return batch
        rows = np.array(cases, np.intp)
        expected = batch.expected
        if len(expected):
            expected = np.concatenate((expected[:1], expected[1 + rows]))
        return replace(batch, rows=batch.rows[rows], expected=expected)

    def compiled(self, proposal: Proposal) -> Code:
        """The program for the VM. Raises UnsupportedError."""
        program, typed = proposal.candidate.program, proposal.typed
        if typed is not None and typed.term is not program.entry.body:
            typed = None  # it was put into a sketch
        return bytecode.compile_program(program, self.problem.dsl, typed=typed)

    def in_python(
        self, program: Program, cases: Sequence[int] | None = None
    ) -> list[tuple[float, ...]]:
        """The numbers that grade the program on these cases, None for all, by the Python engine."""
        problem = self.problem
        cases = range(len(problem.inputs)) if cases is None else cases
        rows = [problem.inputs[case] for case in cases]
        outputs = run_rows(program, rows, problem.dsl, self.limits, engine="python")
        return self.grade(outputs, cases)


_TINY = float(np.finfo(np.float64).tiny)
