"""What programs can give at all: equals, bounds and chances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from progsynth.lang.term import Neural
from progsynth.lang.types import FLOAT
from progsynth.search.problem import Problem
from progsynth.train.behaviour import Behaviour, behaviours, make_view

from .reading import SYMBOL, VECTOR, problem, program, vectors


def behaviour(expression: str, asked: Problem, *, max_assignments: int = 100) -> Behaviour:
    view = make_view(asked, (SYMBOL,), max_assignments=max_assignments, seed=0)
    (found,), executions = behaviours([program(expression)], view, asked.dsl, asked)
    assert found is not None and executions == 9
    return found


def test_programs_that_no_training_tells_apart_are_equal() -> None:
    asked = problem(40)
    whole, by_hand, twice = (
        behaviour(e, asked)
        for e in ("sum(map(symbol, xs))", "symbol(xs[0]) + symbol(xs[1])", "2 * symbol(xs[0])")
    )
    assert whole.key == by_hand.key != twice.key


def test_the_bound_is_the_share_of_rows_that_some_answers_make_right() -> None:
    asked = problem(60)
    outputs = np.array(asked.outputs)
    assert behaviour("sum(map(symbol, xs))", asked).bound == 1.0
    largest = behaviour("max(map(symbol, xs))", asked)
    assert largest.bound == np.mean(outputs <= 2)
    assert (largest.possible_R == (outputs <= 2)).all()
    assert behaviour("2 * symbol(xs[0])", asked).bound == np.mean(outputs % 2 == 0)


def test_chance_is_the_share_of_assignments_that_are_right() -> None:
    asked = problem(60)
    found = behaviour("sum(map(symbol, xs))", asked)
    ways = {0: 1, 1: 2, 2: 3, 3: 2, 4: 1}
    assert found.chance_R == pytest.approx([ways[o] / 9 for o in asked.outputs])


def test_failures_are_never_right() -> None:
    assert behaviour("symbol(xs[2])", problem(20)).bound == 0.0


def test_without_tables_nothing_is_ruled_out() -> None:
    asked = problem(20)
    view = make_view(asked, (SYMBOL,), max_assignments=8, seed=0)
    assert not view.is_exact
    (found,), _ = behaviours([program("max(map(symbol, xs))")], view, asked.dsl, asked)
    assert found is not None
    assert found.bound == 1.0
    assert 0 < found.chance < 1


def test_programs_with_real_answers_are_each_their_own() -> None:
    real = Neural("size", ("x",), (VECTOR,), FLOAT)
    asked = replace(problem(5), neural=(real,))
    view = make_view(asked, (real,), max_assignments=100, seed=0)
    some = [replace(program(e), neural=(real,)) for e in ("len(xs)", "len(xs) + 1")]
    (one, other), executions = behaviours(some, view, asked.dsl, asked)
    assert one is not None and other is not None
    assert one.key != other.key
    assert executions == 0


def test_tables_are_small_where_some_rows_have_none() -> None:
    x_N, _ = vectors(18, 0)
    lists = [(x_N[:2],), (x_N[2:9],), (x_N[9:],)]  # 9, 2,187 and 19,683 assignments

    def tabled(count: int) -> tuple[bool, ...]:
        asked = replace(problem(4), inputs=tuple(lists[:count]), outputs=(0,) * count)
        view = make_view(asked, (SYMBOL,), max_assignments=3_000, seed=0)
        assert all(len(some) for some in view.assignments)
        return view.tabled

    assert tabled(2) == (True, True)
    assert tabled(3) == (True, False, False)
