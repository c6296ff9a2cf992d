"""Which programs a text holds: files of the language, JSON lines, answers with code blocks."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from progsynth.errors import ProgsynthError
from progsynth.search.proposals.proposed import Proposed
from progsynth.search.proposals.texts import (
    MAX_CHARACTERS,
    programs_in,
    programs_in_answer,
    read_proposals,
)

DOUBLE = "def double(x: int) -> int:\n    return x + x\n"
TWICE = "def twice(x: int) -> int:\n    return 2 * x\n"


def texts(found: list[Proposed]) -> list[str]:
    return [one.program for one in found]


def test_functions_that_call_none_of_each_other_are_programs() -> None:
    found = programs_in(DOUBLE + "\n\n" + TWICE, "a.psl")
    assert texts(found) == [DOUBLE, TWICE]
    assert [one.label for one in found] == ["a.psl:1", "a.psl:5"]


def test_a_function_stands_with_those_it_calls() -> None:
    caller = "def four_times(x: int) -> int:\n    return double(double(x))\n"
    found = programs_in(DOUBLE + TWICE + caller, "a.psl")
    assert len(found) == 2
    assert texts(found)[0] == DOUBLE + "\n\n" + caller, "the lines of the other are left empty"
    assert texts(found)[1] == TWICE


def test_a_name_that_comes_again_begins_another_program() -> None:
    other = DOUBLE.replace("x + x", "2 * x")
    caller = "def f(x: int) -> int:\n    return double(x)\n"
    found = programs_in(DOUBLE + caller + other + caller, "a.psl")
    assert texts(found) == [DOUBLE + caller, other + caller]
    assert [one.line for one in found] == [1, 5]


def test_a_rule_of_a_comment_parts_programs() -> None:
    helped = "def f(x: int) -> int:\n    return double(x)\n"
    found = programs_in(f"{DOUBLE}# ---\n{helped}# ---- end\n", "a.psl")
    assert texts(found) == [DOUBLE, helped]


def test_words_in_texts_and_comments_call_nothing() -> None:
    quiet = "def other(x: int) -> str:  # unlike double\n    return 'double'\n"
    assert len(programs_in(DOUBLE + quiet, "a.psl")) == 2


def test_functions_that_call_each_other_stay_together() -> None:
    even = "def even(x: int) -> bool:\n    return odd(x - 1)\n"
    odd = "def odd(x: int) -> bool:\n    return even(x - 1)\n"
    assert texts(programs_in(even + odd + DOUBLE, "a")) == [even + odd, DOUBLE]


def test_what_is_no_function_stays_with_every_program() -> None:
    found = programs_in("import math\n" + DOUBLE + TWICE, "a.py")
    assert all(text.startswith("import math\n") for text in texts(found))
    assert len(found) == 2
    assert texts(programs_in("print(1)\n", "a.py")) == ["print(1)\n"]


def test_a_text_of_comments_holds_nothing() -> None:
    assert programs_in("# to do\n\n", "a.psl") == []
    assert programs_in("", "a.psl") == []


# ------------------------------------------------------------------------------- answers


def answer(*blocks: str, language: str = "python") -> str:
    fenced = "\n\nor else\n\n".join(f"```{language}\n{block}```" for block in blocks)
    return f"Sure! Here it is:\n\n{fenced}\n\nIt adds `x` to itself.\n"


def test_blocks_of_an_answer_are_programs() -> None:
    found = programs_in_answer(answer(DOUBLE, TWICE), "answer")
    assert texts(found) == [DOUBLE, TWICE]
    assert [one.line for one in found] == [4, 11]


@pytest.mark.parametrize("language", ["", "psl", "py", "Python", "python3"])
def test_languages_that_are_read(language: str) -> None:
    assert texts(programs_in_answer(answer(DOUBLE, language=language), "a")) == [DOUBLE]


@pytest.mark.parametrize("language", ["json", "bash", "output", "rust"])
def test_other_languages_are_passed_over(language: str) -> None:
    assert programs_in_answer(answer(DOUBLE, language=language), "a") == []


def test_a_block_without_a_function_is_passed_over() -> None:
    assert programs_in_answer(answer("double(3) == 6\n"), "a") == []


def test_an_answer_that_breaks_off_keeps_its_last_block() -> None:
    broken = answer(DOUBLE).partition("\n\nIt adds")[0].removesuffix("```")
    assert texts(programs_in_answer(broken, "a")) == [DOUBLE]


def test_blocks_in_a_list_are_indented_with_it() -> None:
    block = "".join(f"   {line}\n" for line in f"```python\n{DOUBLE}```".split("\n"))
    assert texts(programs_in_answer(f"1. First:\n\n{block}", "a")) == [DOUBLE]


def test_a_longer_fence_holds_a_shorter_one() -> None:
    assert texts(programs_in_answer(f"~~~~py\n# ~~~\n{DOUBLE}~~~~\n", "a")) == ["# ~~~\n" + DOUBLE]


def test_an_answer_without_blocks_is_a_program_if_there_is_a_function() -> None:
    assert texts(programs_in_answer(DOUBLE, "a")) == [DOUBLE]
    assert programs_in_answer("I cannot do that.", "a") == []
    assert programs_in_answer("", "a") == []


@pytest.mark.parametrize("filling", ["x" * 79 + "\n", "'''\n", "```\n", "def f():\n", "# ---\n"])
def test_an_answer_of_10_mb_is_read_to_its_bound(filling: str) -> None:
    huge = answer(DOUBLE) + filling * (10_000_000 // len(filling))
    start = time.process_time()
    found = programs_in_answer(huge, "a")
    assert texts(found)[0] == DOUBLE
    assert all(len(one.program) <= MAX_CHARACTERS for one in found)
    assert time.process_time() - start < 30, "linear in the part that is read"


# --------------------------------------------------------------------------------- files


def test_files_by_their_names_and_contents(tmp_path: Path) -> None:
    line = json.dumps({"program": DOUBLE})
    for name, text in (("a.psl", DOUBLE), ("b.md", answer(DOUBLE)), ("c.jsonl", line)):
        path = tmp_path / name
        path.write_text(text)
        assert texts(read_proposals(path)) == [DOUBLE], name
    (tmp_path / "d.txt").write_text(line)
    assert texts(read_proposals(tmp_path / "d.txt")) == [DOUBLE]


def test_json_lines_say_the_task_and_the_source(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        {"program": DOUBLE, "task": "double", "source": "a person"},
        {"program": TWICE},
    ]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    first, second = read_proposals(path)
    assert first == Proposed(DOUBLE, "a person", task="double")
    assert second == Proposed(TWICE, str(path), 2)


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("{", "expected a JSON object on one line"),
        ("[" * 100_000, "expected a JSON object on one line"),
        ("3", "expected an object like"),
        ('{"code": "x"}', "no key 'code'"),
        ('{"source": "x"}', "no key 'program'"),
        ('{"program": 3}', "'program': expected a text, found 3"),
    ],
)
def test_a_wrong_line_loses_no_other(tmp_path: Path, line: str, finding: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(line + "\n" + json.dumps({"program": DOUBLE}))
    wrong, right = read_proposals(path)
    assert wrong.finding.startswith(finding)
    assert wrong.label == f"{path}:1"
    assert right.program == DOUBLE


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ProgsynthError, match="no such file"):
        read_proposals(tmp_path / "none.psl")
