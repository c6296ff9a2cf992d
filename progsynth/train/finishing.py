"""The networks of a program that is about to be handed out, regularised if that helps.

While programs are searched for, their networks are trained a little, and in the end learn their
few training rows by heart. What was found is trained once more, with what networks are shown
varied (`neural.augment`) or, where that cannot be, with dropout: the remedies of `train.study`.
Rows held out decide whether that helps, against as many steps without it and against what it
began with: the weights that have not seen these rows, `Member.heritage`. Only what
helps is then trained on all rows, from the same weights.

Shapes: H rows held out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import torch

from progsynth.neural.augment import AUGMENTATIONS
from progsynth.neural.gradients.faults import CandidateEnded
from progsynth.neural.network import Network, make_network
from progsynth.search.problem import Problem
from progsynth.train.behaviour import Numbers
from progsynth.train.pool import Member, Networks
from progsynth.train.schedule import Schedule
from progsynth.train.training import Training
from progsynth.train.trial import Trained

GOOD = 0.995  # of the rows held out: there is nothing to mend
DROPOUT = 0.3
_WAYS = ("shift", "noise")  # the first that an input can be varied in


class Trainer(Protocol):
    """What finishing wants of a scorer."""

    problem: Problem
    schedule: Schedule
    held: Numbers
    trained: Numbers

    def is_over(self) -> bool: ...

    def can_afford(self, steps: int) -> bool: ...

    def bout(
        self, member: Member, networks: Networks, training: Training, rows: Numbers | None
    ) -> Trained | None: ...


def finished(member: Member, trainer: Trainer) -> Member:
    """The member with its networks regularised; as it is where that does not help, or where
    the budget does not allow it."""
    steps = trainer.schedule.finish
    better: dict[str, Network] = {}
    for name, network in member.heritage.items():
        varied = remedied(network)
        if varied is None:
            return member
        better[name] = varied
    if not steps or not better or member.accuracy >= GOOD:
        return member
    if not trainer.can_afford(3 * steps):
        return member
    last = len(trainer.schedule.rungs) - 1
    training = replace(trainer.schedule.training(last), steps=steps)
    try:
        plain = trainer.bout(member, member.heritage, training, trainer.trained)
        other = trainer.bout(member, better, training, trainer.trained)
        begun = (member.accuracy, member.score)
        if _held(other, trainer.held) <= max(begun, _held(plain, trainer.held)):
            return member
        found = trainer.bout(member, better, training, None)
    except CandidateEnded:
        return member
    if found is None or (fit := float(found.right_CR[0].mean())) < trainer.problem.accuracy:
        return member
    candidate = replace(member.candidate, networks=found.networks[0])
    return replace(member, candidate=candidate, fit=fit)


def _held(found: Trained | None, held: Numbers) -> tuple[float, float]:
    """How good it is on the rows held out: the share right, then the likelihood."""
    if found is None:
        return (0.0, 0.0)
    return (float(found.right_CR[0][held].mean()), float(found.likelihood_CR[0][held].mean()))


def remedied(network: Network) -> Network | None:
    """A network of the same weights with a remedy; None where its maker chose one, or it is the
    user's own module."""
    recipe, kinds = network.recipe, {m.kind for m in network.normaliser.modalities}
    if recipe.module or recipe.augment or recipe.dropout:
        return None
    ways = [way for way in _WAYS if kinds & AUGMENTATIONS[way].kinds]
    recipe = replace(recipe, augment=(ways[0],)) if ways else replace(recipe, dropout=DROPOUT)
    made = make_network(network.declaration, seed=0, recipe=recipe, config=network.config)
    with torch.no_grad():  # their layers are numbered in other ways, and in the same order
        pairs = zip(made.state_dict().values(), network.state_dict().values(), strict=True)
        for new, old in pairs:
            new.copy_(old)
    return made
