"""Graded errors made by the kernels: the same as those of `evaluate.compare`, on any values."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np
import pytest

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.evaluate import compare, evaluate
from progsynth.lang import vm
from progsynth.lang.agreement.random_values import CONTAINERS, random_type, random_value
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.read import read_program
from progsynth.lang.term import Function, Program, Var
from progsynth.lang.types import FLOAT, INT, STR, Type, list_of, parse_type
from progsynth.lang.values import Value, entry_types
from progsynth.lang.vm import bytecode
from progsynth.registry import pack
from progsynth.task import Example

DSL = pack()
NUM_TYPES = 150
ROWS_EACH = 12


def same(type_: Type) -> Program:
    """The program that gives its argument, so that any value can be a result."""
    return Program((Function("f", ("x",), (type_,), type_, Var(0)),))


def errors_of(
    type_: Type, expected: list[Value], found: list[Value], tolerance: float = 1e-9
) -> tuple[list[float], list[bool]]:
    code = bytecode.compile_program(same(type_), DSL)
    batch = vm.encode_rows((type_,), [(f,) for f in found], expected, type_)
    grades = vm.grade([code], batch, tolerance=tolerance)
    assert grades.errors.dtype == np.float64 and grades.equal.dtype == np.bool_
    assert not grades.status.any()
    return grades.errors[0].tolist(), grades.equal[0].tolist()


def check(type_: Type, expected: list[Value], found: list[Value], tolerance: float = 1e-9) -> None:
    right = compare(expected, found, type_, tolerance=tolerance)
    errors, equal = errors_of(type_, expected, found, tolerance)
    for row, error in enumerate(right.errors):
        shown = f"{type_}: {expected[row]!r} and {found[row]!r}"
        assert (errors[row], equal[row]) == (error, right.right[row]), shown


def changed(rng: Random, type_: Type, value: Value) -> Value:
    """A value that differs from the other in a few places, or in its order."""
    if rng.random() < 0.15:
        return random_value(rng, type_)
    if type_.name == "float":
        return value * (1 + rng.choice((0.0, 1e-12, 1e-6, 0.3)))
    if type_.name == "str":
        at = rng.randint(0, len(value))
        return value[:at] + rng.choice(("", "x", "yy")) + value[at + rng.randint(0, 2) :]
    if type_.name == "tuple":
        return tuple(changed(rng, t, v) for t, v in zip(type_.types, value, strict=True))
    if type_.name == "list":
        items = [changed(rng, type_.types[0], v) for v in value if rng.random() < 0.9]
        return items + [random_value(rng, type_.types[0])] * rng.randint(0, 1)
    if type_.name in ("dict", "graph", "memory"):
        _, item = entry_types(type_)
        pairs = [(k, changed(rng, item, v)) for k, v in value.items() if rng.random() < 0.9]
        rng.shuffle(pairs)
        return dict(pairs)
    return value


def test_random_values_of_random_types_have_the_errors_of_evaluate() -> None:
    met = set()
    for seed in range(NUM_TYPES):
        rng = Random(seed)
        type_ = random_type(rng, CONTAINERS, depth=3)
        expected = [random_value(rng, type_) for _ in range(ROWS_EACH)]
        found = [changed(rng, type_, value) for value in expected]
        check(type_, expected, found, tolerance=rng.choice((0.0, 1e-9, 1e-5)))
        met.add(type_.name)
    assert met == {"int", "float", "bool", "str", *CONTAINERS}


INTS = (2**63 - 1, 2**63 - 2, -(2**63), -(2**63) + 1, 2**53, 2**53 + 1, 0, -1)
FLOATS = (math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 1e308, -1e308, 1.0, 1.0 + 1e-9, 1e-9)


@pytest.mark.parametrize("tolerance", [0.0, 1e-9, 2.0, math.inf])
def test_numbers_at_the_edges(tolerance: float) -> None:
    for type_, numbers in ((INT, INTS), (FLOAT, FLOATS)):
        pairs = [(a, b) for a in numbers for b in numbers]
        check(type_, [a for a, _ in pairs], [b for _, b in pairs], tolerance)
    check(list_of(FLOAT), [[1e308, 1e308, math.nan]], [[0.0, -1e308, 2.0]], tolerance)


def test_a_choice_is_right_or_wrong() -> None:
    check(Type("choice", (9,)), [3, 3], [3, 7])
    assert errors_of(Type("choice", (9,)), [3, 3], [3, 7]) == ([0.0, 1.0], [True, False])
    assert errors_of(INT, [3, 3], [3, 7]) == ([0.0, 4.0], [True, False])


@pytest.mark.parametrize("lengths", [(0, 5), (63, 64), (64, 65), (64, 64), (128, 129), (300, 700)])
def test_texts_of_any_length(lengths: tuple[int, int]) -> None:
    rng = Random(sum(lengths))
    alphabets = ("ab", "abcdefgh", "".join(chr(48 + 128 * i) for i in range(90)), "a😀é\x00")
    texts = [
        tuple("".join(rng.choice(letters) for _ in range(n)) for n in lengths)
        for letters in alphabets
    ]
    for a, b in texts:
        near = a[:20] + "!" + a[21:40] + a[43:] + "??"
        check(STR, [a, b, a, near], [b, a, near, a])


def test_failures_are_infinite_and_the_rest_as_evaluate_says() -> None:
    text = "def f(xs: list[int], n: int) -> list[int]:\n    return [12 // n] + xs[n:]\n"
    program = read_program(text, DSL)
    rows = [([1, 2], 0), ([1, 2], 1), ([], 5)]
    expected = [[1], [12, 4], [3, 3]]
    batch = vm.encode_rows(program.entry.types, rows, expected, program.entry.result)
    code = bytecode.compile_program(program, DSL)
    other = bytecode.compile_program(
        read_program("def f(xs: list[int], n: int) -> list[int]:\n    return xs\n", DSL), DSL
    )
    grades = vm.grade([code, other, code], batch)
    examples = [Example(row, output) for row, output in zip(rows, expected, strict=True)]
    right = evaluate(program, examples, DSL, engine="python")
    assert grades.errors[0].tolist() == list(right.errors) == [math.inf, 2.0, 11.0]
    assert grades.errors[2].tolist() == list(right.errors)
    assert grades.errors[1].tolist() == [10.0, 13.0, 20.0]
    assert grades.status[0].tolist() == [list(FailureKind).index(FailureKind.ZERO) + 1, 0, 0]
    assert not grades.equal.any()


def test_rows_handed_over_have_no_error_yet() -> None:
    text = "def f(n: int) -> list[int]:\n    return map(lambda x: x + 1, range(n))\n"
    program = read_program(text, DSL)
    code = bytecode.compile_program(program, DSL)
    rows: list[tuple[int]] = [(3,), (20_000,)]
    expected = [[1, 2, 3], [1]]
    batch = vm.encode_rows((INT,), rows, expected, list_of(INT))
    grades = vm.grade([code], batch, memory=vm.Memory(space=1000))
    outputs = vm.run(code, rows, memory=vm.Memory(space=1000))
    assert outputs[1] is vm.HANDED_OVER and grades.status.tolist() == [[0, 8]]
    assert grades.errors[0, 0] == 0.0 and math.isnan(grades.errors[0, 1])
    assert vm.grade([code], batch).errors.tolist() == [[0.0, 199_990.0]]


SPIN = """
def f(n: int) -> int:
    i = 0
    while i < n:
        i = i + 1
    return i
"""


def test_limits_hold_for_each_row_of_each_program() -> None:
    program = read_program(SPIN, DSL)
    code = bytecode.compile_program(program, DSL)
    rows = [(2000,), (2001,), (10**12,), (5,), (2000,)]
    batch = vm.encode_rows((INT,), rows, [n for (n,) in rows], INT)
    grades = vm.grade([code] * 3, batch, Limits(fuel=2000))
    inf = math.inf
    assert grades.errors.tolist() == [[0.0, inf, inf, 0.0, 0.0]] * 3
    out_of_fuel = list(FailureKind).index(FailureKind.FUEL) + 1
    assert grades.status.tolist() == [[0, out_of_fuel, out_of_fuel, 0, 0]] * 3
    outputs = vm.run(code, rows, Limits(fuel=2000))
    assert [isinstance(o, Failure) for o in outputs] == [False, True, True, False, False]


def test_what_grade_cannot_do_is_refused() -> None:
    code = bytecode.compile_program(same(INT), DSL)
    wrong: Any = vm.encode_rows((INT,), [(1,)], [1.0], parse_type("float"))
    with pytest.raises(UnsupportedError, match="the expected outputs are float"):
        vm.grade([code], wrong)
    with pytest.raises(UnsupportedError, match="the expected outputs are missing"):
        vm.grade([code], vm.encode_rows((INT,), [(1,)]))
    batch = vm.encode_rows((INT,), [(1,)], [1], INT)
    for tolerance in (-1.0, math.nan):
        with pytest.raises(ProgsynthError, match="tolerance of grade: expected 0 or more"):
            vm.grade([code], batch, tolerance=tolerance)
    assert vm.grade([], batch).errors.shape == (0, 1)
