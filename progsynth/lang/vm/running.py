"""Running compiled programs: the machine's memory and arguments, and what comes of its results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.types import Type
from progsynth.lang.values import Value
from progsynth.lang.vm import layout
from progsynth.lang.vm.batch import Batch, encode_rows
from progsynth.lang.vm.code import Code
from progsynth.lang.vm.descriptors import is_reference, plain
from progsynth.lang.vm.encode import Words, decode
from progsynth.lang.vm.start import machine


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The mark of a row that the VM cannot hold in its memory; see `HANDED_OVER`."""


HANDED_OVER = HandedOver()
_FAILURES = (None, *(Failure(kind) for kind in FailureKind))


@dataclass(frozen=True, slots=True)
class Memory:
    """How much memory a run may take, in words of 8 bytes.

    `space` is the size of each of the two spaces for objects: by default what the limits on fuel
    and cells make necessary, up to `MAX_SPACE`. `slack` words are made between collections, at
    least: by default few enough to stay in the processor's cache.
    """

    space: int | None = None
    slack: int = 1 << 17


FIRST_SPACE = 1 << 18  # words of one of the two spaces at first: 2 MB
MAX_SPACE = 1 << 25  # words of one of the two spaces at most: 256 MB
_LARGEST_LIMIT = 1 << 62

Errors = npt.NDArray[np.float64]
_NO_ERRORS: Errors = np.empty((0, 0), np.float64)
_NO_WORDS: Words = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Scores:
    """What `score` finds, as arrays [program, row]: `equal` to the expected output, and `status`.

    A status is 0 for a value, 1 to 7 for a failure in the order of FailureKind, 8 for
    HANDED_OVER.
    """

    equal: Any
    status: Any


@dataclass(frozen=True, slots=True)
class Grades:
    """What `grade` finds, as arrays [program, row].

    `errors` (float64) are 0.0 for right results, graded by type for wrong ones, `inf` for
    failures and NaN for HANDED_OVER; `equal` says which are right, and `status` is as in
    `Scores`. An error may be 0.0 where a result is not right, though: of ints so large that
    they are the same as floats.
    """

    errors: Any
    equal: Any
    status: Any


def run(
    code: Code,
    rows: Sequence[Sequence[Value]],
    limits: Limits | None = None,
    *,
    memory: Memory | None = None,
) -> list[Value | Failure]:
    """The program's value or failure on each row (or HANDED_OVER)."""
    return run_many([code], encode_rows(code.types, rows), limits, memory=memory)[0]


def run_many(
    codes: Sequence[Code],
    batch: Batch,
    limits: Limits | None = None,
    *,
    memory: Memory | None = None,
) -> list[list[Value | Failure]]:
    """For each program its value or failure on each row (or HANDED_OVER)."""
    limits, memory = limits or Limits(), memory or Memory()
    found: list[list[Value | Failure]] = [[] for _ in codes]
    for chosen, run_ in _runs(codes, batch, limits, memory):
        for program, values in zip(chosen, run_.values(), strict=True):
            found[program] = values
    return found


def score(
    codes: Sequence[Code],
    batch: Batch,
    limits: Limits | None = None,
    *,
    memory: Memory | None = None,
) -> Scores:
    """Which programs give which expected outputs; no Python value is made.

    The batch has outputs, of the result type of every program.
    """
    _test_results(codes, batch)
    limits, memory = limits or Limits(), memory or Memory()
    equal = np.zeros((len(codes), len(batch.rows)), np.bool_)
    statuses = np.full(equal.shape, layout.NO_ROOM, np.int64)
    for chosen, run_ in _runs(codes, batch, limits, memory):
        run_.execute(batch.expected, 0)
        equal[chosen] = run_.results
        statuses[chosen] = run_.statuses
    statuses[statuses == layout.NO_ROOM] = layout.HANDED_OVER
    return Scores(equal, statuses)


def grade(
    codes: Sequence[Code],
    batch: Batch,
    limits: Limits | None = None,
    *,
    tolerance: float = 1e-9,
    memory: Memory | None = None,
) -> Grades:
    """How far each program is from the expected output on each row; no Python value is made.

    Errors are those of `evaluate.compare`, which says what they mean; floats may be off by
    `tolerance`, absolute or relative. The batch has outputs, of the result type of every program.
    Rows whose status says HANDED_OVER (no more than few, of programs that make very much) are
    left to the caller: run these in another engine, and let `evaluate.compare` grade them.

    Raises UnsupportedError where programs and batch have different types.
    """
    if not tolerance >= 0:
        raise ProgsynthError(f"the tolerance of grade: expected 0 or more, found {tolerance}")
    _test_results(codes, batch)
    limits, memory = limits or Limits(), memory or Memory()
    errors = np.full((len(codes), len(batch.rows)), np.inf)
    equal = np.zeros(errors.shape, np.bool_)
    statuses = np.full(errors.shape, layout.NO_ROOM, np.int64)
    for chosen, run_ in _runs(codes, batch, limits, memory):
        errors[chosen] = run_.grade(batch, tolerance)
        equal[chosen] = run_.results
        statuses[chosen] = run_.statuses
    statuses[statuses == layout.NO_ROOM] = layout.HANDED_OVER
    errors[statuses == layout.HANDED_OVER] = np.nan
    return Grades(errors, equal, statuses)


def _test_results(codes: Sequence[Code], batch: Batch) -> None:
    for code in codes:
        # of hundreds of programs most have the very same types: comparing those in full adds up
        if code.result is not batch.result and code.result != batch.result:
            raise UnsupportedError(
                f"the expected outputs are {batch.result or 'missing'}, "
                f"the program gives {code.result}"
            )


def _runs(
    codes: Sequence[Code], batch: Batch, limits: Limits, memory: Memory
) -> Iterator[tuple[list[int], _Run]]:
    """Which programs to run, with little memory, and then those that need it with more.

    The caller makes the run before it asks for the next.
    """
    sizes = [memory.space] if memory.space is not None else _sizes(limits)
    chosen = list(range(len(codes)))
    for space in sizes:
        if not chosen or not len(batch.rows):
            return
        try:
            run_ = _Run([codes[p] for p in chosen], batch, limits, Memory(space, memory.slack))
        except MemoryError:  # the machine has less than the VM would like: rows stay handed over
            return
        yield chosen, run_
        large = (run_.statuses == layout.NO_ROOM).any(axis=1)
        chosen = [p for p, again in zip(chosen, large, strict=True) if again]


def _sizes(limits: Limits) -> list[int]:
    """The sizes of spaces to try: most programs need little, and new memory is not for nothing."""
    # an object takes at most 12 words a cell; updates are charged less cells, but fuel
    enough = FIRST_SPACE + 12 * limits.cells + 40 * limits.fuel
    return [FIRST_SPACE, min(enough, MAX_SPACE)]


def _shown(status: int) -> Any:
    return HANDED_OVER if status in (layout.HANDED_OVER, layout.NO_ROOM) else _FAILURES[status]


class _Run:
    """The memory and the arguments of one call of the machine."""

    def __init__(self, codes: Sequence[Code], batch: Batch, limits: Limits, memory: Memory):
        for code in codes:
            if code.types is not batch.types and code.types != batch.types:
                raise UnsupportedError(
                    f"the rows have types ({', '.join(map(str, batch.types))}), "
                    f"the program takes ({', '.join(map(str, code.types))})"
                )
        self.codes = codes
        self.limits = np.array(
            [min(limits.fuel, _LARGEST_LIMIT), min(limits.cells, _LARGEST_LIMIT)], np.int64
        )
        self.arena, self.out = _arena(batch, memory)
        self.floats = self.arena.view(np.float64)
        self.machine = machine()
        if len(batch.dicts):
            self.machine.index_dicts(self.arena, self.floats, batch.dicts)
        code_words, constants, table = _joined(codes)
        self.arguments = (self.arena, self.floats, code_words, constants, table, batch.rows)
        self.results = np.zeros((len(codes), len(batch.rows)), np.int64)
        self.statuses = np.full(self.results.shape, layout.NOT_RUN, np.int64)

    def execute(self, expected: Words, begin: int) -> int:
        """Run the pairs of program and row from number `begin` on; gives where it stopped."""
        stop = self.call(expected, 0.0, _NO_ERRORS, _NO_WORDS, begin)
        assert stop > begin, "the part for results holds any one result"
        return stop

    def grade(self, batch: Batch, tolerance: float) -> Errors:
        """Run everything; the graded errors."""
        errors = np.full(self.results.shape, np.inf)
        # room for a column for each character of any text expected
        work = np.empty(layout.FOR_EDITS + len(batch.image), np.int64)
        self.call(batch.expected, tolerance, errors, work, 0)
        return errors

    def call(
        self, expected: Words, tolerance: float, errors: Errors, work: Words, begin: int
    ) -> int:
        """Call the machine; the number of pairs of program and row that are done."""
        self.arena[layout.OUT] = self.out
        outcome = (self.limits, self.results, self.statuses, errors, work, begin)
        done: int = self.machine.run_programs(*self.arguments, expected, tolerance, *outcome)
        return done

    def values(self) -> list[list[Value | Failure]]:
        """Run everything; each program's value or failure on each row."""
        types = [plain(code.result) for code in self.codes]
        found: list[list[Value | Failure]] = [[] for _ in types]
        num_rows = self.results.shape[1]
        done = 0
        while done < self.results.size:
            stop = self.execute(_NO_WORDS, done)
            for pair in range(done, stop):
                program, row = divmod(pair, num_rows)
                status = int(self.statuses[program, row])
                ok = status == layout.OK
                found[program].append(
                    self.value(types[program], self.results[program, row]) if ok else _shown(status)
                )
            done = stop
        return found

    def value(self, type_: Type, word: int) -> Value:
        """The Python value of a result of the plain type."""
        if not is_reference(type_) and type_.name != "float":
            return bool(word) if type_.name == "bool" else int(word)
        self.arena[layout.SCRATCH] = word
        return decode(self.arena, self.floats, layout.SCRATCH, type_)


def _arena(batch: Batch, memory: Memory) -> tuple[Words, int]:
    """New memory with the batch in it, and where results go. Words never touched cost nothing."""
    space = memory.space
    assert space is not None
    out = layout.BATCH + len(batch.image)
    arena = np.empty(out + 3 * space, np.int64)
    arena[: layout.REGISTERS] = 0
    arena[layout.BATCH : out] = batch.image
    arena[layout.OUT_HIGH] = arena[layout.LOW] = out + space
    arena[layout.HIGH] = arena[layout.OTHER_LOW] = out + 2 * space
    arena[layout.OTHER_HIGH] = out + 3 * space
    arena[layout.SLACK] = memory.slack
    return arena, out


def _joined(codes: Sequence[Code]) -> tuple[Words, Words, Words]:
    """The codes one behind the other, their constants, and the table that tells them apart."""
    words: list[Words] = []
    constants: list[Words] = []
    table = []
    at = place = 0
    for code in codes:
        image = place + len(code.constants)
        table.append(
            (
                at,
                place,
                len(code.constants),
                image,
                len(code.image),
                code.num_pointers,
                at + code.params_start,
                int(is_reference(plain(code.result))),
                code.descriptor,
            )
        )
        words.append(code.words)
        constants += [code.constants, code.image]
        at += len(code.words)
        place = image + len(code.image)
    return np.concatenate(words), np.concatenate(constants), np.array(table, np.int64)
