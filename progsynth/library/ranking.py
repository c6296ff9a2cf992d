"""Which entries of a library a task sees: those that fit its types, the most useful first.

Each word more makes a search wider, so a task sees a few of a large library only. An entry that
works on a type which the task does not have comes last; then count the solutions that call it,
and what it saved when it was found. Ties are by name, so that the order depends on nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from progsynth.lang.types import Type, parse_signature, variables, walk_type
from progsynth.library.entry import Entry

MOST = 24  # entries that a task sees, unless it asks for others
_EVERYWHERE = {"int", "bool", "list", "fn"}  # what most programs go through


def ranked(entries: Iterable[Entry], reads: Sequence[Type]) -> tuple[Entry, ...]:
    """The entries, those first that a task of these types (its parameters', its result's) is
    likeliest to use."""
    met = _heads(reads)
    return tuple(sorted(entries, key=lambda e: (-_fit(e, met, reads), -e.uses, -_saved(e), e.key)))


def _fit(entry: Entry, met: set[str], reads: Sequence[Type]) -> int:
    """How well the entry's types go with those that the task has."""
    signature = parse_signature(entry.signature)
    types = (*(t for _, t in signature.params), signature.result)
    if not _heads(types) <= met | _EVERYWHERE:
        return 0
    parts = {inner for one in reads for inner in walk_type(one)}
    fitting = [bool(variables(one)) or one in parts for one in types]
    return 1 + sum(fitting[:-1] or [True]) * fitting[-1]


def _heads(types: Iterable[Type]) -> set[str]:
    """The names of what the types are made of, variables apart."""
    return {t.name for one in types for t in walk_type(one) if t.name not in variables(one)}


def _saved(entry: Entry) -> int:
    saved = entry.provenance.figures.get("saved", 0)
    return saved if isinstance(saved, int) else 0
