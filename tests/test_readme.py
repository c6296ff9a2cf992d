"""The README tells the truth: its code runs and prints what stands there."""

from __future__ import annotations

import contextlib
import io
import re
import tomllib
from pathlib import Path
from typing import Any

from progsynth.cli import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    """The language and the text of each code block."""
    return [(found.group(1), found.group(2)) for found in BLOCK.finditer(README)]


def test_python_blocks_print_what_follows_them() -> None:
    scope: dict[str, Any] = {}
    found = blocks()
    compared = 0
    for (language, text), (following, shown) in zip(found, [*found[1:], ("", "")], strict=True):
        if language != "python":
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(text, scope)
        if following == "" and shown:
            assert printed.getvalue().strip() == shown.strip()
            compared += 1
    assert compared == 2
    assert "shout" in scope["make"]()


def test_every_verb_shown_exists(capsys: Any) -> None:
    shell = "".join(text for language, text in blocks() if language == "sh")
    shown = set(re.findall(r"^progsynth (\w+)", shell, re.MULTILINE))
    assert {"solve", "run", "check", "format", "export", "packs"} <= shown
    with contextlib.suppress(SystemExit):
        main(["--help"])
    listed = capsys.readouterr().out
    assert all(re.search(rf"^    {verb} ", listed, re.MULTILINE) for verb in shown)


def test_every_target_shown_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z][a-z-]+)", README):
        if target in ("to", "and"):
            continue
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_the_entry_point_s_group_is_the_registry_s() -> None:
    (text,) = [text for language, text in blocks() if language == "toml"]
    assert "progsynth.packs" in tomllib.loads(text)["project"]["entry-points"]
