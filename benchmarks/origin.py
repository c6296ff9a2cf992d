"""What a record says of the run that it is from."""

from __future__ import annotations

import os
import platform
import sys
import time
from typing import Any

import progsynth


def origin(module: str) -> dict[str, Any]:
    """When, on what, and by which version and command: of the measurement `benchmarks.<module>`."""
    return {
        "started": round(time.time()),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python_version": platform.python_version(),
        "version": progsynth.__version__,
        "command": " ".join(["python", "-m", f"benchmarks.{module}", *sys.argv[1:]]),
    }
