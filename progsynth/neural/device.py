"""The device that networks run on: chosen by name, or the best that there is."""

from __future__ import annotations

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
