"""`python -m progsynth.lang.vm.compile`: compile all kernels and keep them on disk."""

from __future__ import annotations

from progsynth.lang.vm import machine

if __name__ == "__main__":
    machine.load()
