"""Guides: what a search asks where to go first.

A guide reads a question (types and examples, and the rules of its programs) and answers with a
policy, which says what each rule costs at a place: the negative logarithm of its probability. A
guide may be anything, from a uniform one to a network that has read the examples.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from progsynth.grammar.pcfg import Pcfg
from progsynth.grammar.rules import Place, Rules
from progsynth.grammar.weights import Weights
from progsynth.lang.types import Type
from progsynth.lang.values import Value


@dataclass(frozen=True, slots=True)
class Question:
    """What a guide is told: the request, and for each example the arguments and the output."""

    types: tuple[Type, ...]
    result: Type
    inputs: tuple[tuple[Value, ...], ...]
    outputs: tuple[Value, ...]


class Policy(Protocol):
    """What rules cost, for one question."""

    def key(self, place: Place) -> Hashable:
        """What the costs depend on, beside which rules may stand there: places that agree in
        both have the same costs, and are asked about once. It is a matter of the rule and
        argument above, and not of the scope."""
        ...

    def costs(self, place: Place) -> Sequence[float]:
        """A cost of 0 or more for each of the rules at the place, in the order of `Rules.at`;
        `inf` for one that is never to be taken."""
        ...


class Guide(Protocol):
    """Gives a policy for a question and the rules of its programs."""

    def policy(self, question: Question, rules: Rules) -> Policy: ...


@dataclass(frozen=True, slots=True)
class UniformGuide:
    """All rules that may stand at a place are equally likely there."""

    def policy(self, question: Question, rules: Rules) -> Policy:
        return _Uniform(rules)


@dataclass(frozen=True, slots=True)
class _Uniform:
    rules: Rules

    def key(self, place: Place) -> Hashable:
        return None

    def costs(self, place: Place) -> Sequence[float]:
        count = len(self.rules.at(place))
        return [math.log(count)] * count


@dataclass(frozen=True, slots=True)
class GrammarGuide:
    """Rules are as likely as a grammar's weights say; without any, as its prior does."""

    weights: Weights = field(default_factory=Weights)

    def policy(self, question: Question, rules: Rules) -> Policy:
        return _Weighted(Pcfg(rules, self.weights))


@dataclass(frozen=True, slots=True)
class _Weighted:
    grammar: Pcfg

    def key(self, place: Place) -> Hashable:
        return self.grammar.weights.key(place)

    def costs(self, place: Place) -> Sequence[float]:
        return [-math.log(probability) for _, probability in self.grammar.probabilities(place)]
