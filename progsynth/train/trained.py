"""Any program with networks or `??param` numbers in it, trained by the estimator that serves it.

    trained = train_program(program, networks, dsl, rows, outputs, seed=0)
    trained.why             # which gradients, and why no better ones
    trained.program         # with the trained numbers in place of `??param`

Unlike `fit_program`, networks may read what the program has computed - a state in a fold, a
`for` or a `while` - and stand in conditions.

Shapes: B rows of a mini-batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from progsynth.errors import UnsupportedError
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.values import Value, close
from progsynth.neural import device as devices
from progsynth.neural.bind import bind
from progsynth.neural.gradients.estimator import Chosen, Question, choose
from progsynth.neural.gradients.params import Params, filled, with_params
from progsynth.neural.gradients.relaxation import SOFT, Relaxation
from progsynth.neural.gradients.through import decided_outputs
from progsynth.neural.network import Network
from progsynth.train.fit import Fitted, descend
from progsynth.train.training import Training

Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A trained program: its numbers are in `program`, its weights in the networks given.

    `chosen` is the estimator, and why it was taken.
    """

    program: Program
    fitted: Fitted
    chosen: Chosen

    @property
    def why(self) -> str:
        """Which gradients trained it and why, for a reader."""
        return self.chosen.why


def train_program(
    program: Program,
    networks: Mapping[str, Network],
    dsl: DSL,
    rows: Sequence[Row],
    outputs: Sequence[Value],
    *,
    seed: int,
    validation: tuple[Sequence[Row], Sequence[Value]] | None = None,
    training: Training | None = None,
    estimator: str = "auto",
    relaxation: Relaxation = SOFT,
    error: str = "squared",
    num_samples: int = 10,
    limits: Limits | None = None,
    tolerance: float = 1e-9,
    device: str = "auto",
) -> Trained:
    """Train the networks, in place, and the `??param` numbers of a program on what it shall give.

    `estimator` is "auto" or one of `gradients.ESTIMATORS`; `relaxation` says how decisions on
    learnt values are run. Raises UnsupportedError where no estimator serves, CandidateEnded where
    the loss becomes NaN, shapes clash or memory ends.
    """
    training, place = training or Training(), devices.choose(device)
    lifted, num_params = with_params(program)
    for network in networks.values():
        network.to(place)
    params = Params(num_params, seed=seed).to(place)
    question = Question(
        program=lifted,
        dsl=dsl,
        rows=rows,
        outputs=outputs,
        networks=networks,
        params=params.each,
        limits=limits,
        tolerance=tolerance,
        relaxation=relaxation,
        error=error,
        num_samples=num_samples,
    )
    chosen = choose(question, estimator)
    chosen.estimator.normalise(networks, params.each)
    sampling = torch.Generator(place).manual_seed(seed)

    modules: list[nn.Module] = [*networks.values(), *([params] if num_params else [])]

    def loss(drawn: list[int]) -> Tensor:
        return chosen.estimator.losses(networks, params.each, drawn, sampling).mean()

    def measure() -> tuple[float, float]:
        assert validation is not None
        return measured(filled(lifted, params.values), networks, dsl, *validation, tolerance)

    held = measure if validation is not None and len(validation[1]) else None
    fitted = descend(modules, loss, len(rows), training, seed=seed, measure=held)
    return Trained(filled(lifted, params.values), fitted, chosen)


def measured(
    program: Program,
    networks: Mapping[str, Network],
    dsl: DSL,
    rows: Sequence[Row],
    outputs: Sequence[Value],
    tolerance: float = 1e-9,
) -> tuple[float, float]:
    """Loss and accuracy of the program on rows, when all in it is decided.

    The loss is the mean squared error where outputs are floats, else the share that is wrong.
    """
    found = run_decided(program, networks, dsl, rows)
    right = sum(
        not isinstance(f, Failure) and close(w, f, tolerance)
        for w, f in zip(outputs, found, strict=True)
    ) / max(len(rows), 1)
    if program.entry.result.name != "float":
        return 1.0 - right, right
    errors = [
        (f - w) ** 2 if isinstance(f, float) else float("inf")
        for w, f in zip(outputs, found, strict=True)
    ]
    return sum(errors) / max(len(errors), 1), right


def run_decided(
    program: Program, networks: Mapping[str, Network], dsl: DSL, rows: Sequence[Row]
) -> list[Value | Failure]:
    """What the program gives on the rows when all in it is decided: all at once, if it can be."""
    try:
        return decided_outputs(program, dsl, networks, (), rows)
    except UnsupportedError:
        pass  # texts, tables: the ordinary engines
    device = next((str(n.device) for n in networks.values()), "cpu")
    return bind(replace(program), networks, dsl, device=device).run(list(rows))
