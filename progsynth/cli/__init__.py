"""The command line: `progsynth VERB ...`, one file a verb."""

from progsynth.cli.main import main

__all__ = ["main"]
