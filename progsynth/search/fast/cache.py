"""Where the compiled bank is kept between processes: a folder named by a digest of its sources."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from progsynth.lang.vm import cache
from progsynth.lang.vm.kernel_folder import KernelFolder, kernel_folder

_NOT_COMPILED = frozenset(
    (
        *("__init__", "aimed", "bank", "cache", "compile", "fragment", "meanings", "memory"),
        *("deducing", "method", "noting", "search", "view"),
    )
)


def digest() -> str:
    """A hash of all that the machine code depends on."""
    text = sha256(cache.digest().encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in _NOT_COMPILED:
            text.update(path.name.encode() + b"\n" + path.read_bytes())
    return text.hexdigest()[:24]


def kernels() -> KernelFolder:
    """The folder for these sources, beside the VM's."""
    return kernel_folder("search", digest())


def folder() -> Path:
    """Where these kernels are kept."""
    return kernels().path
