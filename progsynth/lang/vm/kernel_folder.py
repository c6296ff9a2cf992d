"""A folder of compiled kernels: where it may lie, who fills it, and whether it is full."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SETTING = "PROGSYNTH_CACHE"
_MARK = "complete"  # written when all entries are compiled and stored
_CLAIM = "compiling"  # written by the process that has begun to
_CLAIM_SECONDS = 600.0  # after which its process is taken for dead
_KEPT_SECONDS = 30 * 86400.0  # how long folders of other sources are kept


@dataclass(frozen=True, slots=True)
class KernelFolder:
    """A folder that can be written to, whose name holds a digest of its kernels' sources."""

    path: Path

    def is_complete(self) -> bool:
        """Are all entries on disk?"""
        return (self.path / _MARK).exists()

    def mark_complete(self) -> None:
        """Say that all entries are on disk; folders beside it that are long out of use go."""
        (self.path / _MARK).touch()
        for other in self.path.parent.iterdir():
            if other != self.path and time.time() - other.stat().st_mtime > _KEPT_SECONDS:
                shutil.rmtree(other, ignore_errors=True)

    def claim(self) -> bool:
        """Take it on to fill the folder; False when another process is at it."""
        path = self.path / _CLAIM
        try:
            if path.exists() and time.time() - path.stat().st_mtime > _CLAIM_SECONDS:
                path.unlink()
            path.touch(exist_ok=False)
        except OSError:  # another was quicker, or the folder is gone
            return False
        return True


def root() -> Path:
    """The folder named by PROGSYNTH_CACHE, or `progsynth` in the user's cache folder."""
    named = os.environ.get(SETTING)
    if named:
        return Path(named)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "progsynth"


def kernel_folder(kind: str, digest: str) -> KernelFolder:
    """The folder for kernels of this kind and these sources.

    It is made if it can be; else a temporary one serves, which the next process finds again.
    """
    wanted = root() / kind / digest
    if _writable(wanted):
        return KernelFolder(wanted)
    spare = Path(tempfile.gettempdir()) / f"progsynth-{_user()}" / f"{kind}-{digest}"
    if _writable(spare) and _ours(spare):
        return KernelFolder(spare)
    return KernelFolder(Path(tempfile.mkdtemp(prefix="progsynth-")))


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


def _ours(path: Path) -> bool:
    """Compiled code is run as it is: only from a folder that nobody else could fill."""
    if not hasattr(os, "getuid"):
        return True
    found = path.parent.lstat()
    return found.st_uid == os.getuid() and not found.st_mode & 0o022


def _writable(path: Path) -> bool:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return os.access(path, os.W_OK)
