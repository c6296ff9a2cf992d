"""What a task sees of a library: its networks, and the subroutines that fit it best."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from progsynth.grammar.weights import Weights
from progsynth.learn.attempt import Seen
from progsynth.library.entry import NETWORK, Entry
from progsynth.library.ranking import ranked
from progsynth.task import Task


def seen_by(
    task: Task, folder: Path, in_use: Iterable[Entry], most: int, weights: Weights | None
) -> Seen:
    """What the task sees of these entries of the library in the folder.

    Uses do not count in the ranking: others may be counting at the same time, and a run is to
    end the same.
    """
    entries = [replace(entry, uses=0) for entry in in_use]
    functions = [entry for entry in entries if entry.kind != NETWORK]
    shown = ranked(functions, (*task.types, task.result))[:most]
    networks = [entry.key for entry in entries if entry.kind == NETWORK]
    return Seen(folder, tuple(sorted((*networks, *(e.key for e in shown)))), (), weights)
