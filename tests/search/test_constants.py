"""Constants: which ones the examples give away, and how dear they are."""

from __future__ import annotations

from progsynth.lang.types import BOOL, FLOAT, INT, STR, parse_type
from progsynth.search.constants import CHEAP, COMMON, mine
from progsynth.task import Task


def mined(pairs: list[tuple[object, object]], **options: object) -> dict[object, int]:
    task = Task.from_pairs("t", pairs, **options)  # type: ignore[arg-type]
    found = mine(task.types, task.result, task.train, task.constants)
    assert len({(c.type, repr(c.value)) for c in found}) == len(found), "each once"
    return {(c.value, c.type): c.cost for c in found}


def test_digits_are_always_there_and_small_ones_cheap() -> None:
    found = mined([(4, 4), (5, 5)])
    assert all((digit, INT) in found for digit in range(-1, 10))
    assert found[1, INT] == CHEAP
    assert found[9, INT] == COMMON
    assert found[True, BOOL] == COMMON
    assert not any(type_ in (STR, FLOAT) for _, type_ in found)


def test_what_is_measured_alike_on_all_examples_is_cheap() -> None:
    assert mined([([1, 2], [8, 9]), ([5], [12])])[7, INT] == CHEAP  # a difference
    assert mined([([2, 1], [26, 13]), ([3], [39])])[13, INT] == CHEAP  # a ratio
    places = [([9, 8, 7, 6, 5, 4], [5, 4]), ([1, 2, 3, 4, 5, 6, 7], [5, 6, 7])]
    assert mined(places)[4, INT] == CHEAP  # where the output begins in the input
    ends = [([9, 8, 7, 6, 5], [7, 6, 5]), ([1, 2, 3, 4], [2, 3, 4])]
    assert mined(ends)[-3, INT] == CHEAP  # the same, from the end


def test_a_number_of_one_output_only_is_no_constant() -> None:
    assert (3512, INT) not in mined([([1], 3512), ([2], 77), ([3], 21)])


def test_texts_that_all_outputs_share_are_cheap_and_separators_known() -> None:
    found = mined([("a,b", "a (b)!!"), ("cc,d", "cc (d)!!")])
    assert found[")!!", STR] == CHEAP
    assert (",", STR) in found
    assert found["", STR] == CHEAP


def test_the_tasks_own_constants_are_cheap_and_keep_their_types() -> None:
    found = mined([(1, 2), (2, 3)], constants=(1000, 2.5, "x", True))
    assert found[1000, INT] == found[2.5, FLOAT] == found["x", STR] == found[True, BOOL] == CHEAP


def test_floats_come_with_float_requests() -> None:
    found = mined([(1.0, 3.25), (2.0, 3.25), (4.0, 3.25)], request=parse_type("(float) -> float"))
    assert found[3.25, FLOAT] == CHEAP
    assert found[0.5, FLOAT] == COMMON


def test_what_was_written_in_place_of_what_is_evident() -> None:
    found = mined(
        [
            ("Bern, Switzerland", "Bern, CH"),
            ("Graz, AT", "Graz, AT"),
            ("Thun, Switzerland", "Thun, CH"),
        ]
    )
    for text in ("Switzerland", "CH", ", Switzerland", ", CH"):
        assert found[text, STR] == CHEAP
    assert ("Bern", STR) not in found


def test_words_that_differ_from_output_to_output_are_no_constants() -> None:
    pairs = [
        (f"item {i}", f"item {w}") for i, w in enumerate(("uno", "due", "tre", "sei", "sette"))
    ]
    assert not any(w in dict(mined(pairs)) for w in (("uno", STR), ("due", STR), ("sette", STR)))  # type: ignore[arg-type]


def test_beginnings_of_words_are_no_constants() -> None:
    found = mined([("Max Ernst here", "M Ernst here"), ("Joan Lohse here", "J Lohse here")])
    assert ("M", STR) not in found
    assert ("Joan", STR) not in found


def test_what_stands_next_to_outputs_marks_where_they_begin_or_end() -> None:
    found = mined([("on=>off=>up", "up"), ("a=>b", "b"), ("none", "none")])
    assert found["=>", STR] == COMMON
    alone = mined([("one/ntwo/nthree, four", "three, four"), ("one", "one")])
    assert alone["/n", STR] == COMMON, "of one example two characters"
    assert not any("two" in text for text, type_ in alone if type_ == STR)
    behind = mined([("up !! rest", "up"), ("a !! b", "a")])
    assert behind[" !! ", STR] == COMMON
