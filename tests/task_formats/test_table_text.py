"""Tables as text: a task of each, its types by columns, and what is wrong by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from progsynth.errors import TaskError
from progsynth.task import Suite
from progsynth.task_formats import read_tasks


def read(folder: Path, text: str, name: str = "table.csv") -> Suite:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_tasks(path)


def test_a_line_is_an_example_whose_last_cell_is_the_answer(tmp_path: Path) -> None:
    suite = read(tmp_path, "price,amount,total\n1.5,2,3.0\n2,3,6\n", "cost.csv")
    (task,) = suite.tasks
    assert (suite.format, task.name) == ("csv", "cost")
    assert str(task.request) == "(float, int) -> float"
    assert task.params == ("price", "amount")
    assert [(one.inputs, one.output) for one in task.train] == [((1.5, 2), 3.0), ((2.0, 3), 6.0)]


def test_tabs_part_the_cells_of_a_tsv(tmp_path: Path) -> None:
    (task,) = read(tmp_path, "a, b\tA\nc\tC\n", "table.tsv").tasks
    assert [(one.inputs, one.output) for one in task.train] == [(("a, b",), "A"), (("c",), "C")]


@pytest.mark.parametrize(
    ("cells", "type_", "values"),
    [
        (("true", "False"), "bool", [True, False]),
        (("1", "-2"), "int", [1, -2]),
        (("1", ".5e1"), "float", [1.0, 5.0]),
        (("[1, 2]", "[]"), "list[int]", [[1, 2], []]),
        (("007", "12"), "str", ["007", "12"]),
        (("[draft]", "[final]"), "str", ["[draft]", "[final]"]),
        (("", "x"), "str", ["", "x"]),
        ((" a ", "1"), "str", [" a ", "1"]),
    ],
)
def test_a_column_is_of_the_first_kind_that_all_its_cells_are(
    tmp_path: Path, cells: tuple[str, str], type_: str, values: list[object]
) -> None:
    rows = "".join(f'"{cell}",{number}\n' for number, cell in enumerate(cells))
    (task,) = read(tmp_path, rows).tasks
    assert str(task.request) == f"({type_}) -> int"
    assert [one.inputs[0] for one in task.train] == values


def test_the_first_line_names_columns_where_those_below_are_no_texts_or_by_its_last_word(
    tmp_path: Path,
) -> None:
    assert len(read(tmp_path, "a,b\nc,d\n").tasks[0].train) == 2
    named = read(tmp_path, "text,Output\nc,d\n").tasks[0]
    assert (len(named.train), named.params) == (1, ("text",))
    assert read(tmp_path, "first name,n\nc,1\n").tasks[0].params != ("first name",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "for each example, found none"),
        ("x,y\n", None),
        ("1\n2\n", "table.csv:1: expected columns of inputs and, last, of answers"),
        ("1,2\n3\n", "table.csv:2: expected 2 cells, found 1"),
        ("1,2\n,3\n", "table.csv:2: column 1 is empty, where other lines have values such as 1"),
        ('1,"2\n', "quotes must be closed"),
        ("1,1e999\n2,1.5\n", "table.csv:1: 1e999 is beyond"),
        ("[1],1\n[1 2],2\n", "table.csv:2"),
        ("1,2\n1,3\n", "table.csv"),
        ("99999999999999999999,1\n", "64"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, text: str, message: str | None
) -> None:
    if message is None:
        assert len(read(tmp_path, text).tasks[0].train) == 1  # two texts
        return
    with pytest.raises(TaskError, match=message.replace(".", r"\.").replace("+", r"\+")):
        read(tmp_path, text)
