"""How the kernels are compiled: as the VM's are, in a folder on disk named by their sources."""

from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from pathlib import Path

import numba

from progsynth.lang.vm import cache
from progsynth.lang.vm.jit import Kernel, kernel

__all__ = ["Kernel", "entry", "kernel"]

_COMPILED = ("draw", "gene", "jit", "lower", "structure", "tables", "template", "vary")


def folder() -> Path:
    """The folder for these sources beside the VM's; a temporary one where that is read-only."""
    text = sha256(cache.digest().encode())
    for stem in _COMPILED:
        text.update(Path(__file__).with_name(f"{stem}.py").read_bytes())
    wanted = cache.root() / "flat" / text.hexdigest()[:24]
    try:
        wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="progsynth-"))
    return wanted if os.access(wanted, os.W_OK) else Path(tempfile.mkdtemp(prefix="progsynth-"))


def entry(function: Kernel) -> Kernel:
    """The function compiled at its first use or read from the cache, to be called by Python."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder())
    try:
        made: Kernel = numba.njit(nogil=True, error_model="numpy", cache=True)(function)
    finally:
        numba.config.CACHE_DIR = before
    return made
