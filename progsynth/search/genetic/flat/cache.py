"""Where the kernels of flat genomes are kept between processes: a folder named by a digest of
their sources, beside the VM's."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from progsynth.lang.vm import cache
from progsynth.lang.vm.kernel_folder import KernelFolder, kernel_folder

_COMPILED = ("draw", "gene", "jit", "lower", "structure", "tables", "template", "vary")


def digest() -> str:
    """A hash of all that the machine code depends on."""
    text = sha256(cache.digest().encode())
    for stem in _COMPILED:
        text.update(Path(__file__).with_name(f"{stem}.py").read_bytes())
    return text.hexdigest()[:24]


def kernels() -> KernelFolder:
    """The folder for these sources, beside the VM's."""
    return kernel_folder("flat", digest())


def folder() -> Path:
    """Where these kernels are kept."""
    return kernels().path
