"""Exchange, pruning and damage: what is sound is never lost, and nothing else is believed."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from progsynth.errors import LibraryError
from progsynth.library import database
from progsynth.library.condition import condition, save
from progsynth.library.pruning import prune
from progsynth.library.store import Library
from progsynth.library.transfer import carried, read_file, take_in, write_file

FIXTURE = Path(__file__).parent / f"format_{database.FORMAT}"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A network in two versions, a subroutine that needs the first, and one that is retired."""
    shutil.copytree(FIXTURE, tmp_path / "library")
    return Library(tmp_path / "library", create=False)


def content(library: Library) -> list[object]:
    return [
        (e.key, e.kind, e.source, e.doc, e.provenance, e.needs, bool(e.retired), e.uses)
        for e in library.entries(all_versions=True)
    ]


# ------------------------------------------------------------------------------- exchange


def test_what_is_exported_is_what_is_imported(library: Library, tmp_path: Path) -> None:
    write_file(carried(library, all_versions=True), tmp_path / "all.zip")
    other = Library(tmp_path / "other")
    take_in(other, read_file(tmp_path / "all.zip"))
    assert content(other) == content(library)
    for entry in other.entries():
        if entry.weights:
            assert other.weights(entry) == library.weights(entry)
    before = content(other)
    take_in(other, read_file(tmp_path / "all.zip"))
    assert content(other) == before, "it is known, and counted once"


def test_an_entry_takes_what_it_needs_along_and_versions_are_followed(
    library: Library, tmp_path: Path
) -> None:
    write_file(carried(library, ["total_level"]), tmp_path / "one.zip")
    other = Library(tmp_path / "other")
    other.add("level", source="def level(x: int) -> int:\n    return x\n", signature="")
    became = take_in(other, read_file(tmp_path / "one.zip"))
    assert became == {("level", 1): ("level", 2), ("total_level", 1): ("total_level", 1)}
    assert [(n.name, n.version) for n in other.get("total_level").needs] == [("level", 2)]


def test_files_that_are_wrong_are_refused_and_change_nothing(
    library: Library, tmp_path: Path
) -> None:
    write_file(carried(library), tmp_path / "good.zip")
    other = Library(tmp_path / "other")
    with zipfile.ZipFile(tmp_path / "good.zip") as good:
        parts = {name: good.read(name) for name in good.namelist()}

    def refused(name: str, said: str, **changed: bytes) -> None:
        with zipfile.ZipFile(tmp_path / name, "w") as made:
            for part, data in {**parts, **changed}.items():
                made.writestr(part, data)
        with pytest.raises(LibraryError, match=said):
            take_in(other, read_file(tmp_path / name))

    text = parts["library.json"].decode()
    weights = next(name for name in parts if name != "library.json")
    changes = {
        "its content is not what was added": text.replace("sum(map", "max(map"),
        "its format is 9": text.replace('"format": 1', '"format": 9'),
        "is damaged": text.replace('"signature"', '"sign"', 1),
    }
    for number, (said, changed) in enumerate(changes.items()):
        refused(f"{number}.zip", said, **{"library.json": changed.encode()})
    refused("w.zip", "its weights are missing or damaged", **{weights: b"other"})
    (tmp_path / "no.zip").write_text("no zip")
    with pytest.raises(LibraryError, match="expected a file that"):
        read_file(tmp_path / "no.zip")
    assert other.entries(all_versions=True) == ()


# --------------------------------------------------------------------------------- damage


@pytest.mark.parametrize("folder", sorted(FIXTURE.parent.glob("format_*")), ids=lambda f: f.name)
def test_sound_libraries_are_sound(folder: Path) -> None:
    found = condition(folder)
    assert found.damage == ()
    assert len(found.sound) == 4
    assert "4 entries, all of them sound" in str(found)


def test_of_damaged_entries_it_is_said_which_and_the_others_are_saved(
    library: Library, tmp_path: Path
) -> None:
    first, second = library.history("level")
    (library.path / "weights" / f"{first.weights}.safetensors").write_bytes(b"damaged")
    found = condition(library.path)
    assert "'level', version 1: its weights are damaged" in found.damage
    assert "'total_level', version 1: what it needs is damaged or missing" in found.damage
    assert "2 entries are sound, 2 are not" in str(found)
    saved = save(found, tmp_path / "saved")
    assert {e.name for e in saved.entries(all_versions=True)} == {"half", "level"}
    assert saved.weights(saved.get("level")) == library.weights(second)
    with pytest.raises(LibraryError, match="there is something in this folder"):
        save(found, tmp_path / "saved")


def test_a_source_that_was_changed_by_hand_is_damage(library: Library) -> None:
    with database.writing(library.path) as db:
        db.execute("UPDATE entries SET source = 'def half(x' WHERE name = 'half'")
    assert condition(library.path).damage == (
        "'half', version 1: its content is not what was added",
    )


def test_of_a_database_that_is_destroyed_the_networks_are_saved(
    library: Library, tmp_path: Path
) -> None:
    database.file_of(library.path).write_bytes(b"x" * 50_000)
    found = condition(library.path)
    assert "cannot be read" in found.damage[0]
    saved = save(found, tmp_path / "saved")
    assert [entry.name for entry in saved.entries()] == ["level"]
    assert len(saved.history("level")) == 2


def test_of_a_database_with_bad_pages_the_rows_that_can_be_read_are_saved(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    for number in range(200):
        source = f"def f{number}(x: int) -> int:\n    return x + {number}\n"
        library.add(f"f{number}", source=source, signature="(x: int) -> int", doc="d" * 300)
    file = database.file_of(library.path)
    with database.reading(library.path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(file.read_bytes())
    page = len(data) // 2 // 4096 * 4096
    data[page : page + 4096] = b"\xff" * 4096
    file.write_bytes(bytes(data))
    found = condition(library.path)
    assert found.damage
    assert 100 < len(found.sound) < 200
    saved = save(found, tmp_path / "saved")
    assert len(saved.entries()) == len(found.sound)


# -------------------------------------------------------------------------------- pruning


def test_pruning_deletes_what_nobody_can_ask_for(library: Library) -> None:
    stray = library.path / "weights" / "aa.safetensors"
    stray.write_bytes(b"left behind")
    young = library.path / "weights" / "bb.safetensors"
    young.write_bytes(b"of a writer at work")
    os.utime(stray, (1, 1))
    before = content(library)
    assert prune(library) == ("weights/aa.safetensors",)
    assert content(library) == before
    assert young.exists()
    library.retire("level", 1)
    assert prune(library, retired=True) == ("half, version 1",), "version 1 is needed"
    assert [e.key for e in library.history("level")] == [("level", 1), ("level", 2)]


def test_the_version_of_what_was_pruned_is_never_given_again(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    for text in ("0", "1"):
        library.add(
            "zero", source=f"def zero() -> int:\n    return {text}\n", signature="() -> int"
        )
    library.retire("zero", 2)
    assert prune(library, retired=True) == ("zero, version 2",)
    made = library.add("zero", source="def zero() -> int:\n    return 2\n", signature="() -> int")
    assert made.key == ("zero", 3), "who noted version 2 would get another function"
