"""The sum of digit images from pairs and their sums alone: what the benchmark runs, once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from progsynth import registry
from progsynth.lang.term import Call, subterms
from progsynth.solve import solve
from progsynth.task import Task

pytest.importorskip("sklearn", reason="the digits are scikit-learn's: pip install progsynth[data]")

SKETCH = """neural digit(image: tensor[1, 8, 8]) -> choice[10]

def total(xs: list[tensor[1, 8, 8]]) -> int:
    return ??(map(digit, xs))
"""


def sum_of_two(**changes: object) -> Task:
    task = registry.suite("digits")["sum of two digits"]
    return replace(task, **changes)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(
    "task",
    [
        pytest.param(lambda: sum_of_two(withheld=("sum_by",)), id="whole program"),
        pytest.param(lambda: sum_of_two(sketch=SKETCH, neural=()), id="sketch"),
    ],
)
def test_the_sum_of_two_digits(task) -> None:
    asked = task()
    found = solve(asked, seconds=None, gradient_steps=20_000, search="hybrid", device="cpu")
    assert found.solved
    assert found.core is not None
    calls = {t.name for t in subterms(found.core.entry.body) if isinstance(t, Call)}
    assert calls == {"sum.int", "map", "digit"}
    assert np.mean(found.evaluate(asked.test).right) >= 0.92
