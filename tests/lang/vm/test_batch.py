"""Many programs on the same rows: values, scores, and inputs that are encoded once."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

from progsynth.errors import UnsupportedError
from progsynth.lang import interpret, vm
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.read import read_program
from progsynth.lang.types import INT, STR, Type, dict_of, parse_type
from progsynth.lang.values import identity_key
from progsynth.lang.vm import bytecode, start
from progsynth.lang.vm.code import Code
from progsynth.registry import pack

DSL = pack()


def compiled(result: str, *bodies: str) -> list[Code]:
    """Programs of a list of ints."""
    texts = (f"def f(xs: list[int]) -> {result}:\n    return {b}\n" for b in bodies)
    return [bytecode.compile_program(read_program(t, DSL), DSL) for t in texts]


ROWS: list[tuple[list[int]]] = [([1, 2, 3],), ([],), ([5, -1],)]
LISTS = ("reverse(xs)", "map(lambda x: x * 3, xs)", "[xs[0]]", 'map(len, split("a,b", ","))')


def test_every_program_gets_its_own_constants_and_results() -> None:
    codes = compiled("list[int]", *LISTS)
    batch = vm.encode_rows(codes[0].types, ROWS)
    assert vm.run_many(codes, batch) == [vm.run(code, ROWS) for code in codes]
    assert vm.run_many(codes[::-1], batch) == [vm.run(code, ROWS) for code in codes[::-1]]


def test_results_of_several_types() -> None:
    codes = compiled("int", "len(xs)") + compiled("bool", "len(xs) > 2")
    codes += compiled("float", "len(xs) / 2") + compiled("str", "str(sum(xs))")
    batch = vm.encode_rows(codes[0].types, ROWS)
    found = vm.run_many(codes, batch)
    expected = [[3, 0, 2], [True, False, False], [1.5, 0.0, 1.0], ["6", "0", "4"]]
    assert [list(map(identity_key, r)) for r in found] == [
        list(map(identity_key, r)) for r in expected
    ]


def test_scores_say_which_results_are_right() -> None:
    codes = compiled("list[int]", *LISTS)
    outputs = [[3, 2, 1], [], [5]]
    batch = vm.encode_rows(codes[0].types, ROWS, outputs, codes[0].result)
    scores = vm.score(codes, batch)
    found = vm.run_many(codes, batch)
    for program, values in enumerate(found):
        for row, value in enumerate(values):
            assert scores.equal[program, row] == (value == outputs[row])
            assert (scores.status[program, row] == 0) == (not isinstance(value, Failure))
    assert scores.equal.any() and not scores.equal.all()
    assert scores.status[2, 1] == list(FailureKind).index(FailureKind.INDEX) + 1


def test_equality_in_scores_is_the_languages() -> None:
    text = "def f(x: float) -> dict[str, list[float]]:\n    return {'a': [x], 'b': []}\n"
    code = bytecode.compile_program(read_program(text, DSL), DSL)
    rows = [(1.0,), (-0.0,), (math.nan,)]
    outputs = [{"b": [], "a": [1.0]}, {"a": [0.0], "b": []}, {"a": [math.nan], "b": []}]
    batch = vm.encode_rows(code.types, rows, outputs, code.result)
    assert vm.score([code], batch).equal.tolist() == [[True, True, False]]


def test_a_result_beyond_the_limit_is_no_match() -> None:
    (code,) = compiled("list[int]", "xs")
    batch = vm.encode_rows(code.types, [([1, 2, 3],)], [[1, 2, 3]], code.result)
    assert vm.score([code], batch, Limits(cells=4)).equal.all()
    assert not vm.score([code], batch, Limits(cells=3)).equal.any()


VALUES = [
    ("dict[int, str]", {i * 7: str(i) for i in range(100)}),
    ("dict[tuple[str, int], list[int]]", {(str(i), i): [i] * i for i in range(30)}),
    ("graph[str]", {"a": {"b": 1.0}, "b": {}}),
    ("memory[list[int]]", {"k": [1, 2]}),
    ("list[tuple[bool, float]]", [(True, -0.0), (False, math.inf)]),
    ("list[list[str]]", [[], ["", "ü😀"], ["x" * 70]]),
    ("choice[4]", 3),
]


@pytest.mark.parametrize(("written", "value"), VALUES)
def test_values_of_every_type_go_in_and_come_back(written: str, value: object) -> None:
    text = f"def f(x: {written}) -> {written}:\n    return x\n"
    code = bytecode.compile_program(read_program(text, DSL), DSL)
    assert [identity_key(v) for v in vm.run(code, [(value,)] * 2)] == [identity_key(value)] * 2


def test_dicts_that_come_in_are_looked_up_by_their_index() -> None:
    text = "def f(d: dict[str, int], k: str) -> int:\n    return get(put(d, 'new', 1), k, -1)\n"
    program = read_program(text, DSL)
    code = bytecode.compile_program(program, DSL)
    d = {f"key {i}": i for i in range(500)}
    rows = [(d, f"key {i}") for i in (0, 250, 499, 500)] + [(d, "new"), ({}, "key 0")]
    assert vm.run(code, rows) == [interpret.run(program, row, DSL) for row in rows]


def test_rows_of_other_types_than_the_programs_are_refused() -> None:
    (code,) = compiled("int", "len(xs)")
    with pytest.raises(UnsupportedError, match=r"the rows have types \(str\), the program takes"):
        vm.run_many([code], vm.encode_rows((STR,), [("a",)]))
    with pytest.raises(UnsupportedError, match="no values of type tensor"):
        vm.encode_rows((parse_type("tensor[2]"),), [])


def test_no_rows_and_no_parameters() -> None:
    (code,) = compiled("int", "len(xs)")
    assert vm.run(code, []) == []
    text = "def f() -> int:\n    return 3\n"
    code = bytecode.compile_program(read_program(text, DSL), DSL)
    assert vm.run(code, [()]) == [3]


def test_one_compilation_serves_all_calls() -> None:
    machine = start.machine()
    before = len(machine.run_programs.signatures)
    (code,) = compiled("list[int]", "sort(xs)")
    vm.run(code, ROWS)
    vm.score([code], vm.encode_rows(code.types, ROWS, [[], [], []], code.result))
    vm.run(code, [])
    assert len(machine.run_programs.signatures) == before == 1


def test_threads_run_side_by_side() -> None:
    (code,) = compiled("list[int]", "sort(map(lambda x: x * x, xs))")
    batch = vm.encode_rows(code.types, [([i, -i, 3],) for i in range(200)])
    expected = vm.run_many([code], batch)
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(vm.run_many([code] * 20, batch)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected * 20] * 4


def test_a_batch_is_not_changed_by_running() -> None:
    (code,) = compiled("list[int]", "put(xs, 0, 9)")
    batch = vm.encode_rows(code.types, ROWS)
    image = batch.image.copy()
    vm.run_many([code, code], batch)
    assert np.array_equal(batch.image, image)
    assert vm.encode_rows((dict_of(INT, Type("int")),), [({},)]).rows.tolist() == [[0]]
