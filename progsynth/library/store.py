"""A library on disk: subroutines and trained networks, frozen, versioned, with where they are from.

One folder holds `library.sqlite` and `weights/<digest>.safetensors`. A weights file is written
whole before the row that names it, and a row is written in one transaction, so that a process
killed at any moment leaves a library that can be read; at worst a file that no row names. Any
number of processes of one machine may read and write at once.

Entries are frozen. What is added again under its name is the entry that is there; what differs
is a new version. `retire` takes entries out of use and destroys nothing. What weights mean is
known to `progsynth.neural` alone: here they are bytes.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from progsynth.errors import LibraryError
from progsynth.lang.printing.choose_names import RESERVED
from progsynth.library import database
from progsynth.library.entry import FUNCTION, NETWORK, Entry, Need, Provenance
from progsynth.near import near_names

_NOTHING = Provenance()


@dataclass(frozen=True, slots=True)
class Library:
    """The library in that folder, which is made where there is none, unless `create` is false.

    It holds no connection: it may be handed to threads and processes. Raises LibraryError for a
    folder that holds something else, a library of a newer format, and one that cannot be read.
    """

    path: Path
    create: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.path, str | os.PathLike):
            raise LibraryError(
                f"a library is a folder: expected its path, found {self.path!r}; "
                'for example progsynth.Library("my.library")'
            )
        object.__setattr__(self, "path", Path(self.path))
        if not database.file_of(self.path).exists():
            self._make()
        with database.reading(self.path):
            pass

    # ------------------------------------------------------------------------- reading

    def entries(self, *, all_versions: bool = False) -> tuple[Entry, ...]:
        """The entries in use, the latest version of each, by name; or all there ever were."""
        with database.reading(self.path) as db:
            found = database.select(db)
        if all_versions:
            return found
        return tuple({entry.name: entry for entry in found if not entry.retired}.values())

    def get(self, name: str, version: int | None = None) -> Entry:
        """The entry of that name: the latest version in use, or the one asked for.

        Raises LibraryError when there is none.
        """
        history = self.history(name)
        if version is None:
            wanted = [entry for entry in history if not entry.retired]
        else:
            wanted = [entry for entry in history if entry.version == version]
        if wanted:
            return wanted[-1]
        has = f"version{'s 1 to' if len(history) > 1 else ''} {history[-1].version}"
        if version is None:
            raise LibraryError(
                f"'{name}' is retired in the library {self.path}: ask for {has}, or add it again"
            )
        raise LibraryError(
            f"'{name}' has no version {version} in the library {self.path}: it has {has}"
        )

    def history(self, name: str) -> tuple[Entry, ...]:
        """All versions of that name, oldest first. Raises LibraryError when there is none."""
        with database.reading(self.path) as db:
            found = database.select(db, "WHERE e.name = ?", (name,))
        if found:
            return found
        known = sorted({entry.name for entry in self.entries(all_versions=True)})
        near = near_names(name, known) if known else ": it is empty"
        raise LibraryError(f"no entry '{name}' in the library {self.path}{near}")

    def uses(self, entry: Entry) -> dict[str, int]:
        """How many solutions of each task call the entry."""
        with database.reading(self.path) as db:
            return database.uses_of(db, entry)

    def weights(self, entry: Entry) -> bytes:
        """The weights of a network, tested against their digest. Raises LibraryError."""
        where = f"the weights of '{entry.name}', version {entry.version}"
        return self.weights_of(entry.weights, where)

    def weights_of(self, digest: str, where: str = "weights that a run has learnt") -> bytes:
        """The weights of that digest, tested against it; `where` is what messages call them.

        Raises LibraryError.
        """
        file = self._weights_file(digest)
        where = f"{where}, {file}"
        mend = "put it back from a copy of the library, or retire the entry"
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            raise LibraryError(f"{where}: no such file; {mend}") from None
        except OSError as why:
            raise LibraryError(f"{where}: cannot be read: {why.strerror}") from None
        if sha256(data).hexdigest() != digest:
            raise LibraryError(f"{where}: the file is not the one that was added; {mend}")
        return data

    # ------------------------------------------------------------------------- writing

    def add(
        self,
        name: str,
        *,
        source: str,
        signature: str,
        weights: bytes | None = None,
        needs: Mapping[str, Entry] | None = None,
        doc: str = "",
        provenance: Provenance = _NOTHING,
    ) -> Entry:
        """The entry with this content: the one that is there, in use again, or else a new one.

        The content is all but `doc` and `provenance`, which stay those of the first to add it.
        `weights` make it a network. `needs` are the entries that a function calls, by what its
        text calls them. Raises LibraryError.
        """
        check_name(name)
        kind = FUNCTION if weights is None else NETWORK
        file = "" if weights is None else self.write_weights(weights)
        needed = [Need(called, *entry.key) for called, entry in sorted((needs or {}).items())]
        row = row_of(name, kind, signature, source, file, needed, doc, provenance)
        with database.writing(self.path) as db:
            database.insert(db, row, needed)
            chosen = (name, row["digest"])
            (found,) = database.select(db, "WHERE e.name = ? AND e.digest = ?", chosen)
        return found

    def retire(self, name: str, version: int | None = None) -> tuple[Entry, ...]:
        """Take the entry out of use, or one version of it; gives what was retired.

        Programs and entries that need it keep it: nothing is destroyed.
        """
        chosen = self.history(name) if version is None else (self.get(name, version),)
        with database.writing(self.path) as db:
            for entry in chosen:
                database.retire(db, entry, now())
        return tuple(self.get(name, entry.version) for entry in chosen if not entry.retired)

    def used(self, entry: Entry, task: str) -> None:
        """Count that a solution of the task calls the entry."""
        with database.writing(self.path) as db:
            database.count_use(db, entry, task)

    # ----------------------------------------------------------------------- the folder

    def _weights_file(self, digest: str) -> Path:
        return self.path / "weights" / f"{digest}.safetensors"

    def _make(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise LibraryError(f"{self.path}: expected the folder of a library, found a file")
        if not self.create:
            raise LibraryError(
                f"{self.path}: there is no library there; progsynth.Library(folder) makes one"
            )
        # What a killed process may have left behind has a name that begins with a dot.
        held = self.path.exists() and any(p.name[0] != "." for p in self.path.iterdir())
        if held and not database.file_of(self.path).exists():  # not just made by another process
            raise LibraryError(
                f"{self.path}: there is no library in this folder, but other files: name a new "
                "folder, or an empty one"
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            database.make_database(self.path)
        except OSError as why:
            raise LibraryError(
                f"the library {self.path} cannot be made: {why.strerror or why}"
            ) from None

    def write_weights(self, weights: bytes) -> str:
        """Write the file of these weights, whole or not at all; gives their digest.

        No entry has them yet. Raises LibraryError.
        """
        digest = sha256(weights).hexdigest()
        file = self._weights_file(digest)
        try:
            if file.exists() and file.read_bytes() == weights:
                return digest
            file.parent.mkdir(exist_ok=True)
            _replace(file, weights)
        except OSError as why:
            raise LibraryError(
                f"the library {self.path} cannot be written: {why.strerror or why}"
            ) from None
        return digest


def check_name(name: str) -> None:
    """Raise LibraryError for what an entry cannot be named."""
    if not (name.isidentifier() and name.isascii() and name not in RESERVED):
        raise LibraryError(
            f"an entry cannot be named {name!r}: expected a name that programs can call, "
            "such as 'digit' or 'sum_of_digits'"
        )


def row_of(
    name: str,
    kind: str,
    signature: str,
    source: str,
    weights: str,
    needs: Sequence[Need],
    doc: str = "",
    provenance: Provenance = _NOTHING,
) -> dict[str, str]:
    """The row of a new entry; `weights` is their digest, '' where there are none."""
    return {
        "name": name,
        "kind": kind,
        "signature": signature,
        "source": source,
        "weights": weights,
        "doc": doc,
        "provenance": _text(provenance),
        "digest": digest_of(kind, signature, source, weights, needs),
        "created": now(),
    }


def digest_of(kind: str, signature: str, source: str, weights: str, needs: Sequence[Need]) -> str:
    """The digest of an entry's content."""
    content = json.dumps([kind, signature, source, weights, [astuple(one) for one in needs]])
    return sha256(content.encode()).hexdigest()


def _replace(file: Path, data: bytes) -> None:
    """Put the bytes in the file, and on disk: whoever reads it finds all of them or no file."""
    handle, name = tempfile.mkstemp(prefix=".weights.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, file)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    database.sync(file.parent)


def _text(provenance: Provenance) -> str:
    try:
        return json.dumps(asdict(provenance), sort_keys=True)
    except TypeError as why:
        raise LibraryError(f"provenance: its figures cannot be written as JSON: {why}") from None


def now() -> str:
    """The time, as entries hold it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
