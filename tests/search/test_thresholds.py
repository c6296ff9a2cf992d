"""Bounds for a number, read off the examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progsynth.search.thresholds import bounds, num_digits, simplest

NUMBERS = st.integers(-(10**6), 10**6) | st.integers(-50, 50)


@given(NUMBERS, NUMBERS)
def test_the_simplest_number_is_a_bound_between(a: int, b: int) -> None:
    low, high = sorted((a, b))
    if low == high:
        return
    found = simplest(low, high)
    assert isinstance(found, int) and low < found <= high
    others = range(low + 1, min(high, low + 300) + 1)
    assert num_digits(found) <= min(map(num_digits, others)) or found == 0


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0.31, 0.47, 0.4), (-3.0, 2.0, 0.0), (99.0, 100.5, 100.0)]
)
def test_reals(low: float, high: float, expected: float) -> None:
    found = simplest(low, high)
    assert isinstance(found, float) and found == pytest.approx(expected)


def test_bounds_where_labels_change() -> None:
    found = list(bounds([1, 5, 995, 1003, 2500], [1, 1, 1, 2, 2]))
    assert found == [(1000, 0b00111)]
    assert list(bounds([4, 4, 7], [1, 2, 2])) == [(7, 0b011)]


def test_a_number_at_which_everything_changes_says_nothing() -> None:
    assert list(bounds(list(range(100)), [n % 2 for n in range(100)])) == []
