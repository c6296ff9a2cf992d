"""The control for hybrid programs: one network from end to end, trained on the same examples.

Convolutions read each image, a recurrent layer (GRU; Cho et al. 2014) reads what they give in
order, and a softmax answers one of the outputs that occur in training. There is no program: what
it knows of the algorithm it has to learn from the examples. It is tuned: of several learning
rates the one that is best on the validation examples is taken.

Tensors: B rows, T items of the longest list, F features, K outputs, N items of all lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from progsynth.errors import UnsupportedError
from progsynth.lang.types import Type
from progsynth.lang.values import Value, identity_key
from progsynth.neural import device as devices
from progsynth.neural.architecture import DEFAULTS, build_body, initialise
from progsynth.neural.modality import Modality, encode, modality_of
from progsynth.neural.normalise import Normaliser
from progsynth.task import Example, Task
from progsynth.train.fit import Training, descend

LEARNING_RATES = (0.01, 0.003, 0.001)
HIDDEN = 64


@dataclass(frozen=True, slots=True)
class Monolith:
    """A trained network from end to end; accuracies are shares of the examples.

    `gradient_steps` and `seconds` count all the learning rates that were tried.
    """

    model: nn.Module = field(repr=False)
    answers: tuple[Value, ...] = field(repr=False)
    item: Type
    learning_rate: float
    training: float
    validation: float
    gradient_steps: int
    seconds: float

    def share_right(self, examples: Sequence[Example]) -> float:
        """The share of the examples on which it gives the output expected."""
        wanted = [identity_key(e.output) for e in examples]
        found = self.answer([e.inputs[0] for e in examples])
        right = sum(identity_key(a) == w for a, w in zip(found, wanted, strict=True))
        return right / max(1, len(examples))

    def answer(self, lists: Sequence[Sequence[Value]]) -> list[Value]:
        """Its answer to each list."""
        device = next(self.model.parameters()).device
        with torch.inference_mode():
            outputs_BK = self.model(_batch(lists, self.item, device))
        return [self.answers[n] for n in outputs_BK.argmax(-1).tolist()]


def fit_monolith(
    task: Task,
    *,
    seed: int,
    learning_rates: Sequence[float] = LEARNING_RATES,
    training: Training | None = None,
    device: str = "auto",
) -> Monolith:
    """The best of the networks trained at these rates on the task's training examples.

    Raises UnsupportedError for a task whose input is not one list of what a network can read.
    """
    if len(task.types) != 1 or task.types[0].name != "list":
        shown = ", ".join(map(str, task.types))
        raise UnsupportedError(
            f"task '{task.name}': a network from end to end reads one list, found ({shown})"
        )
    item = task.types[0].types[0]
    fitted = [_fitted(task, item, rate, seed, training, device) for rate in learning_rates]
    best = max(fitted, key=lambda one: (one.validation, one.training))
    return Monolith(
        best.model,
        best.answers,
        item,
        best.learning_rate,
        best.training,
        best.validation,
        sum(one.gradient_steps for one in fitted),
        sum(one.seconds for one in fitted),
    )


def _fitted(
    task: Task, item: Type, rate: float, seed: int, training: Training | None, device: str
) -> Monolith:
    place = devices.choose(device)
    given = training or Training(steps=600, batch=64)
    wanted = Training(
        given.steps,
        given.seconds,
        rate,
        given.weight_decay,
        given.batch,
        given.warm_up,
        given.decay,
        given.measure_every,
        given.patience,
    )
    keys = {identity_key(e.output): e.output for e in task.train}
    numbers = {key: n for n, key in enumerate(keys)}
    target_B = torch.tensor([numbers[identity_key(e.output)] for e in task.train], device=place)
    lists = [e.inputs[0] for e in task.train]
    every = _batch(lists, item, torch.device("cpu"))
    model = _Recurrent(modality_of(item), len(keys))
    initialise_all(model, seed)
    model.normaliser.fit(every.items_N)
    model.to(place)

    def loss(rows: list[int]) -> Tensor:
        outputs_BK = model(_batch([lists[r] for r in rows], item, place))
        return nn.functional.cross_entropy(outputs_BK, target_B[rows])

    def made(steps: int, seconds: float) -> Monolith:
        bare = Monolith(model, tuple(keys.values()), item, rate, 0.0, 0.0, steps, seconds)
        shares = bare.share_right(task.train), bare.share_right(task.validation)
        return Monolith(model, bare.answers, item, rate, shares[0], shares[1], steps, seconds)

    def measure() -> tuple[float, float]:
        share = made(0, 0.0).validation
        return 1.0 - share, share

    fitted = descend(
        [model],
        loss,
        len(lists),
        wanted,
        seed=seed,
        measure=measure if task.validation else None,
    )
    return made(fitted.gradient_steps, fitted.seconds)


# -------------------------------------------------------------------------------- the network


@dataclass(frozen=True, slots=True)
class _Lists:
    """Lists of items: all items one behind the other, and how many each list has."""

    items_N: Tensor
    lengths: tuple[int, ...]


def _batch(lists: Sequence[Sequence[Value]], item: Type, device: torch.device) -> _Lists:
    items = [value for some in lists for value in some]
    return _Lists(encode(items, item).to(device), tuple(map(len, lists)))


class _Recurrent(nn.Module):
    """A body for each item, a GRU over the items, a dense layer to the outputs."""

    def __init__(self, modality: Modality, num_outputs: int):
        super().__init__()
        built = build_body(DEFAULTS[modality.kind](modality), modality)
        self.normaliser = Normaliser((modality,))
        self.body = built.layers
        self.recurrent = nn.GRU(built.num_features, HIDDEN, batch_first=True)
        self.last = nn.Linear(HIDDEN, num_outputs)

    def forward(self, lists: _Lists) -> Tensor:
        """outputs_BK; an empty list is read as one item of zeros."""
        features_NF = self.body(self.normaliser(lists.items_N, 0))
        lengths = np.maximum(lists.lengths, 1)
        padded_BTF = features_NF.new_zeros((len(lengths), lengths.max(), features_NF.shape[-1]))
        rows = np.repeat(np.arange(len(lists.lengths)), lists.lengths)
        places = np.concatenate([np.arange(n) for n in lists.lengths])
        padded_BTF[torch.from_numpy(rows), torch.from_numpy(places)] = features_NF
        packed = pack_padded_sequence(
            padded_BTF, torch.from_numpy(lengths), batch_first=True, enforce_sorted=False
        )
        _, last_1BF = self.recurrent(packed)
        outputs_BK: Tensor = self.last(last_1BF[0])
        return outputs_BK


def initialise_all(model: _Recurrent, seed: int) -> None:
    """Set all weights from the seed: bodies as in networks of submodules, the GRU evenly."""
    generator = torch.Generator().manual_seed(seed)
    initialise(model, generator)
    bound = HIDDEN**-0.5  # torch's own for recurrent layers
    with torch.no_grad():
        for weight in model.recurrent.parameters():
            weight.copy_((2 * torch.rand(weight.shape, generator=generator) - 1) * bound)
