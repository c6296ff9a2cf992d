"""The suite of functions that want lambdas: its card, its sizes, and a program for each task."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from progsynth.tasks.lambda_lists.draw import Row, family_of
from progsynth.tasks.lambda_lists.generate import FUNCTIONS, NUM_TEST, NUM_VALIDATION, make
from progsynth.tasks.lists.draw import Counts, tasks_of

from progsynth.errors import DefectError
from progsynth.evaluate import evaluate
from progsynth.lang.read import read_expression
from progsynth.lang.term import Call, Function, Lambda, Program, subterms
from progsynth.registry import pack, suite, suite_card
from progsynth.request import request_text
from progsynth.task import Example, Suite, Task
from progsynth.task_formats import tasks_to_text

PROGRAMS = dict(
    line.split(" | ")
    for line in Path(__file__).with_name("lambda_lists.txt").read_text("utf-8").splitlines()
)


@pytest.fixture(scope="module")
def lambda_lists() -> Suite:
    made = suite("lambda_lists")
    assert isinstance(made, Suite)
    return made


def program_of(task: Task) -> Program:
    term, _ = read_expression(
        PROGRAMS[task.name], pack(), task.params, task.types, expected=task.result
    )
    return Program((Function("f", task.params, task.types, task.result, term),))


def test_the_card_says_what_is_there(lambda_lists: Suite) -> None:
    card = suite_card("progsynth.tasks.lambda_lists")
    assert card["num_tasks"] == len(lambda_lists) == 100
    assert set(card["requests"]) == {request_text(task.request) for task in lambda_lists}
    assert card["splits"] == {
        "train": [3, 4, 5],
        "validation": NUM_VALIDATION,
        "test": NUM_TEST,
    }
    assert card["sha256"] == sha256(tasks_to_text(lambda_lists.tasks).encode()).hexdigest()
    assert lambda_lists.quick == tuple(card["quick"])


def test_each_task_has_a_program_with_a_lambda(lambda_lists: Suite) -> None:
    assert list(PROGRAMS) == [task.name for task in lambda_lists]
    for task in lambda_lists:
        program = program_of(task)
        for examples in (task.train, task.validation, task.test):
            assert evaluate(program, examples, pack(), engine="python").solved, task.name
        nodes = list(subterms(program.entry.body))
        assert any(isinstance(node, Lambda) for node in nodes), task.name
        assert any(isinstance(node, Call) for node in nodes)


def test_there_are_bodies_of_one_parameter_and_of_two(lambda_lists: Suite) -> None:
    found = Counter(
        node.arity
        for task in lambda_lists
        for node in subterms(program_of(task).entry.body)
        if isinstance(node, Lambda)
    )
    assert min(found[1], found[2]) >= 40


def longest(examples: Sequence[Example]) -> int:
    return max(len(x) for e in examples for x in e.inputs if isinstance(x, list))


def test_sizes(lambda_lists: Suite) -> None:
    for place, task in enumerate(lambda_lists):
        sizes = [len(task.train), len(task.validation), len(task.test)]
        assert sizes == [3 + place % 3, NUM_VALIDATION, NUM_TEST], task.name
        assert longest(task.test) > longest((*task.train, *task.validation)), task.name
        inputs = [repr(e.inputs) for e in (*task.train, *task.validation, *task.test)]
        assert len(set(inputs)) == len(inputs), task.name


def test_outputs_differ(lambda_lists: Suite) -> None:
    for task in lambda_lists:
        for examples in (task.train, task.validation, task.test):
            (_, often), *_ = Counter(repr(e.output) for e in examples).most_common(1)
            assert 2 * often <= len(examples), task.name


def fits(row: Row, examples: Sequence[Example]) -> bool:
    try:
        return all(row.answer(*e.inputs) == e.output for e in examples)
    except (IndexError, ValueError, ZeroDivisionError, StopIteration):
        return False


def test_the_training_examples_of_a_task_rule_out_every_other_one(lambda_lists: Suite) -> None:
    by_request: dict[str, list[Row]] = defaultdict(list)
    for row in FUNCTIONS:
        by_request[request_text(lambda_lists[row.name].request)].append(row)
    for alike in by_request.values():
        for row in alike:
            shown = lambda_lists[row.name].train
            assert [other.name for other in alike if fits(other, shown)] == [row.name]


def test_a_seed_draws_the_same_examples_again_and_another_one_others(lambda_lists: Suite) -> None:
    assert make(0).tasks == lambda_lists.tasks
    assert make(1).tasks != lambda_lists.tasks


def test_a_function_that_always_fails_is_a_defect() -> None:
    row = Row("item 99", "xs", "int", lambda xs: xs[99])
    with pytest.raises(DefectError, match="'item 99' fails on 1000 inputs"):
        list(tasks_of(family_of(row), 0, Counts(3, 2, 2)))
