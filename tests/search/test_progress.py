"""What a progress bar says."""

from __future__ import annotations

from progsynth.search.progress import best, state
from progsynth.search.run import Event


def test_a_line_says_what_was_used_and_how_near_the_best_program_is() -> None:
    event = Event("progress", 1.5, 12_000, 48_000, 7, (3, 5))
    assert state(event) == "level 7, 12,000 programs, best passes 3 of 5"


def test_what_a_population_is_like_is_shown_and_what_is_long_is_not() -> None:
    known = {"behaviours": 412, "size": 17.31, "right_cases": 9, "errors": (0.0, 1.0)}
    event = Event("progress", 1.5, 10, 40, 2, (0, 0), gradient_steps=1200, details=known)
    assert state(event) == (
        "level 2, 10 programs, 1,200 gradient steps, 412 behaviours, mean size 17, "
        "9 examples right by some program"
    )


def test_the_best_program_of_a_search_that_trains_has_a_line_with_its_score_and_the_baseline() -> (
    None
):
    known = {"validation": 0.95, "baseline": 0.091, "best": "sum(map(digit, xs))"}
    event = Event("progress", 1.5, 10, 40, 2, (0, 0), gradient_steps=1200, details=known)
    assert best(event) == (
        "best is right on 95.0% of the validation examples, a constant on 9.1%: sum(map(digit, xs))"
    )
    assert best(Event("progress", 1.5, 10, 40, 2, (0, 0))) == ""
