"""Rules, derivations and terms."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from progsynth.errors import ProgsynthError
from progsynth.grammar import rules_json
from progsynth.grammar.derive import derivation
from progsynth.grammar.rules import term_of
from progsynth.lang.infer import check_program
from progsynth.lang.read import read_program
from progsynth.registry import pack

from .fragments import FRAGMENTS, derivations, fragment, program_of


@pytest.mark.parametrize("name", FRAGMENTS)
def test_programs_are_counted_as_they_are_listed(name: str) -> None:
    rules, _ = fragment(name)
    size = 5
    sizes = Counter(map(len, derivations(rules, size)))
    assert len(sizes) > 3
    assert rules.count(size) == tuple(sizes[n] for n in range(size + 1))


@pytest.mark.parametrize("name", FRAGMENTS)
def test_a_program_has_one_derivation(name: str) -> None:
    rules, dsl = fragment(name)
    for steps in derivations(rules, 5):
        program = program_of(term_of(steps), rules)
        check_program(program, dsl)  # the rules make nothing that is ill-typed
        found = derivation(program, rules, dsl)
        assert found is not None
        if found != steps:  # an empty list, whose items have a type that nothing tells
            assert term_of(found) == term_of(steps)
            assert any(rule.kind == "empty" for _, rule in steps)


def test_without_empty_containers_derivations_and_terms_are_one_to_one() -> None:
    rules, _ = fragment("booleans")
    terms = [term_of(steps) for steps in derivations(rules, 6)]
    assert len(set(terms)) == len(terms) > 900


@pytest.mark.parametrize(
    "text",
    [
        "def f(xs: list[int]) -> list[int]:\n    return map(lambda x: x * 7, xs)\n",  # no such
        "def f(xs: list[int]) -> int:\n    return len(xs)\n",  # of another type
        "def f(xs: list[int]) -> list[int]:\n    for x in xs:\n        xs = []\n    return xs\n",
    ],
)
def test_a_program_that_the_rules_do_not_make_has_no_derivation(text: str) -> None:
    rules, _ = fragment("lists")
    assert derivation(read_program(text, pack()), rules, pack()) is None


def test_rules_come_back_from_json() -> None:
    for name in FRAGMENTS:
        rules, _ = fragment(name)
        assert rules_json.from_json(json.loads(json.dumps(rules_json.as_json(rules)))) == rules


def test_wrong_json_is_said_to_be_wrong() -> None:
    with pytest.raises(ProgsynthError, match="rules in JSON: KeyError: 'rules'"):
        rules_json.from_json({"params": []})
