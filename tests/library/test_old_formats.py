"""Libraries that earlier versions wrote are read for good: `format_N` is one of format N.

`format_1` holds a network in two versions, a subroutine that needs the first, and a subroutine
that is retired.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from progsynth.lang.engines import run_rows
from progsynth.lang.read import read_program
from progsynth.lang.types import parse_type
from progsynth.library.database import FORMAT
from progsynth.library.loading import load
from progsynth.library.store import Library
from progsynth.plain import make_tensor
from progsynth.registry import pack

FOLDERS = sorted(Path(__file__).parent.glob("format_*"))


def test_there_is_a_library_of_each_format() -> None:
    assert [folder.name for folder in FOLDERS] == [f"format_{n}" for n in range(1, FORMAT + 1)]


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Library:
    shutil.copytree(request.param, tmp_path / "library")  # opening one writes beside it
    return Library(tmp_path / "library", create=False)


def test_entries_are_what_they_were(library: Library) -> None:
    assert [entry.key for entry in library.entries()] == [("level", 2), ("total_level", 1)]
    assert [entry.key for entry in library.history("half")] == [("half", 1)]
    assert library.history("half")[0].retired
    total = library.get("total_level")
    assert (total.doc, total.uses) == ("The levels of all tanks together.", 2)
    assert library.uses(total) == {"fill the tanks": 2}
    assert [(n.called, n.name, n.version) for n in total.needs] == [("level", "level", 1)]
    assert total.provenance.task == "level of a tank"
    assert total.provenance.figures["accuracy"] == {"training": 1.0, "validation": 0.975}


def test_entries_mean_what_they_meant(library: Library) -> None:
    words = load(pack(), library)
    text = (
        "def f(xs: list[tensor[1]]) -> tuple[int, int]:\n    return total_level(xs), level(xs[0])\n"
    )
    program = read_program(text, words.dsl)
    xs = [make_tensor([x], parse_type("tensor[1]"), "x") for x in (0.0, 2.0)]
    assert run_rows(program, [(xs,)], words.dsl) == [((0 + 1) + (2 + 1), 0)]


def test_what_is_known_can_be_added_to(library: Library) -> None:
    entry = library.add("level", source="neural level", signature="", weights=b"new")
    assert entry.version == 3
    library.used(entry, "task")
    assert library.get("level").uses == 1
