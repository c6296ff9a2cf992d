"""The training loop: mini-batches, an optimiser, the best weights kept. It is the only one for
one model.

Mini-batches are drawn without replacement, one pass over the rows after another. The rate rises
over the first steps and falls as the schedule says. What was best on the validation rows is what
stays; without validation rows that is the last. A training that is interrupted goes on from its
checkpoint: on the CPU it ends with the same weights, bit by bit, as one that was not.

What ends one training, by name, is `CandidateEnded`: a loss that is not finite, shapes that
clash, no memory left. The networks then hold the best weights so far.

Shapes: B rows of a mini-batch, N rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor, nn

from progsynth.errors import TaskError
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.types import as_int
from progsynth.lang.values import Value, close
from progsynth.neural import device as devices
from progsynth.neural.gradients.faults import NAN, CandidateEnded, ending
from progsynth.neural.likelihood.inputs import Inputs, MiniBatch, mini_batch, prepare
from progsynth.neural.likelihood.layouts import decided_rows
from progsynth.neural.likelihood.loss import program_loss
from progsynth.neural.likelihood.readings import (
    Row,
    called_submodules,
    known_networks,
    run_programs,
    symbolic,
)
from progsynth.neural.network import Network, fit_normaliser
from progsynth.train import checkpoint as checkpoints
from progsynth.train.baseline import Baseline, baseline, majority
from progsynth.train.checkpoint import Point, Progress, State
from progsynth.train.quick import Forward, forward_of
from progsynth.train.randomness import is_random, seeded
from progsynth.train.training import Training, training_for

__all__ = [
    "Fitted",
    "Point",
    "Training",
    "answers",
    "batches",
    "decided",
    "descend",
    "fit_network",
    "fit_program",
    "score",
]


@dataclass(frozen=True, slots=True)
class Fitted:
    """How a training went; the networks hold the weights of `best`.

    `baseline` is what can be had without learning, on the same rows as the last measurement of
    `best`: validation rows, or those of training where there are none. `stop_reason` is "steps",
    "seconds" or "patience". One gradient step is one update.
    """

    history: tuple[Point, ...]
    best: Point
    gradient_steps: int
    seconds: float
    stop_reason: str
    baseline: Baseline | None = None


Loss = Callable[[list[int]], Tensor]  # of the rows of a mini-batch, by their numbers
Measure = Callable[[], tuple[float, float]]  # loss and accuracy on the validation rows


def batches(num_rows: int, batch: int, generator: torch.Generator) -> Iterator[list[int]]:
    """Mini-batches without end: each pass over the rows is in an order of its own."""
    order: list[int] = []
    while True:
        while len(order) < min(batch, num_rows):
            order += torch.randperm(num_rows, generator=generator).tolist()
        yield order[:batch]
        del order[:batch]


def descend(
    networks: Sequence[nn.Module],
    loss: Loss,
    num_rows: int,
    training: Training,
    *,
    seed: int,
    measure: Measure | None = None,
    stop: Callable[[], bool] | None = None,
    clock: Callable[[], float] = time.monotonic,
    checkpoint: Path | str | None = None,
    generators: Sequence[torch.Generator] = (),
) -> Fitted:
    """Lower `loss` by changing the weights of the networks, in place: the loop itself.

    `stop` is asked after each step whether to end, as spent seconds do. A `checkpoint` is a file
    that is written at each measurement, and gone on from where it exists; `generators` are those
    that the loss draws from. Raises CandidateEnded for what ends this training by name.
    """
    path = None if checkpoint is None else Path(checkpoint)
    optimiser = training.optimiser_of([w for network in networks for w in network.parameters()])
    done, kept = Progress(), _copies(networks)
    if path is not None and path.exists():
        done, kept = checkpoints.load(path, networks, optimiser, generators, training, seed)
    start = clock() - done.seconds
    drawn = batches(num_rows, training.batch, torch.Generator().manual_seed(seed))
    drawn = islice(drawn, done.step, None)
    draws = any(map(is_random, networks))
    places = {weight.device for network in networks for weight in network.parameters()}
    recent: list[Tensor] = []
    reason = _spent(training, done, done.seconds)
    _set_mode(networks, training=True)
    try:
        while not reason:
            for group in optimiser.param_groups:
                group["lr"] = training.rate(done.step)
            with ending(), seeded(seed, done.step, [*places]) if draws else nullcontext():
                found = loss(next(drawn))
                optimiser.zero_grad()
                if found.requires_grad:  # a program may decide without its networks
                    found.backward()  # type: ignore[no-untyped-call]
                    optimiser.step()
            recent.append(found.detach())
            done = replace(done, step=done.step + 1, seconds=clock() - start)
            reason = _spent(training, done, done.seconds)
            if not reason and stop is not None and stop():
                reason = "seconds"
            if not reason and done.step % training.measure_every:
                continue
            point = _measured(networks, done, recent, measure)
            recent.clear()
            done = replace(done, history=(*done.history, point))
            if done.best < 0 or _is_better(point, done.history[done.best]):
                done, kept = replace(done, best=len(done.history) - 1), _copies(networks)
            reason = reason or _spent(training, done, done.seconds)
            if path is not None:
                checkpoints.save(path, networks, kept, optimiser, generators, done, training, seed)
    finally:
        for network, state in zip(networks, kept, strict=True):
            network.load_state_dict(state)
        _set_mode(networks, training=False)
    best = done.history[done.best]
    return Fitted(done.history, best, done.step, done.seconds, reason)


def _measured(
    networks: Sequence[nn.Module], done: Progress, recent: Sequence[Tensor], measure: Measure | None
) -> Point:
    """The loss of the last steps, and the validation rows. Raises CandidateEnded for NaN."""
    mean = torch.stack([*recent]).mean()
    if not bool(mean.isfinite()):
        raise CandidateEnded(NAN, f"{float(mean)} before step {done.step}")
    _set_mode(networks, training=False)
    held = measure() if measure is not None else (None, None)
    _set_mode(networks, training=True)
    return Point(done.step, done.seconds, float(mean), *held)


def _set_mode(networks: Sequence[nn.Module], *, training: bool) -> None:
    for network in networks:
        network.train(training)


def _spent(training: Training, done: Progress, seconds: float) -> str:
    """Why to end; "" where there is no reason to."""
    if done.step >= training.steps:
        return "steps"
    if training.seconds is not None and seconds >= training.seconds:
        return "seconds"
    since = len(done.history) - 1 - done.best
    patient = training.patience is None or done.best < 0 or since < training.patience
    return "" if patient else "patience"


def _is_better(new: Point, old: Point) -> bool:
    """Without validation the last is best; else fewer errors, then a lower loss."""
    if new.validation_accuracy is None or new.validation_loss is None:
        return True
    assert old.validation_accuracy is not None and old.validation_loss is not None
    mine = (new.validation_accuracy, -new.validation_loss)
    return mine > (old.validation_accuracy, -old.validation_loss)


def _copies(networks: Sequence[nn.Module]) -> list[State]:
    return [{n: t.detach().clone() for n, t in m.state_dict().items()} for m in networks]


# ---------------------------------------------------------------------------- one network


def fit_network(
    network: Network,
    inputs: Sequence[Tensor],
    targets: Sequence[Value],
    *,
    seed: int,
    validation: tuple[Sequence[Tensor], Sequence[Value]] | None = None,
    training: Training | None = None,
    device: str = "auto",
    checkpoint: Path | str | None = None,
) -> Fitted:
    """Train a network, in place, on labelled rows with its head's loss.

    `inputs` has a tensor for each input of the network, as `encode` makes it of N values;
    `targets` are the N values that it shall answer (one of k: whole numbers, or one-hot rows).
    The training is by default what the network's config wishes. The normaliser is fitted on these
    rows first, never on those of `validation`. Raises TaskError where their numbers differ,
    CandidateEnded for a training that cannot go on.
    """
    training = training or training_for(network.config)
    place = devices.choose(device)
    _check_rows(network, inputs, targets)
    fit_normaliser(network, *inputs)
    network.to(place)
    x_N = [x.to(place) for x in inputs]
    wanted_N = network.head.targets(targets).to(place)
    forward = forward_of(network, training, place)

    def loss(rows: list[int]) -> Tensor:
        index_B = torch.tensor(rows, device=place)
        return network.head.loss(forward(*(x[index_B] for x in x_N)), wanted_N[index_B])

    measure = None
    held, wanted = (inputs, targets) if validation is None or not len(validation[1]) else validation
    if held is not inputs:
        _check_rows(network, held, wanted)

        def measure() -> tuple[float, float]:
            return score(network, held, wanted)

    known = baseline(network.head, targets, wanted, held, network.normaliser.modalities)
    fitted = descend(
        [network],
        loss,
        len(targets),
        training,
        seed=seed,
        measure=measure,
        checkpoint=checkpoint,
    )
    return replace(fitted, baseline=known)


def score(
    network: Network, inputs: Sequence[Tensor], targets: Sequence[Value]
) -> tuple[float, float]:
    """The loss of the network on labelled rows, and the share of them that it is right on."""
    with torch.no_grad():
        outputs_BK = network(*(x.to(network.device) for x in inputs))
        loss = network.head.loss(outputs_BK, network.head.targets(targets).to(network.device))
    right = _share_right(network.head.decide(outputs_BK), network.head.labels(targets))
    return float(loss), right


def _check_rows(network: Network, inputs: Sequence[Tensor], targets: Sequence[Value]) -> None:
    sizes = [len(x) for x in inputs]
    expected = len(network.declaration.types)
    if len(inputs) != expected or not len(targets) or any(n != len(targets) for n in sizes):
        raise TaskError(
            f"network '{network.declaration.name}': expected {expected} tensor(s) of as many rows "
            f"as there are targets ({len(targets)}, at least 1), found tensors of {sizes} rows"
        )


def _share_right(found: Sequence[Value], wanted: Sequence[Value], tolerance: float = 1e-9) -> float:
    pairs = zip(found, wanted, strict=True)
    return sum(close(w, f, tolerance) for f, w in pairs) / max(len(wanted), 1)


# ------------------------------------------------------------------- networks in a program


def fit_program(
    program: Program,
    networks: Mapping[str, Network],
    dsl: DSL,
    rows: Sequence[Row],
    outputs: Sequence[Value],
    *,
    seed: int,
    validation: tuple[Sequence[Row], Sequence[Value]] | None = None,
    training: Training | None = None,
    limits: Limits | None = None,
    tolerance: float = 1e-9,
    error: str = "squared",
    device: str = "auto",
    checkpoint: Path | str | None = None,
) -> Fitted:
    """Train the networks inside a program, in place, on what the program shall give.

    `networks` has one for each submodule that the program calls; others stay as they are. Their
    normalisers are fitted on the tensors of `rows` first. The loss is that of
    `neural.likelihood`: exact where it can be, else sampled; of real answers the `error`
    ("squared" or "absolute"). Raises UnsupportedError for programs outside its fragment,
    TaskError where a network is missing, CandidateEnded for a training that cannot go on.
    """
    training = training or Training()
    place = devices.choose(device)
    called = called_submodules(program, dsl)
    missing = [one.name for one in called if one.name not in networks]
    if missing or not called:
        raise TaskError(
            f"no network for the submodule '{missing[0]}': give one for each that is called"
            if missing
            else "the program calls no neural submodule: there is nothing to train"
        )
    used = {one.name: networks[one.name] for one in called}
    types = program.entry.types
    known = [(one, dsl.primitives[one.name].fn) for one in known_networks(program, dsl)]
    inputs = prepare(rows, types, called, known)
    tensors = {name: torch.from_numpy(x).to(place) for name, x in inputs.tensors.items()}
    for name, network in used.items():
        fit_normaliser(network, tensors[name])
        network.to(place)
    wanted = program_loss(program, dsl, inputs, outputs, limits, tolerance=tolerance, error=error)
    sampling = torch.Generator(place).manual_seed(seed)
    forward = {name: forward_of(network, training, place) for name, network in used.items()}

    def loss(chosen: list[int]) -> Tensor:
        batch = mini_batch(inputs, chosen)
        given = answers(used, tensors, batch, forward)
        return wanted.loss(given, batch, generator=sampling)

    measure = None
    if validation is not None and len(validation[1]):
        held_rows, held_outputs = validation
        held = prepare(held_rows, types, called, known)

        def measure() -> tuple[float, float]:
            found = decided(program, used, dsl, held, limits)
            right = _share_right(found, held_outputs, tolerance)
            return 1.0 - right, right

    fitted = descend(
        list(used.values()),
        loss,
        len(rows),
        training,
        seed=seed,
        measure=measure,
        checkpoint=checkpoint,
        generators=[sampling],
    )
    held_wanted = outputs if validation is None else validation[1]
    return replace(fitted, baseline=majority(outputs, held_wanted or outputs))


def answers(
    networks: Mapping[str, Network],
    tensors: Mapping[str, Tensor],
    batch: MiniBatch,
    forward: Mapping[str, Forward] | None = None,
) -> dict[str, Tensor]:
    """What each network, called as `forward` says, gives on the tensors the mini-batch needs.

    Log-probabilities where it answers one of finitely many values, else its outputs.
    """
    found = {}
    for name, network in networks.items():
        numbers = torch.as_tensor(batch.needed[name], device=tensors[name].device)
        called: Forward = network if forward is None else forward[name]
        outputs_NK = called(tensors[name][numbers])
        log_probs_NK = network.head.log_probs(outputs_NK)
        found[name] = outputs_NK if log_probs_NK is None else log_probs_NK
    return found


def decided(
    program: Program,
    networks: Mapping[str, Network],
    dsl: DSL,
    inputs: Inputs,
    limits: Limits | None = None,
) -> list[Value]:
    """What the program gives on the rows when each network decides for its likeliest answer."""
    decisions = {}
    with torch.no_grad():
        for name, network in networks.items():
            x_N = torch.from_numpy(inputs.tensors[name]).to(network.device)
            given = network.head.decide(network(x_N)) if len(x_N) else []
            decisions[name] = [
                given[n] for places in inputs.places for n in places[name].ravel().tolist()
            ]
    declared = [one for one in program.neural if one.name in networks]
    known = inputs.layouts[0].known if inputs.layouts else ()
    view, pack = symbolic(program, dsl, neural=declared, known=known)
    rows = decided_rows(inputs.layouts, decisions)
    types = inputs.layouts[0].types if inputs.layouts else tuple(map(as_int, program.entry.types))
    return run_programs([view], types, rows, [pack], limits)[0]
