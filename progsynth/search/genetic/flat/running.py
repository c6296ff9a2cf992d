"""A generation in the VM: lowered and run without a Python object for any program.

Where the user has a measure of errors the results become Python's values, one by one, and it
grades these: slower, and several numbers an output are columns beside each other.

N: genomes, C: cases, G: genes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.values import Value, size_of
from progsynth.lang.vm import layout
from progsynth.lang.vm.batch import Batch, encode_rows
from progsynth.lang.vm.descriptors import is_reference, plain
from progsynth.lang.vm.encode import decode
from progsynth.lang.vm.start import machine
from progsynth.search.genetic.flat.lower import lower
from progsynth.search.genetic.flat.tables import Language
from progsynth.search.genetic.grading import Grader
from progsynth.search.genetic.scoring import working_limits
from progsynth.search.problem import Problem

Words = NDArray[np.int64]
Keys = NDArray[np.uint64]
Errors = NDArray[np.float64]

_CODE = 1 << 18  # words of code that are run at a time
_GENES = 500  # of a genome whose code is sure to fit in there
_CONSTANTS = 1 << 19
_SPACE = 1 << 18  # words of each of the two spaces for objects, and more as the limits allow
_FEW = 5  # cases on which a program is tried out
_TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True, eq=False)
class Lowered:
    """Genomes as programs of the VM: number `begin` to below `end` of those given.

    `table` has a row for each (see `vm.machine`), `keys` tell programs apart, `sizes` count the
    genes that take part. Code and constants are overwritten by the next.
    """

    begin: int
    end: int
    code: Words
    constants: Words
    table: Words
    keys: Keys
    sizes: Words


def flat_limits(problem: Problem) -> Limits:
    """What a program may use on one case while searching, in proportion to the examples.

    As `scoring.working_limits` for small examples; of large ones each cell is good for less
    fuel, for programs that do not end are many and each takes all of it.
    """
    limits = working_limits(problem)
    shown = [value for row in problem.inputs for value in row]
    largest = max(map(size_of, (*shown, *problem.outputs)), default=0)
    fuel = _FUEL + _FUEL_A_CELL * min(largest, _SMALL) + _FUEL_BEYOND * largest
    return Limits(min(limits.fuel, fuel), limits.cells)


_FUEL, _FUEL_A_CELL, _SMALL, _FUEL_BEYOND = 300, 27, 100, 3


class Runner:
    """Lowers and runs genomes on a problem's examples; its memory is used again and again.

    `width` numbers grade an output: 1 unless the problem's own measure gives several.
    """

    def __init__(self, problem: Problem, language: Language, limits: Limits):
        self.language = language
        self.tolerance = problem.tolerance
        self.limits = np.array([limits.fuel, limits.cells], np.int64)
        self.result = plain(problem.result)
        self.grade = None if problem.error is None else Grader(problem)
        self.width = 1 if self.grade is None else self.grade.width
        expected = () if self.grade is not None else (problem.outputs, problem.result)
        self.batch: Batch = encode_rows(problem.types, problem.inputs, *expected)
        self.machine = machine()
        space = _SPACE + 12 * limits.cells + 40 * limits.fuel  # as much as can be needed
        self.arena = np.empty(layout.BATCH + len(self.batch.image) + 3 * space, np.int64)
        self.floats = self.arena.view(np.float64)
        self._fill_arena(space)
        self.code = np.empty(_CODE, np.int64)
        self.constants = np.empty(_CONSTANTS, np.int64)
        self.constants[: len(language.image)] = language.image
        self.work = np.empty(layout.FOR_EDITS + len(self.batch.image), np.int64)

    def _fill_arena(self, space: int) -> None:
        self.out = out = layout.BATCH + len(self.batch.image)
        self.arena[: layout.REGISTERS] = 0
        self.arena[layout.BATCH : out] = self.batch.image
        self.arena[layout.OUT] = out
        self.arena[layout.OUT_HIGH] = self.arena[layout.LOW] = out + space
        self.arena[layout.HIGH] = self.arena[layout.OTHER_LOW] = out + 2 * space
        self.arena[layout.OTHER_HIGH] = out + 3 * space
        self.arena[layout.SLACK] = 1 << 17
        if len(self.batch.dicts):
            self.machine.index_dicts(self.arena, self.floats, self.batch.dicts)

    def lowered(self, genomes: Words, lengths: Words) -> Iterator[Lowered]:
        """The genomes as programs, as many at a time as there is room for their code."""
        table = np.empty((len(genomes), 9), np.int64)
        keys = np.empty(len(genomes), np.uint64)
        sizes = np.empty(len(genomes), np.int64)
        room = np.empty(genomes.shape[1], np.int64)
        if genomes.shape[1] > _GENES:  # there is room for the code of any one genome
            self.code = np.empty(_CODE // _GENES * genomes.shape[1], np.int64)
        begin = 0
        while begin < len(genomes):
            outputs = (self.code, self.constants, table, keys, sizes, room)
            end = lower(self.language.tables, genomes, lengths, begin, *outputs)
            assert end > begin, "the code of one genome fits"
            yield Lowered(begin, end, self.code, self.constants, table, keys, sizes)
            begin = end

    def try_out(self, lowered: Lowered, which: Sequence[int], cases: Words) -> tuple[Errors, int]:
        """The errors as of `run`, and how many executions it took.

        A program that fails on each of the first few cases is taken to fail on all of them: most
        such programs do not end, which takes all of their fuel every time.
        """
        few, rest = cases[:_FEW], cases[_FEW:]
        columns = len(few) * self.width
        errors = np.full((len(which), len(cases) * self.width), np.inf)
        errors[:, :columns] = self.run(lowered, which, few)
        runs = np.flatnonzero(np.isfinite(errors[:, :columns]).any(axis=1)).tolist()
        if len(rest) and runs:
            errors[runs, columns:] = self.run(lowered, [which[i] for i in runs], rest)
        return errors, len(which) * len(few) + len(runs) * len(rest)

    def run(self, lowered: Lowered, which: Sequence[int], cases: Words | None = None) -> Errors:
        """The errors [program, case] of some of the programs, by their places among all genomes.

        0.0 where a program is right, `inf` where it fails, and else as `vm.grade` has it, or the
        problem's own measure. A row that the VM would hand over to another engine counts as a
        failure.
        """
        if self.grade is not None:
            return self._graded_here(lowered, which, cases, self.grade)
        rows, expected = self.batch.rows, self.batch.expected
        if cases is not None:
            rows, expected = rows[cases], np.concatenate([expected[:1], expected[1:][cases]])
        results = np.zeros((len(which), len(rows)), np.int64)
        statuses = np.zeros(results.shape, np.int64)
        errors = np.full(results.shape, np.inf)
        self.machine.run_programs(
            *(self.arena, self.floats, lowered.code, lowered.constants),
            *(lowered.table[list(which)], rows, expected, self.tolerance, self.limits),
            *(results, statuses, errors, self.work, 0),
        )
        wrong = (results == 0) & (errors == 0.0)  # off by less than a float can say
        errors[wrong] = _TINY
        return errors

    def _graded_here(
        self, lowered: Lowered, which: Sequence[int], cases: Words | None, grade: Grader
    ) -> Errors:
        """The errors by the problem's own measure."""
        every = range(len(self.batch.rows)) if cases is None else cases.tolist()
        found = [grade(values, every) for values in self.values(lowered, which, every)]
        return np.array(found, np.float64).reshape(len(which), len(every) * self.width)

    def values(
        self, lowered: Lowered, which: Sequence[int], cases: Sequence[int]
    ) -> list[list[Value | Failure]]:
        """What some of the programs give on these cases, as Python's values."""
        rows, table = self.batch.rows[list(cases)], lowered.table[list(which)]
        results = np.zeros((len(which), len(rows)), np.int64)
        statuses = np.zeros(results.shape, np.int64)
        found: list[Value | Failure] = []
        while len(found) < results.size:  # the part for results may not hold all of them
            self.arena[layout.OUT] = self.out
            stop = self.machine.run_programs(
                *(self.arena, self.floats, lowered.code, lowered.constants),
                *(table, rows, _NO_WORDS, self.tolerance, self.limits),
                *(results, statuses, _NO_ERRORS, _NO_WORDS, len(found)),
            )
            assert stop > len(found), "the part for results holds any one result"
            words, status = results.ravel().tolist(), statuses.ravel().tolist()
            found += [
                self._value(words[pair]) if status[pair] == layout.OK else _FAILED
                for pair in range(len(found), stop)
            ]
        return [found[n : n + len(rows)] for n in range(0, len(found), len(rows))]

    def _value(self, word: int) -> Value:
        type_ = self.result
        if not is_reference(type_) and type_.name != "float":
            return bool(word) if type_.name == "bool" else word
        self.arena[layout.SCRATCH] = word
        return decode(self.arena, self.floats, layout.SCRATCH, type_)


_NO_WORDS = np.empty(0, np.int64)
_NO_ERRORS = np.empty((0, 0), np.float64)
_FAILED = Failure(FailureKind.DOMAIN)  # which of them makes no difference to a grade
