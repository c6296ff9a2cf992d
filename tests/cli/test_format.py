"""`progsynth format`."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from progsynth.cli import main

UGLY = "def f( x:int )->int:\n  return x+1 # one more\n"
NEAT = "def f(x: int) -> int:\n    return x + 1  # one more\n"


@pytest.fixture
def ugly(tmp_path: Path) -> Path:
    path = tmp_path / "f.psl"
    path.write_text(UGLY)
    return path


def test_a_file_is_rewritten_once(ugly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["format", str(ugly)]) == 0
    assert ugly.read_text() == NEAT
    assert capsys.readouterr().out == f"{ugly}: formatted\n"
    assert main(["format", str(ugly)]) == 0
    assert capsys.readouterr().out == ""


def test_check_changes_nothing(ugly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["format", "--check", str(ugly)]) == 1
    assert capsys.readouterr().out == f"{ugly}: would be formatted\n"
    assert ugly.read_text() == UGLY
    ugly.write_text(NEAT)
    assert main(["format", "--check", str(ugly)]) == 0


def test_diff_shows_the_change(ugly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["format", "--diff", str(ugly)]) == 1
    shown = capsys.readouterr().out
    assert "-def f( x:int )->int:\n" in shown
    assert "+def f(x: int) -> int:\n" in shown
    assert ugly.read_text() == UGLY


def test_a_wrong_file_does_not_keep_the_others(
    ugly: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.psl"
    wrong.write_text("def f(x: int) -> int:\n    return x +\n")
    assert main(["format", str(wrong), str(ugly)]) == 2
    assert ugly.read_text() == NEAT
    assert f"{wrong}:2:" in capsys.readouterr().err


def test_standard_input_goes_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(UGLY))
    assert main(["format", "-"]) == 0
    assert capsys.readouterr().out == NEAT
