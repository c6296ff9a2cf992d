"""How kernels are compiled: `kernel` for the functions, `entry` for what Python calls.

Only entries are kept on disk: the machine code of an entry holds all kernels that it calls.
Numba's own cache does not notice that a called function in another file has changed, so the
folder is named by a digest of all sources (`cache.folder`). The setting is Numba's global one;
it is changed only while an entry is made, so that a user's own compiled functions stay where
they were.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

from progsynth.lang.vm import cache

Kernel = Callable[..., Any]


def kernel(function: Kernel) -> Kernel:
    """The function compiled at its first use, to be called by kernels only."""
    made: Kernel = numba.njit(
        nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
    )(function)
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
