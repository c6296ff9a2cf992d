"""Files of other systems: DreamCoder's and LambdaBeam's, samples of our own and the real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from progsynth.errors import TaskError
from progsynth.task import Example
from progsynth.task_formats import read_tasks


def write(folder: Path, name: str, data: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


DREAMCODER = [
    {
        "name": "add to each",
        "request": "int -> list(int) -> list(int)",
        "split": "train",
        "examples": [{"i": [1, [2, 3]], "o": [3, 4]}, {"i": [1, []], "o": []}],
    },
    {
        "name": "first letters",
        "request": "list(list(char)) -> list(char)",
        "examples": [{"i": [["ab", ["c", "d"]]], "o": ["a", "c"]}],
        "stringConstants": ["x"],
    },
    {
        "name": "all even",
        "request": "list(int) -> bool",
        "examples": [{"i": [[2]], "o": True}],
    },
]


def test_dreamcoders_tasks_are_read(tmp_path: Path) -> None:
    suite = read_tasks(write(tmp_path, "list.json", DREAMCODER))
    assert suite.format == "dreamcoder"
    assert [str(task.request) for task in suite] == [
        "(int, list[int]) -> list[int]",
        "(list[str]) -> str",
        "(list[int]) -> bool",
    ]
    assert suite["add to each"].train[1] == Example((1, []), [])
    letters = suite["first letters"]
    assert letters.train == (Example((["ab", "cd"],), "ac"),)
    assert letters.constants == ("x",)


LAMBDABEAM = [
    {
        "name": "take",
        "inputs_dict": {"n": [1, 2], "xs": [[3, 4], []]},
        "outputs": [[3], []],
        "solution": "Take(n, xs)",
    },
    {"name": "sum", "inputs_dict": {"xs": [[3, 4], []]}, "outputs": [7, 0]},
]
HELD_OUT = [
    {"name": "take", "held_out_inputs_dict": {"n": [0], "xs": [[1]]}, "held_out_outputs": [[]]}
]


def test_lambdabeams_tasks_are_read_with_their_held_out_inputs(tmp_path: Path) -> None:
    path = write(tmp_path, "hand_tasks.json", LAMBDABEAM)
    assert read_tasks(path)["take"].test == ()
    write(tmp_path, "hand_held_out.json", HELD_OUT)
    suite = read_tasks(path)
    assert suite.format == "lambdabeam"
    take = suite["take"]
    assert take.train == (Example((1, [3, 4]), [3]), Example((2, []), []))
    assert (take.test, take.params) == ((Example((0, [1]), []),), ("n", "xs"))
    assert str(take.request) == "(int, list[int]) -> list[int]"
    assert suite["sum"].test == ()


def test_held_out_inputs_have_the_names_of_the_tasks(tmp_path: Path) -> None:
    write(tmp_path, "hand_held_out.json", [{**HELD_OUT[0], "held_out_inputs_dict": {"n": [0]}}])
    with pytest.raises(TaskError, match=r"expected the inputs n, xs, found n"):
        read_tasks(write(tmp_path, "hand_tasks.json", LAMBDABEAM))


def test_the_format_can_be_forced(tmp_path: Path) -> None:
    path = write(tmp_path, "t.json", DREAMCODER)
    with pytest.raises(TaskError, match="expected the keys of a task, found 'split'"):
        read_tasks(path, format="json")
    with pytest.raises(TaskError) as error:
        read_tasks(path, format="dreamcode")
    assert str(error.value) == "no format 'dreamcode'; did you mean 'dreamcoder'?"
    with pytest.raises(TaskError, match="expected one task or more, found none"):
        read_tasks(write(tmp_path, "none.json", []), format="dreamcoder")


# ------------------------------------------------------------------------------- real files


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "count", "request_"),
    [
        ("list_train", 109, "(list[int]) -> bool"),
        ("list_bootstrap_recursive_tasks", 20, "(list[list[int]]) -> list[int]"),
        ("list_sort_bootstrap_tasks", 3, "(list[int]) -> list[int]"),
        ("text_synthetic_train", 128, "(str, str) -> str"),
    ],
)
def test_dreamcoders_files(file: str, count: int, request_: str, data_folder: Path) -> None:
    suite = read_tasks(data_folder / "dreamcoder" / f"{file}.json")
    assert (len(suite), suite.format) == (count, "dreamcoder")
    assert request_ in {str(task.request) for task in suite}


@pytest.mark.data
def test_lambdabeams_files(data_folder: Path) -> None:
    suite = read_tasks(data_folder / "lambdabeam" / "handwritten_tasks.json")
    assert len(suite) == 100
    assert all(len(task.test) == 3 for task in suite)
    assert str(suite["none:deepcoder_0"].request) == "(int, list[int]) -> int"
