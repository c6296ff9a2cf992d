"""The suite `crossing`: its card, its order, its seeds, and a program for each task."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from progsynth.tasks.crossing.domains import DOMAINS
from progsynth.tasks.crossing.functions import FUNCTIONS
from progsynth.tasks.crossing.generate import COUNTS, order, task_of
from progsynth.tasks.digits.generate import deck

from progsynth.lang.engines import run_rows
from progsynth.lang.primitive import DSL
from progsynth.lang.read import read_prelude, read_program
from progsynth.registry import pack, suite, suite_card
from progsynth.request import request_text
from progsynth.task import Suite, Task

pytest.importorskip("sklearn")

CARD = suite_card("progsynth.tasks.crossing")


@pytest.fixture(scope="module")
def crossing() -> Suite:
    found: Suite = suite("crossing")
    return found


@pytest.fixture(scope="module")
def words() -> DSL:
    """The pack, with the programs as functions."""
    path = Path(__file__).with_name("crossing.psl")
    return read_prelude(path.read_text("utf-8"), pack(), path.name)


def examples(task: Task) -> tuple[Any, ...]:
    return (*task.train, *task.validation, *task.test)


def test_the_card_says_what_is_there(crossing: Suite) -> None:
    assert len(crossing) == CARD["num_tasks"] == len(DOMAINS) * len(FUNCTIONS)
    assert len(FUNCTIONS) == CARD["num_questions"]
    assert [domain.name for domain in DOMAINS] == CARD["domains"]
    assert list(dict.fromkeys(d.request for d in DOMAINS)) == CARD["requests"]
    assert {request_text(task.request) for task in crossing} == set(CARD["requests"])
    assert crossing.quick == tuple(CARD["quick"])
    assert CARD["splits"] == COUNTS
    content = [[task.name, [e.output for e in examples(task)]] for task in crossing]
    assert CARD["sha256"] == sha256(json.dumps(content).encode()).hexdigest()


def test_every_question_is_first_in_one_domain_and_every_domain_first_for_some() -> None:
    tasks = list(order())
    firsts = {asked.name: domain.name for domain, asked in reversed(tasks)}
    assert set(firsts.values()) == {domain.name for domain in DOMAINS}
    assert len({(domain.name, asked.name) for domain, asked in tasks}) == len(tasks)


def test_no_input_comes_twice_and_no_answer_nearly_always(crossing: Suite) -> None:
    for task in crossing:
        sizes = [len(task.train), len(task.validation), len(task.test)]
        assert sizes == list(COUNTS.values()), task.name
        given = [e.inputs[0] for e in examples(task)]
        seen = {
            repr([getattr(one, "tobytes", lambda one=one: one)() for one in some])
            if isinstance(some, list)
            else repr(some)
            for some in given
        }
        assert len(seen) == len(given), task.name
        outputs = [e.output for e in task.train]
        assert max(map(outputs.count, outputs)) < task.accuracy * len(outputs), task.name


def test_a_seed_gives_the_same_examples_and_another_seed_others(crossing: Suite) -> None:
    decks = {split: deck(split) for split in COUNTS}
    for domain in DOMAINS:
        known = crossing[f"{domain.name}: {FUNCTIONS[0].name}"]
        again, other = (task_of(domain, FUNCTIONS[0], decks, seed) for seed in (0, 1))
        assert [e.output for e in examples(again)] == [e.output for e in examples(known)]
        assert [e.output for e in examples(other)] != [e.output for e in examples(known)]


def test_there_is_a_program_for_each_task(crossing: Suite, words: DSL) -> None:
    digit_of = {
        image.tobytes(): digit
        for split in COUNTS
        for digit, images in enumerate(deck(split).by_digit)
        for image in images
    }
    for task in crossing:
        domain, _, asked = task.name.partition(": ")
        reads = "lists" if domain == "perception" else domain
        rows = [e.inputs for e in examples(task)]
        if domain == "perception":
            rows = [([digit_of[image.tobytes()] for image in images],) for (images,) in rows]
        types = "list[int]" if domain == "perception" else str(task.types[0])
        text = f"def f(x: {types}) -> int:\n    return {asked.replace(' ', '_')}({reads}(x))\n"
        found = run_rows(read_program(text, words), rows, words, engine="python")
        assert found == [e.output for e in examples(task)], task.name
