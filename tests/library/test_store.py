"""A library on disk: frozen entries, versions, uses; many processes, and one that is killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from progsynth.errors import LibraryError
from progsynth.library.database import FORMAT
from progsynth.library.entry import Entry, Need, Provenance
from progsynth.library.store import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def digit(library: Library, weights: bytes = b"weights", **options: object) -> Entry:
    return library.add(  # type: ignore[arg-type]
        "digit",
        source="neural digit(x: tensor[1, 8, 8]) -> choice[10]",
        signature="(x: tensor[1, 8, 8]) -> int",
        weights=weights,
        **options,
    )


def test_an_entry_comes_back_with_all_that_was_said_of_it(library: Library) -> None:
    provenance = Provenance("sum of digits", 3, "0.1", {"accuracy": 0.97, "gradient_steps": 900})
    network = digit(library, doc="Reads a digit.", provenance=provenance)
    added = library.add(
        "total", source="def ...", signature="(xs) -> int", needs={"digit": network}
    )
    again = Library(library.path, create=False)
    assert again.get("digit") == network
    assert (network.kind, network.version, network.doc) == ("network", 1, "Reads a digit.")
    assert network.provenance == provenance
    assert again.weights(network) == b"weights"
    assert again.get("total") == added
    assert (added.kind, added.weights, added.needs) == (
        "function",
        "",
        (Need("digit", "digit", 1),),
    )
    assert [entry.name for entry in again.entries()] == ["digit", "total"]


def test_the_same_content_is_the_same_entry_and_a_change_is_a_new_version(
    library: Library,
) -> None:
    first = digit(library, doc="first")
    assert digit(library, doc="said again") == first
    second = digit(library, b"other weights")
    assert (second.version, second.digest != first.digest) == (2, True)
    assert library.get("digit") == second
    assert library.get("digit", 1) == first
    assert library.history("digit") == (first, second)
    assert library.entries() == (second,)
    assert library.entries(all_versions=True) == (first, second)
    needing = library.add("total", source="s", signature="t", needs={"digit": first})
    assert library.add("total", source="s", signature="t", needs={"digit": second}) != needing


def test_what_is_retired_is_out_of_use_and_still_there(library: Library) -> None:
    first, second = digit(library), digit(library, b"other weights")
    (retired,) = library.retire("digit", 2)
    assert (retired.version, bool(retired.retired)) == (2, True)
    assert library.get("digit") == first
    assert [entry.version for entry in library.retire("digit")] == [1]
    assert library.entries() == ()
    assert library.retire("digit") == ()
    with pytest.raises(LibraryError, match=r"'digit' is retired .* versions 1 to 2, or add it"):
        library.get("digit")
    assert library.weights(library.get("digit", 2)) == b"other weights"
    assert digit(library, b"other weights") == second


def test_uses_are_counted_by_task(library: Library) -> None:
    entry = digit(library)
    for task in ("largest", "count", "largest"):
        library.used(entry, task)
    assert library.get("digit").uses == 3
    assert library.uses(entry) == {"count": 1, "largest": 2}


# ---------------------------------------------------------------------------------- errors


def test_names_that_are_not_there_or_cannot_be(library: Library) -> None:
    with pytest.raises(LibraryError, match=r"no entry 'digit' in the library .*: it is empty"):
        library.get("digit")
    digit(library)
    with pytest.raises(LibraryError, match=r"no entry 'digti' .* did you mean 'digit'"):
        library.get("digti")
    with pytest.raises(LibraryError, match=r"'digit' has no version 4 .*: it has version 1"):
        library.get("digit", 4)
    for name in ("", "two words", "while", "neural", "é"):
        with pytest.raises(LibraryError, match="cannot be named"):
            library.add(name, source="", signature="")


def test_damaged_and_missing_weights_say_so(library: Library) -> None:
    entry = digit(library)
    (file,) = (library.path / "weights").iterdir()
    file.write_bytes(b"weighty")
    with pytest.raises(LibraryError, match=r"of 'digit', version 1, .*: the file is not the one"):
        library.weights(entry)
    file.unlink()
    with pytest.raises(LibraryError, match=r"of 'digit', version 1, .*: no such file; put it back"):
        library.weights(entry)
    assert library.weights(digit(library)) == b"weights", "adding it again mends it"


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(LibraryError, match="a library is a folder: expected its path, found 5"):
        Library(5)  # type: ignore[arg-type]


def test_folders_that_hold_no_library(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="there is no library there"):
        Library(tmp_path / "none", create=False)
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="expected the folder of a library, found a file"):
        Library(tmp_path / "file")
    with pytest.raises(LibraryError, match="no library in this folder, but other files"):
        Library(tmp_path)
    with pytest.raises(LibraryError, match="cannot be made"):
        Library(tmp_path / "file" / "inside")


@pytest.mark.parametrize(
    ("pragma", "why"),
    [
        (
            "user_version = 99",
            f"has format 99, this progsynth reads formats up to {FORMAT}: install",
        ),
        ("application_id = 7", "this is a database, but not that of a library"),
    ],
)
def test_other_databases_and_newer_formats_are_refused(
    library: Library, pragma: str, why: str
) -> None:
    with sqlite3.connect(library.path / "library.sqlite") as db:
        db.execute(f"PRAGMA {pragma}")
    db.close()
    with pytest.raises(LibraryError, match=why):
        Library(library.path)


def test_a_file_that_is_no_database_is_refused(library: Library) -> None:
    (library.path / "library.sqlite").write_bytes(b"no database at all " * 100)
    with pytest.raises(LibraryError, match="cannot be read: file is not a database"):
        Library(library.path)


def test_a_folder_that_is_read_only_is_read(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = digit(library)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert Library(library.path).get("digit") == entry
    with pytest.raises(LibraryError, match="cannot be written: permission denied; copy"):
        library.used(entry, "task")
    with pytest.raises(LibraryError, match="cannot be written: permission denied; copy"):
        library.add("total", source="", signature="")


def test_a_write_that_fails_leaves_nothing(library: Library) -> None:
    stranger = Entry(
        **{**{name: getattr(digit(library), name) for name in Entry.__slots__}, "version": 9}
    )
    with pytest.raises(LibraryError, match="needs 'digit', version 9"):
        library.add("total", source="", signature="", needs={"digit": stranger})
    with pytest.raises(LibraryError, match="no entry 'total'"):
        library.get("total")
    with pytest.raises(LibraryError, match="provenance: its figures cannot be written as JSON"):
        digit(library, b"x", provenance=Provenance(figures={"set": {1}}))


# ------------------------------------------------------------------------------- processes

_WRITER = """
import sys
from pathlib import Path
from progsynth.library.store import Library

folder, me, count = sys.argv[1:]
library = Library(Path(folder))
shared = library.add("shared", source="s", signature="t", weights=b"the same for all")
for number in range(int(count)):
    weights = f"{me} {number} ".encode() * 1000
    entry = library.add(f"net_{me}_{number}", source="s", signature="t", weights=weights,
                        needs={"shared": shared})
    library.used(shared, "task")
    print(entry.name, flush=True)
"""


def writer(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(folder), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "library"  # which each of them tries to make
    running = [writer(folder, name, 12) for name in "abcd"]
    said = {line for one in running for line in one.communicate(timeout=60)[0].split()}
    assert all(one.returncode == 0 for one in running)
    library = Library(folder, create=False)
    assert said == {e.name for e in library.entries()} - {"shared"}
    assert len(said) == 48
    assert library.get("shared").uses == 48
    for entry in library.entries():
        assert library.weights(entry)


def test_a_process_that_is_killed_leaves_a_library_that_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    for round_ in range(3):
        killed, other = writer(folder, f"k{round_}", 10_000), writer(folder, f"o{round_}", 5)
        assert killed.stdout is not None
        said = [killed.stdout.readline().strip() for _ in range(2 + 3 * round_)]
        killed.send_signal(signal.SIGKILL)
        said += killed.communicate(timeout=60)[0].split()
        assert killed.returncode == -signal.SIGKILL
        said += other.communicate(timeout=60)[0].split()
        assert other.returncode == 0
        library = Library(folder, create=False)
        names = {entry.name for entry in library.entries()}
        assert set(said) <= names, "what was said to be written is there"
        assert all(library.weights(entry) for entry in library.entries())
    db = sqlite3.connect(folder / "library.sqlite")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.close()
