"""The suite of measures: its card, and that its test images are those of the suite of digits."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from progsynth.registry import suite
from progsynth.request import request_text

pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install progsynth[data]")


def test_the_card_says_what_is_there() -> None:
    card = tomllib.loads(
        (resources.files("progsynth.tasks.digit_measures") / "suite.toml").read_text("utf-8")
    )
    for task in suite("digit_measures"):
        assert request_text(task.request) in card["requests"]
        sizes = {"train": len(task.train), "test": len(task.test)}
        assert sizes == card["splits"][task.name]


def test_a_sum_is_that_of_the_digits_on_its_images() -> None:
    measures = suite("digit_measures")
    digits = {e.inputs[0].tobytes(): e.output for e in measures["digit"].test}
    for name, length in (("sum of five digits", 5), ("sum of ten digits", 10)):
        for example in measures[name].test:
            (images,) = example.inputs
            assert len(images) == length
            assert example.output == sum(digits[image.tobytes()] for image in images)


def test_no_image_is_one_that_a_program_may_have_learned_from() -> None:
    seen = {
        image.tobytes()
        for task in suite("digits")
        for example in (*task.train, *task.validation)
        for image in example.inputs[0]
    }
    assert not seen & {e.inputs[0].tobytes() for e in suite("digit_measures")["digit"].test}
