"""Values whose parts are shared may be larger than anything could walk: they end a run early."""

from __future__ import annotations

import time

import pytest

from progsynth.lang import engines
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.read import read_program
from progsynth.lang.values import size_of
from progsynth.registry import pack

HEAD = """def main(n: int) -> {result}:
    a = [0] * n
    b = [a] * n
    c = [b] * n
    d = [c] * n
    return {value}
"""
DEEP = "list[list[list[list[int]]]]"
CASES = [
    ("bool", "d == d", FailureKind.FUEL),
    ("bool", "d < d", FailureKind.FUEL),
    ("bool", "c in d", FailureKind.FUEL),
    ("int", "len(sort(d))", FailureKind.FUEL),
    ("int", "len(unique(d))", FailureKind.FUEL),
    ("int", "len(flatten(d))", FailureKind.FUEL),
    (DEEP, "d", FailureKind.MEMORY),
    ("int", "len(d[0]) + len(d + d)", None),
]
# The first run of the VM compiles it: it takes part where that is done.
ENGINES = [e for e in ("interpreter", "python", "vm") if e != "vm" or engines.vm.ready()]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("result", "value", "kind"), CASES)
def test_they_end_in_a_named_failure_soon(
    result: str, value: str, kind: FailureKind | None, engine: str
) -> None:
    program = read_program(HEAD.format(result=result, value=value), pack())
    engines.run_rows(program, [(1,)], pack(), engine=engine)  # compiled by now
    start = time.perf_counter()
    (found,) = engines.run_rows(program, [(1000,)], pack(), engine=engine)
    assert time.perf_counter() - start < 5.0
    assert found == (3000 if kind is None else Failure(kind))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_result_may_fill_the_cells_and_no_more(engine: str) -> None:
    program = read_program(
        "def main(n: int) -> list[list[int]]:\n    return [[7] * n] * n\n", pack()
    )
    cells = size_of([[7] * 20] * 20)
    for allowed, wanted in ((cells, [[7] * 20] * 20), (cells - 1, Failure(FailureKind.MEMORY))):
        limits = Limits(cells=allowed)
        assert engines.run_rows(program, [(20,)], pack(), limits, engine) == [wanted]


def test_shared_parts_count_at_each_use() -> None:
    part = [1, 2, 3]
    assert size_of([part, part]) == size_of([[1, 2, 3], [1, 2, 3]]) == 9
    assert size_of({1: part, 2: part}) == 11
    assert size_of((part, "ab", part)) == 12
    value: list[object] = [0]
    for _ in range(20):
        value = [value] * 1000
    assert size_of(value) > 10**60
