"""Wrong command lines, each with its exit code and the whole message it gives.

`tasks/commands.txt` holds the files they see, `=== file NAME`, and then the commands,
`=== progsynth ...`, each followed by its exit code and what it says.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from progsynth.cli import main

GOLDEN = Path(__file__).parent / "tasks" / "commands.txt"


def sections() -> list[tuple[str, str]]:
    parts = GOLDEN.read_text(encoding="utf-8").split("\n=== ")[1:]
    heads = [part.partition("\n") for part in parts]
    return [(head, text.strip("\n") + "\n") for head, _, text in heads]


FILES = {h.removeprefix("file "): text for h, text in sections() if h.startswith("file ")}
COMMANDS = [(h, text) for h, text in sections() if not h.startswith("file ")]


def test_there_are_enough_of_them() -> None:
    assert len(COMMANDS) >= 15


@pytest.mark.parametrize(("command", "said"), COMMANDS, ids=[c[0] for c in COMMANDS])
def test_a_wrong_command_says_what_is_wrong(
    command: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text, encoding="utf-8")
    code = main(shlex.split(command)[1:])
    shown = capsys.readouterr()
    assert f"exit {code}\n{shown.err or shown.out}" == said
