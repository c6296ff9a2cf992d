"""Whole-number costs by a guide: what it finds unlikely everywhere is dearer to enumeration.

The costs of a space count words. Under a guide a word costs more the rarer it is where it is
likeliest: one more for each factor of e^2 that the likeliest word there is ahead. Words that a
guide expects somewhere keep their costs, so that the least costs of the space still are.
"""

from __future__ import annotations

import math
from dataclasses import replace

from progsynth.grammar.guide import Guide, Question
from progsynth.grammar.rules import Rules
from progsynth.lang.types import Type
from progsynth.search.problem import Problem
from progsynth.search.space import Space
from progsynth.search.typed_rules import rules_of_space

NATS = 2.0  # that a word is behind the likeliest one at its place, for one more in cost
MOST = 3  # that a word can be dearer
_PLACES = 2_000  # that are asked about; what is met nowhere keeps its cost


def guided(space: Space, problem: Problem, guide: Guide) -> Space:
    """The space with its calls and constants at costs by the guide."""
    rules = rules_of_space(space, problem.types, problem.result, max_lets=0)
    question = Question(problem.types, problem.result, problem.inputs, problem.outputs)
    behind = _behind(rules, guide, question)

    def extra(kind: str, result: Type, detail: object) -> int:
        nats = behind.get(_word(kind, result, detail), 0.0)
        return int(min(nats / NATS, MOST))

    calls = {
        type_: tuple(
            replace(one, cost=one.cost + extra("call", type_, one.name)) for one in instances
        )
        for type_, instances in space.instances.items()
    }
    constants = tuple(
        replace(one, cost=one.cost + extra("constant", one.type, one.value))
        for one in space.constants
    )
    return Space(calls, space.least, constants, space.max_nesting, space.surcharge, space.forms)


Word = tuple[str, Type, str]  # the kind of rule, its result, and its detail as text


def _word(kind: str, result: Type, detail: object) -> Word:
    return kind, result, repr(detail)


def _behind(rules: Rules, guide: Guide, question: Question) -> dict[Word, float]:
    """How many nats each word is behind the likeliest one, at the place that suits it best."""
    policy = guide.policy(question, rules)
    found: dict[Word, float] = {}
    asked: set[object] = set()
    todo = [rules.root]
    while todo and len(asked) < _PLACES:
        place = todo.pop()
        key = (place.type, place.scope, policy.key(place))
        if key in asked:
            continue
        asked.add(key)
        here = rules.at(place)
        costs = policy.costs(place)
        least = min(costs, default=0.0)
        for rule, cost in zip(here, costs, strict=True):
            word = _word(rule.kind, rule.result, rule.detail)
            found[word] = min(found.get(word, math.inf), cost - least)
            todo += rules.places_in(place, rule)
    return found
