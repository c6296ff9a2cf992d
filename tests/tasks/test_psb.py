"""The suites 'psb1' and 'psb2': cards, sizes, edge cases, seeds and the published errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from progsynth.tasks.psb1 import errors
from progsynth.tasks.psb1 import generate as psb1
from progsynth.tasks.psb1.problem import Problem, make_task
from progsynth.tasks.psb1.published import published_cases
from progsynth.tasks.psb2 import generate as psb2

from progsynth.errors import TaskError
from progsynth.registry import suite_card, suites
from progsynth.request import request_text
from progsynth.task import Task

SUITES = (psb1, psb2)
PROBLEMS = [(module, problem) for module in SUITES for problem in module.PROBLEMS]

each_suite = pytest.mark.parametrize("module", SUITES, ids=lambda module: module.NAME)
each_problem = pytest.mark.parametrize(
    ("module", "problem"), PROBLEMS, ids=[problem.name for _, problem in PROBLEMS]
)


def card(module: ModuleType) -> dict:  # type: ignore[type-arg]
    return suite_card(f"progsynth.tasks.{module.NAME}")


def examples_of(task: Task) -> list[tuple[object, ...]]:
    return [(example.inputs, example.output) for example in (*task.train, *task.test)]


@pytest.fixture
def no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROGSYNTH_DATA", raising=False)


@each_suite
def test_the_card_says_what_is_there(module: ModuleType, no_data: None) -> None:
    assert module.NAME in suites()
    made = module.make()
    assert made.format == "generated"
    said = card(module)
    assert made.quick == tuple(said["quick"]) and 5 <= len(made.quick) <= 8
    sizes = {task.name: {"train": len(task.train), "test": len(task.test)} for task in made}
    assert sizes == said["splits"]
    assert list(dict.fromkeys(request_text(task.request) for task in made)) == said["requests"]
    text = "\n".join(f"{task.name} {examples_of(task)}" for task in made)
    assert sha256(text.encode()).hexdigest() == said["sha256"], "the generators draw otherwise"


def test_all_problems_of_the_two_benchmarks_are_there() -> None:
    assert (len(psb1.PROBLEMS), len(psb2.PROBLEMS)) == (29, 25)
    sizes = card(psb2)["splits"].values()
    assert all(size == {"train": 200, "test": 2000} for size in sizes)


@each_suite
def test_a_seed_draws_the_same_examples_again_and_another_one_others(module: ModuleType) -> None:
    problem = module.PROBLEMS[-1]
    first, again, other = (
        make_task(module.NAME, problem, seed=seed, num_test=9) for seed in (3, 3, 4)
    )
    assert first == again
    assert first.train != other.train and first.test != other.test


def test_no_task_has_more_test_examples_than_the_benchmark() -> None:
    named = {problem.name: problem for problem in psb1.PROBLEMS}
    for name, count in (("wallis-pi", 50), ("sum-of-squares", 100), ("median", 1000)):
        assert len(make_task("psb1", named[name], num_test=10_000).test) == count
    assert len(make_task("psb1", named["median"], num_test=7).test) == 7


@pytest.mark.data
@each_problem
def test_the_published_edge_cases_come_first_and_our_answers_are_theirs(
    module: ModuleType, problem: Problem, data_folder: Path
) -> None:
    cases = published_cases(module.NAME, problem.name)
    assert cases is not None
    train = make_task(module.NAME, problem, num_test=1).train
    assert len(train) == problem.num_train
    for (inputs, outputs), example in zip(cases, train, strict=False):
        assert example.inputs == (*inputs, *problem.given)
        wanted = outputs[0] if len(outputs) == 1 else outputs
        if isinstance(example.output, float):
            assert example.output == pytest.approx(wanted, abs=PLACES.get(problem.name, 1e-7))
        else:
            assert example.output == wanted


@pytest.mark.data
@each_suite
def test_a_suite_says_that_it_has_the_published_edge_cases(
    module: ModuleType, data_folder: Path
) -> None:
    assert module.make(num_test=1).format == "generated, edge cases published"


# To how many places theirs are right: prices are rounded, heights are of single precision.
PLACES = {"shopping-list": 5e-3, "bouncing-balls": 5e-4}


def test_without_the_data_edge_cases_are_our_own(no_data: None) -> None:
    problem = next(p for p in psb1.PROBLEMS if p.name == "grade")
    train = make_task("psb1", problem).train
    assert [example.inputs for example in train[: len(problem.edges)]] == problem.edges
    assert published_cases("psb1", "grade") is None


def test_data_that_cannot_be_read_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROGSYNTH_DATA", str(tmp_path))
    assert published_cases("psb2", "gcd") is None  # a folder without this suite's
    assert psb2.make(num_test=1).format == "generated"
    (tmp_path / "psb2_edge").mkdir()
    with pytest.raises(TaskError, match="the published edge cases of 'gcd' cannot be read"):
        published_cases("psb2", "gcd")
    path = tmp_path / "psb2_edge" / "gcd-edge.json"
    path.write_text(json.dumps({"input1": 4, "input2": 6, "output1": 2}) + "\n[1]\n")
    with pytest.raises(TaskError, match=r"gcd-edge\.json, line 2: expected an object .*'\[1\]'"):
        published_cases("psb2", "gcd")
    path.write_text('{"input1": 4}\n')
    with pytest.raises(TaskError, match=r"gcd-edge\.json, line 1: expected an object"):
        published_cases("psb2", "gcd")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(TaskError, match="the published edge cases of 'gcd' cannot be read"):
        published_cases("psb2", "gcd")


@each_suite
def test_tasks_are_graded_by_type_unless_the_published_errors_are_asked_for(
    module: ModuleType,
) -> None:
    for problem in module.PROBLEMS:
        by_type = make_task(module.NAME, problem, num_test=1)
        published = make_task(module.NAME, problem, num_test=1, published_errors=True)
        assert by_type.error is None
        assert published.error is problem.error


# ------------------------------------------------------------------- the published errors


@pytest.mark.parametrize(
    ("measure", "expected", "found", "error"),
    [
        (errors.wrong, 3, 300, 1),
        (errors.edits_of_items, [1, 2, 3], [2, 3, 300], 2),
        (errors.gaps_1000, [5, 7], [6], 1001),
        (errors.gaps_10000, [5, 7], [6, 7], 1),
        (errors.gaps_of_two, ([1], [2, 3]), ([1, 2], [3]), (10_000, 10_001)),
        (errors.EditsAndLetter(3), "is A.", "is C.", (1, 2)),
        (errors.EditsAndLetter(-1), "is A", "", (4, 1000)),
        (errors.edits_and_lines, "0 a b\n3 c d", "0 a b", (6, 1)),
        (errors.edits_and_words, "a b\nc", "a\nc", (2, 0, 1)),
        (errors.edits_and_numbers, "4\n16", "4\n17", (1, 0, 1)),
        (errors.edits_and_numbers, "4\n16", "4", (3, 1, 100)),
        (errors.edits_and_numbers, "", "4", (1, 1, 100)),
        (errors.edits_and_count, "found: 3", "found: 5", (1, 2)),
        (errors.edits_and_count, "found: 3", "found: ", (1, 1000)),
        (
            errors.edits_and_statistics,
            "number of sentences: 2\naverage sentence length: 1.5",
            "number of sentences: 5\naverage sentence length: 2.5",
            (2, 3, 1),
        ),
        (errors.gap_and_edits, 0.25, 0.75, (0.5, 1)),
        (errors.each_gap, (1, 5, 2), (4, 5, 0), (3, 0, 2)),
        (errors.edits_and_gap, ("a\nb", 2), ("a b", 5), (1, 3)),
        (errors.rounded_gap_and_edits, 1.5, 1.25, (0.25, 2)),
        (errors.rounded_gap_and_edits, 1.5, float("nan"), (1000, 12)),
    ],
)
def test_the_published_errors(
    measure: Callable[[Any, Any], float | tuple[float, ...]],
    expected: object,
    found: object,
    error: float | tuple[float, ...],
) -> None:
    assert measure(expected, found) == error
    right = measure(expected, expected)
    assert right == (0 if isinstance(error, int | float) else (0.0,) * len(error))
