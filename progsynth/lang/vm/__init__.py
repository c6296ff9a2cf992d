"""The VM: compiled kernels that run one program on many rows, or many programs on the same.

    code = bytecode.compile_program(program, dsl)
    vm.run(code, rows, limits)                  # values and failures
    batch = vm.encode_rows(types, rows, outputs, result)
    vm.score(codes, batch, limits)              # which results are the expected outputs

A row whose objects do not fit in the memory that the VM allows itself gives `HANDED_OVER`:
another engine has to run it. Importing this does not import Numba; the first run does, and
compiles the kernels (half a minute) unless they are on disk: see `ready` and `warm_up`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from progsynth.errors import UnsupportedError
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.types import Type
from progsynth.lang.values import Value
from progsynth.lang.vm import cache, layout
from progsynth.lang.vm.cache import available
from progsynth.lang.vm.code import Code
from progsynth.lang.vm.descriptors import is_reference, plain
from progsynth.lang.vm.encode import Image, Words, decode

__all__ = [
    "HANDED_OVER",
    "Batch",
    "Memory",
    "Scores",
    "available",
    "encode_rows",
    "ready",
    "run",
    "run_many",
    "score",
    "warm_up",
]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The mark of a row that the VM cannot hold in its memory; see `HANDED_OVER`."""


HANDED_OVER = HandedOver()
_FAILURES = (None, *(Failure(kind) for kind in FailureKind))

_ROOT = str(Path(__file__).parents[3])  # where the package is imported from


@dataclass(frozen=True, slots=True)
class Memory:
    """How much memory a run may take, in words of 8 bytes.

    `space` is the size of each of the two spaces for objects: by default what the limits on fuel
    and cells make necessary, up to `MAX_SPACE`. `slack` words are made between collections, at
    least: by default few enough to stay in the processor's cache.
    """

    space: int | None = None
    slack: int = 1 << 17


MAX_SPACE = 1 << 25  # words of one of the two spaces at most: 256 MB
_LARGEST_LIMIT = 1 << 62


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of arguments encoded once, to run many programs on; see `encode_rows`."""

    types: tuple[Type, ...]
    result: Type | None  # of the expected outputs, where there are any
    rows: Words  # [row, parameter]
    image: Words  # the objects that the rows refer to
    dicts: Words
    expected: Words  # descriptor, then a place for each row; or empty


@dataclass(frozen=True, slots=True)
class Scores:
    """What `score` finds, as arrays [program, row]: `equal` to the expected output, and `status`.

    A status is 0 for a value, 1 to 7 for a failure in the order of FailureKind, 8 for
    HANDED_OVER.
    """

    equal: Any
    status: Any


def encode_rows(
    types: Sequence[Type],
    rows: Sequence[Sequence[Value]],
    outputs: Sequence[Value] | None = None,
    result: Type | None = None,
) -> Batch:
    """The rows as words, with the outputs expected of them (of type `result`) if given.

    Raises UnsupportedError for types that the VM has no values of. The values are taken to be
    of their types (see `values.misfit`).
    """
    plain_types = [plain(t) for t in types]
    image = Image(layout.BATCH)
    words = [[image.add(v, t) for v, t in zip(row, plain_types, strict=True)] for row in rows]
    expected: list[int] = []
    if outputs is not None:
        assert result is not None, "outputs come with their type"
        plain_result = plain(result)
        expected.append(image.descriptor(plain_result))
        outs = [image.add(v, plain_result) for v in outputs]
        expected += range(image.base + len(image.words), image.base + len(image.words) + len(outs))
        image.words += outs
    return Batch(
        tuple(types),
        result,
        np.array(words, np.int64).reshape(len(words), len(plain_types)),
        np.array(image.words, np.int64),
        np.array(image.dicts, np.int64).reshape(-1, 2),
        np.array(expected, np.int64),
    )


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
    machine = _machine()
    run_ = _Run(codes, batch, limits or Limits(), memory or Memory())
    num_rows = len(batch.rows)
    found: list[list[Value | Failure]] = [[] for _ in codes]
    results = np.empty((len(codes), num_rows), np.int64)
    floats = results.view(np.float64)
    statuses = np.full((len(codes), num_rows), layout.NOT_RUN, np.int64)
    done, total = 0, len(codes) * num_rows
    while done < total:
        run_.arena[layout.OUT] = run_.out
        stop = machine.run_programs(
            *run_.arguments, np.empty(0, np.int64), run_.limits, results, statuses, done
        )
        assert stop > done, "the part for results holds any one result"
        for pair in range(done, stop):
            program, row = divmod(pair, num_rows)
            status = int(statuses[program, row])
            found[program].append(
                run_.value(results, floats, program, row) if status == layout.OK else _shown(status)
            )
        done = stop
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
    assert len(batch.expected), "the batch was encoded without outputs"
    machine = _machine()
    run_ = _Run(codes, batch, limits or Limits(), memory or Memory())
    equal = np.zeros((len(codes), len(batch.rows)), np.int64)
    statuses = np.full(equal.shape, layout.NOT_RUN, np.int64)
    machine.run_programs(*run_.arguments, batch.expected, run_.limits, equal, statuses, 0)
    return Scores(equal.astype(bool), statuses)


def _shown(status: int) -> Any:
    return HANDED_OVER if status == layout.HANDED_OVER else _FAILURES[status]


class _Run:
    """The memory and the arguments of one call of the machine."""

    def __init__(self, codes: Sequence[Code], batch: Batch, limits: Limits, memory: Memory):
        for code in codes:
            if code.types != batch.types:
                raise UnsupportedError(
                    f"the rows have types ({', '.join(map(str, batch.types))}), "
                    f"the program takes ({', '.join(map(str, code.types))})"
                )
        self.results = [plain(code.result) for code in codes]
        self.limits = np.array(
            [min(limits.fuel, _LARGEST_LIMIT), min(limits.cells, _LARGEST_LIMIT)], np.int64
        )
        self.arena, self.out = _arena(batch, limits, memory)
        self.floats = self.arena.view(np.float64)
        if len(batch.dicts):
            _machine().index_dicts(self.arena, self.floats, batch.dicts)
        code_words, constants, table = _joined(codes)
        self.arguments = (self.arena, self.floats, code_words, constants, table, batch.rows)

    def value(self, results: Words, floats: Any, program: int, row: int) -> Value:
        """The Python value of a result."""
        type_ = self.results[program]
        if is_reference(type_):
            self.arena[layout.SCRATCH] = results[program, row]
            return decode(self.arena, self.floats, layout.SCRATCH, type_)
        if type_.name == "float":
            return float(floats[program, row])
        word = int(results[program, row])
        return bool(word) if type_.name == "bool" else word


def _arena(batch: Batch, limits: Limits, memory: Memory) -> tuple[Words, int]:
    """New memory with the batch in it, and where results go. Words never touched cost nothing."""
    # an object takes at most 12 words a cell; updates are charged less cells, but fuel
    wanted = (1 << 18) + 12 * limits.cells + 40 * limits.fuel
    space = min(wanted, MAX_SPACE) if memory.space is None else memory.space
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


def _machine() -> Any:
    """The kernels; Numba is imported here, at the first use."""
    machine = import_module("progsynth.lang.vm.machine")
    machine.load()
    return machine


def ready() -> bool:
    """Can a program run at once? True when the kernels are in this process or on disk."""
    loaded = sys.modules.get("progsynth.lang.vm.machine")
    if loaded is not None and loaded.index_dicts.signatures:  # the last to be loaded
        return True
    return available() and cache.is_complete()


def warm_up(background: bool = True) -> None:
    """Have the kernels compiled and kept on disk: here, or in a process of their own.

    The process is not waited for; `ready` tells when it is done.
    """
    if ready() or not available():
        return
    if not background:
        _machine()
        return
    command = [sys.executable, "-m", "progsynth.lang.vm.compile"]
    path = os.pathsep.join(p for p in (_ROOT, os.environ.get("PYTHONPATH")) if p)
    subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    )
