"""Probabilities: they sum to one, follow the programs they were fitted on, and are drawn from."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from progsynth.errors import ProgsynthError
from progsynth.grammar.pcfg import Pcfg
from progsynth.grammar.rules import Argument, Place, Rule, Rules, term_of
from progsynth.grammar.weights import Weights, fit
from progsynth.lang.read import read_program
from progsynth.lang.term import Call, Program, Term, subterms
from progsynth.lang.types import BOOL, INT, list_of
from progsynth.registry import pack

from .fragments import FRAGMENTS, derivations, fragment, program_of

PROGRAMS = {
    "functions": [
        "def f(xs: list[int], n: int) -> list[int]:\n    return map(lambda x: x + n, xs)\n",
        "def f(xs: list[int], n: int) -> list[int]:\n    return map(lambda x: x + 1, xs)\n",
        "def f(xs: list[int], n: int) -> list[int]:\n"
        "    return [fold(lambda a, x: a + x, n, xs)]\n",
    ]
}


def fitted(*, bigram: bool = True, pseudo_count: float = 1.0) -> tuple[Pcfg, list[Program]]:
    rules, dsl = fragment("functions")
    programs = [read_program(text, dsl) for text in PROGRAMS["functions"]]
    return Pcfg.fit(rules, programs, dsl, bigram=bigram, pseudo_count=pseudo_count), programs


def places(rules: Rules, size: int) -> set[Place]:
    return {place for steps in derivations(rules, size) for place, _ in steps}


@pytest.mark.parametrize("name", FRAGMENTS)
def test_the_probabilities_of_what_is_well_typed_at_a_place_sum_to_one(name: str) -> None:
    rules, _ = fragment(name)
    grammars = [Pcfg(rules)]
    if name == "functions":
        grammars += [fitted(bigram=True)[0], fitted(bigram=False)[0]]
    for grammar in grammars:
        for place in places(rules, 4):
            found = grammar.probabilities(place)
            assert [rule for rule, _ in found] == list(rules.at(place))
            assert all(p > 0 for _, p in found)
            assert math.isclose(sum(p for _, p in found), 1.0)


def finite() -> Rules:
    """A language of eleven programs."""
    items, tests = list_of(INT), list_of(BOOL)
    mapped = (Argument(BOOL, (INT,), True), Argument(items))
    return Rules(
        (items, INT),
        tests,
        {
            tests: (Rule("call", tests, "map", mapped, cost=2), Rule("empty", tests, "list")),
            BOOL: (
                Rule("call", BOOL, "lt", (Argument(INT), Argument(INT))),
                Rule("constant", BOOL, True, cost=2),
            ),
            INT: (Rule("constant", INT, 1),),
        },
    )


def test_the_probabilities_of_all_programs_of_a_finite_language_sum_to_one() -> None:
    rules = finite()
    known = derivations(rules, 10)
    assert len(known) == 11 == sum(rules.count(10))
    for weights in (Weights(), fitted()[0].weights):
        grammar = Pcfg(rules, weights)
        found = [
            grammar.log_probability(program_of(term_of(steps), rules), pack()) for steps in known
        ]
        assert math.isclose(math.fsum(map(math.exp, found)), 1.0)


@pytest.mark.parametrize("bigram", [True, False])
def test_what_was_seen_is_likelier_than_before(bigram: bool) -> None:
    grammar, programs = fitted(bigram=bigram)
    _, dsl = fragment("functions")
    prior = Pcfg(grammar.rules)
    assert grammar.weights.programs == len(programs)
    for program in programs:
        assert grammar.log_probability(program, dsl) > prior.log_probability(program, dsl) + 1
    certain, _ = fitted(bigram=bigram, pseudo_count=0.01)
    assert certain.log_probability(programs[0], dsl) > grammar.log_probability(programs[0], dsl)


def test_a_bigram_tells_where_a_rule_stands() -> None:
    """`n` was the start of a fold, never its accumulator's step."""
    _, dsl = fragment("functions")
    start = read_program(PROGRAMS["functions"][2], dsl)
    swapped = read_program(
        "def f(xs: list[int], n: int) -> list[int]:\n"
        "    return [fold(lambda a, x: n, n + n, xs)]\n",
        dsl,
    )
    gap = {
        bigram: fitted(bigram=bigram)[0].log_probability(start, dsl)
        - fitted(bigram=bigram)[0].log_probability(swapped, dsl)
        for bigram in (True, False)
    }
    assert gap[True] > gap[False] + 1


def test_samples_come_as_often_as_they_are_likely() -> None:
    grammar = Pcfg(finite())
    count = 2_000
    rng = Random(0)
    drawn = Counter(grammar.sample(rng) for _ in range(count))
    assert grammar.sample(7) == grammar.sample(7)
    assert len(drawn) == 11
    for term, seen in drawn.items():
        p = math.exp(grammar.log_probability(program_of(term, grammar.rules), pack()))
        assert abs(seen - count * p) < 5 * math.sqrt(count * p * (1 - p))


def test_samples_are_bounded() -> None:
    def nodes(term: Term) -> int:
        return sum(1 for _ in subterms(term))

    grammar = Pcfg(fragment("arithmetic")[0])
    assert all(nodes(grammar.sample(seed, max_size=3)) <= 3 for seed in range(50))
    with pytest.raises(ProgsynthError, match="at most 0 rules in 1000 draws: give a larger"):
        grammar.sample(0, max_size=0)


def test_programs_of_other_rules_are_skipped_and_counted() -> None:
    rules, dsl = fragment("functions")
    _, whole = fragment("lists")
    other = read_program("def f(xs: list[int]) -> list[int]:\n    return append(xs, 1)\n", whole)
    assert Pcfg(rules).log_probability(other, whole) == -math.inf
    weights = fit([(rules, other)], dsl)
    assert (weights.programs, weights.skipped) == (0, 1)


def test_weights_carry_over_to_other_types() -> None:
    grammar, _ = fitted()
    words = replace_types(grammar.rules)
    likely = dict(grammar.over(words).probabilities(words.root))
    prior = dict(Pcfg(words).probabilities(words.root))
    mapped = next(rule for rule in likely if rule.detail == "map")
    assert likely[mapped] > 3 * prior[mapped]


def replace_types(rules: Rules) -> Rules:
    """The same rules as if they were of texts, of which the weights have seen nothing."""
    record = json.dumps(Pcfg(rules).as_json()).replace("int", "str")
    made = Pcfg.from_json(json.loads(record.replace('"add.str"', '"add.int"'))).rules
    return replace(made, by_type={t: tuple(dict.fromkeys(r)) for t, r in made.by_type.items()})


def test_a_grammar_comes_back_from_json() -> None:
    grammar, programs = fitted()
    _, dsl = fragment("functions")
    again = Pcfg.from_json(json.loads(json.dumps(grammar.as_json())))
    assert again == grammar
    assert again.log_probability(programs[0], dsl) == grammar.log_probability(programs[0], dsl)
    assert again.count(4) == grammar.count(4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 9}, "expected 'format': 1, found 9"),
        ({"uses": {"": {"if": -1}}}, "'uses' is to be an object of objects of whole numbers"),
        ({"pseudo_count": 0}, "expected a number above 0, found 0"),
        ({"colour": 1}, "unexpected keyword argument 'colour'"),
    ],
)
def test_wrong_weights_are_said_to_be_wrong(change: dict[str, object], message: str) -> None:
    with pytest.raises(ProgsynthError, match=message):
        Weights.from_json({**Weights().as_json(), **change})


def test_a_grammar_needs_both_its_parts() -> None:
    with pytest.raises(ProgsynthError, match="expected an object of 'rules' and 'weights'"):
        Pcfg.from_json({"weights": {}})


def test_calls_are_seen_in_fitted_programs() -> None:
    grammar, _ = fitted()
    calls = [t for seed in range(50) for t in subterms(grammar.sample(seed)) if isinstance(t, Call)]
    assert Counter(c.name for c in calls)["map"] > 5
