"""The control for hybrid programs: one network from end to end, trained on the same examples.

Convolutions read each image, a recurrent layer (GRU; Cho et al. 2014) reads what they give in
order, or their sum is read where order shall not matter (Deep Sets; Zaheer et al. 2017), and a
last layer answers: a class for each output that occurs in training, or, where
outputs are numbers, the number itself, rounded where they are whole. There is no program: what it
knows of the algorithm it has to learn from the examples. It is tuned: of all kinds of answer and
all learning rates, that which is best on the validation examples is taken.

Tensors: B rows, T items of the longest list, F features, K outputs, N items of all lists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.types import FLOAT, INT, Type
from progsynth.lang.values import Value, identity_key
from progsynth.neural import device as devices
from progsynth.neural.architecture import HIDDEN, body_for, build_body
from progsynth.neural.modality import Modality, encode, modality_of
from progsynth.neural.normalise import Normaliser
from progsynth.task import Example, Task
from progsynth.train.fit import Training, descend

LEARNING_RATES = (0.01, 0.003, 0.001)
READERS = ("sequence", "set")


@dataclass(frozen=True, slots=True)
class Monolith:
    """A trained network from end to end.

    `kind` ("class" or "number") and `learning_rate` are those chosen; `training` and
    `validation` are the shares of these examples that it is right on. `gradient_steps` and
    `seconds` count all that was tried.
    """

    kind: str
    learning_rate: float
    training: float
    validation: float
    gradient_steps: int
    seconds: float
    answer: Callable[[Sequence[Sequence[Value]]], list[Value]] = field(repr=False)

    def share_right(self, examples: Sequence[Example]) -> float:
        """The share of the examples on which it gives the output expected."""
        return _share_right(self.answer, examples)


Answer = Callable[[Sequence[Sequence[Value]]], list[Value]]


def _share_right(answer: Answer, examples: Sequence[Example]) -> float:
    wanted = [identity_key(e.output) for e in examples]
    found = answer([e.inputs[0] for e in examples])
    right = sum(identity_key(a) == w for a, w in zip(found, wanted, strict=True))
    return right / max(1, len(examples))


def fit_monolith(
    task: Task,
    *,
    seed: int,
    learning_rates: Sequence[float] = LEARNING_RATES,
    training: Training | None = None,
    device: str = "auto",
    reader: str = "sequence",
) -> Monolith:
    """The best of the networks trained on the task's training examples, each with this budget.

    `reader` is one of READERS: a "sequence" is read in order, a "set" in none.
    Raises UnsupportedError for a task whose input is not one list of what a network can read.
    """
    if reader not in READERS:
        raise ProgsynthError(f"reader: expected one of {', '.join(READERS)}, found {reader!r}")
    if len(task.types) != 1 or task.types[0].name != "list":
        shown = ", ".join(map(str, task.types))
        raise UnsupportedError(
            f"task '{task.name}': a network from end to end reads one list, found ({shown}); "
            "give it a task over a list of tensors or vectors"
        )
    kinds = ("class", "number") if task.result in (INT, FLOAT) else ("class",)
    plans = [
        (k, replace(training or Training(), learning_rate=r)) for k in kinds for r in learning_rates
    ]
    with devices.threads(1):
        place = devices.choose(device)
        fitted = [_fitted(task, kind, plan, seed, place, reader) for kind, plan in plans]
    best = max(fitted, key=lambda one: (one.validation, one.training))
    steps, seconds = sum(f.gradient_steps for f in fitted), sum(f.seconds for f in fitted)
    return replace(best, gradient_steps=steps, seconds=seconds)


def _fitted(
    task: Task, kind: str, plan: Training, seed: int, place: torch.device, name: str
) -> Monolith:
    item = task.types[0].types[0]
    meaning = _MEANINGS[kind]([e.output for e in task.train], task.result)
    given = _Lists.of([e.inputs[0] for e in task.train], item, place)
    wanted_B = meaning.targets.to(place)
    reader = _fresh(modality_of(item), meaning.num_outputs, seed, name)
    reader.normaliser.fit(given.items_N)
    reader.to(place)

    def loss(rows: list[int]) -> Tensor:
        return meaning.loss(reader(given.take(rows)), wanted_B[rows])

    def answer(lists: Sequence[Sequence[Value]]) -> list[Value]:
        with torch.inference_mode():
            return meaning.decide(reader(_Lists.of(lists, item, place)))

    def measure() -> tuple[float, float]:
        share = _share_right(answer, task.validation)
        return 1.0 - share, share

    held = measure if task.validation else None
    fitted = descend([reader], loss, len(task.train), plan, seed=seed, measure=held)
    training, validation = (_share_right(answer, some) for some in (task.train, task.validation))
    steps, seconds = fitted.gradient_steps, fitted.seconds
    return Monolith(kind, plan.learning_rate, training, validation, steps, seconds, answer)


# ------------------------------------------------------------------------- kinds of answer


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What the last layer's outputs mean: how many, the targets of training, loss, decision."""

    num_outputs: int
    targets: Tensor
    loss: Callable[[Tensor, Tensor], Tensor]
    decide: Callable[[Tensor], list[Value]]


def _classes(outputs: Sequence[Value], _: Type) -> _Meaning:
    """One class for each different output."""
    known = {identity_key(output): output for output in outputs}
    numbers = {key: number for number, key in enumerate(known)}
    values = list(known.values())
    targets = torch.tensor([numbers[identity_key(output)] for output in outputs])

    def decide(outputs_BK: Tensor) -> list[Value]:
        return [values[n] for n in outputs_BK.argmax(-1).tolist()]

    return _Meaning(len(values), targets, nn.functional.cross_entropy, decide)


def _number(outputs: Sequence[Value], type_: Type) -> _Meaning:
    """The number itself, in units of the training outputs' deviation from their mean."""
    given = torch.tensor(outputs, dtype=torch.float64)
    mean, scale = float(given.mean()), float(given.std(correction=0)) or 1.0

    def loss(outputs_B1: Tensor, wanted_B: Tensor) -> Tensor:
        return nn.functional.mse_loss(outputs_B1[:, 0], wanted_B)

    def decide(outputs_B1: Tensor) -> list[Value]:
        found = (outputs_B1[:, 0].double() * scale + mean).tolist()
        return [round(number) for number in found] if type_ == INT else found

    return _Meaning(1, ((given - mean) / scale).float(), loss, decide)


_MEANINGS = {"class": _classes, "number": _number}


# -------------------------------------------------------------------------------- the network


@dataclass(frozen=True, slots=True)
class _Lists:
    """Lists of items: all items one behind the other, and where those of each list are."""

    items_N: Tensor
    places: tuple[range, ...]

    @classmethod
    def of(cls, lists: Sequence[Sequence[Value]], item: Type, device: torch.device) -> _Lists:
        """These lists as tensors."""
        ends = np.cumsum([0, *map(len, lists)]).tolist()
        items = [value for some in lists for value in some]
        places = tuple(range(a, b) for a, b in pairwise(ends))
        return cls(encode(items, item).to(device), places)

    def take(self, rows: Sequence[int]) -> _Lists:
        """Some of the lists."""
        ends = np.cumsum([0, *(len(self.places[r]) for r in rows)]).tolist()
        numbers = [n for r in rows for n in self.places[r]]
        index = torch.tensor(numbers, dtype=torch.int64, device=self.items_N.device)
        places = tuple(range(a, b) for a, b in pairwise(ends))
        return _Lists(self.items_N[index], places)


class _Reader(nn.Module):
    """A body and a dense layer for each item, a GRU over the items or a dense layer on their sum,
    and the last layer."""

    def __init__(self, modality: Modality, num_outputs: int, name: str):
        super().__init__()
        built = build_body(body_for(modality), modality)
        self.normaliser = Normaliser((modality,))
        self.body = nn.Sequential(built.layers, nn.Linear(built.num_features, HIDDEN), nn.ReLU())
        self.is_set = name == "set"
        if self.is_set:
            self.together = nn.Sequential(nn.Linear(HIDDEN, HIDDEN), nn.ReLU())
        else:
            self.recurrent = nn.GRU(HIDDEN, HIDDEN, batch_first=True)
        self.last = nn.Linear(HIDDEN, num_outputs)

    def forward(self, lists: _Lists) -> Tensor:
        """outputs_BK; an empty list is read as one item of zeros."""
        features_NF = self.body(self.normaliser(lists.items_N, 0))
        lengths = [max(1, len(some)) for some in lists.places]
        padded_BTF = features_NF.new_zeros((len(lengths), max(lengths), HIDDEN))
        rows = [row for row, some in enumerate(lists.places) for _ in some]
        turns = [turn for some in lists.places for turn in range(len(some))]
        padded_BTF[rows, turns] = features_NF
        outputs_BK: Tensor
        if self.is_set:
            outputs_BK = self.last(self.together(padded_BTF.sum(1)))
            return outputs_BK
        packed = pack_padded_sequence(
            padded_BTF, torch.tensor(lengths), batch_first=True, enforce_sorted=False
        )
        _, last_1BF = self.recurrent(packed)
        outputs_BK = self.last(last_1BF[0])
        return outputs_BK


def _fresh(modality: Modality, num_outputs: int, seed: int, name: str) -> _Reader:
    """A reader with weights drawn as torch does by itself, which trains best here.

    torch's global generator is left as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        reader = _Reader(modality, num_outputs, name)
        for layer in reader.body.modules():  # those of bodies are not set when they are made
            if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.Linear):
                layer.reset_parameters()
    return reader
