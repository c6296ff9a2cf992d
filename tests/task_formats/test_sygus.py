"""SyGuS-IF of both versions, and its strings track as JSON: our own samples and the real files."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progsynth.cli.main import main
from progsynth.errors import TaskError
from progsynth.lang.values import identity_key
from progsynth.task import Example, Suite, Task
from progsynth.task_formats import hold_out, read_tasks, sygus
from progsynth.task_formats.sygus_text import read_forms, shown

VERSION_1 = r"""
; names in version 1: one group of rules, backslashes escape
(set-logic SLIA)
(synth-fun f ((name String)) String
    ((Start String (ntString))
     (ntString String (name " " "\"" (str.++ ntString ntString) (int.to.str ntInt)))
     (ntInt Int (0 1 (str.len ntString)))))
(declare-var name String)
(constraint (= (f "Ada \"L\"") "a\\b"))
(constraint (= (f "\x41\n") "caf\351"))
(check-synth)
"""

VERSION_2 = r'''
(set-logic SLIA)
(set-feature :grammars true)
(synth-fun g ((a String) (n Int) (|last one| Bool)) Int
    ((Start Int) (Text String))
    ((Start Int (n 0 (str.len Text)))
     (Text String (a "" "say ""hi""" "\n" (str.from_int Start)))))
(constraint (= (g "a""b" 3 true) (- 5)))
(constraint (and (= 7 (g "\u{e9}\u0041\q" -3 false)) (= (g "(;" 0 true) 0)))
(check-synth)
'''


def read(text: str, folder: Path, name: str = "sample.sl") -> Task:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    suite = read_tasks(path)
    assert suite.format == "sygus"
    (task,) = suite.tasks
    return task


def test_version_1_escapes_with_backslashes(tmp_path: Path) -> None:
    task = read(VERSION_1, tmp_path)
    assert (task.name, str(task.request), task.params) == ("sample", "(str) -> str", ("name",))
    assert task.train == (Example(('Ada "L"',), "a\\b"), Example(("A\n",), "caf\xe9"))
    assert task.constants == (" ", '"')


def test_version_2_doubles_quotes_and_has_characters_by_code(tmp_path: Path) -> None:
    task = read(VERSION_2, tmp_path)
    assert str(task.request) == "(str, int, bool) -> int"
    assert task.params == ()  # 'last one' is no name in a program: ours go by type
    assert task.train == (
        Example(('a"b', 3, True), -5),
        Example(("\xe9A\\q", -3, False), 7),
        Example(("(;", 0, True), 0),
    )
    assert task.constants == ("", 'say "hi"', "\\n")


def test_conditions_are_examples_of_yes_and_no(tmp_path: Path) -> None:
    text = """(synth-fun p ((s String)) Bool)
(constraint (p "a"))(constraint (not (p "b")))(constraint (= (p "c") false))"""
    assert [e.output for e in read(text, tmp_path).train] == [True, False, False]


def test_without_signs_of_a_version_a_backslash_is_one(tmp_path: Path) -> None:
    text = r'(synth-fun f ((s String)) String) (constraint (= (f "a\n") "a"))'
    assert read(text, tmp_path).train[0].inputs == ("a\\n",)


def test_the_format_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "task.txt"
    path.write_text('(synth-fun f ((s String)) Int)(constraint (= (f "a") 1))', encoding="utf-8")
    assert read_tasks(path, format="sygus").tasks[0].train == (Example(("a",), 1),)


def test_nesting_has_no_end() -> None:
    deep = "(" * 30_000 + '"x"' + ")" * 30_000
    (form,) = read_forms(deep, "deep.sl")
    assert shown(form) == "(" * 37 + "..."


def test_a_file_is_solved_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "shout.sl"
    path.write_text(
        '(synth-fun f ((s String)) String)(constraint (= (f "ab") "AB"))'
        '(constraint (= (f "cde") "CDE"))(check-synth)',
        encoding="utf-8",
    )
    assert main(["solve", str(path), "--seconds", "20", "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("shout: solved")


def written(text: str, version: int) -> str:
    """The literal of a text: anything but plain characters by its code, where there is a code."""
    doubled = text.replace('"', '""')
    if version == 2:
        return '"' + "".join(_code_2(c) for c in doubled) + '"'
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return '"' + "".join(c if " " <= c else f"\\x{ord(c):02x}" for c in escaped) + '"'


def _code_2(char: str) -> str:
    plain = " " <= char <= "~" and char != "\\"
    return char if plain else f"\\u{{{ord(char):x}}}"


CHARACTERS = st.characters(
    max_codepoint=0x2FFFF, exclude_categories=["Cs"]
)  # as far as version 2 has codes


@given(st.text(CHARACTERS), st.text(CHARACTERS), st.sampled_from([1, 2]))
def test_what_is_written_is_read_back(one: str, other: str, version: int) -> None:
    start = "(Start String (s (int.to.str 0)))" if version == 1 else "(Start String (s))"
    grammar = f"({start})" if version == 1 else f"((Start String)) ({start})"
    text = (
        f"(synth-fun f ((s String)) String {grammar})\n"
        f"(constraint (= (f {written(one, version)}) {written(other, version)}))"
    )
    (task,) = sygus.read(text, "t.sl", "t").tasks
    assert task.train == (Example((one,), other),)


@given(
    st.sampled_from([VERSION_1, VERSION_2]),
    st.integers(0, 900),
    st.integers(0, 12),
    st.text(alphabet='()"\\|; fx5', max_size=4),
)
def test_damaged_files_are_told_or_read(text: str, start: int, length: int, other: str) -> None:
    damaged = text[:start] + other + text[start + length :]
    with contextlib.suppress(TaskError):  # and nothing else
        assert sygus.read(damaged, "t.sl", "t").tasks


# ------------------------------------------------------------------------------------ JSON

ROWS = [{"inputs": [f"a{i}"], "output": "a"} for i in range(6)]
ENTRY: dict[str, Any] = {
    "name": "a",
    "trainExamples": [*ROWS, ROWS[0]],
    "testExamples": ROWS,
    "tables": [],
}


def read_json(data: Any, folder: Path) -> Suite:
    path = folder / "strings.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return read_tasks(path)


def test_a_third_of_the_rows_is_held_out_where_tests_are_training_rows(tmp_path: Path) -> None:
    suite = read_json([ENTRY], tmp_path)
    assert suite.format == "sygus_json"
    (task,) = suite.tasks
    assert (len(task.train), len(task.test)) == (4, 2)
    assert {e.inputs[0] for e in (*task.train, *task.test)} == {f"a{i}" for i in range(6)}


def test_tests_of_their_own_are_kept(tmp_path: Path) -> None:
    other = {"inputs": ["b"], "output": "b"}
    task = read_json([{**ENTRY, "testExamples": [*ROWS, other]}], tmp_path).tasks[0]
    assert (len(task.train), task.test) == (7, (Example(("b",), "b"),))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"trainExamples": 3}, "[0]: task 'a': trainExamples: expected a list of rows, found 3"),
        (
            {"testExamples": [{"inputs": "x", "output": "y"}]},
            'testExamples[0]: expected {"inputs": [...], "output": ...}',
        ),
        ({"trainExamples": []}, "[0]: task 'a': expected one training example or more"),
        ({"tables": [1]}, "[0]: tables: expected none, found [1]"),
    ],
)
def test_wrong_json_is_told(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(TaskError) as error:
        read_json([{**ENTRY, **change}], tmp_path)
    assert said in str(error.value)


def test_rows_are_held_out_by_a_seed() -> None:
    task = Task.from_pairs("t", [(f"x{i}", i) for i in range(9)])
    splits = {hold_out(task, seed=seed) for seed in range(5)}
    assert len(splits) > 1
    assert hold_out(task, seed=3) == hold_out(task, seed=3)
    for split in splits:
        kept = {identity_key(e.inputs) for e in split.train}
        assert (len(split.train), len(split.test)) == (6, 3)
        assert not kept & {identity_key(e.inputs) for e in split.test}
    assert hold_out(hold_out(task, share=0.9), share=0.9).train  # a row is left to train on
    with pytest.raises(TaskError, match="share: expected a number from 0 to below 1, found 1"):
        hold_out(task, share=1)


# ------------------------------------------------------------------------------ real files


@pytest.mark.data
def test_files_of_the_strings_track(data_folder: Path) -> None:
    files = sorted((data_folder / "strings" / "sygus_if").glob("*.sl"))
    assert len(files) >= 11
    tasks = {path.stem: read_tasks(path).tasks[0] for path in files}
    assert tasks["univ_1"].constants == (" ", ",")
    assert tasks["dr-name"].train[0] == Example(("Nancy FreeHafer",), "Dr. Nancy")
    assert {str(task.request) for task in tasks.values()} == {"(str) -> str", "(str, str) -> str"}
    assert all(len(task.train) >= 4 and task.params for task in tasks.values())


@pytest.mark.data
def test_the_strings_track_as_json(data_folder: Path) -> None:
    suite = read_tasks(data_folder / "strings" / "sygus_benchmarks.json")
    assert len(suite) == 89
    for task in suite:
        rows = len(task.train) + len(task.test)
        assert len(task.test) == rows // 3
        kept = {identity_key(e.inputs) for e in task.train}
        assert not kept & {identity_key(e.inputs) for e in task.test}
