"""How the bank's kernels are compiled: as the VM's are, with a folder of their own on disk."""

from __future__ import annotations

import numba

from progsynth.lang.vm.jit import Kernel, kernel
from progsynth.search.fast import cache

__all__ = ["Kernel", "entry", "inlined", "kernel"]


def inlined(function: Kernel) -> Kernel:
    """The function as a part of each kernel that calls it: not compiled on its own."""
    made: Kernel = numba.njit(nogil=True, error_model="numpy", inline="always")(function)
    return made


def entry(function: Kernel) -> Kernel:
    """The function compiled at its first use or read from the cache, to be called by Python."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache.folder())
    try:
        made: Kernel = numba.njit(nogil=True, error_model="numpy", cache=True)(function)
    finally:
        numba.config.CACHE_DIR = before
    return made
