"""Estimators of gradients behind one protocol, and which of them serves a program.

| name      | for programs                                        | what it is                    |
| --------- | --------------------------------------------------- | ----------------------------- |
| exact     | whose networks read inputs and answer one of a few  | the likelihood: tables,       |
|           | values                                              | distributions, convolutions   |
| straight  | of real numbers, nothing decided by what is trained | the run itself, as tensors    |
| sampled   | as for "exact", but too large for it                | runs of sampled answers       |
| relaxed   | that decide by what is trained: conditions, loops,  | the run itself, both ways of  |
|           | comparisons, sorts                                  | a decision mixed              |
| indecater | as for "sampled", only by name                      | sampled, one answer summed    |
| reinforce | as for "sampled", only by name: the control         | the score function            |

`choose` takes the first that serves, in this order, and says why none before it did.

Shapes: B rows of a mini-batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

import torch
from torch import Tensor

from progsynth.errors import ProgsynthError, TaskError, UnsupportedError
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program
from progsynth.lang.values import Value
from progsynth.near import near_names
from progsynth.neural.gradients.faults import CandidateEnded
from progsynth.neural.gradients.likely import Likely, likely
from progsynth.neural.gradients.relaxation import SOFT, Relaxation
from progsynth.neural.gradients.through import Through, through
from progsynth.neural.likelihood.sample import NUM_SAMPLES
from progsynth.neural.network import Network

Row = tuple[Value, ...]


class Estimator(Protocol):
    """Losses of a program on rows, whose gradient trains its networks and numbers."""

    @property
    def name(self) -> str:
        """Which line of the table it is."""

    @property
    def how(self) -> str:
        """What it is and why, for a reader."""

    @property
    def is_likelihood(self) -> bool:
        """Are its losses negative log-likelihoods, and no errors?"""

    def losses(
        self,
        networks: Mapping[str, Network],
        params: Sequence[Tensor],
        rows: Sequence[int],
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """The losses [B] of these rows (numbers). `generator` is for those that sample."""

    def normalise(self, networks: Mapping[str, Network], params: Sequence[Tensor]) -> None:
        """Fit the networks' normalisers, in place, on what they read of the rows."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """What an estimator is asked for: a program of `with_params`, and rows with their outputs.

    `relaxation` and `error` ("squared" or "absolute") are for those that run the program,
    `num_samples` for those that sample.
    """

    program: Program
    dsl: DSL
    rows: Sequence[Row]
    outputs: Sequence[Value]
    networks: Mapping[str, Network]
    params: Sequence[Tensor] = ()
    limits: Limits | None = None
    tolerance: float = 1e-9
    relaxation: Relaxation = field(default=SOFT)
    error: str = "squared"
    num_samples: int = NUM_SAMPLES


def _run(question: Question) -> Through:
    return through(
        question.program,
        question.dsl,
        question.rows,
        question.outputs,
        question.networks,
        question.params,
        how=question.relaxation,
        error=question.error,
    )


def _straight(question: Question) -> Through:
    found = _run(question)
    if found.notes:
        raise UnsupportedError(found.notes[0])
    return found


def _likely(name: str, method: str, estimator: str) -> Callable[[Question], Likely]:
    def make(question: Question) -> Likely:
        if question.params:
            raise UnsupportedError("the program has numbers to train")
        return likely(
            name,
            question.program,
            question.dsl,
            question.rows,
            question.outputs,
            limits=question.limits,
            tolerance=question.tolerance,
            method=method,
            estimator=estimator,
            num_samples=question.num_samples,
        )

    return make


ESTIMATORS: Mapping[str, Callable[[Question], Estimator]] = MappingProxyType(
    {
        "exact": _likely("exact", "exact", "found"),
        "straight": _straight,
        "sampled": _likely("sampled", "sample", "found"),
        "relaxed": _run,
        "indecater": _likely("indecater", "sample", "indecater"),
        "reinforce": _likely("reinforce", "sample", "reinforce"),
    }
)
AUTOMATIC = ("exact", "straight", "sampled", "relaxed")


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The estimator of a program; `passed_over` says of each before it why it does not serve."""

    estimator: Estimator
    passed_over: Mapping[str, str]

    @property
    def why(self) -> str:
        """What was chosen and why, for a reader; several lines."""
        lines = [self.estimator.how]
        return "\n".join(
            [*lines, *(f"not {name}: {why}" for name, why in self.passed_over.items())]
        )


def choose(question: Question, name: str = "auto") -> Chosen:
    """The estimator of that name, or with "auto" the first that serves.

    Raises UnsupportedError where none serves, saying why of each.
    """
    if name != "auto" and name not in ESTIMATORS:
        raise ProgsynthError(
            f"no estimator '{name}': expected auto or one of {', '.join(ESTIMATORS)}"
            f"{near_names(name, list(ESTIMATORS))}"
        )
    _require_networks(question)
    passed_over: dict[str, str] = {}
    for one in AUTOMATIC if name == "auto" else (name,):
        try:
            return Chosen(ESTIMATORS[one](question), passed_over)
        except (UnsupportedError, CandidateEnded) as error:
            passed_over[one] = str(error)
    shown = "; ".join(f"{one}: {why}" for one, why in passed_over.items())
    raise UnsupportedError(f"no estimator of gradients serves this program: {shown}")


def _require_networks(question: Question) -> None:
    if len(question.rows) != len(question.outputs) or not question.rows:
        raise TaskError(
            f"{len(question.rows)} rows have {len(question.outputs)} expected outputs: "
            "expected as many, and at least one"
        )
    missing = [one.name for one in question.program.neural if one.name not in question.networks]
    if missing:
        raise TaskError(
            f"no network for the submodule '{missing[0]}': give one for each that is declared"
        )
