"""Where compiled kernels are kept between processes.

The folder's name holds a digest of the kernels' sources, of where they are (Numba looks up what it
stored by the path of the source) and of the versions that shape machine code: after any change
the kernels are compiled anew, and old folders do no harm. Everything works without a folder that
can be written to; then each process compiles for itself.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from hashlib import sha256
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

SETTING = "PROGSYNTH_CACHE"
_NOT_COMPILED = frozenset(
    ("__init__", "batch", "cache", "code", "compile", "descriptors", "encode", "listing")
    + ("running", "start")
)
_MARK = "complete"  # written when all entries are compiled and stored
_CLAIM = "compiling"  # written by the process that has begun to
_CLAIM_SECONDS = 600.0  # after which its process is taken for dead
_KEPT_SECONDS = 30 * 86400.0  # how long folders of other sources are kept


def available() -> bool:
    """Can kernels be compiled here? Does not import Numba."""
    return find_spec("numba") is not None


def digest() -> str:
    """A hash of all that the machine code depends on."""
    text = sha256()
    for package in ("numba", "llvmlite", "numpy"):
        text.update(f"{package} {metadata.version(package)}\n".encode())
    text.update(f"{sys.version} {platform.machine()} {platform.processor()}\n".encode())
    text.update(f"{Path(__file__).parent}\n".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in _NOT_COMPILED and not path.stem.startswith("bytecode"):
            text.update(path.name.encode() + b"\n" + path.read_bytes())
    return text.hexdigest()[:24]


def root() -> Path:
    """The folder named by PROGSYNTH_CACHE, or `progsynth` in the user's cache folder."""
    named = os.environ.get(SETTING)
    if named:
        return Path(named)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "progsynth"


def folder() -> Path:
    """The folder for these sources; made if it can be, else a temporary one."""
    wanted = root() / "kernels" / digest()
    if _writable(wanted):
        return wanted
    spare = Path(tempfile.gettempdir()) / f"progsynth-{_user()}" / wanted.name
    if _writable(spare) and _ours(spare):
        return spare
    return Path(tempfile.mkdtemp(prefix="progsynth-"))


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


def is_complete() -> bool:
    """Are all entries for these sources on disk?"""
    return (folder() / _MARK).exists()


def mark_complete() -> None:
    """Say that all entries for these sources are on disk; folders long out of use go."""
    own = folder()
    (own / _MARK).touch()
    for other in own.parent.iterdir():
        if other != own and time.time() - other.stat().st_mtime > _KEPT_SECONDS:
            shutil.rmtree(other, ignore_errors=True)


def claim() -> bool:
    """Take it on to fill the folder; False when another process is at it."""
    path = folder() / _CLAIM
    try:
        if path.exists() and time.time() - path.stat().st_mtime > _CLAIM_SECONDS:
            path.unlink()
        path.touch(exist_ok=False)
    except OSError:  # another was quicker, or the folder is gone
        return False
    return True
