"""The stream of perception tasks: its card, its functions, its seeds, and that images are split."""

from __future__ import annotations

import json
from hashlib import sha256
from itertools import islice

import pytest
from progsynth.tasks.lifelong_perception.functions import functions
from progsynth.tasks.lifelong_perception.generate import (
    COUNT,
    COUNTS,
    SEQUENCES,
    make,
    sequence,
    stream,
)

from progsynth.registry import suite_card
from progsynth.task import Suite

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def suite() -> Suite:
    return make()


@pytest.mark.slow
def test_the_card_says_what_is_there(suite: Suite) -> None:
    card = suite_card("progsynth.tasks.lifelong_perception")
    assert len(suite) == card["num_tasks"] == COUNT
    assert suite.quick == tuple(card["quick"])
    content = [
        [task.name, [e.output for e in (*task.train, *task.validation, *task.test)]]
        for task in suite
    ]
    assert card["sha256"] == sha256(json.dumps(content).encode()).hexdigest()
    for task in suite:
        sizes = [len(task.train), len(task.validation), len(task.test)]
        assert sizes == list(COUNTS.values()) == list(card["splits"].values())


def test_functions_are_told_apart_and_the_small_ones_come_first() -> None:
    found = functions(COUNT)
    assert len({one.name for one in found}) == COUNT
    sizes = [one.size for one in found]
    assert sizes == sorted(sizes)
    assert sizes.count(1) == 8
    known = {one.name: one for one in found}
    assert known["the sum of those over 4"]([3, 5, 9]) == 14
    assert known["the smallest of each away from 5"]([9, 4, 7]) == 1
    assert known["how many different"]([2, 2, 8]) == 2
    assert known["the first"]([]) == 0


def test_another_seed_draws_other_functions_and_lists() -> None:
    first, same, other = ([one.name for one in functions(600, seed=seed)] for seed in (0, 0, 1))
    assert first == same
    assert first[:8] == other[:8]
    assert first != other
    outputs = [
        [[e.output for e in task.train] for task in islice(stream(5, seed=seed), 5)]
        for seed in (0, 1)
    ]
    assert outputs[0] != outputs[1]


@pytest.mark.slow
def test_no_image_of_a_test_is_in_training(suite: Suite) -> None:
    def images(split: str) -> set[bytes]:
        lists = (e.inputs[0] for task in suite.tasks[::40] for e in getattr(task, split))
        return {image.tobytes() for images in lists for image in images}

    assert not images("train") & images("test")
    assert not images("validation") & images("test")


@pytest.mark.slow
def test_most_tasks_ask_for_something_that_no_constant_gives(suite: Suite) -> None:
    def majority(outputs: list[int]) -> float:
        return max(map(outputs.count, outputs)) / len(outputs)

    constant = [t.name for t in suite if majority([e.output for e in t.train]) >= t.accuracy]
    assert len(constant) < COUNT // 50, constant


@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences_are_tasks_of_the_stream_with_examples_of_their_own(name: str) -> None:
    tasks = sequence(name)
    assert len(tasks) == len(SEQUENCES[name])
    assert len({task.name for task in tasks}) == len(tasks)
