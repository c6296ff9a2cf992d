"""Pieces of texts, against the texts put together of them again."""

from __future__ import annotations

from random import Random

import pytest

from progsynth.search.items.pieces import lengths_of, pieces
from progsynth.search.items.system import System


def found(rows: list[list[int]], texts: list[str], count: int) -> dict[int, str] | None:
    return pieces(rows, texts, lengths_of(rows, texts, System(rows, count)))


@pytest.mark.parametrize("widest", [1, 4])
def test_texts_fall_into_the_pieces_that_they_were_made_of(widest: int) -> None:
    rng = Random(widest)
    made = ["ab!"[i % 3] * rng.randrange(widest - (widest == 1), widest + 1) for i in range(9)]
    rows = [[rng.randrange(9) for _ in range(rng.randrange(7))] for _ in range(40)]
    texts = ["".join(made[i] for i in row) for row in rows]
    assert found(rows, texts, 9) == {i: made[i] for row in rows for i in row}


def test_what_stands_between_known_pieces_is_known() -> None:
    rows = [[0], [1], [0, 2, 2, 1], [0, 3, 1, 4, 5]]
    texts = ["x", "yy", "xababyy", "xcyydef"]
    assert pieces(rows, texts, {0: 1, 1: 2}) == {0: "x", 1: "yy", 2: "ab"}


def test_pieces_are_known_from_fewer_texts_than_items() -> None:
    rng = Random(5)
    letters = "abcdefghijklmnop"
    rows = [[rng.randrange(16) for _ in range(1, rng.randrange(2, 8))] for _ in range(14)]
    texts = ["".join(letters[i] * (1 + i % 2) for i in row) for row in rows]
    met = {i for row in rows for i in row}
    lengths = System(rows, 16).shares([len(text) for text in texts])
    assert lengths is not None and len(lengths.known) < len(met)
    assert found(rows, texts, 16) == {i: letters[i] * (1 + i % 2) for i in met}


def test_texts_that_no_pieces_make_are_none() -> None:
    assert found([[0, 1], [1, 0]], ["ab", "ab"], 2) is None
    assert found([[0], [0, 0]], ["ab", "abb"], 1) is None
    assert found([[0], [0, 1]], ["ab", "bab"], 2) is None
