"""docs/proposals.md tells the truth: its code runs and prints what stands there."""

from __future__ import annotations

import contextlib
import io
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from progsynth.search.proposals import judge, search, texts
from progsynth.search.proposals.broken import MAX_BROKEN
from progsynth.search.proposals.proposed import STATUSES
from progsynth.solving import proposals

PAGE = (Path(__file__).parents[1] / "docs" / "proposals.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def test_python_blocks_print_what_follows_them() -> None:
    scope: dict[str, Any] = {}
    blocks = [(found[1], found[2]) for found in BLOCK.finditer(PAGE)]
    compared = 0
    for (language, text), (_, shown) in pairwise(blocks):
        if language == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(text, scope)
            assert trimmed(printed.getvalue()) == trimmed(shown)
            compared += 1
    assert compared == 2


def test_the_page_has_every_status_and_its_meaning() -> None:
    for status, meaning in STATUSES.items():
        assert f"| `{status}` | {meaning}" in PAGE


def test_the_page_s_limits_are_the_program_s() -> None:
    assert f"at most {proposals.MAX_CHARACTERS:,} characters" in PAGE
    assert f"up to {texts.MAX_CHARACTERS:,}" in PAGE
    assert f"the first {judge.MAX_PROPOSALS:,} are read" in PAGE
    assert (search.SCORING_SHARE, search.REPAIR_SHARE) == (0.5, 0.25), "half, a quarter"
    assert MAX_BROKEN == 4, "four proposals"
