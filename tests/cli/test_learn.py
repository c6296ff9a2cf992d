"""`progsynth learn`: rounds, what is printed, and the pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from progsynth.cli import main

ROWS = [[3, 4, 5, 6, 7], [5, 2, 9, 5, 2], [1, 1, 4, 8]]


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    """Tasks that are a head or a tail."""
    made = [
        {
            "name": name,
            "pack": "origami",
            "request": request,
            "examples": [{"inputs": [xs], "output": answer(xs)} for xs in ROWS],
        }
        for name, request, answer in (
            ("second", "list[int] -> int", lambda xs: xs[1]),
            ("from the third on", "list[int] -> list[int]", lambda xs: xs[2:]),
            ("third", "list[int] -> int", lambda xs: xs[2]),
        )
    ]
    file = tmp_path / "tasks.json"
    file.write_text(json.dumps(made))
    return file


def test_rounds_are_printed_and_drawn_and_go_on(
    tasks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library, pictures = tmp_path / "my.db", tmp_path / "pictures"
    command = ["learn", str(tasks), "--library", str(library), "--rounds", "2", "--quiet"]
    command += ["--executions", "5000", "--replays", "2", "--frontier", "1"]
    assert main([*command, "--compare", "--pictures", str(pictures)]) == 0
    said = capsys.readouterr()
    assert "round 1: tried 3, solved 3 (3 in all)" in said.out
    assert "3 of 3 solved" in said.out
    assert "without: 3 of 3 solved" in said.out
    assert said.err == ""
    for name in ("rounds.png", "executions.png"):
        assert (pictures / name).read_bytes().startswith(b"\x89PNG")
    assert main(command) == 0
    assert capsys.readouterr().out in said.out


def test_what_cannot_be_learnt_is_refused(
    tasks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = str(tmp_path / "l")
    assert main(["learn", str(tmp_path / "none.json"), "--library", library]) == 2
    assert "no such file" in capsys.readouterr().err
    assert main(["learn", str(tasks), "--library", library, "--tasks", "fourth"]) == 2
    assert "no task 'fourth'" in capsys.readouterr().err
