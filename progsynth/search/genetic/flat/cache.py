"""Where the kernels of flat genomes are kept between processes: a folder named by a digest of
their sources, beside the VM's."""

from __future__ import annotations

import os
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from progsynth.lang.vm import cache

_COMPILED = ("draw", "gene", "jit", "lower", "structure", "tables", "template", "vary")
_MARK = "complete"
_CLAIM = "compiling"
_CLAIM_SECONDS = 600.0  # after which its process is taken for dead


def _wanted() -> Path:
    text = sha256(cache.digest().encode())
    for stem in _COMPILED:
        text.update(Path(__file__).with_name(f"{stem}.py").read_bytes())
    return cache.root() / "flat" / text.hexdigest()[:24]


def folder() -> Path:
    """The folder for these sources; a temporary one where that is read-only."""
    wanted = _wanted()
    try:
        wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="progsynth-"))
    return wanted if os.access(wanted, os.W_OK) else Path(tempfile.mkdtemp(prefix="progsynth-"))


def is_complete() -> bool:
    """Is all that the search calls on disk?"""
    return (_wanted() / _MARK).exists()


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
