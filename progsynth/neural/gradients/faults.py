"""What ends the training of one candidate, by name, and never the run.

A program that was found by search may be one that nothing can train: a loss that is NaN, shapes
that do not fit, more memory than there is. `ending` turns each into `CandidateEnded`, which says
which it was; a search catches that one exception and goes on to the next candidate.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from progsynth.errors import ProgsynthError

NAN, SHAPE, MEMORY, FAILED = "loss is not finite", "shape clash", "out of memory", "fails"
CAUSES = (NAN, SHAPE, MEMORY, FAILED)

_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
_OF_SHAPE = (
    *("size mismatch", "shapes cannot be multiplied", "must match the size", "invalid for input"),
    *("broadcast", "expected input", "inconsistent tensor size", "size of tensor"),
    *("expand(", "stack expects each tensor", "sizes of tensors must match"),
)


class CandidateEnded(ProgsynthError):
    """One candidate's training has ended early; `cause` is one of CAUSES."""

    def __init__(self, cause: str, detail: str = ""):
        self.cause = cause
        super().__init__(f"this candidate's training has ended: {cause}{detail and f' ({detail})'}")

    def __reduce__(self) -> tuple[object, ...]:
        return (_ended, (self.cause, str(self)))


def _ended(cause: str, text: str) -> CandidateEnded:
    found = CandidateEnded(cause)
    found.args = (text,)
    return found


def finite(loss: Tensor) -> Tensor:
    """The loss itself. Raises CandidateEnded where it is NaN or infinite."""
    if not bool(torch.isfinite(loss.detach()).all()):
        raise CandidateEnded(NAN, f"{float(loss.detach().sum())}")
    return loss


@contextmanager
def ending() -> Iterator[None]:
    """Within it torch's errors that are one candidate's own raise CandidateEnded.

    All others are defects, and pass.
    """
    try:
        yield
    except RuntimeError as error:  # torch.OutOfMemoryError is one
        first = str(error).split("\n")[0]
        cause = cause_of(error)
        if cause is None:
            raise
        raise CandidateEnded(cause, first[:200]) from error
    except MemoryError as error:
        raise CandidateEnded(MEMORY) from error


def cause_of(error: RuntimeError) -> str | None:
    """Which of CAUSES an error of torch means; None where it means a defect."""
    text = str(error).lower()
    if isinstance(error, torch.OutOfMemoryError) or any(part in text for part in _OF_MEMORY):
        return MEMORY
    return SHAPE if any(part in text for part in _OF_SHAPE) else None
