"""The journal of a library: what runs of learning have done, step by step, so that they go on.

A run is known by the digest of all that decides its result. Each step has a name and a value; the
first to write it wins, so that any number of processes may work on one run: where results depend
on nothing else, all write the same. What a step changes in the library is written in the same
transaction as the step: once, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from progsynth.grammar.weights import Weights
from progsynth.library import database
from progsynth.library.entry import FUNCTION, NETWORK, Need, Provenance
from progsynth.library.store import Library, check_name, now, row_of

Key = tuple[str, int]  # an entry's name and version
_GRAMMARS = ".grammars"  # where the journal keeps them, by packs: no name of a run


@dataclass(frozen=True, slots=True)
class Addition:
    """A subroutine to be added; `needs` are the entries it calls, by what it calls them: those
    added before it by their names. `weights` are the digest of those of a network, which lie in
    the folder already (`Library.write_weights`)."""

    name: str
    source: str
    signature: str
    needs: Mapping[str, Key | str] = field(default_factory=dict)
    doc: str = ""
    provenance: Provenance = field(default_factory=Provenance)
    in_use: bool = True  # False: it is there for others that need it
    weights: str = ""  # of a network


@dataclass(frozen=True, slots=True)
class Changes:
    """What a step changes: entries added and retired, the tasks whose solutions call some, and the
    grammar of a pack: its name, and weights fitted to programs of all tasks."""

    added: tuple[Addition, ...] = ()
    retired: tuple[Key, ...] = ()
    used: tuple[tuple[Key, str], ...] = ()
    grammar: tuple[str, Weights] | None = None


def steps(library: Library, run: str, step: str = "") -> dict[str, Any]:
    """The steps of the run that were done, and their values; or the one of that name.

    Raises LibraryError.
    """
    with database.reading(library.path) as db:
        return database.steps_of(db, run, step)


def runs(library: Library) -> tuple[str, ...]:
    """The runs that the journal has steps of. Raises LibraryError."""
    with database.reading(library.path) as db:
        return database.runs_of(db)


def write(library: Library, run: str, step: str, value: Any) -> None:
    """Note that a step was done, unless that is known. Raises LibraryError."""
    with database.writing(library.path) as db:
        database.write_step(db, run, step, value)


def commit(library: Library, run: str, step: str, value: Any, changes: Changes) -> bool:
    """Note that a step was done, and make its changes; nothing where that is known.

    Was it done by this call? Raises LibraryError.
    """
    with database.writing(library.path) as db:
        if not database.write_step(db, run, step, value):
            return False
        made: dict[str, Key] = {}
        for addition in changes.added:
            made[addition.name] = _add(db, addition, made)
        entries = {entry.key: entry for entry in database.select(db)}
        for key in changes.retired:
            database.retire(db, entries[key], now())
        for key, task in changes.used:
            database.count_use(db, entries[key], task)
        if changes.grammar is not None:
            pack, weights = changes.grammar
            database.note(db, _GRAMMARS, pack, weights.as_json())
    return True


def grammar(library: Library, pack: str) -> Weights | None:
    """The weights last fitted to programs in the pack; None where there are none.

    Raises LibraryError.
    """
    with database.reading(library.path) as db:
        found = database.steps_of(db, _GRAMMARS, pack).get(pack)
    return None if found is None else Weights.from_json(found)


def _add(db: Any, addition: Addition, made: Mapping[str, Key]) -> Key:
    """Add the entry; gives its name and version."""
    check_name(addition.name)
    needed = [
        Need(called, *(made[key] if isinstance(key, str) else key))
        for called, key in sorted(addition.needs.items())
    ]
    row = row_of(
        addition.name,
        NETWORK if addition.weights else FUNCTION,
        addition.signature,
        addition.source,
        addition.weights,
        needed,
        addition.doc,
        addition.provenance,
    )
    database.insert(db, row, needed)
    chosen = (row["name"], row["digest"])
    (entry,) = database.select(db, "WHERE e.name = ? AND e.digest = ?", chosen)
    if not addition.in_use:
        database.retire(db, entry, now())
    return entry.key
