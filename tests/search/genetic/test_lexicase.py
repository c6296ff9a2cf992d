"""Lexicase selection agrees with the book, choice by choice."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from progsynth.lang import vm
from progsynth.search.genetic.lexicase.sampling import distances, farthest_first
from progsynth.search.genetic.lexicase.selection import (
    chosen,
    chosen_slowly,
    deviations,
    grouped,
    lexicase,
)


def by_the_book(errors: np.ndarray, order: np.ndarray, epsilon: np.ndarray | None) -> list[int]:
    """The individuals left when one case after the other has been looked at."""
    left = list(range(len(errors)))
    for case in order:
        best = min(errors[one, case] for one in left)
        bound = best if epsilon is None else best + epsilon[case]
        left = [one for one in left if errors[one, case] <= bound]
    return left


@given(seed=st.integers(0, 10**6), real=st.booleans(), few=st.booleans())
@settings(max_examples=80)
def test_it_chooses_what_the_book_leaves(seed: int, real: bool, few: bool) -> None:
    rng = np.random.default_rng(seed)
    num, cases = int(rng.integers(1, 60)), int(rng.integers(1, 12))
    errors = rng.choice([0.0, 1.0, 2.0, np.inf], size=(num, cases), p=[0.5, 0.2, 0.2, 0.1])
    errors[:, rng.random(cases) < 0.3] = 1.0  # cases that tell nothing
    errors = np.concatenate([errors, errors[: num // 2]])
    epsilon = deviations(errors) if real else None
    orders = np.array([rng.permutation(cases)[: 2 if few else None] for _ in range(20)])
    draws = rng.random(20)
    found = chosen_slowly(errors, orders, draws, epsilon_C=epsilon)
    with pytest.MonkeyPatch.context() as patch:  # compiled, even where the VM is not yet
        patch.setattr(vm, "ready", lambda: True)
        assert chosen(errors, orders, draws, epsilon_C=epsilon) == found
    for one, order, draw in zip(found, orders, draws, strict=True):
        left = by_the_book(errors, order, epsilon)
        assert one == left[int(draw * len(left))]


def test_the_epsilon_of_a_case_is_the_median_distance_from_the_median() -> None:
    errors = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0], [9.0, np.inf], [np.inf, np.inf]])
    assert deviations(errors).tolist() == [1.5, 0.0]  # from 3: 2, 1, 1, 6


def test_with_an_epsilon_the_nearly_best_are_chosen_too() -> None:
    errors = np.array([[0.0], [0.4], [3.0]])
    assert set(lexicase(errors, 60, Random(0))) == {0}
    assert set(lexicase(errors, 60, Random(0), epsilon_C=np.array([0.5]))) == {0, 1}


def test_specialists_are_chosen_as_often_as_their_cases_come_first() -> None:
    errors = np.array([[0.0, 9.0, 9.0], [9.0, 0.0, 9.0], [9.0, 9.0, 0.0], [1.0, 1.0, 1.0]])
    found = lexicase(errors, 3000, Random(0))
    assert found.count(3) == 0
    assert all(found.count(one) == pytest.approx(1000, abs=120) for one in range(3))


def test_cases_that_are_left_out_do_not_count() -> None:
    errors = np.array([[0.0, 9.0], [9.0, 0.0]])
    assert set(lexicase(errors, 50, Random(0), cases=[1])) == {1}


def test_no_cases_leave_everybody() -> None:
    assert set(lexicase(np.zeros((4, 0)), 100, Random(0))) == {0, 1, 2, 3}


def test_equal_rows_are_grouped() -> None:
    assert grouped(np.array([[1.0], [2.0], [1.0]])) == [[0, 2], [1]]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=40)
def test_a_sample_is_farthest_first(seed: int) -> None:
    rng = np.random.default_rng(seed)
    errors = rng.integers(0, 2, (int(rng.integers(1, 8)), 9)).astype(np.float64)
    apart = distances(errors)
    for one in range(9):
        for other in range(9):
            assert apart[one, other] == np.count_nonzero(errors[:, one] != errors[:, other])
    taken = farthest_first(apart, 6, Random(seed))
    assert len(set(taken)) == 6
    for place in range(1, 6):
        nearest = [
            min(apart[case, taken[:place]]) for case in range(9) if case not in taken[:place]
        ]
        assert min(apart[taken[place], taken[:place]]) == max(nearest)


def test_cases_that_nothing_tells_apart_are_drawn_at_random() -> None:
    apart = distances(np.zeros((3, 8)))
    assert len({tuple(farthest_first(apart, 2, Random(seed))) for seed in range(30)}) > 10
