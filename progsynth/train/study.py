"""The honest workflow for one network: a baseline, over-fitting, then regularisation.

First the network has to learn its training rows by heart; one that cannot is made wider. Then
each remedy is tried on top of those that have helped: weight decay, dropout, augmentation, batch
normalisation. Validation rows decide, and they alone; test rows are for the end, once. Every trial
starts from fresh weights of the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from torch import Tensor

from progsynth.errors import TaskError
from progsynth.lang.term import Neural
from progsynth.lang.values import Value
from progsynth.neural.augment import AUGMENTATIONS
from progsynth.neural.config import Config
from progsynth.neural.head import Real
from progsynth.neural.modality import modality_of
from progsynth.neural.network import Network, make_network
from progsynth.train.baseline import Baseline
from progsynth.train.fit import Fitted, fit_network, score
from progsynth.train.training import Training, training_for

BY_HEART = 0.99  # the share of training rows that is to be right before anything else
WIDER = (0, 32, 64, 128)  # widths that are tried until rows are learnt by heart
GAP = 0.01  # between training and validation rows, that calls for remedies


@dataclass(frozen=True, slots=True)
class Trial:
    """One training: its config, and what came of it on training and validation rows."""

    name: str
    config: Config
    training: tuple[float, float]  # loss and accuracy
    validation: tuple[float, float]
    fitted: Fitted = field(repr=False)
    network: Network = field(repr=False)

    @property
    def rank(self) -> tuple[float, float]:
        """Sorts the best first, by validation rows."""
        loss, accuracy = self.validation
        return (loss, 0.0) if isinstance(self.network.head, Real) else (-accuracy, loss)

    def __str__(self) -> str:
        (own_loss, own), (loss, right) = self.training, self.validation
        if isinstance(self.network.head, Real):
            return f"{self.name}: loss {own_loss:.4g} in training, {loss:.4g} in validation"
        return f"{self.name}: right on {own:.1%} in training, {right:.1%} in validation"


@dataclass(frozen=True, slots=True)
class Study:
    """All trials, and the one chosen by validation; `baseline` is what needs no network."""

    baseline: Baseline
    trials: tuple[Trial, ...]
    chosen: Trial

    @property
    def network(self) -> Network:
        """The network chosen."""
        return self.chosen.network

    @property
    def beats_baseline(self) -> bool:
        """Is the network chosen better, on validation rows, than no network?"""
        loss, accuracy = self.chosen.validation
        if self.baseline.error is not None:
            return loss < self.baseline.error
        return accuracy > self.baseline.accuracy

    def __str__(self) -> str:
        lines = [f"baseline, {self.baseline}", *map(str, self.trials)]
        return "\n".join([*lines, f"chosen: {self.chosen.name}"])


def _augmented(config: Config, declaration: Neural) -> Config:
    kinds = {modality_of(t).kind for t in declaration.types}
    ways = [way for way in ("shift", "noise") if kinds & AUGMENTATIONS[way].kinds]
    return replace(config, augment=tuple(ways[:1]))


REMEDIES: Mapping[str, Callable[[Config, Neural], Config]] = MappingProxyType(
    {
        "weight decay": lambda config, _: replace(config, weight_decay=0.1),
        "dropout": lambda config, _: replace(config, dropout=0.3),
        "augmentation": _augmented,
        "batch normalisation": lambda config, _: replace(config, batch_norm=True),
    }
)


def study(
    declaration: Neural,
    inputs: Sequence[Tensor],
    targets: Sequence[Value],
    *,
    validation: tuple[Sequence[Tensor], Sequence[Value]],
    seed: int,
    config: Config | None = None,
    training: Training | None = None,
    device: str = "auto",
) -> Study:
    """The best network for the declaration that this workflow finds; see `fit_network`.

    `training` is the budget of each trial; the optimiser, the rate and the weight decay are those
    of the config tried. Raises TaskError without validation rows: they decide.
    """
    if not len(validation[1]):
        raise TaskError(f"network '{declaration.name}': a study needs validation rows")
    budget = training or Training()
    trials: list[Trial] = []

    def tried(name: str, wished: Config) -> Trial:
        plan = training_for(
            wished,
            **{n: getattr(budget, n) for n in ("steps", "seconds", "measure_every", "patience")},
        )
        network = make_network(declaration, seed=seed, config=wished)
        fitted = fit_network(
            network,
            inputs,
            targets,
            seed=seed,
            validation=validation,
            training=plan,
            device=device,
        )
        own, held = score(network, inputs, targets), score(network, *validation)
        trials.append(Trial(name, wished, own, held, fitted, network))
        return trials[-1]

    wished = config or Config()
    best = tried("as wished", wished)
    known = best.fitted.baseline
    assert known is not None, "fit_network measures it"
    for width in () if wished.width or wished.module else WIDER[1:]:
        if _is_by_heart(best, known):
            break
        best = min(best, tried(f"width {width}", replace(wished, width=width)), key=_rank)
    for name, remedy in REMEDIES.items() if _gap(best) > GAP and not wished.module else ():
        changed = remedy(best.config, declaration)
        if changed != best.config:
            best = min(best, tried(f"with {name}", changed), key=_rank)
    return Study(known, tuple(trials), best)


def _rank(trial: Trial) -> tuple[float, float]:
    return trial.rank


def _is_by_heart(trial: Trial, known: Baseline) -> bool:
    """Does it know its training rows? Of real numbers: all but a hundredth of the error."""
    loss, accuracy = trial.training
    return accuracy >= BY_HEART if known.error is None else loss <= known.error / 100


def _gap(trial: Trial) -> float:
    """How much worse validation rows come out than training rows: a share of rows, or of loss."""
    (own_loss, own), (loss, right) = trial.training, trial.validation
    if isinstance(trial.network.head, Real):
        return (loss - own_loss) / max(loss, 1e-12)
    return own - right
