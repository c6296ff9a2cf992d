"""Guides: what rules cost by each of them."""

from __future__ import annotations

import math

from progsynth.grammar.guide import GrammarGuide, Guide, Question, UniformGuide
from progsynth.grammar.pcfg import Pcfg
from progsynth.grammar.rules import Place
from progsynth.grammar.weights import Weights

from .fragments import derivations, fragment

QUESTION = Question((), fragment("booleans")[0].result, (), ())


def costs(guide: Guide, place: Place) -> list[float]:
    rules, _ = fragment("booleans")
    return list(guide.policy(QUESTION, rules).costs(place))


def test_a_uniform_guide_prefers_nothing() -> None:
    rules, _ = fragment("booleans")
    found = costs(UniformGuide(), rules.root)
    assert len(found) == len(rules.at(rules.root))
    assert len(set(found)) == 1
    assert math.isclose(math.fsum(map(math.exp, (-cost for cost in found))), 1.0)


def test_a_grammar_s_costs_are_its_probabilities() -> None:
    rules, _ = fragment("booleans")
    wanted = [-math.log(p) for _, p in Pcfg(rules).probabilities(rules.root)]
    assert costs(GrammarGuide(), rules.root) == wanted
    assert len(set(wanted)) > 3


def test_places_of_one_key_and_the_same_rules_have_the_same_costs() -> None:
    rules, _ = fragment("booleans")
    seen = {"whole": {"variable": 3}, "not / 0": {"call lt": 1}}
    weights = Weights(uses=seen, possible={c: {"call lt": 4, "variable": 4} for c in seen})
    policy = GrammarGuide(weights).policy(QUESTION, rules)
    found: dict[object, list[float]] = {}
    for steps in derivations(rules, 4):
        for place, _ in steps:
            key = (policy.key(place), rules.at(place))
            assert found.setdefault(key, list(policy.costs(place))) == list(policy.costs(place))
    assert len({key for key, _ in found}) > 1
