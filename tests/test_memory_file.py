"""Memory on disk: what is saved is loaded; a wrong file is told from a right one."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from progsynth.errors import ProgsynthError
from progsynth.lang.types import parse_type
from progsynth.lang.values import Value, identity_key
from progsynth.memory_file import load_memory, save_memory


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ({}, "memory[int]"),
        ({"b": 1, "a": 2}, "memory[int]"),
        ({"$dict": 1.0, "é": math.inf}, "memory[float]"),
        ({"a": [(1, "x")]}, "memory[list[tuple[int, str]]]"),
        ({"a": {1: {2: 0.5}}}, "memory[graph[int]]"),
    ],
)
def test_what_is_saved_is_loaded(value: Value, type_: str, tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    save_memory(path, value, parse_type(type_))
    assert identity_key(load_memory(path, parse_type(type_))) == identity_key(value)


def test_no_file_is_an_empty_memory(tmp_path: Path) -> None:
    assert load_memory(tmp_path / "none.json", parse_type("memory[int]")) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": "text"}', "memory, key 'a': expected int, found 'text'; the program's memory is"),
        ("[1]", "expected memory[int], found [1]"),
        ('{"a": 1', "memory.json:1:8: this is not JSON"),
        ("", "this is not JSON"),
        ('{"$dict": [[1, 2]]}', "expected str, found 1"),
    ],
)
def test_a_wrong_file_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    path.write_text(text)
    with pytest.raises(ProgsynthError) as error:
        load_memory(path, parse_type("memory[int]"))
    assert message in str(error.value)
