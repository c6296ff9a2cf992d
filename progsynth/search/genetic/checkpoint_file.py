"""A file that a genetic search is kept in, and what is read of it before it is believed.

The file is written at the end of a generation, whole or not at all: what a search that is killed
leaves is that of its last generation, or of an earlier one. It says what it is of (digests of
the problem, the language, the settings, and the seed); that of another search is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from progsynth.errors import ProgsynthError
from progsynth.files import check_writable, read_text, write_text
from progsynth.search.problem import Problem


class State(Protocol):
    """What is kept of a search: plain data."""

    @property
    def owner(self) -> dict[str, str]:
        """Digests of what the search was made of."""
        ...


Kept = TypeVar("Kept", bound=State)


class Checkpoint(Generic[Kept]):
    """The file of one search: written every so many generations, and when it is asked for.

    `kind` is the class of what is kept, `version` the format that it is in. Raises
    ProgsynthError where the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        every: int,
        owner: Mapping[str, str],
        kind: type[Kept],
        version: int | str,
    ):
        if every < 1:
            raise ProgsynthError(f"every: expected a number of generations from 1, found {every}")
        check_writable(path, "the checkpoint")
        self.path = path
        self.every = every
        self.owner = dict(owner)
        self.kind = kind
        self.version = version
        self.wanted = False

    def note(self, level: int, save: Callable[[dict[str, str]], Kept]) -> None:
        """Write what `save` makes if it is time to; called at the end of generation `level`."""
        if self.wanted or level % self.every == 0:
            self.wanted = False
            write_text(self.path, msgspec.json.encode(save(self.owner)).decode())

    def read(self) -> Kept | None:
        """What the file has, None where there is none. Raises ProgsynthError for what is no
        checkpoint, and for that of another search."""
        if not self.path.exists():
            return None
        text = read_text(self.path)
        what = f"{self.path}: expected the checkpoint of a genetic search"
        mend = "give another path, or remove the file to begin anew"
        try:
            head = msgspec.json.decode(text, type=dict[str, Any])
            if head.get("format") != self.version:
                found = head.get("format", "none")
                raise ProgsynthError(f"{what} of format {self.version}, found {found}; {mend}")
            saved = msgspec.json.decode(text, type=self.kind)
        except msgspec.MsgspecError as error:
            raise ProgsynthError(f"{what}, found something else ({error}); {mend}") from None
        other = [name for name, value in self.owner.items() if saved.owner.get(name) != value]
        if other:
            raise ProgsynthError(
                f"{self.path}: the checkpoint is of a search with another {' and '.join(other)}; "
                f"{mend}"
            )
        return saved


def owner_of(
    problem: Problem, *, language: Iterable[object], settings: Iterable[object], seed: int
) -> dict[str, str]:
    """Digests of what a search is made of; `language` is what its programs are made of."""
    asked = (problem.types, problem.result, problem.entry_types, problem.entry_result)
    judged = (problem.limits, problem.tolerance, problem.accuracy, problem.error is None)
    return {
        "problem": _digest(asked, problem.inputs, problem.outputs, judged, problem.seeds),
        "language": _digest(*language),
        "settings": _digest(*settings),
        "seed": str(seed),
    }


def _digest(*parts: object) -> str:
    text = "\n".join(map(repr, parts)).encode("utf-8", "backslashreplace")
    return blake2b(text, digest_size=12).hexdigest()
