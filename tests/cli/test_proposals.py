"""`progsynth solve --proposals`: what is tried, the table, the record, what is wrong with files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from progsynth.cli import main
from progsynth.cli.proposals import proposal_lines

SQUARES = {
    "name": "sum of squares",
    "examples": [{"inputs": [[1, 2, 3]], "output": 14}, {"inputs": [[]], "output": 0}],
}
DOUBLE = {"name": "double", "examples": [{"inputs": [[1, 2]], "output": [2, 4]}]}
RIGHT = "def f(xs: list[int]) -> int:\n    return sum([x * x for x in xs])\n"
TWICE = "def g(xs: list[int]) -> list[int]:\n    return [x + x for x in xs]\n"


@pytest.fixture
def tasks(tmp_path: Path) -> str:
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps([SQUARES, DOUBLE]))
    return str(path)


def written(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_files_of_proposals_are_tried_for_every_task(
    tasks: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = written(tmp_path / "one.psl", RIGHT)
    two = written(tmp_path / "two.md", f"Like this:\n```python\n{TWICE}```\n")
    out = tmp_path / "out.json"
    arguments = ["solve", tasks, "--proposals", one, "--proposals", two, "--json", str(out)]
    assert main([*arguments, "--search", "bottom_up"]) == 0
    records = json.loads(out.read_text())
    assert [[one["status"] for one in record["proposals"]] for record in records] == [
        ["solution", "refused"],
        ["refused", "solution"],
    ]
    assert [record["search"] for record in records] == ["proposals", "proposals"]
    printed = [line.split() for line in capsys.readouterr().out.split("\n")]
    assert ["#", "proposals:"] in printed
    assert ["#", f"{one}:1", "solution"] in printed
    assert ["#", f"{two}:3", "refused", "3:5:", "'g'"] in [line[:5] for line in printed]


def test_a_file_of_json_lines_says_which_task_it_is_for(tasks: str, tmp_path: Path) -> None:
    lines = [{"program": RIGHT, "task": "sum of squares"}, {"program": TWICE, "task": "double"}]
    path = written(tmp_path / "a.jsonl", "\n".join(map(json.dumps, lines)))
    out = tmp_path / "out.json"
    assert main(["solve", tasks, "--proposals", path, "--json", str(out), "--quiet"]) == 0
    for record in json.loads(out.read_text()):
        assert [one["status"] for one in record["proposals"]] == ["solution"]


def test_a_file_that_is_not_there_is_wrong_input(
    tasks: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["solve", tasks, "--proposals", str(tmp_path / "none.psl")]) == 2
    assert "none.psl: no such file" in capsys.readouterr().err


def test_a_file_without_a_program_is_said_to_be_so(
    tasks: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = written(tmp_path / "empty.md", "I cannot do that.\n")
    right = written(tmp_path / "right.psl", RIGHT)
    arguments = ["--proposals", empty, "--proposals", right, "--task", "sum of squares", "--quiet"]
    assert main(["solve", tasks, *arguments]) == 0
    captured = capsys.readouterr()
    assert f"--proposals {empty}: no program in it" in captured.err
    assert "# proposals" not in captured.out, "--quiet"


def report(**given: Any) -> dict[str, Any]:
    return {"source": "me", "status": "wrong", "finding": "", "passed": 0, "total": 0, **given}


def test_the_table_is_short_and_says_what_it_leaves_out() -> None:
    reports = [report(source=f"me {n}", finding="x" * 500) for n in range(30)]
    lines = proposal_lines({"proposals": reports})
    assert len(lines) == 22
    assert lines[-1] == "  and 10 more; --json OUT has all of them"
    assert max(map(len, lines)) < 100
    assert proposal_lines({"proposals": []}) == []
    assert proposal_lines({}) == []


def test_the_table_says_how_many_examples_a_wrong_one_is_right_on() -> None:
    scored = [report(passed=2, total=5, finding="f(1) gives 2"), report(status="refused")]
    assert proposal_lines({"proposals": scored})[1:] == [
        "  me  wrong, right on 2 of 5  f(1) gives 2",
        "  me  refused",
    ]
