"""How the kernels are compiled: as the VM's are, in a folder on disk named by their sources."""

from __future__ import annotations

from progsynth.lang.vm.jit import Kernel, allocating_kernel, entry_in, kernel
from progsynth.search.genetic.flat.cache import folder

__all__ = ["Kernel", "allocating_kernel", "entry", "kernel"]


def entry(function: Kernel) -> Kernel:
    """The function compiled at its first use or read from the cache, to be called by Python.

    It may make arrays to work in.
    """
    return entry_in(str(folder()), function, allocates=True)
