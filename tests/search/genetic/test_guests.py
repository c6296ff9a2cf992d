"""Programs from elsewhere: evolution goes on from them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from progsynth.lang.read import read_prelude
from progsynth.lang.term import Build, Call, Let, Term, Values, Var, While, const
from progsynth.search.genetic import GeneticSearch, Settings
from progsynth.search.genetic.generate import ramped
from progsynth.search.genetic.guests import widened
from progsynth.search.genetic.tree import lower, nodes
from progsynth.search.genetic.vary import Bounds, mutate
from progsynth.search.portfolio import Seeded
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance

from .problems import problem

FEW = Settings(population=20, max_size=12, first_size=8, fits=0.0, local=0.0)


def falling(xs: list[int]) -> list[int]:
    return sorted(xs, reverse=True)


def sorting() -> Problem:
    rows = [[3, 1, 2], [], [5, -5], [2, 2, 1, 9]]
    return problem("(xs: list[int]) -> list[int]", falling, [(row,) for row in rows])


def selection_sort(step: str) -> Term:
    """Moves what `step` takes from one list to another until none is left."""
    taken = Call(step, (Var(1),))
    moved = Values((Call("remove", (Var(1), taken)), Call("append", (Var(0), taken))))
    test = Call("lt", (const(0), Call("len.list", (Var(1),))))
    loop = While(2, Values((Var(0), Build("list", ()))), test, moved)
    return Let(2, loop, Var(0))


def solution(search: GeneticSearch) -> object:
    """What one generation finds to be right, if anything."""
    found: list[object] = []
    while search.level < 1:
        found += search.ask(Allowance(1, None)).candidates
    return found


def test_a_population_begins_from_the_seeds_of_the_problem() -> None:
    made = sorting()
    seeded = replace(made, seeds=(selection_sort("max.list"),))
    assert not solution(GeneticSearch(made, 0, settings=FEW))
    assert solution(GeneticSearch(seeded, 0, settings=FEW))


def test_programs_of_other_searches_join_the_next_generation() -> None:
    made = sorting()
    search = GeneticSearch(made, 0, settings=FEW)
    solution(search)
    assert isinstance(search, Seeded)
    search.seed([made.wrap(selection_sort("max.list"), 20)])
    assert search.ask(Allowance(1, None)).candidates


def test_what_has_no_tree_or_is_too_large_is_left_out() -> None:
    made = sorting()
    search = GeneticSearch(made, 0, settings=FEW)
    long: Term = Var(0)
    for _ in range(300):
        long = Call("reverse.list", (long,))
    search.seed([made.wrap(Call("unheard_of", (Var(0),)), 2), made.wrap(long, 301)])
    assert search.guests.take(beginning=True) == []


def test_large_guests_widen_what_their_children_may_be() -> None:
    made = replace(sorting(), seeds=(selection_sort("max.list"),))
    search = GeneticSearch(made, 0, settings=FEW)
    (tree,) = search.guests.take(beginning=True)
    assert tree.size > FEW.max_size
    bounds = widened(Bounds(FEW.max_size, 3), [tree])
    assert bounds.size > tree.size
    assert bounds.depth > tree.depth
    assert widened(Bounds(500, 90), [tree]) == Bounds(500, 90)


def in_a_library(text: str) -> Problem:
    made = sorting()
    return replace(made, dsl=read_prelude(text, made.dsl, "library"))


SORTS = """
def by_halves(xs: list[int]) -> list[int]:
    found = []
    for x in xs:
        found = append(found, x + 1)
    return found

def doubled(x: int) -> int:
    return x + x
"""


def test_a_population_begins_from_what_the_library_has_for_the_request() -> None:
    made = in_a_library(SORTS)
    search = GeneticSearch(made, 0, settings=FEW)
    own, *others = search.guests.take(beginning=True)
    assert not others, "the pack's own functions, and those of another type, are no seeds"
    assert [one.rule.kind for one in nodes(own)].count("for") == 1
    search = GeneticSearch(made, 0, settings=FEW)
    solution(search)
    assert lower(own, search.grammar).term in [one.key for one in search.population]


def test_variation_calls_what_is_in_the_library() -> None:
    made = in_a_library(SORTS)
    grammar = GeneticSearch(made, 0, settings=FEW).grammar
    rng = Random(0)
    trees = [ramped(grammar, rng, size=15, depth=8) for _ in range(300)]
    trees = [mutate(tree, grammar, rng, Bounds(30, 10)) for tree in trees]
    called = {one.rule.detail for tree in trees for one in nodes(tree) if one.rule.kind == "call"}
    assert {"by_halves", "doubled"} <= called
