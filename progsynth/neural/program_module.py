"""A program with its networks as one `nn.Module`: to be run, moved, saved, trained further.

    module = result.module
    module(rows)                       # the program's outputs, each network deciding
    module.losses(rows, outputs)       # differentiable, by an estimator chosen for the program
    module.state_dict(), module.to("cuda"), module.networks["digit"]

Shapes: N rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from progsynth.errors import TaskError
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.values import Value
from progsynth.neural.bind import bind
from progsynth.neural.gradients import Question, choose
from progsynth.neural.network import Network
from progsynth.plain import conform, plain

Row = tuple[Value, ...]


class ProgramModule(nn.Module):
    """A program whose networks are submodules, by their names, under `networks`."""

    def __init__(
        self,
        program: Program,
        networks: Mapping[str, Network],
        dsl: DSL,
        *,
        limits: Limits | None = None,
        tolerance: float = 1e-9,
    ):
        super().__init__()
        self.program = program
        self.dsl = dsl
        self.limits = limits
        self.tolerance = tolerance
        self.networks = nn.ModuleDict(networks)
        self.eval()

    def forward(self, rows: Sequence[Row]) -> list[Value | Failure]:
        """What the program gives for each row of arguments, each network deciding.

        Arguments may be arrays or torch tensors. Raises TaskError for those of another type.
        """
        bound = bind(self.program, self._networks, self.dsl, device=self._device)
        return bound.run(self._conforming(rows), self.limits)

    def losses(
        self,
        rows: Sequence[Row],
        outputs: Sequence[Value],
        *,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """The losses [N] of these rows, whose gradients reach the networks' weights.

        Raises UnsupportedError for a program that no estimator serves, TaskError for arguments
        of another type.
        """
        rows = self._conforming(rows)
        chosen = choose(
            Question(
                program=self.program,
                dsl=self.dsl,
                rows=rows,
                outputs=outputs,
                networks=self._networks,
                limits=self.limits,
                tolerance=self.tolerance,
            )
        )
        numbers = range(len(rows))
        return chosen.estimator.losses(self._networks, (), numbers, generator)

    def _conforming(self, rows: Sequence[Sequence[Any]]) -> list[Row]:
        entry = self.program.entry
        for row in rows:
            if len(row) != len(entry.types):
                raise TaskError(
                    f"{entry.name} takes rows of {len(entry.types)} argument(s), found {len(row)}"
                )
        named = [(f"argument '{n}' of {entry.name}", t) for n, t in zip(entry.params, entry.types)]
        return [
            tuple(
                conform(plain(value, where, arrays=True), type_, where)
                for value, (where, type_) in zip(row, named, strict=True)
            )
            for row in rows
        ]

    @property
    def _networks(self) -> dict[str, Network]:
        return {n: net for n, net in self.networks.items() if isinstance(net, Network)}

    @property
    def _device(self) -> str:
        weights = next(self.parameters(), None)
        return "cpu" if weights is None else str(weights.device)

    def extra_repr(self) -> str:
        """The program's signature."""
        entry = self.program.entry
        shown = ", ".join(f"{n}: {t}" for n, t in zip(entry.params, entry.types, strict=True))
        return f"{entry.name}({shown}) -> {entry.result}"
