"""Where the compiled bank is kept between processes: a folder named by a digest of its sources."""

from __future__ import annotations

import os
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from progsynth.lang.vm import cache

_NOT_COMPILED = frozenset(
    (
        *("__init__", "aimed", "bank", "cache", "compile", "fragment", "meanings", "memory"),
        *("deducing", "method", "noting", "search", "view"),
    )
)
_MARK = "complete"
_CLAIM = "compiling"
_CLAIM_SECONDS = 600.0  # after which its process is taken for dead


def digest() -> str:
    """A hash of all that the machine code depends on."""
    text = sha256(cache.digest().encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in _NOT_COMPILED:
            text.update(path.name.encode() + b"\n" + path.read_bytes())
    return text.hexdigest()[:24]


def folder() -> Path:
    """The folder for these sources beside the VM's; a temporary one where that is read-only."""
    wanted = cache.root() / "search" / digest()
    try:
        wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="progsynth-"))
    return wanted if os.access(wanted, os.W_OK) else Path(tempfile.mkdtemp(prefix="progsynth-"))


def is_complete() -> bool:
    """Is all that the search calls on disk?"""
    return (cache.root() / "search" / digest() / _MARK).exists()


def mark_complete() -> None:
    """Say that all that the search calls is on disk."""
    (folder() / _MARK).touch()


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
