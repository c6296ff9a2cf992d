"""The flat search finds programs, says what it used, and is the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.evaluate import evaluate
from progsynth.lang import vm
from progsynth.lang.term import Call, Function, Neural, Program, const
from progsynth.lang.types import INT
from progsynth.search.genetic.flat.method import flat_genetic
from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Candidate
from progsynth.task import Example
from tests.search.genetic.problems import problem

pytestmark = pytest.mark.skipif(not vm.available(), reason="needs Numba")

ROWS = [(3, 1, 2), (5, 9, 7), (4, 4, 1), (-2, 0, -5), (8, 8, 8), (0, 6, 3)]
SETTINGS = FlatSettings(population=200)


def largest() -> Problem:
    """The largest of three ints, by comparisons."""
    return problem("(a: int, b: int, c: int) -> int", max, ROWS, allowed=("lt", "le", "add.int"))


def found(wanted: Problem, seed: int, executions: int, **options: float) -> Iterator[Candidate]:
    """What a search hands out within so many executions."""
    search = flat_genetic(settings=FlatSettings(population=200, **options))(wanted, seed)  # type: ignore[arg-type]
    used = 0
    while used < executions:
        batch = search.ask(Allowance(executions - used, None))
        used += batch.executions
        yield from batch.candidates


def is_right(wanted: Problem, candidate: Candidate) -> bool:
    """Is it right on all examples, by another engine?"""
    examples = [Example(i, o) for i, o in zip(wanted.inputs, wanted.outputs, strict=True)]
    return evaluate(candidate.program, examples, wanted.dsl, engine="interpreter").solved


@pytest.mark.parametrize("sample", [1.0, 0.5])
def test_what_is_handed_out_is_right(sample: float) -> None:
    wanted = largest()
    first = next(found(wanted, 0, 2_000_000, sample=sample))
    assert is_right(wanted, first)


def test_a_loop_is_found() -> None:
    rows = [(n,) for n in (0, 1, 2, 5, 7)]
    wanted = problem(
        "(n: int) -> int",
        lambda n: n * (n - 1) // 2,
        rows,
        allowed=("add.int", "sub.int", "range.stop"),
    )
    assert is_right(wanted, next(found(wanted, 0, 3_000_000)))


def test_the_same_seed_gives_the_same_programs() -> None:
    def told(seed: int) -> list[Program]:
        search = flat_genetic(settings=SETTINGS)(largest(), seed)
        for _ in range(3):
            search.ask(Allowance(10_000, None))
        return [one.program for one in search.partial()]

    assert told(0) == told(0)
    assert told(0) != told(1)


def test_an_allowance_of_executions_ends_an_ask_and_is_told() -> None:
    search = flat_genetic(settings=SETTINGS)(largest(), 0)
    batch = search.ask(Allowance(100, None))
    assert 100 <= batch.executions <= 200 * len(ROWS)
    assert 0 < batch.programs <= batch.executions


def test_partial_programs_are_the_best_first() -> None:
    wanted = largest()
    search = flat_genetic(settings=SETTINGS)(wanted, 0)
    search.ask(Allowance(20_000, None))
    examples = [Example(i, o) for i, o in zip(wanted.inputs, wanted.outputs, strict=True)]
    passed = [evaluate(one.program, examples, wanted.dsl).passed for one in search.partial()]
    assert len(passed) > 1 and passed == sorted(passed, reverse=True) and passed[0] > 1


def test_what_flat_programs_cannot_be_judged_on_is_refused() -> None:
    digit = Neural("digit", ("n",), (INT,), INT)
    with pytest.raises(UnsupportedError, match="call neural submodules"):
        flat_genetic()(problem("(n: int) -> int", abs, [(1,)], neural=(digit,)), 0)


@pytest.mark.parametrize("sample", [1.0, 0.5])
def test_each_number_that_grades_an_output_is_an_error_of_its_own(sample: float) -> None:
    def apart(wanted: Sequence[int], given: Sequence[int]) -> tuple[float, ...]:
        return tuple(float(abs(w - g)) for w, g in zip(wanted, given, strict=True))

    wanted = problem(
        "(a: int, b: int) -> tuple[int, int]",
        lambda a, b: (min(a, b), max(a, b)),
        [(3, 1), (2, 5), (4, 4), (-1, 0)],
        allowed=("min.int", "max.int", "add.int"),
        error=apart,
    )
    settings = FlatSettings(population=100, sample=sample)
    search: Any = flat_genetic(settings=settings)(wanted, 0)
    found: tuple[Candidate, ...] = ()
    while not found and search.executions < 200_000:
        found = search.ask(Allowance(1, None)).candidates
    assert is_right(wanted, found[0])
    numbers_NCK = search.population.errors_NC.reshape(-1, round(4 * sample), 2)
    one_is_right = (numbers_NCK == 0.0).any(axis=2) & (numbers_NCK > 0.0).any(axis=2)
    assert one_is_right.any(), "of no output one number alone was right"
    (half, *_) = (one for one in search.log if one.wrong > 0)
    assert half.wrong <= len(wanted.inputs) * sample  # cases are counted, not numbers


@pytest.mark.parametrize("setting", [{"sample": 1.5}, {"population": 0}, {"max_size": 3}])
def test_settings_that_make_no_sense_are_refused(setting: dict[str, float]) -> None:
    with pytest.raises(ProgsynthError, match=next(iter(setting))):
        FlatSettings(**setting)  # type: ignore[arg-type]


def test_a_hole_in_a_sketch_is_refused_even_where_its_types_are_those_of_the_program() -> None:
    wanted = problem("(n: int) -> int", abs, [(1,)])

    def wrap(term: object, cost: int) -> Candidate:
        assert term == const(0)
        body = Call("add.int", (const(0), const(1)))
        return Candidate(Program((Function("f", ("n",), (INT,), INT, body),)), cost)

    with pytest.raises(UnsupportedError, match="only a part of the program"):
        flat_genetic()(replace(wanted, wrap=wrap), 0)
