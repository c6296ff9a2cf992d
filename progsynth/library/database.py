"""The database of a library: its tables, its making, and connections that read or write.

It keeps a write-ahead log: readers never wait, writers wait for one another, and what a killed
process had not committed is gone when the next one opens it.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from progsynth.errors import LibraryError
from progsynth.library.entry import Entry, Need, Provenance

FORMAT = 2  # of the folder; `PRAGMA user_version`
DELETED = ".deleted"  # where the journal keeps the last version deleted of a name
_APPLICATION = 0x70736C62  # marks the file as ours; `PRAGMA application_id`
_PATIENCE = 60.0  # seconds that a writer waits for the others

_SCHEMA = """
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('function', 'network')),
    signature TEXT NOT NULL,
    source TEXT NOT NULL,
    weights TEXT NOT NULL,
    doc TEXT NOT NULL,
    provenance TEXT NOT NULL,
    digest TEXT NOT NULL,
    created TEXT NOT NULL,
    retired TEXT NOT NULL DEFAULT '',
    UNIQUE (name, version),
    UNIQUE (name, digest)
);
CREATE TABLE needs (
    entry INTEGER NOT NULL REFERENCES entries (id),
    called TEXT NOT NULL,
    needed INTEGER NOT NULL REFERENCES entries (id),
    PRIMARY KEY (entry, called)
);
CREATE TABLE uses (
    entry INTEGER NOT NULL REFERENCES entries (id),
    task TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (entry, task)
);
"""
# What format 2 has beside format 1: the steps of runs of learning, for those that go on with them.
_JOURNAL = """
CREATE TABLE IF NOT EXISTS journal (
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, step)
)
"""


_DIGEST = re.compile(r'"weights": "([0-9a-f]{64})"')


def file_of(folder: Path) -> Path:
    """The database's file."""
    return folder / "library.sqlite"


def make_database(folder: Path) -> None:
    """Make an empty database in the folder; it appears complete or not at all.

    Does nothing where another process was faster.
    """
    handle, name = tempfile.mkstemp(prefix=".library.", dir=folder)
    os.close(handle)
    try:
        with closing(sqlite3.connect(name)) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_SCHEMA)
            db.execute(_JOURNAL)
            db.execute(f"PRAGMA application_id = {_APPLICATION}")
            db.execute(f"PRAGMA user_version = {FORMAT}")
        with suppress(FileExistsError):
            os.link(name, file_of(folder))
    finally:
        os.unlink(name)
    sync(folder)


def sync(folder: Path) -> None:
    """Have the folder's list of files on disk, where the system can do that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection to read from. Raises LibraryError."""
    try:
        with closing(_connection(folder)) as db:
            yield db
    except sqlite3.Error as why:
        raise LibraryError(f"the library {folder} cannot be read: {why}") from None


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """A transaction: all of it is written, or nothing. Waits for other writers.

    Raises LibraryError.
    """
    if not (os.access(folder, os.W_OK) and os.access(file_of(folder), os.W_OK)):
        raise LibraryError(
            f"the library {folder} cannot be written: permission denied; copy the folder to "
            "where you may write"
        )
    try:
        with closing(_connection(folder)) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                _upgrade(db)
                yield db
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise
    except sqlite3.Error as why:
        raise LibraryError(f"the library {folder} cannot be written: {why}") from None


def _connection(folder: Path) -> sqlite3.Connection:
    """A connection for one operation: there is nothing to share with threads or processes."""
    file = file_of(folder)
    # A log needs files beside the database: where none can be made, nobody writes either.
    sealed = not os.access(folder, os.W_OK) and not Path(f"{file}-wal").exists()
    mode = "mode=ro&immutable=1" if sealed else "mode=rw"
    db = sqlite3.connect(
        f"{file.resolve().as_uri()}?{mode}", uri=True, timeout=_PATIENCE, isolation_level=None
    )
    try:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = FULL")
        _check_format(db, folder)
    except BaseException:
        db.close()
        raise
    return db


def _upgrade(db: sqlite3.Connection) -> None:
    """Give a library of an older format what this one has beside it."""
    if version_of(db) < FORMAT:
        db.execute(_JOURNAL)
        db.execute(f"PRAGMA user_version = {FORMAT}")


def version_of(db: sqlite3.Connection) -> int:
    """The format of the library."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)


def _check_format(db: sqlite3.Connection, folder: Path) -> None:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    version = version_of(db)
    if application != _APPLICATION:
        raise LibraryError(f"{file_of(folder)}: this is a database, but not that of a library")
    if version > FORMAT:
        raise LibraryError(
            f"the library {folder} has format {version}, this progsynth reads formats up to "
            f"{FORMAT}: install a newer progsynth"
        )


# ---------------------------------------------------------------------------------- rows


def select(
    db: sqlite3.Connection, where: str = "", values: tuple[Any, ...] = ()
) -> tuple[Entry, ...]:
    """The entries chosen, by name and version."""
    needs: dict[tuple[str, int], list[Need]] = {}
    for name, version, *needed in db.execute(
        "SELECT e.name, e.version, needs.called, n.name, n.version FROM needs "
        "JOIN entries e ON e.id = needs.entry JOIN entries n ON n.id = needs.needed "
        "ORDER BY needs.called"
    ):
        needs.setdefault((name, version), []).append(Need(*needed))
    columns = ", ".join(f"e.{column}" for column in _COLUMNS)
    rows = db.execute(
        f"SELECT {columns}, (SELECT coalesce(sum(count), 0) FROM uses WHERE uses.entry = e.id) "
        f"FROM entries e {where} ORDER BY e.name, e.version",
        values,
    )
    found = []
    for *row, uses in rows:
        made = dict(zip(_COLUMNS, row, strict=True))
        provenance = Provenance(**json.loads(made.pop("provenance")))
        needed = tuple(needs.get((made["name"], made["version"]), ()))
        found.append(Entry(**made, provenance=provenance, uses=uses, needs=needed))
    return tuple(found)


_COLUMNS = (
    *("name", "version", "kind", "signature", "source", "weights", "doc", "provenance"),
    *("digest", "created", "retired"),
)


def insert(db: sqlite3.Connection, row: dict[str, str], needs: Sequence[Need]) -> None:
    """Insert the row as the next version of its name; if its content is there, use that again."""
    known = db.execute(
        "UPDATE entries SET retired = '' WHERE name = :name AND digest = :digest", row
    )
    if known.rowcount:
        return
    made = db.execute(
        "INSERT INTO entries (name, version, kind, signature, source, weights, doc, provenance, "
        "digest, created) VALUES (:name, (SELECT max(coalesce(max(version), 0), :deleted) + 1 FROM "
        "entries WHERE name = :name), :kind, :signature, :source, :weights, :doc, :provenance, "
        ":digest, :created)",
        {**row, "deleted": steps_of(db, DELETED, row["name"]).get(row["name"], 0)},
    )
    for need in needs:
        found = db.execute(
            "INSERT INTO needs SELECT ?, ?, id FROM entries WHERE name = ? AND version = ?",
            (made.lastrowid, need.called, need.name, need.version),
        )
        if not found.rowcount:
            raise LibraryError(
                f"'{row['name']}' needs '{need.name}', version {need.version}, which the library "
                "does not have: add that first"
            )


def retire(db: sqlite3.Connection, entry: Entry, when: str) -> None:
    """Mark the entry as out of use, unless it is."""
    db.execute(
        "UPDATE entries SET retired = ? WHERE name = ? AND version = ? AND retired = ''",
        (when, entry.name, entry.version),
    )


def delete(db: sqlite3.Connection, entry: Entry) -> None:
    """Delete the entry, its needs and its uses; its version is never given again."""
    last = steps_of(db, DELETED, entry.name).get(entry.name, 0)
    note(db, DELETED, entry.name, max(last, entry.version))
    chosen = (entry.name, entry.version)
    number = "(SELECT id FROM entries WHERE name = ? AND version = ?)"
    db.execute(f"DELETE FROM needs WHERE entry = {number}", chosen)
    db.execute(f"DELETE FROM uses WHERE entry = {number}", chosen)
    db.execute("DELETE FROM entries WHERE name = ? AND version = ?", chosen)


def count_use(db: sqlite3.Connection, entry: Entry, task: str) -> None:
    """Count one more solution of the task that calls the entry."""
    db.execute(
        "INSERT INTO uses SELECT id, ?, 1 FROM entries WHERE name = ? AND version = ? "
        "ON CONFLICT (entry, task) DO UPDATE SET count = count + 1",
        (task, entry.name, entry.version),
    )


def uses_of(db: sqlite3.Connection, entry: Entry) -> dict[str, int]:
    """How many solutions of each task call the entry."""
    rows = db.execute(
        "SELECT task, count FROM uses JOIN entries ON id = entry "
        "WHERE name = ? AND version = ? ORDER BY task",
        (entry.name, entry.version),
    )
    return dict(rows.fetchall())


def steps_of(db: sqlite3.Connection, run: str, step: str = "") -> dict[str, Any]:
    """What the journal has of a run: the value of each step, or of the one named."""
    if version_of(db) < 2:
        return {}
    rows = db.execute(
        "SELECT step, value FROM journal WHERE run = ? AND (? = '' OR step = ?) ORDER BY step",
        (run, step, step),
    )
    return {name: json.loads(value) for name, value in rows}


def runs_of(db: sqlite3.Connection) -> tuple[str, ...]:
    """The runs that the journal has, in the order in which they began."""
    if version_of(db) < 2:
        return ()
    rows = db.execute(
        "SELECT run FROM journal WHERE run NOT LIKE '.%' GROUP BY run ORDER BY min(rowid)"
    )
    return tuple(run for (run,) in rows)


def digests_of_runs(db: sqlite3.Connection) -> set[str]:
    """The digests that the journal names: weights among them that runs have learnt, which may
    become entries when they go on."""
    if version_of(db) < 2:
        return set()
    rows = db.execute("SELECT value FROM journal WHERE value LIKE '%\"weights\"%'")
    return {digest for (value,) in rows for digest in _DIGEST.findall(value)}


def write_step(db: sqlite3.Connection, run: str, step: str, value: Any) -> bool:
    """Write a step of a run into the journal, unless it is there; was it not?"""
    text = json.dumps(value, sort_keys=True)
    made = db.execute("INSERT OR IGNORE INTO journal VALUES (?, ?, ?)", (run, step, text))
    return bool(made.rowcount)


def note(db: sqlite3.Connection, about: str, name: str, value: Any) -> None:
    """Write what is known about a name, in place of what was known; `about` begins with a dot."""
    text = json.dumps(value, sort_keys=True)
    db.execute("INSERT OR REPLACE INTO journal VALUES (?, ?, ?)", (about, name, text))
