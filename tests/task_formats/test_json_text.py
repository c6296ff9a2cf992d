"""Strict JSON: what Python's own reader lets pass is an error with a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from progsynth.errors import TaskError
from progsynth.task_formats import read_tasks
from progsynth.task_formats.json_text import parse_json


def message(text: str, first_line: int = 1) -> str:
    with pytest.raises(TaskError) as error:
        parse_json(text, "t.json", first_line)
    return str(error.value)


def test_right_json_is_read() -> None:
    assert parse_json('{"a": [1, -2.5e3, "x", true, null]}', "t.json") == {
        "a": [1, -2500.0, "x", True, None]
    }


def test_the_place_is_that_of_the_wrong_token_and_not_of_an_equal_one_before() -> None:
    assert message('["NaN", {"a": 1},\n [2, NaN]]').startswith("t.json:2:6: NaN is not JSON")
    assert message('{"a": {"b": 1},\n "a": 2}').startswith('t.json:2:2: the key "a" is given twice')
    assert message('[{"b": "b", "b": 2}]').startswith('t.json:1:13: the key "b" is given twice')


def test_the_lines_of_a_jsonl_file_are_counted_from_its_start() -> None:
    assert message("[1 2]", first_line=7).startswith("t.json:7:4: this is not JSON: expected ','")


def test_numbers_too_long_to_read_are_refused() -> None:
    assert "an integer of 5000 digits" in message("9" * 5000)
    assert "a number too large for a float" in message("[1, -1e400]")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000])
def test_endless_nesting_is_refused(text: str) -> None:
    assert message(text).startswith("t.json: nested too deep")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"a', "expected a closing double quote"),
        ('"a\nb"', "expected a text on one line"),
        ('"\\x"', "expected an escape such as"),
        ('{"a" 1}', "expected ':', found '1'"),
        ("[1,\n\n]", "t.json:1:3: a comma before a closing bracket"),
        ('{"a": 1,}', "t.json:1:8: a comma before a closing bracket"),
        ("", "expected a value, found the end"),
    ],
)
def test_syntax_errors_are_said_in_our_words(text: str, said: str) -> None:
    assert said in message(text)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("1")
    with pytest.raises(TaskError) as error:
        read_tasks(tmp_path / "b.json")
    assert str(error.value) == f"{tmp_path}/b.json: no such file; in that folder there is a.json"
    with pytest.raises(TaskError, match="no such file; there is no folder"):
        read_tasks(tmp_path / "c" / "b.json")
    with pytest.raises(TaskError, match="expected a file, found a folder; name a file in it"):
        read_tasks(tmp_path)
    with pytest.raises(TaskError, match="cannot be read"):
        read_tasks("a\0b")


def test_a_comma_too_many_in_the_middle() -> None:
    assert message("[1,,2]").startswith("t.json:1:4: this is not JSON: expected a value, found ','")


def test_a_key_given_twice_in_another_spelling_is_still_an_error() -> None:
    assert message('{"\\u0061": 1, "a": 2}').startswith('t.json:1:15: the key "a"')
