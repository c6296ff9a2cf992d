"""A program's own run as its loss: gradients go through it, as the tensor engine runs it.

Shapes: B rows of a mini-batch, N all rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from progsynth.errors import UnsupportedError
from progsynth.lang.failure import Fail, Failure, FailureKind
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.values import Value
from progsynth.neural.gradients.batched import each, taken
from progsynth.neural.gradients.faults import FAILED, NAN, CandidateEnded, ending, finite
from progsynth.neural.gradients.machine import Machine
from progsynth.neural.gradients.output_loss import is_likelihood, output_losses
from progsynth.neural.gradients.relaxation import HARD, Relaxation
from progsynth.neural.gradients.rows import from_rows, to_rows
from progsynth.neural.gradients.tensor_run import tensor_run
from progsynth.neural.network import Network

Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Through:
    """The losses of a program that the tensor engine runs; see `through`."""

    program: Program
    dsl: DSL
    args: tuple[Any, ...]  # of all rows
    wanted: Any
    how_run: Relaxation
    error: str
    num_rows: int
    notes: tuple[str, ...] = ()
    reason: str = ""
    is_likelihood: bool = False

    @property
    def name(self) -> str:
        """ "straight" where nothing had to be relaxed, else "relaxed"."""
        return "relaxed" if self.notes else "straight"

    @property
    def how(self) -> str:
        """What it is, for a reader."""
        text = f"{self.name}: the program itself is run, as tensor operations"
        if not self.notes:
            return f"{text}; {self.reason or 'nothing in it is decided by what is trained'}"
        return f"{text}; {'; '.join(self.notes)}"

    def losses(
        self,
        networks: Mapping[str, Network],
        params: Sequence[Tensor],
        rows: Sequence[int],
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """The losses [B] of these rows; those that fail have loss 0 and teach nothing.

        Raises CandidateEnded where all fail, or a loss is not finite.
        """
        place = _device(networks, params)
        index_B = torch.as_tensor(rows, dtype=torch.int64, device=place)
        args, wanted = [
            _moved(taken(v, index_B.to("cpu")), place) for v in (self.args, self.wanted)
        ]
        machine = machine_for(self.program, self.how_run, networks, params, len(rows), place)
        with ending():
            value = self._run(args, machine, len(rows))
            losses_B = output_losses(value, wanted, self.program.entry.result, error=self.error)
        if bool(machine.failed.all()):
            raise CandidateEnded(FAILED, "every row")
        return finite(torch.where(machine.failed, torch.zeros_like(losses_B), losses_B))

    def normalise(self, networks: Mapping[str, Network], params: Sequence[Tensor]) -> None:
        """Fit the networks' normalisers, in place, on what they read of these rows.

        Inputs that depend on what is trained (a state) are left as they are. Raises
        CandidateEnded where every row fails, or gives a network what is not finite.
        """
        place = _device(networks, params)
        machine = machine_for(self.program, self.how_run, networks, params, self.num_rows, place)
        machine.seen = {}
        with ending():
            self._run(_moved(self.args, place), machine, self.num_rows)
        for name, calls in machine.seen.items():
            normaliser = networks[name].normaliser
            columns = [_finite_rows(_one_under_another(one)) for one in zip(*calls, strict=True)]
            if not all(map(len, columns)):
                raise CandidateEnded(NAN, f"nothing that '{name}' reads is")
            learnt = [any(t.requires_grad for t in one) for one in zip(*calls, strict=True)]
            normaliser.fit(*columns)
            for number, is_state in enumerate(learnt):
                if is_state:
                    getattr(normaliser, f"mean_{number}").zero_()
                    getattr(normaliser, f"scale_{number}").fill_(1.0)

    def _run(self, args: tuple[Any, ...], machine: Machine, count: int) -> Any:
        """The program's value on so many rows. Raises CandidateEnded where all of them fail."""
        try:
            return tensor_run(self.program, args, self.dsl, machine, count)
        except Fail as error:
            raise CandidateEnded(FAILED, f"every row: {error}") from None


def _finite_rows(x_N: Tensor) -> Tensor:
    """The rows without inf and NaN, which rows that fail may give."""
    return x_N[x_N.flatten(1).isfinite().all(1)] if x_N.dim() > 1 else x_N[x_N.isfinite()]


def _one_under_another(several: Sequence[Tensor]) -> Tensor:
    """What a network read at one place in all its calls; rows of items by the longest."""
    if len({t.shape[1:] for t in several}) == 1:
        return torch.cat([t.detach() for t in several])
    longest = max(t.shape[1] for t in several)
    wide = [t.detach().new_zeros((len(t), longest, *t.shape[2:])) for t in several]
    for made, tensor in zip(wide, several, strict=True):
        made[:, : tensor.shape[1]] = tensor.detach()
    return torch.cat(wide)


def machine_for(
    program: Program,
    how: Relaxation,
    networks: Mapping[str, Network],
    params: Sequence[Tensor],
    rows: int,
    place: torch.device,
) -> Machine:
    """A fresh machine for a run of so many rows."""
    declared = {one.name: one for one in program.neural}
    failed = torch.zeros(rows, dtype=torch.bool, device=place)
    return Machine(how, place, declared, networks, params, failed)


def through(
    program: Program,
    dsl: DSL,
    rows: Sequence[Row],
    outputs: Sequence[Value],
    networks: Mapping[str, Network],
    params: Sequence[Tensor],
    *,
    how: Relaxation,
    error: str = "squared",
    sample: int = 8,
) -> Through:
    """The losses of a program of `with_params` on rows, of which `outputs` are expected.

    It is run once on the first `sample` rows, which says what has to be relaxed. Raises
    UnsupportedError for programs that the tensor engine does not run, or that have no gradient.
    """
    cpu = torch.device("cpu")
    columns = list(zip(*rows, strict=True))
    args = tuple([from_rows(c, t, cpu) for c, t in zip(columns, program.entry.types, strict=True)])
    wanted = from_rows(outputs, program.entry.result, cpu)
    made = Through(program, dsl, args, wanted, how, error, len(rows))
    place = _device(networks, params)
    few = torch.arange(min(sample, len(rows)))
    machine = machine_for(program, how, networks, params, len(few), place)
    given, expected = [_moved(taken(v, few), place) for v in (args, wanted)]
    with ending():
        try:
            value = tensor_run(program, given, dsl, machine, len(few))
        except Fail as error_:
            raise UnsupportedError(f"the program fails on the first rows: {error_}") from None
        losses = output_losses(value, expected, program.entry.result, error=error)
    if not losses.requires_grad:
        raise UnsupportedError("the output does not depend, by degrees, on anything trained")
    likely = is_likelihood(value, program.entry.result)
    return replace(made, notes=tuple(machine.notes), is_likelihood=likely)


def decided_outputs(
    program: Program,
    dsl: DSL,
    networks: Mapping[str, Network],
    params: Sequence[Tensor],
    rows: Sequence[Row],
) -> list[Value | Failure]:
    """What a program of `with_params` gives on the rows when all in it is decided.

    It is what `bind` gives, found for all rows at once; floats have 32 bits. Raises
    UnsupportedError for programs that the tensor engine does not run.
    """
    if not rows:
        return []
    place = _device(networks, params)
    columns = list(zip(*rows, strict=True))
    types = program.entry.types
    args = tuple([from_rows(c, t, place) for c, t in zip(columns, types, strict=True)])
    with torch.no_grad():
        machine = machine_for(program, HARD, networks, params, len(rows), place)
        try:
            value = tensor_run(program, args, dsl, machine, len(rows))
        except Fail as error:
            return [Failure(error.kind)] * len(rows)
        found = to_rows(value, program.entry.result, len(rows))
    failed = machine.failed.tolist()
    return [Failure(FailureKind.DOMAIN) if f else v for v, f in zip(found, failed, strict=True)]


def _device(networks: Mapping[str, Network], params: Sequence[Tensor]) -> torch.device:
    for network in networks.values():
        return network.device
    return params[0].device if params else torch.device("cpu")


def _moved(value: Any, place: torch.device) -> Any:
    return each(value, lambda t: t.to(place))
