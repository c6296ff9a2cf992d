"""`progsynth library`, and `progsynth solve --library`."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from progsynth.cli import main
from progsynth.lang.read import read_program
from progsynth.library.admit import add_program
from progsynth.library.entry import Provenance
from progsynth.library.store import Library
from progsynth.library.vocabulary import Vocabulary
from progsynth.registry import pack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    library = Library(tmp_path / "library")
    words = Vocabulary(pack(), pack())
    for factor in (4, 3):
        text = f"def triple(x: int) -> int:\n    return {factor} * x\n"
        provenance = Provenance("triple", 7, "0.1", {"cost": 3, "note": "of\ntwo lines"})
        program = read_program(text, words.pack)
        add_program(library, program, words, doc="Three times.", provenance=provenance)
    return library.path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(list(arguments)) == code
    return capsys.readouterr().out


def test_list_shows_what_is_in_use(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "library", str(folder), "list") == (
        "name    version  kind      type             uses\n"
        "------  -------  --------  ---------------  ----\n"
        "triple  2        function  (x: int) -> int  0\n"
    )
    assert said(capsys, "library", str(folder), "list", "--all").count("triple") == 2
    assert said(capsys, "library", str(folder), "history", "triple").count("triple") == 2


def test_show_prints_a_program_and_where_it_is_from(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = said(capsys, "library", str(folder), "show", "triple")
    assert (
        "# doc: Three times.\n# from: task 'triple', seed 7\n# cost: 3\n# note: of\n#   two lines\n"
        in shown
    )
    assert read_program(shown, pack()).entry.name == "triple"
    assert "return 4 * x" in said(
        capsys, "library", str(folder), "show", "triple", "--version", "1"
    )


def test_retire_takes_out_of_use(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    retire = ("library", str(folder), "retire", "triple")
    assert said(capsys, *retire, "--version", "2") == "triple, version 2: retired\n"
    assert "triple  1" in said(capsys, "library", str(folder), "list")
    assert said(capsys, *retire) == "triple, version 1: retired\n"
    assert said(capsys, *retire) == "triple: nothing to do, it was retired before\n"
    assert said(capsys, "library", str(folder), "list") == "no entries\n"
    assert "triple (retired)" in said(capsys, "library", str(folder), "list", "--all")


def test_solve_uses_the_library_and_the_share_that_is_asked_for(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = [([1, 2], [3, 6]), ([4], [12]), ([7], [0]), ([5, 5], [15, 15])]
    examples = [{"inputs": [xs], "output": out} for xs, out in pairs]
    tasks, results = tmp_path / "tasks.json", tmp_path / "results.json"
    tasks.write_text(json.dumps({"name": "triples", "examples": examples}))
    arguments = ["--library", str(folder), "--accuracy", "0.75", "--json", str(results)]
    shown = said(
        capsys, "solve", str(tasks), *arguments, "--search", "auto", "--gradient-steps", "9"
    )
    assert "# training: 75.0% right\n" in shown
    record = json.loads(results.read_text())
    assert "map(triple, xs)" in record["program"]
    assert (record["gradient_steps"], record["accuracy"]["training"]) == (0, 0.75)
    assert Library(folder).get("triple").uses == 1


def test_entries_go_from_one_library_to_another(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, other = str(tmp_path / "some.zip"), str(tmp_path / "other")
    assert said(capsys, "library", str(folder), "export", file) == f"{file}: 1 entry\n"
    assert said(capsys, "library", other, "import", file) == (
        "triple, version 1: added (version 2 there)\n1 entry added, 0 known before\n"
    )
    assert "0 entries added, 1 known before" in said(capsys, "library", other, "import", file)


def test_a_damaged_library_says_so_and_is_saved(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "2 entries, all of them sound" in said(capsys, "library", str(folder), "check")
    with sqlite3.connect(folder / "library.sqlite") as db:
        db.execute("UPDATE entries SET source = 'other' WHERE version = 1")
    db.close()
    new = str(tmp_path / "new")
    told = said(capsys, "library", str(folder), "check", "--save", new, code=1)
    assert "'triple', version 1: its content is not what was added" in told
    assert "1 entries are sound, 1 are not" in told
    assert "triple" in said(capsys, "library", new, "list")


def test_pruning_and_the_family_tree(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "family.png"
    assert "drawn" in said(capsys, "library", str(folder), "graph", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert said(capsys, "library", str(folder), "prune") == "nothing to delete\n"
    said(capsys, "library", str(folder), "retire", "triple", "--version", "1")
    told = said(capsys, "library", str(folder), "prune", "--retired")
    assert told == "deleted: triple, version 1\n"
    empty = Library(tmp_path / "empty").path
    said(capsys, "library", str(empty), "graph", str(picture), code=2)
