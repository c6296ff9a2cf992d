"""The kernels of flat genomes: are they there, and how to get them there without waiting."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from progsynth.lang import vm
from progsynth.search.genetic.flat import cache

_ROOT = str(Path(__file__).parents[4])  # where the package is imported from


def ready() -> bool:
    """Are the kernels on disk, and the VM's? If not, they are being compiled from now on, in a
    process of their own, which is not waited for."""
    if cache.kernels().is_complete() and vm.ready():
        return True
    if cache.kernels().claim():
        path = os.pathsep.join(p for p in (_ROOT, os.environ.get("PYTHONPATH")) if p)
        process = subprocess.Popen(
            [sys.executable, "-m", "progsynth.search.genetic.flat.compile"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
        # Someone has to take note of its end.
        threading.Thread(target=process.wait, daemon=True).start()
    return False
