"""What is proposed, by whom, what a proposer is told, and what becomes of each proposal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

# What may become of a proposal, each with what it means.
STATUSES = {
    "solution": "it is right, and the result's program",
    "repaired": "the result's program is made of it, with parts of it replaced",
    "right": "right on the training examples, but another was taken",
    "rejected": "right on the training examples, not on those for validation",
    "wrong": "well-typed, and wrong on training examples",
    "duplicate": "the same program as an earlier one",
    "refused": "no program of the task's type, or too large",
    "not tried": "its share of the budget was used up before",
    "error": "whoever was to propose failed",
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """The text of a program, and where it is from.

    `line` is the line of the source in which the text begins, 0 where it stands by itself.
    `task` is the name of the only task that it is for. `finding` says why there is no text.
    """

    program: str
    source: str = ""
    line: int = 0
    task: str = ""
    finding: str = ""

    @property
    def label(self) -> str:
        """The source, with the line."""
        return f"{self.source}:{self.line}" if self.line else self.source


@dataclass(frozen=True, slots=True)
class ProposalReport:
    """What became of one proposal.

    `status` is one of STATUSES. `finding` says what is wrong with it, as other errors do for a
    text that is refused, and for one that is wrong by an example that it fails. It is right on
    `passed` of the `total` training examples.
    """

    source: str
    program: str
    status: str
    finding: str = ""
    passed: int = 0
    total: int = 0

    def as_json(self) -> dict[str, Any]:
        """The report as a JSON object."""
        return {
            "source": self.source,
            "status": self.status,
            "finding": self.finding,
            "passed": self.passed,
            "total": self.total,
            "program": self.program,
        }

    def __str__(self) -> str:
        scored = self.status in ("wrong", "repaired") and self.total
        done = f"{self.status}, right on {self.passed} of {self.total}" if scored else self.status
        return f"{self.source}: {done}"


@dataclass(frozen=True, slots=True)
class ProposalRequest:
    """What a proposer is asked for, all of it text.

    `signature` is the first line of the function wanted, `examples` has a line for each
    training example (a proposer sees no others), `primitives` a line for each function of the
    language. `earlier` are the proposals so far with what is wrong with them. `round` counts
    from 1 how often this proposer was asked.
    """

    name: str
    signature: str
    examples: tuple[str, ...]
    primitives: str
    earlier: tuple[ProposalReport, ...] = ()
    seed: int = 0
    round: int = 1


Item = str | Path | Proposed  # a path is of a file of proposals


@runtime_checkable
class Proposer(Protocol):
    """A source of programs that is asked, again and again until it has nothing more."""

    def propose(self, request: ProposalRequest) -> Iterable[Item]:
        """Programs for the request, read one by one as they come; nothing ends the asking.

        An exception is reported in the result, and the search goes on without this proposer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """The proposer of programs that are there already."""

    items: Iterable[Item]

    def propose(self, request: ProposalRequest) -> Iterator[Item]:
        """All of them in the first round."""
        return iter(self.items if request.round == 1 else ())


Proposals = str | Path | Proposer | Iterable[Item] | Sequence[Item | Proposer]
