"""Genetic search over flat genomes of typed statements: `solve(task, search=flat_genetic())`.

    method.flat_genetic()    # a method: what `genetic(representation="flat")` is

A genome is an array of genes (`gene`), each a statement over typed registers or the beginning or
end of a block. Variation, the finding of what counts, and lowering to the VM's bytecode happen in
compiled kernels, a generation at a time; a core term is made only of what is handed out
(`decode`, which is also the kernels' slow twin). Importing this does not import Numba; the first
search does.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["compiler", "engine"]

_MODULES = {"engine": "search", "compiler": "compile"}


def __getattr__(name: str) -> Any:
    """`engine`, the module of the search, and `compiler`, of its kernels: both import Numba."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{_MODULES[name]}")
