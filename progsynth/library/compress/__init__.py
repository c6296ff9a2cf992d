"""Compression: subroutines found in a corpus of programs that make the corpus shorter.

    from progsynth.library.compress import Frontier, admit, compress

    found = compress([Frontier(task.name, programs, rows), ...], pack)
    print(found)                 # the subroutines, and what each saves
    admit(found, library)

What is found comes from `top_down.search`, on `labelled` terms, which know no language; `oracle`
is its slow twin, `stitch` a peer. The parts load when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from progsynth.library.compress.admission import admit
    from progsynth.library.compress.compression import (
        Compression,
        Frontier,
        Subroutine,
        compress,
    )
    from progsynth.library.compress.compressors import Compressor, TopDown
    from progsynth.library.compress.stitch import StitchCore

_HOMES = {
    "Compression": "compression",
    "Compressor": "compressors",
    "Frontier": "compression",
    "StitchCore": "stitch",
    "Subroutine": "compression",
    "TopDown": "compressors",
    "admit": "admission",
    "compress": "compression",
}

__all__ = [
    "Compression",
    "Compressor",
    "Frontier",
    "StitchCore",
    "Subroutine",
    "TopDown",
    "admit",
    "compress",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
