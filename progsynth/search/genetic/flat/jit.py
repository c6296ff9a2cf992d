"""How the kernels are compiled: as the VM's are, in a folder on disk named by their sources."""

from __future__ import annotations

import numba

from progsynth.lang.vm.jit import Kernel, kernel
from progsynth.search.genetic.flat.cache import folder

__all__ = ["Kernel", "entry", "kernel"]


def entry(function: Kernel) -> Kernel:
    """The function compiled at its first use or read from the cache, to be called by Python."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder())
    try:
        made: Kernel = numba.njit(nogil=True, error_model="numpy", cache=True)(function)
    finally:
        numba.config.CACHE_DIR = before
    return made
