"""The suite `origami`: its card, its sizes, its seeds, and a program for each task."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from progsynth.tasks.origami.generate import COUNTS, make

from progsynth.evaluate import evaluate
from progsynth.lang.read import read_program
from progsynth.registry import pack, suite, suite_card
from progsynth.request import request_text
from progsynth.task import Suite
from progsynth.task_formats import tasks_to_text

OWN = 5  # functions at the head of the file that are for the others
WHOLE = read_program(
    Path(__file__).with_name("origami.psl").read_text(encoding="utf-8"), pack("origami")
)
SUITE: Suite = suite("origami")


def test_the_card_says_what_is_there() -> None:
    card = suite_card("progsynth.tasks.origami")
    assert card["num_tasks"] == len(SUITE) == 20
    assert set(card["requests"]) == {request_text(task.request) for task in SUITE}
    assert card["sha256"] == sha256(tasks_to_text(SUITE.tasks).encode()).hexdigest()
    assert SUITE.quick == tuple(card["quick"])
    for task in SUITE:
        sizes = [len(task.train), len(task.validation), len(task.test)]
        assert sizes == [COUNTS.train, COUNTS.validation, COUNTS.test], task.name
        inputs = [repr(e.inputs) for e in (*task.train, *task.validation, *task.test)]
        assert len(set(inputs)) == len(inputs), task.name


def test_a_seed_gives_the_same_examples_and_another_seed_others() -> None:
    assert tasks_to_text(make(0).tasks) == tasks_to_text(SUITE.tasks)
    assert tasks_to_text(make(1).tasks) != tasks_to_text(SUITE.tasks)


@pytest.mark.parametrize("number", range(20), ids=[task.name for task in SUITE])
def test_there_is_a_program_in_the_pack_for_each_task(number: int) -> None:
    task = SUITE.tasks[number]
    program = replace(WHOLE, functions=WHOLE.functions[: OWN + number + 1])
    examples = (*task.train, *task.validation, *task.test)
    found = evaluate(program, examples, pack("origami"), engine="python")
    assert found.passed == found.total, found.failures


def test_no_program_of_one_task_is_right_on_another() -> None:
    for place, task in enumerate(SUITE):
        for number, other in enumerate(SUITE):
            if number == place or task.request != other.request:
                continue
            program = replace(WHOLE, functions=WHOLE.functions[: OWN + number + 1])
            found = evaluate(
                program, (*task.train, *task.validation), pack("origami"), engine="python"
            )
            assert found.passed < found.total, (task.name, other.name)
