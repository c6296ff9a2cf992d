"""Bottom-up search in compiled code: the same enumeration as `search.bottom_up`, many times faster.

    method.fast_bottom_up()    # a method for `solve(task, search=...)`

Values are words of 32 bits that are equal only when the values are, rows of them are found in
one hash table, and a program is a record of a production and its arguments' addresses.
Importing this does not import Numba; the first search does.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["compiler", "engine"]

_MODULES = {"engine": "search", "compiler": "compile"}


def __getattr__(name: str) -> Any:
    """`engine`: the module of the compiled search, which imports Numba; `compiler`: the one that
    has its kernels compiled and kept."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"progsynth.search.fast.{_MODULES[name]}")
