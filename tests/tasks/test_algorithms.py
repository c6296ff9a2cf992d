"""The suite of algorithms: its card, its seeds, its programs, and that nothing it withholds is
left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from importlib import resources
from typing import Any

import pytest
from progsynth.tasks.algorithms.algorithm import Algorithm, task_of
from progsynth.tasks.algorithms.classics import tasks as classics
from progsynth.tasks.algorithms.generate import ALGORITHMS
from progsynth.tasks.algorithms.numbers import is_prime
from progsynth.tasks.algorithms.sequences import lists_to_sort

from progsynth.errors import DefectError
from progsynth.evaluate import evaluate
from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Limits
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.registry import pack, suite, suite_card
from progsynth.request import request_text
from progsynth.solving.setting import make_setting
from progsynth.task import Example, Suite, Task
from progsynth.task_formats import tasks_to_text

REFERENCE = resources.files("progsynth.tasks.algorithms") / "reference"
FIRST = ("greatest common divisor", "fizz-buzz", "word count", "sort")
NAMES = (*FIRST, *(algorithm.name for algorithm in ALGORITHMS))


@pytest.fixture(scope="module")
def algorithms() -> Suite:
    made = suite("algorithms")
    assert isinstance(made, Suite)
    return made


def reference(task: Task) -> Program:
    """The reference program of a task, in what the task leaves of the pack."""
    file = REFERENCE / f"{task.name.replace(' ', '-')}.psl"
    dsl = make_setting(task).vocabulary.dsl
    return read_program(file.read_text(encoding="utf-8"), dsl, file.name)


def test_the_card_says_what_is_there(algorithms: Suite) -> None:
    card = suite_card("progsynth.tasks.algorithms")
    assert card["sha256"] == sha256(tasks_to_text(algorithms.tasks).encode()).hexdigest()
    assert set(card["requests"]) == {request_text(task.request) for task in algorithms}
    assert algorithms.quick == tuple(card["quick"])
    assert list(card["splits"]) == [task.name for task in algorithms]
    for task in algorithms:
        sizes = {kind: len(getattr(task, kind)) for kind in ("train", "validation", "test")}
        assert sizes == card["splits"][task.name]


def test_the_first_four_are_what_they_were(algorithms: Suite) -> None:
    """Recorded figures are of these: they stay first, and as they are. Only larger tests came
    later, behind the others."""
    assert tuple(task.name for task in algorithms.tasks[:4]) == FIRST
    before = [replace(task, test=task.test[: TESTS[task.name]]) for task in algorithms.tasks[:4]]
    assert sha256(tasks_to_text(before).encode()).hexdigest() == FOUR


TESTS = {"greatest common divisor": 50, "fizz-buzz": 150, "word count": 50, "sort": 50}
FOUR = "4127ac2b711f4e848e3248e907cc446bd9a0fea047520240908c5206d10159fc"


@pytest.mark.parametrize("name", NAMES)
def test_each_task_has_a_program_without_what_it_withholds(name: str, algorithms: Suite) -> None:
    task = algorithms[name]
    program, dsl = reference(task), make_setting(task).vocabulary.dsl
    for examples in (task.train, task.validation, task.test):
        assert evaluate(program, examples, dsl, limits=task.limits, engine="python").solved


def test_there_is_a_reference_for_each_task_and_no_other() -> None:
    files = {file.name.removesuffix(".psl") for file in REFERENCE.iterdir()}
    assert files == {name.replace(" ", "-") for name in NAMES}


def test_the_limits_allow_sorting_a_thousand_items_by_exchanging(algorithms: Suite) -> None:
    program, limits = reference(algorithms["sort"]), algorithms["sort from short lists"].limits
    examples = list(lists_to_sort(1, 1000))
    assert evaluate(program, examples, pack(), limits=limits, engine="python").solved


def test_the_limits_allow_trying_every_divisor(algorithms: Suite) -> None:
    text = """
def f(n: int) -> list[int]:
    return filter(lambda p: count_if(lambda d: p % d == 0, range(1, p + 1)) == 2, range(n + 1))
"""
    limits = algorithms["primes up to n"].limits
    tenth = Limits(limits.fuel // 100, limits.cells // 100)  # for a number a tenth of the largest
    primes = [p for p in range(601) if is_prime(p)]
    (found,) = run_rows(read_program(text, pack()), [(600,)], pack(), tenth, "python")
    assert found == primes


# -------------------------------------------------------------------------------- sizes


def size(value: Any) -> int:
    """How large an input is: a number itself, else the numbers and characters in it."""
    if isinstance(value, int):
        return abs(value)
    if isinstance(value, str):
        return len(value)
    return sum(1 if isinstance(item, int | float) else size(item) for item in value) or len(value)


def largest(examples: Sequence[Example], place: int) -> int:
    return max(size(example.inputs[place]) for example in examples)


SLOWER = {"fibonacci": 2}  # its numbers leave 64 bits soon
FIRST_FACTOR = {"greatest common divisor": 300, "sort": 5}  # of the other: 75


@pytest.mark.parametrize("name", NAMES)
def test_inputs_of_tests_are_much_larger(name: str, algorithms: Suite) -> None:
    task = algorithms[name]
    grown = [
        largest(task.test, place) / max(1, largest(task.train, place))
        for place in range(len(task.types))
    ]
    assert max(grown) >= {**FIRST_FACTOR, **SLOWER}.get(name, 75)


def test_sort_from_short_lists_is_what_it_says(algorithms: Suite) -> None:
    task = algorithms["sort from short lists"]
    assert max(len(e.inputs[0]) for e in (*task.train, *task.validation)) == 5
    assert {len(e.inputs[0]) for e in task.test} == {500, 1000}


def test_no_input_comes_twice(algorithms: Suite) -> None:
    for task in algorithms.tasks[4:]:
        inputs = [repr(e.inputs) for e in (*task.train, *task.validation, *task.test)]
        assert len(set(inputs)) == len(inputs), task.name


def test_answers_to_questions_are_yes_and_no(algorithms: Suite) -> None:
    for task in algorithms:
        if task.result.name == "bool":
            for examples in (task.train, task.validation, task.test):
                assert 0.25 <= sum(e.output for e in examples) / len(examples) <= 0.75, task.name


# -------------------------------------------------------------------------------- seeds


def test_a_seed_draws_the_same_examples_again_and_another_one_others(algorithms: Suite) -> None:
    assert classics(0) == algorithms.tasks[:4]
    assert classics(3) != classics(4)
    for algorithm in ALGORITHMS[1:3]:
        assert task_of(algorithm, 0) == algorithms[algorithm.name]
        assert task_of(algorithm, 3) != task_of(algorithm, 4)


def test_lists_to_sort_are_drawn_one_by_one() -> None:
    drawn = lists_to_sort(10**9, 3)
    xs, ys = next(drawn), next(drawn)
    assert (len(xs.inputs[0]), xs.output, ys.output) == (3, sorted(xs.inputs[0]), ys.output)
    assert xs != ys
    assert next(lists_to_sort(10**9, 3)) == xs


def test_an_algorithm_without_enough_inputs_is_a_defect() -> None:
    narrow = Algorithm(
        name="double",
        request="int -> int",
        params=("n",),
        description="",
        answer=lambda n: 2 * n,
        small=lambda rng: (rng.randint(0, 3),),
        large=lambda rng: (rng.randint(4, 100),),
    )
    with pytest.raises(DefectError, match="1000 draws gave nothing new after 4 inputs"):
        task_of(narrow, 0)
