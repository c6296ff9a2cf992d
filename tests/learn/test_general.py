"""Solutions with a part left open."""

from __future__ import annotations

import pytest

from progsynth.lang.engines import run_rows
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.learn.general import generalised
from progsynth.registry import pack

WORDS = pack("dreamcoder_lists")


def general(text: str) -> list[str]:
    function = read_program(text, WORDS).entry
    found = list(generalised(function, WORDS))
    assert len({one.name for one in found}) == len(found)
    return [pretty(Program((one,)), WORDS) for one in found]


def test_a_condition_and_a_number_are_left_open() -> None:
    filtered, over = general(
        "def f(xs: list[int]) -> list[int]:\n"
        "    return fold(xs, [], lambda x, ys: cons(x, ys) if x > 1 + 1 else ys)\n"
    )
    assert "(xs: list[int], f: (int) -> bool) -> list[int]" in filtered
    assert "cons(x, ys) if f(x) else ys" in filtered
    assert "(xs: list[int], n: int) -> list[int]" in over
    assert "cons(x, ys) if x > n else ys" in over


def test_what_is_left_open_gives_the_solution_back() -> None:
    text = (
        "def f(xs: list[int], k: int) -> list[int]:\n"
        "    return cons(k, map(lambda x: x * k + 3, xs))\n"
    )
    function = read_program(text, WORDS).entry
    (one,) = generalised(function, WORDS)
    rows = [([1, 2], 5), ([], 0), ([-4], 2)]
    own = run_rows(Program((function,)), rows, WORDS)
    assert run_rows(Program((one,)), [(*row, 3) for row in rows], WORDS) == own
    assert run_rows(Program((one,)), [([1, 2], 5, 0)], WORDS) == [[5, 5, 10]]


@pytest.mark.parametrize(
    "body", ["cdr(xs)", "xs if is_empty(xs) else cdr(xs)", "map(lambda x: x * x, xs)"]
)
def test_where_nothing_is_to_be_left_open_there_is_nothing(body: str) -> None:
    assert general(f"def f(xs: list[int]) -> list[int]:\n    return {body}\n") == []


def test_names_that_are_taken_are_not_given_again() -> None:
    text = "def f(xs: list[int]) -> list[int]:\n    return cons(1, xs)\n"
    function = read_program(text, WORDS).entry
    (one,) = generalised(function, WORDS)
    (other,) = generalised(function, WORDS, [one.name])
    assert one.name != other.name
