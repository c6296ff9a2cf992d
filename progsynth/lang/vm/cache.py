"""Where compiled kernels are kept between processes.

The folder's name holds a digest of the kernels' sources, of where they are (Numba looks up what it
stored by the path of the source) and of the versions that shape machine code: after any change
the kernels are compiled anew, and old folders do no harm. Everything works without a folder that
can be written to; then each process compiles for itself.
"""

from __future__ import annotations

import platform
import sys
from hashlib import sha256
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from progsynth.lang.vm.kernel_folder import KernelFolder, kernel_folder

_NOT_COMPILED = frozenset(
    ("__init__", "batch", "cache", "code", "compile", "descriptors", "encode", "kernel_folder")
    + ("listing", "running", "start")
)


def available() -> bool:
    """Can kernels be compiled here? Does not import Numba."""
    return find_spec("numba") is not None


def digest() -> str:
    """A hash of all that the machine code depends on."""
    text = sha256()
    for package in ("numba", "llvmlite", "numpy"):
        text.update(f"{package} {metadata.version(package)}\n".encode())
    text.update(f"{sys.version} {platform.machine()} {platform.processor()}\n".encode())
    text.update(f"{Path(__file__).parent}\n".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in _NOT_COMPILED and not path.stem.startswith("bytecode"):
            text.update(path.name.encode() + b"\n" + path.read_bytes())
    return text.hexdigest()[:24]


def kernels() -> KernelFolder:
    """The folder for these sources."""
    return kernel_folder("kernels", digest())


def folder() -> Path:
    """Where these kernels are kept; made if it can be, else a temporary one."""
    return kernels().path


def is_complete() -> bool:
    """Are all entries for these sources on disk?"""
    return kernels().is_complete()


def mark_complete() -> None:
    """Say that all entries for these sources are on disk."""
    kernels().mark_complete()
