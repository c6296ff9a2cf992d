"""The VM: compiled kernels that run one program on many rows, or many programs on the same.

    code = bytecode.compile_program(program, dsl)
    vm.run(code, rows, limits)                  # values and failures
    batch = vm.encode_rows(types, rows, outputs, result)
    vm.score(codes, batch, limits)              # which results are the expected outputs
    vm.grade(codes, batch, limits)              # how far each result is from the expected output

A row whose objects do not fit in the memory that the VM allows itself gives `HANDED_OVER`:
another engine has to run it. Importing this does not import Numba; the first run does, and
compiles the kernels (half a minute) unless they are on disk: see `ready` and `warm_up`.
"""

from progsynth.lang.vm.batch import Batch, encode_rows
from progsynth.lang.vm.cache import available
from progsynth.lang.vm.code import Code
from progsynth.lang.vm.running import (
    HANDED_OVER,
    Grades,
    HandedOver,
    Memory,
    Scores,
    grade,
    run,
    run_many,
    score,
)
from progsynth.lang.vm.start import ready, warm_up

__all__ = [
    "HANDED_OVER",
    "Batch",
    "Code",
    "Grades",
    "HandedOver",
    "Memory",
    "Scores",
    "available",
    "encode_rows",
    "grade",
    "ready",
    "run",
    "run_many",
    "score",
    "warm_up",
]
