"""Wrong task files, each with the whole message it gives: place, expected, found, what to do.

`tasks/files.txt` holds them: the name of the file, its text, and below `---` the message.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from progsynth.errors import TaskError
from progsynth.task_formats import read_tasks

GOLDEN = Path(__file__).parent / "tasks" / "files.txt"


def cases() -> list[tuple[str, str, str]]:
    found = []
    for part in GOLDEN.read_text(encoding="utf-8").split("\n=== ")[1:]:
        head, _, rest = part.partition("\n")
        text, _, message = rest.partition("\n---\n")
        found.append((head.strip(), text, message.strip("\n")))
    return found


def test_there_are_enough_of_them() -> None:
    assert len(cases()) >= 20
    assert len({name for name, _, _ in cases()}) == len(cases())


@pytest.mark.parametrize(("name", "text", "message"), cases(), ids=[c[0] for c in cases()])
def test_a_wrong_task_file_says_what_is_wrong(
    name: str, text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(text.encode("utf-8").replace(b"\\xff", b"\xff"))
    with pytest.raises(TaskError) as error:
        read_tasks(name)
    assert str(error.value) == message
