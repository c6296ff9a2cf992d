"""What a library holds: entries, each one version of a subroutine or of a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FUNCTION, NETWORK = "function", "network"  # the kinds of entries


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an entry is from; `figures` are JSON: how it was trained, how right it is."""

    task: str = ""
    seed: int | None = None
    version: str = ""  # of progsynth
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Need:
    """An entry that a function calls, and what its text calls it."""

    called: str
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a subroutine or a network.

    `kind` is "function" or "network". `source` is the text of the function, or the declaration
    of the network's submodule; `weights` the digest of its weights, '' for a function. `needs`
    are the entries that a function calls. `created` and `retired` are times, the latter ''
    while the entry is in use; `uses` counts the solutions that call it.
    """

    name: str
    version: int
    kind: str
    signature: str
    source: str
    weights: str
    doc: str
    provenance: Provenance
    digest: str
    created: str
    retired: str
    uses: int
    needs: tuple[Need, ...]

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from all others of its library: name and version."""
        return self.name, self.version
