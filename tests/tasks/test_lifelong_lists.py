"""The suite `lifelong_lists`: its card, its sizes, its seeds, and a program for each task."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from progsynth.tasks.lifelong_lists.families import FAMILIES
from progsynth.tasks.lifelong_lists.generate import COUNTS, PACK
from progsynth.tasks.lists.draw import Family, tasks_of

from progsynth.evaluate import evaluate
from progsynth.lang.read import read_expression
from progsynth.lang.term import Function, Program
from progsynth.registry import pack, suite, suite_card
from progsynth.request import request_text
from progsynth.task import Suite, Task
from progsynth.task_formats import tasks_to_text

PROGRAMS = dict(
    line.split(" | ")
    for line in Path(__file__).with_name("lifelong_lists.txt").read_text("utf-8").splitlines()
)
SUITE: Suite = suite("lifelong_lists")


def program(task: Task) -> Program:
    body, type_ = read_expression(
        PROGRAMS[task.name], pack(PACK), ("xs",), task.types, expected=task.result
    )
    return Program((Function("f", ("xs",), task.types, type_, body),))


def test_the_card_says_what_is_there() -> None:
    card = suite_card("progsynth.tasks.lifelong_lists")
    assert card["num_tasks"] == len(SUITE) >= 150
    assert len(FAMILIES) == card["num_families"]
    assert set(card["requests"]) == {request_text(task.request) for task in SUITE}
    assert card["sha256"] == sha256(tasks_to_text(SUITE.tasks).encode()).hexdigest()
    assert SUITE.quick == tuple(card["quick"])
    assert len(SUITE.quick) == 20


def test_every_task_has_its_examples_and_no_input_twice() -> None:
    for task in SUITE:
        sizes = [len(task.train), len(task.validation), len(task.test)]
        assert sizes == [COUNTS.train, COUNTS.validation, COUNTS.test], task.name
        inputs = [repr(e.inputs) for e in (*task.train, *task.validation, *task.test)]
        assert len(set(inputs)) == len(inputs), task.name


def test_a_seed_gives_the_same_examples_and_another_seed_others() -> None:
    for family in FAMILIES[::12]:
        known = [SUITE[name] for name, _ in family.names()]
        assert [t.train for t in tasks_of(family, 0, COUNTS)] == [t.train for t in known]
        assert [t.train for t in tasks_of(family, 1, COUNTS)] != [t.train for t in known]


@pytest.mark.parametrize("task", SUITE.tasks, ids=[task.name for task in SUITE])
def test_there_is_a_program_in_the_pack_for_each_task(task: Task) -> None:
    examples = (*task.train, *task.validation, *task.test)
    found = evaluate(program(task), examples, pack(PACK), engine="python")
    assert found.passed == found.total, found.failures


def test_no_function_of_one_task_is_right_on_another() -> None:
    functions = {
        name: partial(_answer, family, setting)
        for family in FAMILIES
        for name, setting in family.names()
    }
    for one in SUITE:
        for other in SUITE:
            if one is other or one.request != other.request:
                continue
            examples = (*other.train, *other.validation)
            right = all(functions[one.name](e.inputs) == e.output for e in examples)
            assert not right, (one.name, other.name)


def _answer(family: Family, setting: tuple[int, ...], inputs: tuple[Any, ...]) -> Any:
    try:
        return family.answer(*inputs, *setting)
    except (IndexError, ValueError):  # of lists too short for it
        return None
