"""Writes the generated pages of docs/: run by `make docs`."""

from __future__ import annotations

from pathlib import Path

from progsynth.lang.describe import describe
from progsynth.registry import pack

DOCS = Path(__file__).parent


def pages() -> dict[Path, str]:
    """Each generated page with the text that it should have."""
    return {DOCS / "primitives.md": describe(pack("default"))}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
