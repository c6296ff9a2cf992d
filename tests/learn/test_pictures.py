"""The pictures of learning: what they are made of, and that they are drawn."""

from __future__ import annotations

import shutil
from pathlib import Path

from progsynth.learn import Compared, Round
from progsynth.learn.attempt import Attempt
from progsynth.learn.pictures import draw, family
from progsynth.library.store import Library

FIXTURE = Path(__file__).parents[1] / "library" / "format_2"
ONE = Round(1, ("a", "b"), ("a",), ("a",), 900, 400, ("double",), ("triple",), (), 1)


def test_the_family_tree_has_an_arrow_from_what_is_needed_to_what_needs_it(tmp_path: Path) -> None:
    shutil.copytree(FIXTURE, tmp_path / "library")
    graph = family(Library(tmp_path / "library", create=False).entries(all_versions=True))
    assert sorted(graph.nodes) == [("half", 1), ("level", 1), ("level", 2), ("total_level", 1)]
    assert list(graph.edges) == [(("level", 1), ("total_level", 1))]


def test_rounds_comparison_and_family_are_drawn(tmp_path: Path) -> None:
    shutil.copytree(FIXTURE, tmp_path / "library")
    library = Library(tmp_path / "library", create=False)
    solved, not_solved = Attempt(True, 300), Attempt(False, 1000)
    found = Compared(1000, {"a": solved, "b": solved}, {"a": solved, "b": not_solved})
    assert found.used("b") == (300, 1000)
    assert "with the library: 2 of 2 solved, 600 executions, median 300" in str(found)
    drawn = draw(library, [ONE], tmp_path / "pictures", found)
    assert [path.name for path in drawn] == ["rounds.png", "family.png", "executions.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)
