"""The behaviours that a hybrid search has met, and which of them deserve training.

Asynchronous successive halving (Li et al. 2020, "A System for Massively Parallel Hyperparameter
Tuning", section 3.2): a behaviour climbs a ladder of rungs, each with more gradient steps than
the one below, when it is among the best of all that ever stood on its rung. So none is lost by
having met strong company: as more arrive below, more climb.

Shapes: H rows held out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from progsynth.lang.term import free_variables
from progsynth.neural.network import Network
from progsynth.search.run import Candidate
from progsynth.train.behaviour import Behaviour, Bools, Floats, View

Networks = Mapping[str, Network]


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A behaviour, the cheapest program known of it, and how far its training has come.

    `candidate` has the networks, `heritage` those that have not seen the rows held out: what
    children begin with. `rung` counts the rungs climbed, 0 where it was never trained.
    `likelihood_H` and `right_H` are of rows that it was not trained on: how likely they come
    out right (by chance until trained), and which do when the networks decide. `fit` is the
    share of all training rows that came out right after the last bout of training. `serial`
    numbers members in order of appearance; `final` is that its program was handed out,
    `rejected` how often that was in vain. `ended` names what ended its training for good.
    """

    serial: int
    candidate: Candidate
    view: View
    behaviour: Behaviour
    likelihood_H: Floats
    right_H: Bools | None = None
    fit: float = 0.0
    rung: int = 0
    final: bool = False
    rejected: int = 0
    ended: str = ""
    heritage: Networks = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The mean probability of being right on rows held out."""
        return float(self.likelihood_H.mean())

    @property
    def accuracy(self) -> float:
        """The share of the rows held out that are right; 0 as long as that is not known."""
        return 0.0 if self.right_H is None else float(self.right_H.mean())

    @property
    def unread(self) -> int:
        """How many inputs of the task its program does not read."""
        entry = self.candidate.program.entry
        return len(entry.params) - len(free_variables(entry.body))

    @property
    def is_trainable(self) -> bool:
        """Does it call a submodule?"""
        return bool(self.view.neural)


def rank(member: Member) -> tuple[float, int, int]:
    """Sorts the best first: by accuracy, then the cheaper, then the older."""
    return (-member.accuracy, member.candidate.cost, member.serial)


def waiting(
    members: Iterable[Member], *, least: float, asked: float, most: int, short: int
) -> list[Member]:
    """The members to be trained first, `most` at most: those that can reach most, and of these
    such as read all inputs, cheap first. (Whatever the sum of two digits modulo 3, a program that
    reads one of them can be right on that row alone: the bound does not tell, and it is cheaper.)

    `least` is the accuracy that one of them must be able to reach, `asked` the one asked for:
    of those that cannot reach it no more than `short` are taken. With neither they come as they
    were met.
    """
    new = [m for m in members if m.rung == 0 and m.is_trainable and not m.ended]
    fit = [m for m in new if m.behaviour.bound >= least]
    if not least and not asked:
        return fit[:most]
    fit.sort(key=lambda m: (-round(m.behaviour.bound, 1), m.unread, m.candidate.cost, m.serial))
    able = [m for m in fit if m.behaviour.bound >= asked]
    others = [m for m in fit if m.behaviour.bound < asked]
    return [*able, *others[:short]][:most]


def climbing(
    members: Sequence[Member], least: float, num_rungs: int, share: float
) -> list[tuple[int, list[Member]]]:
    """Who is to climb, by the rung they stand on, the highest rung first.

    Of all that reached a rung the best `share` may climb from it, at least one.
    """
    found = []
    for rung in range(num_rungs - 1, 0, -1):
        reached = [m for m in members if m.rung >= rung and not m.ended]
        if not reached:
            continue
        reached.sort(key=lambda m: (-m.score, m.candidate.cost, m.serial))
        best = reached[: max(1, math.floor(len(reached) * share))]
        climbers = [m for m in best if m.rung == rung and m.behaviour.bound >= least]
        if climbers:
            found.append((rung, climbers))
    return found
