"""Entries go from one library to another: into a file and out of it, or out of a damaged folder.

The file is a zip: `library.json` with the entries, and `weights/<digest>.safetensors`. What comes
in is content: an entry that the library has already is that entry, another one of its name is its
next version, and needs are followed to what they became.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from progsynth.errors import LibraryError
from progsynth.library import database
from progsynth.library.entry import NETWORK, Entry, Need, Provenance
from progsynth.library.loading import Key, needed_first
from progsynth.library.store import Library, digest_of, now, row_of

FORMAT = 1  # of the file
_CONTENT = "library.json"
_ENDING = ".safetensors"


@dataclass(frozen=True, slots=True)
class Carried:
    """Entries on their way, each after what it needs; their weights and their uses by task."""

    entries: tuple[Entry, ...]
    weights: Callable[[Entry], bytes]
    uses: Mapping[Key, Mapping[str, int]]


def carried(library: Library, names: Sequence[str] = (), *, all_versions: bool = False) -> Carried:
    """What the library has in use, or these names' latest versions, with all that they need.

    Raises LibraryError for a name that it does not have.
    """
    known = {entry.key: entry for entry in library.entries(all_versions=True)}
    if names:
        wanted = [library.get(name).key for name in names]
    else:
        wanted = [entry.key for entry in library.entries(all_versions=all_versions)]
    entries = tuple(needed_first(wanted, known))
    return Carried(entries, library.weights, {e.key: library.uses(e) for e in entries})


def take_in(library: Library, some: Carried) -> dict[Key, Key]:
    """Add the entries, all or none; what each is there, by what it was.

    Uses are counted for those that are new there. Raises LibraryError.
    """
    files = {e.key: library.write_weights(some.weights(e)) for e in some.entries if e.weights}
    became: dict[Key, Key] = {}
    with database.writing(library.path) as db:
        known = {(e.name, e.digest): e for e in database.select(db)}
        for entry in some.entries:
            needs = [Need(n.called, *became[n.name, n.version]) for n in entry.needs]
            row = row_of(
                entry.name,
                entry.kind,
                entry.signature,
                entry.source,
                files.get(entry.key, ""),
                needs,
                entry.doc,
                entry.provenance,
            )
            here = known.get((entry.name, row["digest"]))
            if here is not None:
                became[entry.key] = here.key
                continue
            database.insert(db, row, needs)
            chosen = (entry.name, row["digest"])
            (made,) = database.select(db, "WHERE e.name = ? AND e.digest = ?", chosen)
            became[entry.key] = made.key
            if entry.retired:
                database.retire(db, made, now())
            for task, count in some.uses.get(entry.key, {}).items():
                for _ in range(count):
                    database.count_use(db, made, task)
    return became


# ---------------------------------------------------------------------------------- files


def write_file(some: Carried, path: Path) -> None:
    """Write the entries into a file, which appears whole or not at all. Raises LibraryError."""
    content = {
        "format": FORMAT,
        "entries": [
            {**asdict(entry), "uses": dict(some.uses.get(entry.key, {}))} for entry in some.entries
        ],
    }
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w") as made:
                made.writestr(_CONTENT, json.dumps(content, indent=1, ensure_ascii=False))
                for digest, entry in {e.weights: e for e in some.entries if e.weights}.items():
                    made.writestr(f"weights/{digest}{_ENDING}", some.weights(entry))
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as why:
        raise LibraryError(f"{path}: cannot be written: {why.strerror or why}") from None


def read_file(path: Path) -> Carried:
    """The entries of a file. Raises LibraryError for one that is not such a file, or damaged."""
    try:
        with zipfile.ZipFile(path) as file:
            content = json.loads(file.read(_CONTENT))
            weights = {
                Path(name).stem: file.read(name)
                for name in file.namelist()
                if name.endswith(_ENDING)
            }
    except FileNotFoundError:
        raise LibraryError(f"{path}: no such file") from None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as why:
        raise LibraryError(
            f"{path}: expected a file that 'progsynth library ... export' wrote: {why}"
        ) from None
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        raise LibraryError(
            f"{path}: its format is {found!r}, this progsynth reads {FORMAT}: install a newer one"
        )
    entries, uses = [], {}
    for number, record in enumerate(content.get("entries", ()), 1):
        entry, counted = _entry(path, number, record)
        entries.append(entry)
        uses[entry.key] = counted
    known = {entry.key: entry for entry in entries}
    for entry in entries:
        _check(path, entry, known, weights)
    ordered = tuple(needed_first(known, known))
    return Carried(ordered, lambda entry: weights[entry.weights], uses)


def _entry(path: Path, number: int, record: Any) -> tuple[Entry, dict[str, int]]:
    try:
        counted = {str(task): int(count) for task, count in record.pop("uses").items()}
        provenance = Provenance(**record.pop("provenance"))
        needs = tuple(Need(**need) for need in record.pop("needs"))
        entry = Entry(**record, provenance=provenance, needs=needs, uses=sum(counted.values()))
    except (TypeError, KeyError, AttributeError, ValueError) as why:
        raise LibraryError(f"{path}: entry {number} is damaged: {why}") from None
    return entry, counted


def _check(path: Path, entry: Entry, known: Iterable[Key], weights: Mapping[str, bytes]) -> None:
    """Raise LibraryError for an entry that is not what it was."""
    where = f"{path}: '{entry.name}', version {entry.version}"
    lacking = [n.name for n in entry.needs if (n.name, n.version) not in set(known)]
    if lacking:
        raise LibraryError(f"{where}: it needs '{lacking[0]}', which is not in the file")
    if problem := problem_of(entry):
        raise LibraryError(f"{where}: {problem}")
    if entry.kind == NETWORK:
        data = weights.get(entry.weights)
        if data is None or sha256(data).hexdigest() != entry.weights:
            raise LibraryError(f"{where}: its weights are missing or damaged")


def problem_of(entry: Entry) -> str:
    """What is wrong with the entry's content, '' where it is what was added."""
    made = digest_of(entry.kind, entry.signature, entry.source, entry.weights, entry.needs)
    return "" if made == entry.digest else "its content is not what was added"
