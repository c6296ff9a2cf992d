"""Our own files of tasks: what is read, and that what is written is read back."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from progsynth.errors import TaskError, UnsupportedError
from progsynth.lang.primitive import DSL
from progsynth.lang.types import parse_type
from progsynth.lang.values import Value, identity_key
from progsynth.plain import make_tensor
from progsynth.task import Example, Task
from progsynth.task_formats import read_tasks, tasks_to_text, write_tasks
from progsynth.task_formats.json_tasks import suite_from_json
from progsynth.task_formats.values_json import from_json, to_json


def read(data: Any, folder: Path, name: str = "tasks.json") -> tuple[Task, ...]:
    path = folder / name
    path.write_text(json.dumps(data), encoding="utf-8")
    return read_tasks(path).tasks


FULL = {
    "name": "scale",
    "description": "Each number times a factor.",
    "request": "(list[float], int) -> list[float]",
    "params": ["xs", "factor"],
    "examples": [{"inputs": [[1, 0.5], 2], "output": [2, 1]}],
    "validation": [{"inputs": [[3], 2], "output": [6]}],
    "test": [{"inputs": [[], 2], "output": []}],
    "withheld": ["product"],
    "constants": [0, "a", 1.5, True, {"$float": "inf"}],
    "tolerance": 0.01,
    "accuracy": 0.9,
    "pack": "numbers",
    "fuel": 500,
    "cells": 900,
    "sketch": "def f(xs: list[float], factor: int) -> list[float]:\n    return ??\n",
}


def test_all_keys_are_read(tmp_path: Path) -> None:
    (task,) = read(FULL, tmp_path)
    assert task.train == (Example(([1.0, 0.5], 2), [2.0, 1.0]),)
    assert (task.validation[0].output, task.test[0].output) == ([6.0], [])
    assert (task.withheld, task.params) == (("product",), ("xs", "factor"))
    assert task.constants == (0, "a", 1.5, True, math.inf)
    assert task.accuracy == 0.9
    assert (task.tolerance, task.pack, task.fuel, task.cells) == (0.01, "numbers", 500, 900)
    assert task.sketch.startswith("def f(")
    assert task.description == "Each number times a factor."


ONE = {"name": "one", "examples": [{"inputs": [1], "output": 2}]}
TWO = {"name": "two", "examples": [{"inputs": ["a"], "output": 2}]}


@pytest.mark.parametrize("data", [[ONE, TWO], {"tasks": [ONE, TWO], "name": "numbers"}])
def test_a_file_holds_one_task_or_several(data: Any, tmp_path: Path) -> None:
    assert [task.name for task in read(data, tmp_path)] == ["one", "two"]
    assert [task.name for task in read(ONE, tmp_path)] == ["one"]


def test_a_suite_is_named_by_its_file_or_its_folder(tmp_path: Path) -> None:
    read(ONE, tmp_path, "mine.json")
    read(ONE, tmp_path, "tasks.json")
    assert read_tasks(tmp_path / "mine.json").name == "mine"
    assert read_tasks(tmp_path).name == tmp_path.name
    read({"tasks": [ONE], "name": "numbers"}, tmp_path)
    assert read_tasks(str(tmp_path)).name == "numbers"


def test_json_lines_hold_a_task_each(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(f"{json.dumps(ONE)}\n\n{json.dumps(TWO)}\n", encoding="utf-8")
    suite = read_tasks(path)
    assert ([task.name for task in suite], suite.format) == (["one", "two"], "jsonl")
    path.rename(tmp_path / "t.txt")
    assert len(read_tasks(tmp_path / "t.txt", format="jsonl")) == 2


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(ONE).encode())
    assert read_tasks(path).format == "json"


# --------------------------------------------------------------------------------- values


def value_of(data: Any, request: str | None, folder: Path) -> Value:
    task = {"name": "t", "examples": [{"inputs": [data], "output": 0}]}
    if request is not None:
        task["request"] = f"{request} -> int"
    return read(task, folder)[0].train[0].inputs[0]


@pytest.mark.parametrize(
    ("data", "request_", "value"),
    [
        ([1, "a"], "tuple[int, str]", (1, "a")),
        ({"$tuple": [1, "a"]}, None, (1, "a")),
        ({"$tuple": [1, "a"]}, "tuple[int, str]", (1, "a")),
        ([[1, [2]], [3, []]], "list[tuple[int, list[int]]]", [(1, [2]), (3, [])]),
        ({"a": [1, 2]}, "dict[str, tuple[int, int]]", {"a": (1, 2)}),
        ({"$dict": [[1, "one"]]}, None, {1: "one"}),
        ({"$dict": [[[1, 2], "one"]]}, "dict[tuple[int, int], str]", {(1, 2): "one"}),
        ({"$dict": [[{"$tuple": [1, 2]}, "one"]]}, None, {(1, 2): "one"}),
        ({"$dict": [["$dict", 1]]}, None, {"$dict": 1}),
        ({}, "dict[int, int]", {}),
        ({"a": {"b": 1}}, "graph[str]", {"a": {"b": 1.0}}),
        ({"$dict": [[1, {"$dict": [[2, 1]]}]]}, "graph[int]", {1: {2: 1.0}}),
        ([{"$float": "inf"}, {"$float": "-inf"}, 1], "list[float]", [math.inf, -math.inf, 1.0]),
        (3, "choice[10]", 3),
    ],
)
def test_values_have_one_form_each(
    data: Any, request_: str | None, value: Value, tmp_path: Path
) -> None:
    assert identity_key(value_of(data, request_, tmp_path)) == identity_key(value)


def test_nan_is_read(tmp_path: Path) -> None:
    assert math.isnan(value_of({"$float": "nan"}, None, tmp_path))


def test_a_tuple_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"expected 2 items, found \(1, 2, 3\)"):
        value_of([1, 2, 3], "tuple[int, int]", tmp_path)


# ------------------------------------------------------------------------------ round trip


def test_a_task_is_written_and_read_back(tmp_path: Path) -> None:
    tasks = read([FULL, ONE], tmp_path)
    for name in ("copy.json", "copy.jsonl"):
        write_tasks(tmp_path / name, tasks)
        assert read_tasks(tmp_path / name).tasks == tasks


def test_defaults_are_not_written() -> None:
    task = Task.from_pairs("t", [(1, 2)])
    assert json.loads(tasks_to_text([task])) == {
        "name": "t",
        "request": "int -> int",
        "examples": [{"inputs": [1], "output": 2}],
    }


def test_what_has_no_written_form_is_refused() -> None:
    task = Task.from_pairs("t", [(1, 2)], error=lambda expected, found: 0.0)
    with pytest.raises(UnsupportedError, match="its error is a Python object"):
        tasks_to_text([task])
    task = Task.from_pairs("t", [(1, 2)], pack=DSL("mine", {}, {}, {}))
    with pytest.raises(UnsupportedError, match="its pack is a Python object"):
        tasks_to_text([task])


_keys = st.one_of(st.integers(-9, 9), st.text(max_size=2), st.tuples(st.booleans(), st.text("$a")))
_leaves = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.booleans(),
    st.text(max_size=3),
    st.sampled_from(["$dict", "é\u2028\x00"]),
)


def _dicts(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return _keys.flatmap(lambda key: inner.map(lambda value: {key: value}))


@given(
    st.recursive(
        _leaves,
        lambda inner: (
            inner.map(lambda v: [v, v]) | st.tuples(inner, inner) | st.tuples() | _dicts(inner)
        ),
        max_leaves=5,
    )
)
def test_values_survive_the_round_trip(value: Value) -> None:
    task = Task.from_pairs("t", [((value,), value)])
    back = suite_from_json(json.loads(tasks_to_text([task])), "t.json", "t").tasks[0]
    assert identity_key(back.train[0].inputs[0]) == identity_key(value)
    assert identity_key(back.train[0].output) == identity_key(value)


# ------------------------------------------------------------------------------- tensors


IMAGE_TASK = {
    "name": "images",
    "request": "list[tensor[1, 2, 2]] -> int",
    "examples": [
        {"inputs": [[{"$tensor": [0, 0.5, 1, 0], "shape": [1, 2, 2]}]], "output": 1},
        {"inputs": [[{"$tensor": [[[0, 0], [1, 0]]], "shape": [1, 2, 2]}]], "output": 2},
        {"inputs": [[[[[0, 0], [0, 0.25]]]]], "output": 3},
        {"inputs": [[]], "output": 0},
    ],
    "accuracy": 0.95,
    "neural": ["digit(image: tensor[1, 2, 2]) -> choice[10]"],
}


def test_tensors_are_read_flat_nested_or_as_plain_lists(tmp_path: Path) -> None:
    (task,) = read(IMAGE_TASK, tmp_path)
    found = [[image.tolist() for image in example.inputs[0]] for example in task.train]
    assert found == [
        [[[[0.0, 0.5], [1.0, 0.0]]]],
        [[[[0.0, 0.0], [1.0, 0.0]]]],
        [[[[0.0, 0.0], [0.0, 0.25]]]],
        [],
    ]
    assert task.neural == ("digit(image: tensor[1, 2, 2]) -> choice[10]",)
    write_tasks(tmp_path / "again.json", [task])
    assert read_tasks(tmp_path / "again.json").tasks == (task,)


def test_a_request_left_out_takes_the_shapes_of_tensors(tmp_path: Path) -> None:
    data = {**IMAGE_TASK, "examples": IMAGE_TASK["examples"][:2]}
    del data["request"]
    (task,) = read(data, tmp_path)
    assert str(task.request) == "(list[tensor[1, 2, 2]]) -> int"


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=6))
def test_tensors_are_written_so_that_every_bit_is_read_back(numbers: list[float]) -> None:
    type_ = parse_type(f"tensor[{len(numbers)}]")
    tensor = make_tensor(numbers, type_, "x")
    text = json.dumps(to_json(tensor, type_))
    assert identity_key(from_json(json.loads(text), type_, "x")) == identity_key(tensor)


@pytest.mark.parametrize("shape", ["tensor[]", "tensor[0]", "tensor[2, 0]", "tensor[1, 1, 1]"])
def test_tensors_of_few_items_have_a_form(shape: str) -> None:
    type_ = parse_type(shape)
    sizes = [int(str(n)) for n in type_.args]
    tensor = make_tensor(np.zeros(sizes), type_, "x")
    again = from_json(to_json(tensor, type_), None, "x")
    assert identity_key(again) == identity_key(tensor)


def test_numbers_of_tensors_are_written_short() -> None:
    tensor = make_tensor([0.1, 1.0, 1e-7], parse_type("tensor[3]"), "x")
    assert to_json(tensor) == {"$tensor": [0.1, 1.0, 1e-7], "shape": [3]}
