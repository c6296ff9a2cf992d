"""Lexicase selection: parents that are best on some cases, not good on the average of all.

`selection` says what it is and does it in NumPy; `kernel` does the same in compiled code, which
is loaded at the first use; `sampling` chooses the cases that a generation is judged by.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["compiled"]


def __getattr__(name: str) -> Any:
    """`compiled`: the module of the kernel, which imports Numba."""
    if name != "compiled":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module("progsynth.search.genetic.lexicase.kernel")
