"""The condition of a library: what of it is damaged, and what can be saved.

Of a database that is damaged each row is read by itself, so that the others are saved; of one that
cannot be opened at all there are still the weights, which say what network they are of.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from progsynth import neural
from progsynth.errors import LibraryError, ProgsynthError
from progsynth.lang.text.parse import parse
from progsynth.lang.types import Signature
from progsynth.library import database
from progsynth.library.entry import NETWORK, Entry, Need, Provenance
from progsynth.library.loading import Key
from progsynth.library.store import Library, digest_of
from progsynth.library.transfer import Carried, problem_of, take_in

_COLUMNS = (
    *("name", "version", "kind", "signature", "source", "weights", "doc", "provenance"),
    *("digest", "created", "retired"),
)


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found: `damage` in words, and the entries that are `sound`, with their weights."""

    folder: Path
    damage: tuple[str, ...]
    sound: tuple[Entry, ...]
    lost: int  # entries that are not

    def __str__(self) -> str:
        if not self.damage:
            return f"{self.folder}: {len(self.sound)} entries, all of them sound"
        lines = [f"{self.folder}: damaged"]
        lines += [f"  {line}" for line in self.damage]
        lines.append(
            f"{len(self.sound)} entries are sound, {self.lost} are not: 'check --save NEW' writes "
            "those that are into a new library"
        )
        return "\n".join(lines)


def condition(folder: Path) -> Condition:
    """The condition of the library in the folder. Raises LibraryError where there is none."""
    if not database.file_of(folder).exists():
        raise LibraryError(f"{folder}: there is no library there")
    try:
        entries, damage = _rows(folder)
    except sqlite3.Error as why:
        damage = [f"{database.file_of(folder).name}: cannot be read: {why}"]
        sound = tuple(_from_weights(folder))
        return Condition(folder, tuple(damage), sound, 0)
    problems = {entry.key: _problem(folder, entry) for entry in entries}
    sound_keys = {key for key, problem in problems.items() if not problem}
    for entry in entries:
        if problem := problems[entry.key]:
            damage.append(f"'{entry.name}', version {entry.version}: {problem}")
    known = {entry.key: entry for entry in entries}
    ordered = _with_sound_needs(known, sound_keys)
    for key in sorted(sound_keys - {entry.key for entry in ordered}):
        damage.append(f"'{key[0]}', version {key[1]}: what it needs is damaged or missing")
    return Condition(folder, tuple(damage), ordered, len(entries) - len(ordered))


def _with_sound_needs(known: dict[Key, Entry], sound: set[Key]) -> tuple[Entry, ...]:
    """The entries that are sound with all that they need, each after that."""
    kept: dict[Key, Entry] = {}
    left = {key: known[key] for key in sorted(sound)}
    while True:
        ready = [
            key
            for key, entry in left.items()
            if all((need.name, need.version) in kept for need in entry.needs)
        ]
        if not ready:
            return tuple(kept.values())
        for key in ready:
            kept[key] = left.pop(key)


def save(found: Condition, folder: Path) -> Library:
    """A new library of the sound entries. Raises LibraryError where the folder has something."""
    if folder.exists() and any(folder.iterdir()):
        raise LibraryError(f"{folder}: there is something in this folder: name a new one")
    library = Library(folder)
    uses = _uses(found.folder)

    def weights(entry: Entry) -> bytes:
        return _weights_file(found.folder, entry.weights).read_bytes()

    take_in(library, Carried(found.sound, weights, uses))
    return library


# ---------------------------------------------------------------------------- the database


def _open(folder: Path) -> sqlite3.Connection:
    uri = f"{database.file_of(folder).resolve().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True)


def _rows(folder: Path) -> tuple[list[Entry], list[str]]:
    """The entries that can be read, and what is damaged. Raises sqlite3.Error."""
    damage = []
    entries = []
    with closing(_open(folder)) as db:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        version = database.version_of(db)
        if version > database.FORMAT:
            raise LibraryError(
                f"the library {folder} has format {version}, this progsynth reads formats up to "
                f"{database.FORMAT}: install a newer progsynth"
            )
        damage += _pages(db, database.file_of(folder).name)
        last = _last(db, database.file_of(folder))
        for number in range(1, last + 1):
            try:
                entry = _row(db, number)
            except (sqlite3.Error, ValueError, TypeError) as why:
                damage.append(f"entry {number} cannot be read: {why}")
                continue
            if entry is not None:
                entries.append(entry)
    return entries, damage


def _pages(db: sqlite3.Connection, name: str) -> list[str]:
    """What the database itself finds damaged."""
    try:
        lines = [line for (line,) in db.execute("PRAGMA integrity_check(5)")]
    except sqlite3.Error as why:
        lines = [str(why)]
    return [f"{name}: {line}" for line in lines if line != "ok"]


def _last(db: sqlite3.Connection, file: Path) -> int:
    """The number of the last entry, or one that is no lower."""
    try:
        (last,) = db.execute("SELECT coalesce(max(id), 0) FROM entries").fetchone()
    except sqlite3.Error:
        return file.stat().st_size // _SMALLEST
    return int(last)


_SMALLEST = 128  # bytes of a row, and fewer than any has


def _row(db: sqlite3.Connection, number: int) -> Entry | None:
    row = db.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM entries WHERE id = ?", (number,)
    ).fetchone()
    if row is None:
        return None
    needs = db.execute(
        "SELECT needs.called, n.name, n.version FROM needs JOIN entries n ON n.id = needs.needed "
        "WHERE needs.entry = ? ORDER BY needs.called",
        (number,),
    ).fetchall()
    made: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    provenance = Provenance(**json.loads(made.pop("provenance")))
    return Entry(**made, provenance=provenance, uses=0, needs=tuple(Need(*n) for n in needs))


def _uses(folder: Path) -> dict[Key, dict[str, int]]:
    """The uses that can be read."""
    found: dict[Key, dict[str, int]] = {}
    try:
        with closing(_open(folder)) as db:
            for name, version, task, count in db.execute(
                "SELECT name, version, task, count FROM uses JOIN entries ON id = entry"
            ):
                found.setdefault((name, version), {})[task] = count
    except sqlite3.Error:
        return found  # counts are no part of an entry: those read so far are kept
    return found


# --------------------------------------------------------------------------------- entries


def _weights_file(folder: Path, digest: str) -> Path:
    return folder / "weights" / f"{digest}.safetensors"


def _problem(folder: Path, entry: Entry) -> str:
    """What is wrong with the entry; '' for one that is sound."""
    if problem := problem_of(entry):
        return problem
    if entry.kind == NETWORK:
        try:
            data = _weights_file(folder, entry.weights).read_bytes()
        except OSError as why:
            return f"its weights cannot be read: {why.strerror}"
        return "" if sha256(data).hexdigest() == entry.weights else "its weights are damaged"
    try:
        parse(entry.source, f"<{entry.name}>")
    except ProgsynthError as why:
        return f"its source cannot be read: {why}"
    return ""


def _from_weights(folder: Path) -> Iterator[Entry]:
    """Networks, as their weights say what they are; each the one version of its name."""
    versions: dict[str, int] = {}
    for file in sorted((folder / "weights").glob("*.safetensors")):
        data = file.read_bytes()
        if sha256(data).hexdigest() != file.stem:
            continue
        declaration = neural.from_bytes(data).declaration
        name = declaration.name
        params = tuple(zip(declaration.params, declaration.types, strict=True))
        signature = str(Signature(params, declaration.result))
        source = f"neural {name}{signature}"
        versions[name] = versions.get(name, 0) + 1
        digest = digest_of(NETWORK, signature, source, file.stem, ())
        yield Entry(
            *(name, versions[name], NETWORK, signature, source, file.stem, "", Provenance()),
            *(digest, "", "", 0, ()),
        )
