"""What can be had without learning: the score that a network has to beat.

The majority answers what occurs most, the mean is the mean of numbers (the median where errors
are absolute), and for a time series common sense says that the next value is the last one.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from progsynth.lang.values import Value, identity_key
from progsynth.neural.head import Head, Real
from progsynth.neural.modality import Modality


@dataclass(frozen=True, slots=True)
class Baseline:
    """An answer that needs no network: its name, how often it is right, and its mean error.

    `error` is the mean squared error, or the absolute one where the loss is; None where answers
    are no numbers.
    """

    name: str
    accuracy: float
    error: float | None = None

    def __str__(self) -> str:
        if self.error is not None:
            return f"{self.name}: a mean error of {self.error:.4g}"
        return f"{self.name}: right on {self.accuracy:.1%}"


def majority(outputs: Sequence[Value], wanted: Sequence[Value]) -> Baseline:
    """Always the most frequent of `outputs`, the first of several, measured on `wanted`."""
    keys = [identity_key(output) for output in outputs]
    ((most, _),) = Counter(keys).most_common(1)
    right = sum(identity_key(one) == most for one in wanted)
    return Baseline("majority", right / max(1, len(wanted)))


def baseline(
    head: Head,
    outputs: Sequence[Value],
    wanted: Sequence[Value],
    inputs: Sequence[Tensor] = (),
    modalities: Sequence[Modality] = (),
) -> Baseline:
    """The best answer without learning, told by training `outputs`, measured on `wanted`.

    `inputs` are those of the rows wanted, as the network reads them.
    """
    if not isinstance(head, Real):
        return majority(head.labels(outputs), head.labels(wanted))
    known_NK, wanted_NK = (head.targets(some).double().numpy() for some in (outputs, wanted))
    absolute = head.error == "absolute"
    middle = np.median if absolute else np.mean
    guesses = {"median" if absolute else "mean": middle(known_NK, axis=0) + 0 * wanted_NK}
    for x_BT, modality in zip(inputs, modalities, strict=False):
        if modality.kind == "series" and modality.shape == wanted_NK.shape[1:]:
            guesses["last value"] = _last_items(x_BT)
    measure = _absolute if absolute else _squared
    found = [
        Baseline(name, _share_equal(guess, wanted_NK), measure(guess, wanted_NK))
        for name, guess in guesses.items()
    ]
    return min(found, key=lambda one: one.error or 0.0)


def _last_items(x_BT: Tensor) -> np.ndarray:
    """The last item of each row [B, C]; zeros of an empty one."""
    count_B = x_BT[:, :, 0].sum(-1).long()
    rows = range(len(x_BT))
    found: np.ndarray = x_BT[list(rows), (count_B - 1).clamp(min=0), 1:].double().cpu().numpy()
    return found


_Measure = Callable[[np.ndarray, np.ndarray], float]


def _squared(guess: np.ndarray, wanted: np.ndarray) -> float:
    return float(((guess - wanted) ** 2).mean())


def _absolute(guess: np.ndarray, wanted: np.ndarray) -> float:
    return statistics.fmean(np.abs(guess - wanted).ravel().tolist())


def _share_equal(guess: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.isclose(guess, wanted).all(-1).mean())
