"""Judging a program on examples that its search has not seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from progsynth import neural
from progsynth.bench.held_out import Judged, judge
from progsynth.bench.record import Score
from progsynth.lang.term import Neural
from progsynth.lang.types import parse_type
from progsynth.neural.network import make_network
from progsynth.task import Example, Task

LAST = Task.from_pairs(
    "last",
    [([1, 2], 2), ([3], 3)],
    validation=[([4, 5], 5)],
    test=[([6, 7, 8], 8), ([9, 1], 1), ([2, 2, 2], 2)],
)


def program(body: str) -> str:
    return f"def f(xs: list[int]) -> int:\n    return {body}\n"


@pytest.mark.parametrize(
    ("body", "judged"),
    [
        ("xs[-1]", Judged(True, True, Score(3, 3))),
        ("max(xs)", Judged(True, False, Score(2, 3))),
        ("xs[0]", Judged(False, False, None, "the program is right on 1 of 2 training examples")),
        (
            "xs[-1] if xs[-1] < 4 else 0",
            Judged(False, False, None, "the program is right on 0 of 1 validation examples"),
        ),
    ],
)
def test_the_test_examples_are_opened_for_what_fits_the_others(body: str, judged: Judged) -> None:
    assert judge(LAST, program(body), {}) == judged


def test_a_program_that_uses_what_the_task_withholds_is_none() -> None:
    found = judge(replace(LAST, withheld=("last",)), program("last(xs)"), {})
    assert not found.fits and found.test is None
    assert found.error.startswith("the program cannot be read in the task's pack: ")
    assert judge(LAST, program("last(xs)"), {}).right


def test_a_task_may_ask_for_a_share_of_its_examples_only() -> None:
    mostly = replace(LAST, accuracy=0.6)
    assert judge(mostly, program("max(xs)"), {}) == Judged(True, True, Score(2, 3))


def test_a_task_without_test_examples_is_right_when_it_fits() -> None:
    assert judge(replace(LAST, test=()), program("max(xs)"), {}) == Judged(True, True, Score(0, 0))


def test_a_program_comes_with_its_networks() -> None:
    declaration = Neural("digit", ("image",), (parse_type("tensor[2]"),), parse_type("choice[3]"))
    network = make_network(declaration, seed=0)
    images: list[Any] = [[0.0, 1.0], [5.0, -3.0], [-4.0, 0.5]]
    answers = [neural.as_primitive(network, name="digit").fn(e.inputs[0]) for e in _tensors(images)]
    pairs = [Example((image,), answer) for image, answer in zip(images, answers, strict=True)]
    task = Task.from_examples(
        "read",
        pairs[:1],
        request="tensor[2] -> int",
        test=pairs[1:],
        neural=("digit(image: tensor[2]) -> choice[3]",),
    )
    text = (
        "neural digit(image: tensor[2]) -> choice[3]\n\n"
        "def read(image: tensor[2]) -> int:\n    return digit(image)\n"
    )
    found = judge(task, text, {"digit": neural.to_bytes(network)})
    assert found == Judged(True, True, Score(2, 2))


def _tensors(images: list[Any]) -> tuple[Example, ...]:
    return Task.from_examples(
        "t", [Example((i,), 0) for i in images], request="tensor[2] -> int"
    ).train
