"""Generated pages of docs/ are what their generator writes."""

from __future__ import annotations

import runpy
from pathlib import Path

from progsynth.lang.describe import describe, examples_of, written
from progsynth.lang.primitive import primitive
from progsynth.registry import pack

DOCS = Path(__file__).parents[1] / "docs"


def test_generated_pages_are_current() -> None:
    pages = runpy.run_path(str(DOCS / "generate.py"))["pages"]()
    assert pages
    for path, text in pages.items():
        assert path.read_text(encoding="utf-8") == text, "run 'make docs' and commit what it writes"


def test_everything_in_the_pack_is_on_its_page() -> None:
    page = describe(pack())
    for name in pack():
        assert f"| `{name}` |" in page


def test_calls_are_shown_as_they_are_written() -> None:
    names = ("add.int", "neg.int", "in.list", "slice_by.str", "not", "first.list", "sort_by")
    assert [written(pack(), name) for name in names] == [
        *("a + b", "-a", "x in xs", "s[start:stop:step]", "not b", "first(xs)", "sort_by(f, xs)"),
    ]


def test_examples_are_read_from_docstrings() -> None:
    assert examples_of(pack()["sign.int"]) == (("sign(-7)", "-1"),)


def test_a_bar_in_a_text_does_not_break_the_table() -> None:
    @primitive("(s: str) -> str", examples=[('fence("a|b")', '"a|b"')])
    def fence(s: str) -> str:
        """The text with a | at its end."""
        return s + "|"

    row = next(line for line in describe(pack().extend(fence)).splitlines() if "fence" in line)
    assert row.replace("\\|", "").count("|") == 9
