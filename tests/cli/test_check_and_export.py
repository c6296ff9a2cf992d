"""`progsynth check` and `progsynth export`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from progsynth.cli import main
from progsynth.solve import solve
from progsynth.task import Task

PROGRAM = """\
def twice(n: int) -> int:
    return 2 * n


def f(xs: list[int]) -> list[int]:
    return map(lambda x: twice(x), xs)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "f.psl"
    path.write_text(PROGRAM)
    return path


def test_types_are_printed(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(program)]) == 0
    assert capsys.readouterr().out == "twice(n: int) -> int\nf(xs: list[int]) -> list[int]\n"


def test_holes_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s.psl"
    path.write_text("def f(n: int) -> int:\n    return ?? + ??\n")
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out == "f(n: int) -> int  # 2 holes to fill\n"


def test_the_engine_is_explained(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", str(program)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "VM" or last.startswith("Python engine: ")


def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "w.psl"
    path.write_text("def f(n: int) -> str:\n    return n + 1\n")
    assert main(["check", str(path)]) == 2
    assert f"{path}:2:" in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--checked"]])
def test_exported_python_stands_alone(
    options: list[str], program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(program), *options]) == 0
    text = capsys.readouterr().out
    scope: dict[str, Any] = {"__name__": "exported"}
    exec(text, scope)
    assert scope["f"]([1, 2]) == [2, 4]
    out = tmp_path / "out.py"
    assert main(["export", str(program), *options, "-o", str(out)]) == 0
    assert out.read_text() == text


def test_an_export_that_cannot_be_written_is_told(
    program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(program), "-o", str(tmp_path / "no" / "out.py")]) == 2
    assert "there is no folder" in capsys.readouterr().err


def test_a_saved_result_is_exported_with_its_networks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, out = tmp_path / "kept", tmp_path / "double.py"
    solve(Task.from_pairs("double", [([1, 2], [2, 4]), ([5], [10])]), seconds=30.0).save(kept)
    assert main(["export", str(kept), "-o", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert "def double(" in out.read_text()
    assert main(["export", str(kept)]) == 2
    assert "-o OUT.py" in capsys.readouterr().err
