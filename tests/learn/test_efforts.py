"""What each of a task's searches may use, round by round."""

from __future__ import annotations

from progsynth.learn.efforts import Effort, are_over, planned, sees_new

ROUND = {"executions": 100, "back": 4}


def test_the_first_round_begins_a_search() -> None:
    assert planned((), 1, False, **ROUND) == (Effort(1, 100),)


def test_without_new_words_it_has_the_whole_budget_again() -> None:
    assert planned((Effort(1, 100),), 2, False, **ROUND) == (Effort(1, 200),)


def test_new_words_begin_another_and_leave_the_first_its_part() -> None:
    assert planned((Effort(1, 100),), 2, True, **ROUND) == (Effort(1, 125), Effort(2, 75))


def test_both_go_on_until_there_are_new_words_again() -> None:
    known = Effort(1, 125), Effort(2, 75)
    assert planned(known, 3, False, **ROUND) == (Effort(1, 150), Effort(2, 150))
    assert planned(known, 3, True, **ROUND) == (Effort(1, 150), Effort(3, 75))


def test_what_is_exhausted_leaves_its_part_to_the_other() -> None:
    over = Effort(1, 100, over=True)
    assert planned((over,), 2, True, **ROUND) == (over, Effort(2, 100))
    assert planned((Effort(1, 100), Effort(2, 75, over=True)), 3, False, **ROUND) == (
        Effort(1, 200),
        Effort(2, 75, over=True),
    )
    assert planned((over,), 2, False, **ROUND) == (over,)
    assert are_over([over]) and not are_over([over, Effort(2, 75)])


def test_a_search_that_stops_early_without_a_program_is_over() -> None:
    assert Effort(1, 100).after(False, 40).over
    assert not Effort(1, 100).after(False, 101).over
    assert not Effort(1, 100).after(True, 40).over


def test_words_that_are_gone_are_nothing_new() -> None:
    assert sees_new([("a", 1)], [])
    assert sees_new([("a", 2)], [("a", 1)])
    assert not sees_new([("a", 1)], [("b", 1), ("a", 1)])
