"""Sequences as concatenations of known parts."""

from __future__ import annotations

from typing import Any

import pytest

from progsynth.search.backward.concatenation import Concatenation, places


def known(wanted: tuple[Any, ...], parts: dict[str, tuple[tuple[Any, ...], int]]) -> Concatenation:
    made = Concatenation(wanted, 1)
    for name, (row, cost) in parts.items():
        where = sum(
            places(piece, whole) << i
            for i, (piece, whole) in enumerate(zip(row, wanted, strict=True))
        )
        made.note(row, where, cost, name)
    return made


NAMES = ("Ada L.", "Alan T.", "Grace H.")
PARTS = {
    "first": (("Ada", "Alan", "Grace"), 3),
    "initial": (("L", "T", "H"), 3),
    "dot": ((".",) * 3, 1),
    "space": ((" ",) * 3, 1),
}


def test_the_cheapest_way_through_all_outputs_comes_first() -> None:
    parts = {**PARTS, "dear": (("Ada ", "Alan ", "Grace "), 7), "both": (("L.", "T.", "H."), 4)}
    ways = list(known(NAMES, parts).ways(0b111, 5_000))
    assert [part.handle for part in ways[0].parts] == ["first", "space", "both"]
    assert ways[0].cost == 3 + 1 + 4 + 2
    assert [way.cost for way in ways] == sorted(way.cost for way in ways)


def test_no_way_where_one_output_cannot_be_made() -> None:
    wrong = {**PARTS, "initial": (("L", "T", "X"), 3)}
    assert list(known(NAMES, wrong).ways(0b111, 5_000)) == []
    assert [p.handle for p in next(known(NAMES, wrong).ways(0b011, 5_000)).parts][:2] == [
        "first",
        "space",
    ]


def test_a_part_may_be_empty_on_some_examples() -> None:
    parts = {"number": (("1", "22", "3"), 2), "minus": (("-", "", "-"), 2)}
    way = next(known(("-1", "22", "-3"), parts).ways(0b111, 5_000))
    assert [part.handle for part in way.parts] == ["minus", "number"]


def test_lists_are_put_together_likewise() -> None:
    parts: dict[str, tuple[tuple[Any, ...], int]] = {
        "xs": (([1, 2], [30, 50]), 1),
        "back": (([2, 1], [50, 30]), 2),
        "nine": (([9], [9]), 1),
    }
    wanted = ([1, 2, 9, 2, 1], [30, 50, 9, 50, 30])
    way = next(known(wanted, parts).ways(0b11, 5_000))
    assert [part.handle for part in way.parts] == ["xs", "nine", "back"]


def test_a_part_that_is_much_dearer_than_what_it_says_is_none() -> None:
    parts = {"letter": (("a", "c"), 9), "cheap": (("b", "d"), 2), "dear": (("a", "c"), 7)}
    made = known(("ab", "cd"), parts)
    assert [part.handle for part in made.parts] == ["cheap", "dear"]
    way = next(made.ways(0b11, 1_000))
    assert way.lacks == sum(part.lacks for part in way.parts) > 0
    assert way.cost == 2 + 7 + 1, "what it lacks is no cost"
    lists = known(([1, 2], [3, 4]), {"dear": (([1], [3]), 9), "cheap": (([2], [4]), 2)})
    assert [part.handle for part in lists.parts] == ["cheap"]


@pytest.mark.parametrize(("piece", "whole", "there"), [
    ("b", "abc", True), ("", "abc", True), ("ac", "abc", False),
    ([2, 3], [1, 2, 3], True), ([3, 2], [1, 2, 3], False), ([], [], True),
])  # fmt: skip
def test_a_part_stands_in_one_piece(piece: Any, whole: Any, there: bool) -> None:
    assert places(piece, whole) is there
