"""The kernels: are they there, and how to get them there."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

from progsynth.lang.vm import cache
from progsynth.lang.vm.cache import available

_ROOT = str(Path(__file__).parents[3])  # where the package is imported from


def machine() -> Any:
    """The kernels; Numba is imported here, at the first use."""
    found = import_module("progsynth.lang.vm.machine")
    found.load()
    return found


def ready() -> bool:
    """Can a program run at once? True when the kernels are in this process or on disk."""
    loaded = sys.modules.get("progsynth.lang.vm.machine")
    if loaded is not None and loaded.index_dicts.signatures:  # the last to be loaded
        return True
    return available() and cache.is_complete()


def warm_up(background: bool = True) -> None:
    """Have the kernels compiled and kept on disk: here, or in a process of their own.

    The process is not waited for; `ready` tells when it is done. Only one is started, however
    often and by however many processes this is called.
    """
    if ready() or not available():
        return
    if not background:
        machine()
        return
    if not cache.kernels().claim():
        return
    command = [sys.executable, "-m", "progsynth.lang.vm.compile"]
    path = os.pathsep.join(p for p in (_ROOT, os.environ.get("PYTHONPATH")) if p)
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    )
    # Someone has to take note of its end.
    threading.Thread(target=process.wait, daemon=True).start()
