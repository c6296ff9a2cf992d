"""What is held out was not seen: tensors are held out, with every row that shows one."""

from __future__ import annotations

import numpy as np
import pytest

from progsynth.lang.types import list_of
from progsynth.neural.likelihood.inputs import Inputs, prepare
from progsynth.train.held_out import held_out

from .reading import SYMBOL, VECTOR, vectors


def inputs(num_tensors: int, num_rows: int, length: int = 2) -> Inputs:
    """Rows that show tensors of a small pool."""
    pool, _ = vectors(num_tensors, 0)
    drawn = np.random.default_rng(1).integers(0, num_tensors, (num_rows, length))
    rows = [([pool[n] for n in some],) for some in drawn]
    return prepare(rows, (list_of(VECTOR),), (SYMBOL,))


def shown(given: Inputs, rows: np.ndarray) -> set[int]:
    (places,) = (some["symbol"] for some in given.places)
    return {int(n) for n in places[given.where[rows, 1]].ravel()}


def test_every_row_is_on_one_side_and_about_the_share_is_held_out() -> None:
    given = inputs(200, 100)
    held, others = held_out(given, 0.2, 0)
    assert sorted([*held, *others]) == list(range(100))
    assert 20 <= len(held) <= 30


def test_rows_held_out_show_tensors_that_no_other_row_shows() -> None:
    given = inputs(60, 100)
    held, others = held_out(given, 0.2, 0)
    seen = shown(given, others)
    for row in held:
        assert shown(given, np.array([row])) - seen


def test_rows_of_their_own_tensors_are_split_at_random() -> None:
    pool, _ = vectors(50, 0)
    given = prepare([([x],) for x in pool], (list_of(VECTOR),), (SYMBOL,))
    held, _ = held_out(given, 0.2, 0)
    assert len(held) == 10
    assert sorted(held) != sorted(held_out(given, 0.2, 1)[0])


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_a_tensor_in_all_rows_does_not_hold_out_all(share: float) -> None:
    held, others = held_out(inputs(1, 20), share, 0)
    assert len(others) == (16 if share else 20)
    assert len(held) == (4 if share else 20)


def test_it_depends_on_the_seed_alone() -> None:
    given = inputs(60, 100)
    assert np.array_equal(held_out(given, 0.2, 3)[0], held_out(given, 0.2, 3)[0])
