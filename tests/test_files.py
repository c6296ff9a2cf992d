"""Files are replaced as a whole, and told to be unwritable before they are needed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from progsynth.errors import ProgsynthError, TaskError
from progsynth.files import check_writable, locked, read_text, write_text

not_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for text in ("é\n", "shorter", ""):
        write_text(path, text)
        assert read_text(path) == text
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_keeps_its_mode_and_a_link_its_target(tmp_path: Path) -> None:
    path, link = tmp_path / "a.txt", tmp_path / "link.txt"
    path.write_text("old")
    path.chmod(0o600)
    link.symlink_to(path)
    write_text(link, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)
    assert link.is_symlink()


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "half a character: \ud800")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_text()))
    reader.start()
    check_writable(pipe, "--json")
    write_text(pipe, "through")
    reader.join(timeout=10)
    assert (found, pipe.is_fifo()) == (["through"], True)


def test_wrong_places_are_told_before_writing(tmp_path: Path) -> None:
    check_writable(tmp_path / "new.txt", "--json")
    with pytest.raises(ProgsynthError) as error:
        check_writable(tmp_path, "--json")
    assert str(error.value) == f"--json {tmp_path}: expected a file, found a folder"
    with pytest.raises(ProgsynthError) as error:
        check_writable(tmp_path / "no" / "a.txt", "--json")
    assert "there is no folder" in str(error.value)
    with pytest.raises(ProgsynthError, match="cannot be written"):
        write_text(tmp_path / "no" / "a.txt", "")


@not_root
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ProgsynthError, match="permission denied"):
        check_writable(tmp_path / "a.txt", "--json")


def test_the_error_raised_is_the_one_asked_for(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="no such file"):
        read_text(tmp_path / "a.txt", TaskError)


def test_bytes_that_are_no_text_are_placed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\ntwo \xff")
    with pytest.raises(ProgsynthError) as error:
        read_text(path)
    assert str(error.value) == (
        f"{path}:2: expected UTF-8, found the byte 0xff at offset 8; save the file as UTF-8"
    )


def test_a_lock_lets_one_in_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "count.txt"
    write_text(path, "0")

    def add() -> None:
        for _ in range(20):
            with locked(path):
                write_text(path, str(int(read_text(path)) + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_text(path) == "80"
    with pytest.raises(ProgsynthError, match="cannot be locked"), locked(tmp_path / "no" / "a"):
        pass
