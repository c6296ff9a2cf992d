"""One bout of training for candidates: together where there are tables, else each alone.

Shapes: C candidates, R training rows, K outputs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import torch
from torch import Tensor

from progsynth.lang.failure import Failure
from progsynth.lang.term import Program
from progsynth.lang.values import close
from progsynth.neural.likelihood.inputs import MiniBatch, mini_batch
from progsynth.neural.likelihood.loss import ProgramLoss, program_loss
from progsynth.neural.network import Network
from progsynth.search.problem import Problem
from progsynth.train.behaviour import Behaviour, Bools, Floats, Numbers, View
from progsynth.train.fit import answers, decided, descend
from progsynth.train.population import Population
from progsynth.train.spread import penalty
from progsynth.train.training import Training

Networks = Mapping[str, Network]

_MEASURED = 256  # rows measured at once


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The candidates' networks after `steps` gradient steps each.

    `likelihood_CR` is the probability that a row comes out right (exp(-loss) where a submodule
    answers real numbers), `right_CR` what is right when the networks decide.
    """

    networks: tuple[Networks, ...]
    likelihood_CR: Floats
    right_CR: Bools
    steps: int


def train_together(
    problem: Problem,
    view: View,
    candidates: Sequence[tuple[Program, Behaviour]],
    networks: Sequence[Networks],
    training: Training,
    *,
    device: torch.device,
    seed: int,
    rows: Numbers | None = None,
    stacked: bool = True,
    stop: Callable[[], bool] | None = None,
) -> Trained:
    """Train candidates of one view that has a table for each layout, on these rows or all."""
    behaviours = [behaviour for _, behaviour in candidates]
    population = Population(view, behaviours, networks, device=device, stacked=stacked)
    steps = population.train(training, seed=seed, rows=rows, stop=stop)
    return Trained(
        tuple(population.networks), population.likelihood(), population.right_rows(), steps
    )


def train_alone(
    problem: Problem,
    view: View,
    candidates: Sequence[tuple[Program, Behaviour]],
    networks: Sequence[Networks],
    training: Training,
    *,
    device: torch.device,
    seed: int,
    rows: Numbers | None = None,
    stacked: bool = True,
    stop: Callable[[], bool] | None = None,
) -> Trained:
    """Train candidates one after another, by propagated or sampled likelihoods."""
    made = [
        _train_one(problem, view, program, some, training, device, seed, rows, stop)
        for (program, _), some in zip(candidates, networks, strict=True)
    ]
    return Trained(
        tuple(m.networks[0] for m in made),
        np.concatenate([m.likelihood_CR for m in made]),
        np.concatenate([m.right_CR for m in made]),
        min(m.steps for m in made),
    )


def _train_one(
    problem: Problem,
    view: View,
    program: Program,
    networks: Networks,
    training: Training,
    device: torch.device,
    seed: int,
    rows: Numbers | None,
    stop: Callable[[], bool] | None,
) -> Trained:
    used = {name: copy.deepcopy(networks[name]).to(device) for name in view.names}
    tensors = {n: torch.from_numpy(x).to(device) for n, x in view.inputs.tensors.items()}
    wanted = program_loss(
        program,
        problem.dsl,
        view.inputs,
        problem.outputs,
        problem.limits,
        tolerance=problem.tolerance,
        error=problem.loss,
    )
    sampling = torch.Generator(device).manual_seed(seed)

    def given(batch: MiniBatch) -> dict[str, Tensor]:
        return answers(used, tensors, batch)

    chosen = np.arange(len(problem.inputs)) if rows is None else rows
    listed = [name for name, network in used.items() if network.head.num_values is not None]
    steps = count()  # descend asks for the loss once a step

    def loss(drawn: list[int]) -> Tensor:
        batch = mini_batch(view.inputs, chosen[drawn])
        found = given(batch)
        loss = wanted.loss(found, batch, generator=sampling)
        weight = training.spread_at(next(steps))
        return loss + penalty((found[name] for name in listed), weight) if weight else loss

    fitted = descend(list(used.values()), loss, len(chosen), training, seed=seed, stop=stop)
    likelihood_R = _likelihood(wanted, given, view, sampling)
    outputs = decided(program, used, problem.dsl, view.inputs, problem.limits)
    right_R = [
        not isinstance(found, Failure) and close(expected, found, problem.tolerance)
        for expected, found in zip(problem.outputs, outputs, strict=True)
    ]
    return Trained((used,), likelihood_R[None], np.array([right_R]), fitted.gradient_steps)


def _likelihood(
    wanted: ProgramLoss,
    given: Callable[[MiniBatch], dict[str, Tensor]],
    view: View,
    sampling: torch.Generator,
) -> Floats:
    """exp(-loss) of each row, in [0, 1]."""
    size = len(view.wanted_R)
    parts = []
    with torch.no_grad():
        for begin in range(0, size, _MEASURED):
            batch = mini_batch(view.inputs, list(range(begin, min(begin + _MEASURED, size))))
            losses_B = wanted.losses(given(batch), batch, generator=sampling)
            parts.append((-losses_B).exp().clamp(0.0, 1.0).cpu().double().numpy())
    return np.nan_to_num(np.concatenate(parts))
