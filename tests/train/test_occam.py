"""The cheapest program of a behaviour, and breeding programs that look at their tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from progsynth.errors import UnsupportedError
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.term import Call, size, subterms
from progsynth.lang.types import INT, list_of
from progsynth.search.genetic import GeneticSearch, Proposal, Scored
from progsynth.search.genetic.tree import lower
from progsynth.train.behaviour import make_view
from progsynth.train.breeding import favour_submodules
from progsynth.train.occam import cheaper_term

from .reading import SYMBOL, problem, program


def cheaper(expression: str, *, executions: int = 100_000) -> str | None:
    asked = problem(10)
    view = make_view(asked, (SYMBOL,), max_assignments=100, seed=0)
    found, spent = cheaper_term(asked, view, program(expression), executions=executions)
    assert spent > 0
    if found is None:
        return None
    assert size(found) < size(program(expression).entry.body)
    return pretty(asked.wrap(found, 1).program, asked.dsl).split("return ")[-1].strip()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("symbol(xs[0]) + symbol(xs[1])", "sum(map(symbol, xs))"),
        ("max(symbol(xs[0]), symbol(xs[1]))", "max(map(symbol, xs))"),
        ("sum(map(symbol, xs))", None),
    ],
)
def test_the_cheapest_program_of_a_behaviour(expression: str, expected: str | None) -> None:
    assert cheaper(expression) == expected


def test_executions_bound_the_enumeration() -> None:
    assert cheaper("symbol(xs[0]) * 2 + symbol(xs[1]) * 7 - 3", executions=50) is None


def test_what_a_sketch_has_read_is_outside_the_fragment() -> None:
    asked = replace(problem(4), types=(list_of(INT),))
    view = make_view(asked, (SYMBOL,), max_assignments=100, seed=0)
    with pytest.raises(UnsupportedError):
        cheaper_term(asked, view, program("sum(map(symbol, xs))"), executions=10)


def nothing_is_scored(proposals: Sequence[Proposal]) -> Scored:
    raise AssertionError(proposals)


def calling(search: GeneticSearch) -> float:
    """The share of programs drawn that call the submodule."""
    rng, grammar = Random(0), search.grammar
    terms = [lower(search.toolbox.generate(grammar, rng), grammar).term for _ in range(300)]
    calls = [any(isinstance(t, Call) and t.name == "symbol" for t in subterms(x)) for x in terms]
    return sum(calls) / len(calls)


def test_programs_are_bred_that_look_at_tensors() -> None:
    asked = problem(10)
    search = GeneticSearch(asked, 0, scorer=nothing_is_scored)
    before = calling(search)
    favour_submodules(search, asked)
    assert before < 0.3 < 0.9 < calling(search)
