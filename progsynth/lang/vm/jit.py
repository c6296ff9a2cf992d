"""How kernels are compiled: `kernel` for the functions, `entry` for what Python calls.

Neither counts references to the arrays that it is given (Numba's runtime is off): counting is
atomic, and made a call of a kernel take 100 ns where it takes 10 without. So they cannot make
arrays or lists; those that do are `allocating_kernel` and `allocating_entry`.

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
        nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False
    )(function)
    return made


def allocating_kernel(function: Kernel) -> Kernel:
    """The same of a function that makes arrays or lists to work in."""
    made: Kernel = numba.njit(
        nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=True
    )(function)
    return made


def entry(function: Kernel) -> Kernel:
    """The function compiled at its first use or read from the cache, to be called by Python."""
    return entry_in(str(cache.folder()), function, allocates=False)


def allocating_entry(function: Kernel) -> Kernel:
    """The same of a function that makes arrays or lists to work in."""
    return entry_in(str(cache.folder()), function, allocates=True)


def entry_in(folder: str, function: Kernel, *, allocates: bool) -> Kernel:
    """An entry that is kept in that folder; with Numba's runtime it can make arrays and lists."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = folder
    try:
        compiled = numba.njit(nogil=True, error_model="numpy", cache=True, _nrt=allocates)
        made: Kernel = compiled(function)
    finally:
        numba.config.CACHE_DIR = before
    return made
