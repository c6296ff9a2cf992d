"""The device that networks run on: chosen by name, or the best that there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from progsynth.errors import ProgsynthError, UnsupportedError


def choose(name: str = "auto") -> torch.device:
    """The device of that name: "cpu", "cuda", "cuda:1", "mps"; "auto" is the best there is.

    "auto" takes CUDA where there is any, else MPS, else the CPU. Results are the same from run
    to run on the CPU only.
    Raises UnsupportedError for a device that is not there, ProgsynthError for a name that means
    none.
    """
    if name == "auto":
        return torch.device(_present()[0])
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    kind = "" if device is None else device.type
    if device is None or kind not in ("cpu", "cuda", "mps"):
        raise ProgsynthError(f"no device '{name}': expected auto, cpu, cuda, cuda:<number> or mps")
    if kind not in _present():
        raise UnsupportedError(
            f"the device '{name}' is not there: this machine has {' and '.join(_present())}; "
            'use one of these, or "auto"'
        )
    count = torch.cuda.device_count() if kind == "cuda" else 1
    if device.index is not None and device.index >= count:
        raise UnsupportedError(
            f"the device '{name}' is not there: this machine has {count} of {kind}, "
            "counted from 0; use one of these"
        )
    return device


def _present() -> tuple[str, ...]:
    """The kinds of device that are there, the best first."""
    found = [("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())]
    return (*(kind for kind, there in found if there), "cpu")


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let torch use so many threads on the CPU meanwhile.

    Networks as small as ours run fastest on one, results are then the same from run to run, and
    several threads that wait for each other on busy cores can be twenty times slower.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
