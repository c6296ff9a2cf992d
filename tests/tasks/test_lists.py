"""The suite of list functions: its card, its sizes, its seeds, and that no task is another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from progsynth.tasks.lists.draw import SMALL, Family, tasks_of
from progsynth.tasks.lists.each import FAMILIES as EACH
from progsynth.tasks.lists.generate import COUNTS, FAMILIES

from progsynth.errors import DefectError
from progsynth.evaluate import evaluate
from progsynth.lang.read import read_expression
from progsynth.lang.term import Function, Program
from progsynth.registry import pack, suite, suite_card
from progsynth.request import request_text
from progsynth.task import Example, Suite, Task
from progsynth.task_formats import tasks_to_text

Member = tuple[str, Family, tuple[int, ...]]

PROGRAMS = dict(
    line.split(" | ")
    for line in Path(__file__).with_name("lists.txt").read_text("utf-8").splitlines()
)


@pytest.fixture(scope="module")
def lists() -> Suite:
    made = suite("lists")
    assert isinstance(made, Suite)
    return made


def functions() -> Iterator[Member]:
    for family in FAMILIES:
        for name, setting in family.names():
            yield name, family, setting


def test_the_card_says_what_is_there(lists: Suite) -> None:
    card = suite_card("progsynth.tasks.lists")
    assert card["num_tasks"] == len(lists) >= 200
    assert set(card["requests"]) == {request_text(task.request) for task in lists}
    assert card["splits"] == {
        "train": COUNTS.train,
        "validation": COUNTS.validation,
        "test": COUNTS.test,
    }
    assert card["sha256"] == sha256(tasks_to_text(lists.tasks).encode()).hexdigest()
    assert lists.quick == tuple(card["quick"])
    assert len(lists.quick) == 20


def test_every_task_has_its_examples_and_no_input_twice(lists: Suite) -> None:
    for task in lists:
        sizes = [len(task.train), len(task.validation), len(task.test)]
        assert sizes == [COUNTS.train, COUNTS.validation, COUNTS.test], task.name
        inputs = [repr(e.inputs) for e in (*task.train, *task.validation, *task.test)]
        assert len(set(inputs)) == len(inputs), task.name


def largest(examples: Sequence[Example]) -> int:
    return max(len(x) if isinstance(x, list) else x for e in examples for x in e.inputs)


def test_inputs_of_tests_are_larger(lists: Suite) -> None:
    for task in lists:
        small = largest((*task.train, *task.validation))
        assert largest(task.test) > small, task.name
        if task.types[0].name == "list":
            shortest = min(len(e.inputs[0]) for e in task.test)
            assert small <= SMALL.longest + 2 or shortest > SMALL.longest, task.name


def test_answers_to_questions_are_yes_and_no(lists: Suite) -> None:
    for task in lists:
        if task.result.name == "bool":
            for examples in (task.train, task.validation, task.test):
                share = sum(e.output for e in examples) / len(examples)
                assert 0.3 <= share <= 0.7, (task.name, share)


def test_outputs_differ(lists: Suite) -> None:
    """A program that knows one answer only is right on half of the examples at most."""
    for task in lists:
        if task.result.name != "bool":
            for examples in (task.train, task.validation, task.test):
                (_, often), *_ = Counter(repr(e.output) for e in examples).most_common(1)
                assert 2 * often <= len(examples), task.name


def test_each_task_has_a_program_in_the_default_pack(lists: Suite) -> None:
    assert list(PROGRAMS) == [family.name for family in FAMILIES]
    for name, family, setting in functions():
        task, text = lists[name], PROGRAMS[family.name].format(*setting)
        term, _ = read_expression(text, pack(), task.params, task.types, expected=task.result)
        program = Program((Function("f", task.params, task.types, task.result, term),))
        examples = (*task.train, *task.validation, *task.test)
        assert evaluate(program, examples, pack(), engine="python").solved, name


def fits(function: Member, examples: Sequence[Example]) -> bool:
    _, family, setting = function
    try:
        return all(family.answer(*e.inputs, *setting) == e.output for e in examples)
    except (IndexError, ValueError, ZeroDivisionError):
        return False


def test_the_examples_of_a_task_rule_out_every_other_one(lists: Suite) -> None:
    by_request: dict[str, list[Member]] = defaultdict(list)
    for function in functions():
        by_request[function[1].request].append(function)
    for alike in by_request.values():
        for name, *_ in alike:
            shown = (*lists[name].train, *lists[name].validation)
            assert [other[0] for other in alike if fits(other, shown)] == [name]


def test_a_seed_draws_the_same_examples_again_and_another_one_others() -> None:
    def some(seed: int) -> list[Task]:
        return [task for family in EACH[:5] for task in tasks_of(family, seed, COUNTS)]

    assert some(3) == some(3)
    assert some(3) != some(4)
    assert [t.name for t in some(3)] == [t.name for t in some(4)]


def test_a_family_without_enough_inputs_is_a_defect() -> None:
    narrow = Family("double", "int -> int", lambda n: 2 * n, lambda rng, *_: (rng.randint(0, 3),))
    with pytest.raises(DefectError, match="'double' has 4 inputs, not 10"):
        list(tasks_of(narrow, 0, COUNTS))
