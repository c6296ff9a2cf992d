"""The training loop: mini-batches, Adam, the best weights kept. It is the only one for one model.

Mini-batches are drawn without replacement, one pass over the rows after another. The rate rises
over the first steps and falls to zero as a cosine at the end of the budget (Loshchilov and
Hutter 2017). What was best on the validation rows is what stays; without validation rows that
is the last.

Shapes: B rows of a mini-batch, N rows.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from progsynth.errors import ProgsynthError, TaskError
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.types import as_int
from progsynth.lang.values import Value, close
from progsynth.neural import device as devices
from progsynth.neural.likelihood.inputs import Inputs, MiniBatch, mini_batch, prepare
from progsynth.neural.likelihood.layouts import decided_rows
from progsynth.neural.likelihood.loss import program_loss
from progsynth.neural.likelihood.readings import Row, called_submodules, run_programs, symbolic
from progsynth.neural.network import Network, fit_normaliser


@dataclass(frozen=True, slots=True)
class Training:
    """How to train. `steps` and `seconds` are the budget; one of the two ends it.

    `decay` lets the rate fall to zero over `steps`. Every `measure_every` steps the validation
    rows are measured, and `patience` such measurements without a better one end the training.
    """

    steps: int = 400
    seconds: float | None = None
    learning_rate: float = 0.01
    weight_decay: float = 0.0
    batch: int = 64
    warm_up: int = 20
    decay: bool = True
    measure_every: int = 50
    patience: int | None = None

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "measure_every"):
            if getattr(self, name) < 1:
                raise ProgsynthError(f"{name}: expected at least 1, found {getattr(self, name)}")
        if not self.learning_rate > 0:
            raise ProgsynthError(f"learning_rate: expected more than 0, found {self.learning_rate}")

    def rate(self, step: int) -> float:
        """The learning rate of step number `step`, from 0."""
        rise = min(1.0, (step + 1) / max(1, self.warm_up))
        fall = 0.5 * (1 + math.cos(math.pi * step / self.steps)) if self.decay else 1.0
        return self.learning_rate * rise * fall


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement: after `step` steps; the validation figures are None where there is none.

    `loss` is the mean over the mini-batches since the last one. Accuracy is the share of rows
    that are right: decisions, or the outputs of a program that decides so.
    """

    step: int
    seconds: float
    loss: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """How a training went; the networks hold the weights of `best`.

    `stop_reason` is "steps", "seconds" or "patience". One gradient step is one update.
    """

    history: tuple[Point, ...]
    best: Point
    gradient_steps: int
    seconds: float
    stop_reason: str


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
) -> Fitted:
    """Lower `loss` by changing the weights of the networks, in place: the loop itself.

    `stop` is asked after each step whether to end, as spent seconds do.
    """
    start = clock()
    weights = [w for network in networks for w in network.parameters()]
    optimiser = torch.optim.AdamW(
        weights, lr=training.learning_rate, weight_decay=training.weight_decay
    )
    drawn = batches(num_rows, training.batch, torch.Generator().manual_seed(seed))
    history: list[Point] = []
    best, kept = -1, _copies(networks)
    recent: list[Tensor] = []
    step, reason = 0, ""
    while not reason:
        for group in optimiser.param_groups:
            group["lr"] = training.rate(step)
        found = loss(next(drawn))
        optimiser.zero_grad()
        found.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        recent.append(found.detach())
        step += 1
        reason = _spent(training, step, clock() - start)
        if not reason and stop is not None and stop():
            reason = "seconds"
        if reason or step % training.measure_every == 0:
            held = measure() if measure is not None else (None, None)
            mean = float(torch.stack(recent).mean())
            history.append(Point(step, clock() - start, mean, *held))
            recent.clear()
            if best < 0 or _is_better(history[-1], history[best]):
                best, kept = len(history) - 1, _copies(networks)
            elif training.patience is not None and len(history) - 1 - best >= training.patience:
                reason = reason or "patience"
    for network, state in zip(networks, kept, strict=True):
        network.load_state_dict(state)
    return Fitted(tuple(history), history[best], step, clock() - start, reason)


def _spent(training: Training, step: int, seconds: float) -> str:
    if step >= training.steps:
        return "steps"
    return "seconds" if training.seconds is not None and seconds >= training.seconds else ""


def _is_better(new: Point, old: Point) -> bool:
    """Without validation the last is best; else fewer errors, then a lower loss."""
    if new.validation_accuracy is None or new.validation_loss is None:
        return True
    assert old.validation_accuracy is not None and old.validation_loss is not None
    mine = (new.validation_accuracy, -new.validation_loss)
    return mine > (old.validation_accuracy, -old.validation_loss)


def _copies(networks: Sequence[nn.Module]) -> list[dict[str, Tensor]]:
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
) -> Fitted:
    """Train a network, in place, on labelled rows with its head's loss.

    `inputs` has a tensor [N, shape of one value] for each input of the network, `targets` the N
    values that it shall answer. The normaliser is fitted on these rows first, never on those of
    `validation`. Raises TaskError where their numbers differ.
    """
    training = training or Training()
    place = devices.choose(device)
    _check_rows(network, inputs, targets)
    fit_normaliser(network, *inputs)
    network.to(place)
    x_N = [x.to(place) for x in inputs]
    wanted_N = network.head.targets(targets).to(place)

    def loss(rows: list[int]) -> Tensor:
        index_B = torch.tensor(rows, device=place)
        return network.head.loss(network(*(x[index_B] for x in x_N)), wanted_N[index_B])

    measure = None
    if validation is not None and len(validation[1]):
        held, wanted = validation
        _check_rows(network, held, wanted)

        def measure() -> tuple[float, float]:
            with torch.no_grad():
                outputs_BK = network(*(x.to(place) for x in held))
                found = network.head.loss(outputs_BK, network.head.targets(wanted).to(place))
            return float(found), _share_right(network.head.decide(outputs_BK), wanted)

    return descend([network], loss, len(targets), training, seed=seed, measure=measure)


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
    device: str = "auto",
) -> Fitted:
    """Train the networks inside a program, in place, on what the program shall give.

    `networks` has one for each submodule that the program calls; others stay as they are. Their
    normalisers are fitted on the tensors of `rows` first. The loss is that of
    `neural.likelihood`: exact where it can be, else sampled. Raises UnsupportedError for
    programs outside its fragment, TaskError where a network is missing.
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
    inputs = prepare(rows, types, called)
    tensors = {name: torch.from_numpy(x).to(place) for name, x in inputs.tensors.items()}
    for name, network in used.items():
        fit_normaliser(network, tensors[name])
        network.to(place)
    wanted = program_loss(program, dsl, inputs, outputs, limits, tolerance=tolerance)
    sampling = torch.Generator(place).manual_seed(seed)

    def loss(chosen: list[int]) -> Tensor:
        batch = mini_batch(inputs, chosen)
        return wanted.loss(answers(used, tensors, batch), batch, generator=sampling)

    measure = None
    if validation is not None and len(validation[1]):
        held_rows, held_outputs = validation
        held = prepare(held_rows, types, called)

        def measure() -> tuple[float, float]:
            found = decided(program, used, dsl, held, limits)
            right = _share_right(found, held_outputs, tolerance)
            return 1.0 - right, right

    return descend(list(used.values()), loss, len(rows), training, seed=seed, measure=measure)


def answers(
    networks: Mapping[str, Network], tensors: Mapping[str, Tensor], batch: MiniBatch
) -> dict[str, Tensor]:
    """What each network gives on the tensors that the mini-batch needs.

    Log-probabilities where it answers one of finitely many values, else its outputs.
    """
    found = {}
    for name, network in networks.items():
        numbers = torch.as_tensor(batch.needed[name], device=tensors[name].device)
        outputs_NK = network(tensors[name][numbers])
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
    declared = [networks[name].declaration for name in networks]
    view, pack = symbolic(program, dsl, neural=declared)
    rows = decided_rows(inputs.layouts, decisions)
    types = inputs.layouts[0].types if inputs.layouts else tuple(map(as_int, program.entry.types))
    return run_programs([view], types, rows, [pack], limits)[0]
