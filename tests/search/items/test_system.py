"""What items add to totals, against adding them up again."""

from __future__ import annotations

from random import Random

from progsynth.search.items.system import Shares, System


def test_what_all_items_add_is_known_where_there_are_enough_totals() -> None:
    rng = Random(1)
    worth = [rng.randrange(-9, 10) for _ in range(12)]
    rows = [[rng.randrange(12) for _ in range(rng.randrange(6))] for _ in range(60)]
    found = System(rows, 12).shares([sum(worth[i] for i in row) for row in rows])
    assert found is not None and found.known == dict(enumerate(worth))
    assert found.spare > 20


def test_of_items_that_always_come_together_nothing_is_known() -> None:
    found = System([[0, 1, 2], [0, 1], [2, 2, 2]], 3).shares([9, 4, 15])
    assert found == Shares({2: 5}, 1)


def test_totals_that_contradict_one_another_are_none() -> None:
    assert System([[0], [0, 0]], 1).shares([3, 7]) is None


def test_an_item_adds_no_part_of_a_number() -> None:
    assert System([[0, 0], [0, 0, 1]], 2).shares([3, 4]) is None


def test_too_many_items_are_not_looked_at() -> None:
    rows = [[i] for i in range(600)]
    assert System(rows, 600).shares([1] * 600) is None
