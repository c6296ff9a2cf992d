"""Arrays as tasks: what is read, inferred and refused, with the name of the array."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import progsynth as ps
from progsynth.errors import TaskError
from progsynth.task_formats import read_tasks

IMAGES = np.arange(48, dtype=np.uint8).reshape(3, 1, 4, 4)


def written(folder: Path, **arrays: Any) -> Path:
    path = folder / "digits.npz"
    np.savez(path, **arrays)
    return path


def task(folder: Path, **arrays: Any) -> ps.Task:
    (found,) = read_tasks(written(folder, **arrays)).tasks
    return found


def test_rows_are_examples_and_types_those_of_the_arrays(tmp_path: Path) -> None:
    found = task(tmp_path, image=IMAGES, shift=[0.5, 1.0, 2.0], y=[1, 2, 3])
    assert (
        found.types
        == ps.Task.from_pairs(
            "t", [((IMAGES[0], 0.5), 1)], request="(tensor[1, 4, 4], float) -> int"
        ).types
    )
    assert (found.name, found.names) == ("digits", ("image", "shift"))
    assert [example.output for example in found.train] == [1, 2, 3]
    assert found.train[1].inputs[0].tolist() == IMAGES[1].tolist()
    assert found.train[1].inputs[0].dtype == np.float32


def test_kinds_of_examples_have_arrays_of_their_own(tmp_path: Path) -> None:
    found = task(
        tmp_path, x_train=[1, 2], y_train=[2, 3], x_val=[5], y_val=[6], x_test=[7], y_test=[8]
    )
    assert [len(some) for some in (found.train, found.validation, found.test)] == [2, 1, 1]
    assert str(found.request) == "(int) -> int"


def test_settings_and_the_request_are_a_text(tmp_path: Path) -> None:
    settings = {
        "name": "sum",
        "request": "list[tensor[1, 4, 4]] -> int",
        "neural": ["digit(image: tensor[1, 4, 4]) -> choice[10]"],
        "accuracy": 0.9,
        "fuel": 5000,
    }
    found = task(tmp_path, xs=IMAGES[None], y=[6], task=json.dumps(settings))
    assert (found.name, found.accuracy, found.fuel) == ("sum", 0.9, 5000)
    assert len(found.train[0].inputs[0]) == 3
    assert found.submodules[0].name == "digit"


def test_texts_and_truth_values_are_read(tmp_path: Path) -> None:
    found = task(tmp_path, text=["a", "bc"], y=[True, False])
    assert str(found.request) == "(str) -> bool"


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": np.array([[1], [1, 2]], dtype=object), "y": [1, 2]}, "'x' is an array of Python ob"),
        ({"x": [1, 2], "y": [1, 2, 3]}, "as many rows in each array: 'x' has 2, 'y' has 3"),
        ({"x": [1, 2]}, "expected an array of answers, named answer, label, .*found 'x'"),
        ({"x": [1j, 2j], "y": [1, 2]}, "'x': expected numbers, truth values or texts, found compl"),
        ({"x_test": [1], "y_test": [2]}, "expected an array for each parameter, and y, found"),
        ({"x": [1], "y": [1], "x_test": [1]}, "same arrays for each kind .*found no 'y' beside"),
        ({"x": [1], "y": [1], "task": [1, 2]}, "'task': expected a text, the JSON of the task's"),
        ({"x": [1], "y": [1], "task": "{"}, "'task'"),
        ({"x": [1], "y": [1], "task": '{"acuracy": 1}'}, "found 'acuracy'.*accuracy"),
        ({"x": 3, "y": [1]}, "'x': expected a row for each example"),
        ({"x": np.array([["a"]]), "y": [1]}, "'x': expected a row for each example, found <U1"),
        ({"x": np.full((2, 3), np.nan), "y": [1, 2]}, "example 1, input 1.*found nan"),
    ],
)
def test_what_is_wrong_is_told_with_the_array(
    tmp_path: Path, arrays: dict[str, Any], message: str
) -> None:
    with pytest.raises(TaskError, match=message) as caught:
        task(tmp_path, **arrays)
    assert "digits.npz" in str(caught.value)


def test_what_is_no_npz_is_told(tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    path.write_text("no arrays")
    with pytest.raises(TaskError, match=r"expected NumPy's \.npz, as np.savez writes it"):
        read_tasks(path)
    with pytest.raises(TaskError, match="there is no such file"):
        read_tasks(tmp_path / "other.npz")
