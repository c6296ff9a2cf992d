"""Which search a task gets, what it says of itself, and that workers change nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from progsynth.errors import ProgsynthError
from progsynth.lang.primitive import DSL, primitive
from progsynth.registry import pack, suite
from progsynth.solve import solve
from progsynth.task import Task

NAMES = ["bottom_up", "flat_genetic", "genetic", "best_first"]
DOUBLE = Task.from_pairs("double", [([1, 2], [2, 4]), ([5], [10]), ([], [])])


@pytest.mark.parametrize("search", ["portfolio", "bottom_up", "bottom_up_python", "best_first"])
def test_a_result_says_which_search_found_it_and_what_each_used(search: str) -> None:
    found = solve(DOUBLE, search=search, seconds=60, seed=1)
    assert found.solved
    assert found.search == search
    by = {"portfolio": "bottom_up", "best_first": "templates"}  # small programs come first
    assert found.found_by == by.get(search, search)
    assert found.searches[0].search == found.found_by
    assert sum(used.programs for used in found.searches) == found.programs
    if search == "portfolio":
        assert [used.search for used in found.searches] == NAMES


def test_a_sketch_of_several_holes_is_for_those_that_can_fill_it() -> None:
    sketch = "def f(xs: list[int]) -> list[int]:\n    return map(lambda x: ?? + ??, xs)\n"
    several = solve(DOUBLE, sketch=sketch, seconds=60)
    assert (several.solved, [u.search for u in several.searches]) == (True, ["bottom_up"])
    one = solve(DOUBLE, sketch=sketch.replace("?? + ??", "??"), seconds=60)
    assert (one.solved, [u.search for u in one.searches]) == (True, NAMES)


@pytest.mark.parametrize("workers", [0, -1, 1.5, True])
def test_workers_are_a_whole_number_from_1(workers: int) -> None:
    with pytest.raises(ProgsynthError, match="workers: expected a whole number from 1, found"):
        solve(DOUBLE, workers=workers)


def test_a_language_that_cannot_be_sent_is_searched_in_this_process() -> None:
    @primitive("(n: int) -> int")
    def triple(n: int) -> int:
        """Three times n, which is 0 where that is too much."""
        return 3 * n if abs(n) < 2**60 else 0

    names = ("add.int", "mul.int")
    small = DSL("small", {name: pack().primitives[name] for name in names}, {}, {}).extend(triple)
    task = Task.from_pairs("far", [(n, 7 * n**5 + n % 3) for n in range(2, 9)])
    found = solve(task, dsl=small, seconds=None, executions=230_000, workers=2)
    assert not found.solved
    assert any("genetic ran in this process: it cannot be sent" in note for note in found.notes)
    assert all(used.executions for used in found.searches if used.search != "flat_genetic")
    assert "flat_genetic was left out: the pack has no 'range.stop'" in found.notes


@pytest.mark.slow
def test_a_budget_of_executions_gives_the_same_result_with_any_number_of_workers() -> None:
    task = replace(suite("algorithms")["fizz-buzz"], test=())
    stories = []
    for workers in (1, 2, 3):
        found = solve(task, seconds=None, executions=900_000, workers=workers, seed=3)
        used = [(one.search, one.programs, one.executions) for one in found.searches]
        assert len([one for one in used if one[2]]) > 1
        stories.append((found.solved, found.program, found.programs, found.executions, used))
    assert stories[0] == stories[1] == stories[2]
