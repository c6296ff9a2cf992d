"""What nobody can ask a library for is deleted; nothing else ever is."""

from __future__ import annotations

import time
from pathlib import Path

from progsynth.library import database
from progsynth.library.store import Library

_HOUR = 3600.0  # seconds; a file that is younger may belong to a process that is still writing


def prune(library: Library, *, retired: bool = False) -> tuple[str, ...]:
    """Delete what nobody can ask for: weights that no entry and no run's journal names, and what
    killed processes left.

    With `retired` also entries that are retired and that no other needs. Gives what was deleted.
    Raises LibraryError.
    """
    gone = []
    with database.writing(library.path) as db:
        while retired:
            entries = database.select(db)
            needed = {(n.name, n.version) for entry in entries for n in entry.needs}
            chosen = [e for e in entries if e.retired and e.key not in needed]
            if not chosen:
                break
            for entry in chosen:
                database.delete(db, entry)
                gone.append(f"{entry.name}, version {entry.version}")
        named = {entry.weights for entry in database.select(db)} | database.digests_of_runs(db)
        # Inside the transaction: a writer puts weights on disk before it asks for its turn, so
        # files that are new may belong to an entry that is to come.
        for file in sorted((library.path / "weights").glob("*")):
            if file.stem not in named and _is_old(file):
                file.unlink()
                gone.append(f"weights/{file.name}")
        for file in sorted(library.path.glob(".library.*")):
            if _is_old(file):
                file.unlink()
                gone.append(file.name)
    return tuple(gone)


def _is_old(file: Path) -> bool:
    return time.time() - file.stat().st_mtime > _HOUR
