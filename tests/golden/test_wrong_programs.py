"""Wrong programs, each with the whole message it gives.

`programs/wrong.txt` holds sections: `=== what is wrong`, the text, a line `---`, the message.
To write the messages anew: `UPDATE_GOLDEN=1 pytest tests/golden/test_wrong_programs.py`, then
read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from progsynth import registry
from progsynth.errors import ProgramError
from progsynth.lang.read import read_program

GOLDEN = Path(__file__).parent / "programs" / "wrong.txt"


def sections() -> list[tuple[str, str, str]]:
    found = []
    for part in GOLDEN.read_text(encoding="utf-8").split("=== ")[1:]:
        title, _, rest = part.partition("\n")
        text, _, message = rest.partition("\n---\n")
        found.append((title, text + "\n", message.strip("\n")))
    return found


SECTIONS = sections()


def message_of(text: str) -> str:
    try:
        read_program(text, registry.pack(), "wrong.psl")
    except ProgramError as error:
        return str(error)
    return "no problem"


@pytest.fixture(scope="module", autouse=True)
def updated() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        parts = [f"=== {title}\n{text}---\n{message_of(text)}\n" for title, text, _ in SECTIONS]
        GOLDEN.write_text("\n".join(parts), encoding="utf-8")


def test_there_are_enough_of_them() -> None:
    assert len(SECTIONS) >= 60
    assert len({title for title, _, _ in SECTIONS}) == len(SECTIONS)


@pytest.mark.parametrize(("title", "text", "message"), SECTIONS, ids=[t[0] for t in SECTIONS])
def test_a_wrong_program_says_what_is_wrong(title: str, text: str, message: str) -> None:
    assert message != "no problem", title
    assert message_of(text) == message
