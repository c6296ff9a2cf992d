"""Rows of few assignments tell programs apart; the others have a say in the end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from progsynth.search.genetic import Proposal
from progsynth.search.problem import Problem
from progsynth.train.short_rows import of_rows, short_rows

from .reading import problem, vectors
from .test_hybrid_search import candidate, evaluated, search

FEW = 27  # lists of three symbols


def sums(count: int = 60, longest: int = 4) -> Problem:
    """Sums of lists of one to `longest` symbols, by turns."""
    lengths = [1 + n % longest for n in range(count)]
    x_N, y_N = vectors(sum(lengths), 0)
    rows, outputs, begin = [], [], 0
    for length in lengths:
        rows.append((x_N[begin : begin + length],))
        outputs.append(sum(y_N[begin : begin + length]))
        begin += length
    return replace(problem(2), inputs=tuple(rows), outputs=tuple(outputs))


def lengths(asked: Problem, rows: np.ndarray) -> set[int]:
    return {len(asked.inputs[row][0]) for row in rows}


@pytest.mark.parametrize(
    ("few", "expected"),
    [(FEW, {1, 2, 3}), (9, {1, 2}), (3, {1, 2, 3, 4}), (0, {1, 2, 3, 4}), (81, {1, 2, 3, 4})],
)
def test_rows_of_few_assignments_if_they_are_half_of_all(few: int, expected: set[int]) -> None:
    asked = sums()
    rows = short_rows(asked, few=few)
    assert lengths(asked, rows) == expected
    assert rows.tolist() == sorted(rows.tolist())
    some = of_rows(asked, rows)
    assert [len(row[0]) for row in some.inputs] == [len(asked.inputs[r][0]) for r in rows]
    assert list(some.outputs) == [asked.outputs[r] for r in rows]


def test_programs_that_differ_on_long_rows_alone_differ() -> None:
    asked = sums()
    made = search(asked, few=FEW)
    alike = [candidate("sum(map(symbol, xs))", asked), candidate("sum_by(symbol, xs)", asked)]
    other = candidate("0 if len(xs) > 3 else sum(map(symbol, xs))", asked)
    made.scorer.meet([*alike, other])
    assert len(made.scorer.members) == 2
    assert made.scorer.member(alike[0].program) is made.scorer.member(alike[1].program)
    assert made.scorer.member(other.program) is not made.scorer.member(alike[0].program)


def trained(asked: Problem, few: int):  # type: ignore[no-untyped-def]
    made = search(asked, few=few, rungs=(30, 30, 60), finish=90)
    right = candidate("sum(map(symbol, xs))", asked)
    made.scorer([Proposal(right)])
    for _ in range(3):
        made.scorer.promote()
    member = made.scorer.member(right.program)
    assert member is not None and member.fit > 0.9
    return made, member


def test_what_short_rows_have_taught_is_trained_on_all_rows_in_the_end() -> None:
    asked = sums()
    made, member = trained(asked, FEW)
    assert len(member.view.wanted_R) == 45
    before = made.scorer.counts.gradient_steps
    found = made.scorer.complete(member.candidate)
    assert made.scorer.counts.gradient_steps == before + 90
    assert found.networks is not member.candidate.networks
    assert found.program == member.candidate.program
    assert evaluated(found, asked).reaches(asked.accuracy)


def test_where_no_row_was_left_out_nothing_is_to_be_completed() -> None:
    asked = sums()
    made, member = trained(asked, 0)
    assert len(member.view.wanted_R) == 60
    before = made.scorer.counts.gradient_steps
    assert made.scorer.complete(member.candidate) is member.candidate
    assert made.scorer.counts.gradient_steps == before
