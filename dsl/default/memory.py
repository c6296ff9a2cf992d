"""Memories and tables are the same values under two types; the operations are in the prelude."""

from __future__ import annotations

from functools import partial
from typing import Any

from progsynth.lang.primitive import primitive

kernel = partial(primitive, user=False)


@kernel(
    "(entries: dict[str, a]) -> memory[a]",
    python="{entries}",
    cost=2,
    examples=[('contents(memory_of({"a": 1}))', '{"a": 1}')],
)
def memory_of(entries: dict[str, Any]) -> dict[str, Any]:
    """The memory that holds these entries."""
    return entries


@kernel(
    "(m: memory[a]) -> dict[str, a]",
    python="{m}",
    cost=2,
    examples=[('len(contents(memory_of({"a": 1})))', "1")],
)
def contents(m: dict[str, Any]) -> dict[str, Any]:
    """All entries of a memory, as a table."""
    return m
