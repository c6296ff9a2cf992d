"""What a run over many rows keeps: the options, what failed, and what had to be relaxed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from progsynth.lang.term import Neural
from progsynth.neural.gradients.batched import real
from progsynth.neural.gradients.relaxation import Relaxation


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Where the run is: `rows` values at once, value n of the task's row `origin[n]`.

    `sure` is False inside a branch that is mixed by chance: what fails there fails no row.
    """

    rows: int
    origin: Tensor
    sure: bool = True

    def of(self, rows: Tensor, *, sure: bool | None = None) -> Frame:
        """The frame of these rows (numbers within this one)."""
        origin = self.origin.index_select(0, rows)
        return Frame(len(rows), origin, self.sure if sure is None else sure)

    def unsure(self) -> Frame:
        """The same rows, mixed by chance with others."""
        return Frame(self.rows, self.origin, False)


Part = Callable[..., Tensor]  # a network: from tensors [N, shape of one value] to outputs [N, K]


@dataclass(slots=True, eq=False)
class Machine:
    """One run: `parts` are the networks by name, `params` the trained numbers, in order.

    `failed` says which rows failed; `notes` what was relaxed, for a reader, in order; `seen`, if
    given, collects what each network read.
    """

    how: Relaxation
    device: torch.device
    declared: Mapping[str, Neural]
    parts: Mapping[str, Part]
    params: Sequence[Tensor]
    failed: Tensor
    notes: dict[str, None] = field(default_factory=dict)
    seen: dict[str, list[tuple[Any, ...]]] | None = None

    def note(self, what: str) -> None:
        """Remember that something was relaxed."""
        self.notes[what] = None

    def fail(self, frame: Frame, bad_N: Tensor) -> None:
        """These rows of the frame fail."""
        if frame.sure and bool(bad_N.any()):
            self.failed[frame.origin[bad_N]] = True

    def real(self, value: Any, frame: Frame) -> Tensor:
        """A number as a tensor of float32."""
        return real(value, frame.rows, self.device)
