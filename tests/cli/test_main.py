"""What all verbs share: help, errors without tracebacks, interruptions, exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import progsynth
from progsynth.cli import format as format_verb
from progsynth.cli import main
from progsynth.cli.main import VERBS


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"progsynth {progsynth.__version__}\n"


def test_help_lists_all_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, code in ((["--help"], 0), ([], 2)):
        assert main(arguments) == code
        shown = capsys.readouterr().out
        assert all(f"    {verb}" in shown for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_help_with_what_it_does(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"usage: progsynth {verb}")
    assert VERBS[verb][0][1:] in shown


@pytest.mark.parametrize("arguments", [["nonsense"], ["solve"], ["format", "--nonsense", "f.psl"]])
def test_wrong_arguments_end_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("usage: progsynth")


def test_a_users_error_is_one_message_and_no_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["format", str(tmp_path / "none.psl")]) == 2
    assert capsys.readouterr().err == (f"progsynth format: {tmp_path}/none.psl: no such file\n")


def test_ctrl_c_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(format_verb, "run", interrupted)
    assert main(["format", "f.psl"]) == 130
    assert capsys.readouterr().err == "progsynth: interrupted\n"


def test_a_defect_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> int:
        raise AssertionError("a defect of ours")

    monkeypatch.setattr(format_verb, "run", broken)
    with pytest.raises(AssertionError):
        main(["format", "f.psl"])


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m progsynth packs default | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from progsynth.cli import main; main(['--help']);"
        "heavy = {'numpy', 'rich', 'lark', 'torch', 'numba'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
