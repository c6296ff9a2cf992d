"""Which of the programs that fit `solve` returns, and what it says of the others."""

from __future__ import annotations

import pytest

from progsynth.solve import Result, solve
from progsynth.task import Task


def solved(pairs: list[tuple[object, object]], **options: object) -> Result:
    task = Task.from_pairs("t", pairs)
    given = {"seconds": None, "executions": 1_500_000, "search": "bottom_up", **options}
    found = solve(task, **given)  # type: ignore[arg-type]
    assert found.solved, str(found)
    return found


@pytest.mark.parametrize(
    ("pairs", "given", "expected"),
    [
        ([("Max Ernst", "Ernst"), ("Joe Miros", "Miros")], "Giorgio Morandi", "Morandi"),
        ([("Max Ernst", "Ernst,Max"), ("Joe Miros", "Miros,Joe")], "Lee Krasner", "Krasner,Lee"),
        ([("Max Ernst", "M Ernst"), ("Dora Maar", "D Maar")], "Lee Abbot", "L Abbot"),
        ([("[2020-11]", "2020"), ("[1985-07]", "1985")], "[800-12]", "800"),
    ],
)
def test_a_program_that_moves_words_is_preferred_to_one_that_counts_characters(
    pairs: list[tuple[object, object]], given: str, expected: str
) -> None:
    assert solved(pairs).function(given) == expected


def test_a_program_that_keeps_what_all_outputs_keep_is_preferred() -> None:
    rows = [
        *([6, 1, 1, 5, 3], [3, 3, 5, 0, 2], [5, 3, 1, 0, 6], [0, 5, 3], [3, 0, 3, 5, 4]),
        *([2, 6, 5], [4, 3, 6], [6, 2, 0], [1, 5, 3, 2, 4], [3, 4, 0, 5, 2]),
    ]
    found = solved([(xs, [x for x in xs if x == 0]) for xs in rows])
    assert found.function([4, 0, 2, 0]) == [0, 0], found.program


def test_alternatives_do_something_else_on_other_inputs_and_fit_too() -> None:
    pairs: list[tuple[object, object]] = [("Max Ernst", "Ernst"), ("Joe Miros", "Miros")]
    found = solved(pairs, search="bottom_up_python", executions=15_000)
    assert found.as_json()["alternatives"] == list(found.alternatives)
    assert found.program not in found.alternatives
    assert len(set(found.alternatives)) == len(found.alternatives) <= 5


def test_the_same_budget_of_executions_gives_the_same_result() -> None:
    pairs: list[tuple[object, object]] = [([3, 1, 2], 3), ([5, 9], 5), ([2, 1], 2)]
    given = {"search": "bottom_up_python", "executions": 15_000}
    one, other = (solved(pairs, **given) for _ in range(2))
    assert (one.program, one.executions) == (other.program, other.executions)
    assert one.alternatives == other.alternatives
