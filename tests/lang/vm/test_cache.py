"""Where compiled kernels are kept, and that nothing needs that place."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from progsynth.lang import vm
from progsynth.lang.vm import cache, start
from progsynth.lang.vm.kernel_folder import SETTING, root


def test_the_folder_is_named_by_the_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(SETTING, str(tmp_path / "mine"))
    assert cache.folder() == tmp_path / "mine" / "kernels" / cache.digest()
    assert cache.folder().is_dir()


def test_without_a_setting_it_is_the_users_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert root() == tmp_path / "progsynth"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert root() == Path.home() / ".cache" / "progsynth"


def test_where_nothing_can_be_written_a_temporary_folder_serves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv(SETTING, str(tmp_path / "file" / "below"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found = cache.folder()
    assert found.is_relative_to(tmp_path) and os.access(found, os.W_OK)
    assert found == cache.folder(), "the next process finds it again"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs owners of files")
def test_a_temporary_folder_that_others_can_fill_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv(SETTING, str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    planted = tmp_path / f"progsynth-{os.getuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    assert not cache.folder().is_relative_to(planted)


def test_the_digest_follows_the_kernels_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy = tmp_path / "vm"
    copy.mkdir()
    for source in Path(cache.__file__).parent.glob("*.py"):
        (copy / source.name).write_bytes(source.read_bytes())
    elsewhere = cache.digest()
    monkeypatch.setattr(cache, "__file__", str(copy / "cache.py"))
    assert cache.digest() != elsewhere, "Numba looks up what it stored by the source's path"
    before = cache.digest()
    (copy / "encode.py").write_text("# another way to encode\n")
    assert cache.digest() == before
    with (copy / "kernels_values.py").open("a") as kernels:
        kernels.write("# changed\n")
    assert cache.digest() != before


def test_ready_follows_the_mark(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(SETTING, str(tmp_path))
    monkeypatch.delitem(sys.modules, "progsynth.lang.vm.machine", raising=False)
    assert not vm.ready()
    cache.mark_complete()
    assert vm.ready()


def test_only_one_process_compiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(SETTING, str(tmp_path))
    assert cache.kernels().claim()
    assert not cache.kernels().claim()
    long_ago = time.time() - 3600
    os.utime(cache.folder() / "compiling", (long_ago, long_ago))
    assert cache.kernels().claim(), "a process that died is not waited for"


def test_folders_long_out_of_use_are_removed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(SETTING, str(tmp_path))
    old, recent = cache.folder().parent / "old", cache.folder().parent / "recent"
    old.mkdir()
    recent.mkdir()
    long_ago = time.time() - 90 * 86400
    os.utime(old, (long_ago, long_ago))
    cache.mark_complete()
    assert not old.exists() and recent.exists()


def test_without_numba_it_is_not_available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "find_spec", lambda name: None)
    monkeypatch.delitem(sys.modules, "progsynth.lang.vm.machine", raising=False)
    assert not vm.available() and not vm.ready()
    vm.warm_up()  # does nothing, and says nothing


def test_importing_the_vm_does_not_import_numba() -> None:
    program = "import sys, progsynth.lang.vm as vm; vm.ready(); print('numba' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_a_users_own_setting_of_numba_stays() -> None:
    numba = pytest.importorskip("numba")
    before = numba.config.CACHE_DIR
    start.machine()
    assert numba.config.CACHE_DIR == before


@pytest.mark.slow
def test_a_process_of_its_own_fills_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(SETTING, str(tmp_path))
    monkeypatch.delitem(sys.modules, "progsynth.lang.vm.machine", raising=False)
    vm.warm_up(background=True)
    deadline = time.monotonic() + 110
    while not vm.ready():
        assert time.monotonic() < deadline, "compiling takes half a minute"
        time.sleep(0.5)
    assert list(cache.folder().rglob("*.nbc")), "the machine code is on disk"
