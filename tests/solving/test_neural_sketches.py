"""`??neural` in the sketch of a task: completed, trained from pairs of the whole task, returned."""

from __future__ import annotations

import numpy as np
import pytest

import progsynth as ps
from progsynth.errors import ProgramError, TaskError
from tests.train.reading import pairs, vectors

HEADER = "def total(xs: list[tensor[3]]) -> int:\n    "


def task(sketch: str, **changes: object) -> ps.Task:
    """The sum of two symbols, shown as vectors."""
    (rows, outputs), (held, expected) = pairs(120), pairs(60, seed=1)
    settings: dict[str, object] = {
        "validation": [(row[0], out) for row, out in zip(held, expected, strict=True)],
        "request": "list[tensor[3]] -> int",
        "sketch": sketch,
        "accuracy": 0.9,
    }
    given = [(row[0], out) for row, out in zip(rows, outputs, strict=True)]
    return ps.Task.from_pairs("total", given, **{**settings, **changes})  # type: ignore[arg-type]


def test_a_submodule_stands_in_the_hole_and_learns_from_sums() -> None:
    sketch = f"{HEADER}return sum(map(lambda x: ??neural[choice[3]], xs))\n"
    found = ps.solve(task(sketch), seconds=None, gradient_steps=2500)
    assert found.solved
    assert found.program is not None
    assert found.program.startswith("neural learnt(x: tensor[3]) -> choice[3]\n")
    assert "return sum(map(learnt, xs))" in found.program
    assert list(found.networks) == ["learnt"]
    row = pairs(1, seed=5)[0][0][0]
    assert isinstance(found.function(row), int)


def test_one_expression_hole_beside_it_is_searched_for() -> None:
    sketch = f"{HEADER}return ??(map(lambda x: ??neural[choice[3]](x), xs))\n"
    found = ps.solve(task(sketch), seconds=None, gradient_steps=5000)
    assert found.solved
    assert found.filled == ("sum(x)",)


def test_several_expression_holes_beside_it_are_filled_the_cheapest_first() -> None:
    x_N, y_N = vectors(240, seed=0)
    rows = [([x_N[n], x_N[n + 1]], y_N[n] + y_N[n + 1] + 1) for n in range(0, 240, 2)]
    sketch = (
        f"{HEADER}n = ??{{sum, len, max}}(map(lambda x: ??neural[choice[3]](x), xs))\n"
        "    return ??{+}(n)\n"
    )
    made = ps.Task.from_pairs(
        "more", rows, request="list[tensor[3]] -> int", sketch=sketch, accuracy=0.9
    )
    found = ps.solve(made, seconds=None, gradient_steps=5000)
    assert found.solved
    assert found.filled == ("sum(x)", "n + 1")


def test_what_no_networks_can_make_right_is_not_trained_and_the_bound_is_said() -> None:
    sketch = f"{HEADER}return sum(map(lambda x: ??neural[choice[2]](x), xs))\n"
    found = ps.solve(task(sketch), seconds=None, gradient_steps=1000)
    assert (found.solved, found.gradient_steps) == (False, 0)
    assert any("no networks bring them to 0.900 of the examples" in note for note in found.notes)


def test_a_sketch_without_holes_is_trained_as_it_is() -> None:
    sketch = f"neural symbol(x: tensor[3]) -> choice[3]\n\n\n{HEADER}return sum(map(symbol, xs))\n"
    found = ps.solve(task(sketch), seconds=None, gradient_steps=2500)
    assert found.solved
    assert list(found.networks) == ["symbol"]


def test_a_number_beside_it_is_trained_with_it() -> None:
    random = np.random.default_rng(0)
    rows = [(x, y, abs(x) + 2.5 * y) for x, y in random.uniform(-2, 2, (120, 2)).tolist()]
    sketch = "def f(x: float, y: float) -> float:\n    return ??neural(x) + ??param * y\n"
    made = ps.Task.from_pairs(
        "line",
        [((x, y), z) for x, y, z in rows],
        request="(float, float) -> float",
        sketch=sketch,
        tolerance=0.3,
        accuracy=0.85,
    )
    found = ps.solve(made, seconds=None, gradient_steps=2500)
    assert found.solved
    assert found.program is not None
    assert "??" not in found.program


def test_a_result_that_is_one_of_k_is_a_request_as_any() -> None:
    x_N, y_N = vectors(150, seed=0)
    given = list(zip(x_N, y_N, strict=True))
    made = ps.Task.from_pairs(
        "symbol",
        given[:120],
        validation=given[120:],
        request="tensor[3] -> choice[3]",
        sketch="def f(x: tensor[3]) -> choice[3]:\n    return ??neural\n",
        accuracy=0.9,
    )
    found = ps.solve(made, seconds=None, gradient_steps=2500)
    assert found.solved
    assert found.networks["learnt"].head.num_outputs == 3


def test_a_hole_where_none_can_stand_is_shown_before_anything_is_searched() -> None:
    with pytest.raises(ProgramError, match=r"<sketch>:2:12: a network answers no whole number"):
        ps.solve(task(f"{HEADER}return ??neural\n"), seconds=1)


def test_a_submodule_that_reads_what_the_task_has_not_is_told() -> None:
    neural = ("symbol(x: tensor[4]) -> choice[3]",)
    with pytest.raises(TaskError, match=r"reads x: tensor\[4\], and the task has no tensor\[4\]: "):
        ps.solve(task("", neural=neural), seconds=1)


def test_several_answers_at_once_are_trained_by_the_hybrid_search() -> None:
    """Its programs may answer without their networks: such a loss has no gradient."""
    x_N = np.random.default_rng(0).normal(size=(90, 4)).astype(np.float32)
    given = [(x, tuple(bool(n > 0) for n in x[:2])) for x in x_N]
    made = ps.Task.from_pairs(
        "signs",
        given[:70],
        validation=given[70:],
        request="tensor[4] -> tuple[bool, bool]",
        neural=["signs(x: tensor[4]) -> tuple[bool, bool]"],
        accuracy=0.8,
    )
    found = ps.solve(made, seconds=None, gradient_steps=1000)
    assert (found.search, found.gradient_steps) == ("hybrid", 1000)
    assert found.accuracy is not None
    assert found.accuracy.training > 0.4  # a constant is right on a quarter
