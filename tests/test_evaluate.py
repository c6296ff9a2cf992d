"""Evaluation: outputs compared, errors graded by type."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progsynth.evaluate import compare, evaluate, grade, levenshtein
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.term import Call, Function, Program, Var, const
from progsynth.lang.types import FLOAT, INT, STR, parse_type
from progsynth.registry import pack
from progsynth.task import Example

HALVES = Program((Function("f", ("x",), (INT,), INT, Call("floordiv.int", (const(12), Var(0)))),))


def test_right_wrong_and_failing_outputs_are_told_apart() -> None:
    examples = [Example((4,), 3), Example((5,), 7), Example((0,), 1)]
    found = evaluate(HALVES, examples, pack(), engine="python")
    assert found.right == (True, False, False)
    assert found.outputs == (3, 2, Failure(FailureKind.ZERO))
    assert found.errors == (0.0, 5.0, math.inf)
    assert (found.passed, found.total, found.solved) == (1, 3, False)
    assert found.failures == (None, None, Failure(FailureKind.ZERO))
    assert found.error == math.inf


def test_limits_are_those_given() -> None:
    spin = Program(
        (Function("f", ("n",), (INT,), INT, Call("len.list", (Call("range.stop", (Var(0),)),))),)
    )
    examples = [Example((500,), 500)]
    assert evaluate(spin, examples, pack(), engine="python").solved
    poor = evaluate(spin, examples, pack(), limits=Limits(cells=100), engine="python")
    assert poor.outputs == (Failure(FailureKind.MEMORY),)


def test_floats_are_right_within_the_tolerance_and_an_error_function_may_be_given() -> None:
    assert compare([1.0], [1.05], FLOAT, tolerance=0.1).solved
    assert not compare([1.0], [1.05], FLOAT).solved
    graded = compare([1.0], [3.0], FLOAT, error=lambda expected, found: found / expected)
    assert graded.errors == (3.0,)
    graded = compare([1.0], [3.0], FLOAT, error=lambda expected, found: (found, expected))
    assert graded.errors == (4.0,)  # of several numbers the sum


@pytest.mark.parametrize(
    ("text", "expected", "found", "error"),
    [
        ("int", 3, -4, 7.0),
        ("int", 2**63 - 1, -(2**63), 2.0**64),
        ("float", 1.5, 1.0, 0.5),
        ("float", math.nan, math.nan, 0.0),
        ("float", math.nan, 1.0, math.inf),
        ("bool", True, False, 1.0),
        ("str", "kitten", "sitting", 3.0),
        ("list[int]", [1, 2, 3], [1, 4], 12.0),
        ("list[int]", [], [7], 10.0),
        ("list[str]", ["ab"], ["ac"], 1.0),
        ("tuple[int, bool]", (1, True), (3, False), 3.0),
        ("dict[str, int]", {"a": 1, "b": 2}, {"a": 4, "c": 2}, 23.0),
    ],
)
def test_errors_are_graded_by_type(
    text: str, expected: object, found: object, error: float
) -> None:
    assert grade(parse_type(text), expected, found) == error
    assert grade(parse_type(text), expected, expected) == 0.0


def textbook(left: Sequence[object], right: Sequence[object]) -> int:
    """The edit distance by dynamic programming, a row for each item (Wagner and Fischer 1974)."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]


@given(st.text("abc", max_size=70), st.text("abc", max_size=70))
def test_the_edit_distance_is_that_of_the_textbook(left: str, right: str) -> None:
    assert levenshtein(left, right) == textbook(left, right) == grade(STR, left, right)


@given(*[st.lists(st.integers(0, 3), max_size=70)] * 2)
def test_the_edit_distance_of_lists_is_that_of_the_textbook(
    left: list[int], right: list[int]
) -> None:
    assert levenshtein(left, right) == textbook(left, right)
