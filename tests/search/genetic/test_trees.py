"""Laws of trees: what is generated and varied is well-typed, bounded, and the seed's alone."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from functools import cache
from math import sqrt
from random import Random
from statistics import mean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Limits
from progsynth.lang.infer import infer
from progsynth.lang.term import For, Lambda, Let, Neural, Term, While, subterms
from progsynth.lang.types import Signature, as_int, parse_type
from progsynth.search.genetic.generate import generate, ramped
from progsynth.search.genetic.grammar import Grammar, make_grammar
from progsynth.search.genetic.perturb import constant_rule, perturbed
from progsynth.search.genetic.tree import (
    Tree,
    assembled,
    loops_of,
    lower,
    name_of,
    node,
    nodes,
)
from progsynth.search.genetic.vary import MUTATIONS, Bounds, crossover, mutate, renewal, shifted
from progsynth.search.problem import Problem

from .problems import problem

IMAGE = parse_type("tensor[1, 8, 8]")
DIGIT = Neural("digit", ("image",), (IMAGE,), parse_type("choice[10]"))
SIGNATURES = {
    "two numbers": "(a: int, b: int) -> int",
    "words": "(s: str) -> dict[str, int]",
    "a list": "(xs: list[int]) -> list[int]",
    "floats and pairs": "(xs: list[tuple[str, float]]) -> float",
    "images": "(xs: list[tensor[1, 8, 8]]) -> int",
}
BOUNDS = Bounds(30, 10)


@cache
def setting(name: str) -> tuple[Problem, Grammar]:
    neural = (DIGIT,) if name == "images" else ()
    made = problem(SIGNATURES[name], lambda *_: None, [], neural=neural)
    return made, make_grammar(made)


def check(tree: Tree, name: str) -> None:
    """The tree lowers to what inference finds to be of the problem's types, and the same."""
    made, grammar = setting(name)
    typed = lower(tree, grammar)
    extra = {
        n.name: Signature(tuple(zip(n.params, n.types, strict=True)), as_int(n.result))
        for n in made.neural
    }
    found = infer(typed.term, made.types, made.dsl, result=made.result, extra=extra)
    assert found.types == typed.types
    assert all(not _loops(t.cond) for t in subterms(typed.term) if isinstance(t, While))


def _loops(term: Term) -> bool:
    todo = [term]
    while todo:
        one = todo.pop()
        if isinstance(one, Let | While | For):
            return True
        todo += () if isinstance(one, Lambda) else one.children
    return False


@pytest.mark.parametrize("name", SIGNATURES)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 30))
@settings(max_examples=40)
def test_what_is_generated_is_well_typed_and_bounded(name: str, seed: int, size: int) -> None:
    _, grammar = setting(name)
    tree = generate(grammar, Random(seed), size=size, depth=8)
    assert tree.size <= max(size, 4)
    assert tree.size == sum(1 for _ in nodes(tree))
    check(tree, name)


@pytest.mark.parametrize("name", SIGNATURES)
@given(seed=st.integers(0, 10**6))
@settings(max_examples=25)
def test_variation_keeps_types_and_bounds(name: str, seed: int) -> None:
    _, grammar = setting(name)
    rng = Random(seed)
    trees = [ramped(grammar, rng, size=20, depth=8) for _ in range(4)]
    for _ in range(8):
        left, right = rng.choice(trees), rng.choice(trees)
        trees.append(mutate(left, grammar, rng, BOUNDS))
        trees.append(crossover(left, right, grammar, rng, BOUNDS) or left)
    for tree in trees:
        assert tree.size <= BOUNDS.size
        check(tree, name)


@pytest.mark.parametrize("name", SIGNATURES)
@given(seed=st.integers(0, 10**6))
@settings(max_examples=15)
def test_what_trees_remember_is_what_they_would_be_made_anew(name: str, seed: int) -> None:
    _, grammar = setting(name)
    rng = Random(seed)
    trees = [ramped(grammar, rng, size=20, depth=8) for _ in range(3)]
    for _ in range(6):
        lower(trees[-1], grammar)
        trees.append(mutate(rng.choice(trees), grammar, rng, BOUNDS))
    for tree in trees:
        copy = assembled([(one.rule, one.number) for one in nodes(tree)])
        assert lower(tree, grammar) == lower(copy, grammar)
        assert name_of(tree, grammar) == name_of(copy, grammar)
        assert (tree.size, tree.depth, tree.loops) == (copy.size, copy.depth, copy.loops)
        assert loops_of(tree) == tuple(
            kind for kind in ("for", "while") if any(n.rule.kind == kind for n in nodes(tree))
        )


def test_programs_are_told_apart_by_numbers_that_are_the_same_in_all_processes() -> None:
    code = "from tests.search.genetic.test_trees import numbers; print(numbers())"
    env = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{numbers()}\n"


def numbers() -> list[int]:
    """The numbers of some programs."""
    _, grammar = setting("words")
    rng = Random(1)
    return [name_of(ramped(grammar, rng, size=20, depth=8), grammar) for _ in range(30)]


@pytest.mark.parametrize("operator", [o for o, _ in MUTATIONS], ids=lambda o: o.__name__)
def test_every_operator_finds_changes(operator: object) -> None:
    _, grammar = setting("a list")
    rng = Random(3)
    found = 0
    for _ in range(240):
        tree = ramped(grammar, rng, size=20, depth=8)
        changed = operator(tree, grammar, rng, BOUNDS)  # type: ignore[operator]
        if changed is not None:
            check(changed, "a list")
            found += lower(changed, grammar).term != lower(tree, grammar).term
    assert found > 2


def test_a_renewal_leaves_programs_as_large_as_they_are_on_average() -> None:
    _, grammar = setting("a list")
    rng = Random(0)
    trees = [ramped(grammar, rng, size=20, depth=8) for _ in range(1_500)]
    found = [renewal(tree, grammar, rng, Bounds(200, 50)) for tree in trees]
    changes = [
        new.size - tree.size for tree, new in zip(trees, found, strict=True) if new is not None
    ]
    assert len(changes) > 1_400
    assert stdev(changes) > 2.0
    assert abs(mean(changes)) < 4 * stdev(changes) / sqrt(len(changes))


def test_constants_are_perturbed_by_small_steps_within_their_type() -> None:
    rng = Random(0)
    values = {"two numbers": ("int", 7), "floats and pairs": ("float", 2.5), "words": ("str", "ab")}
    for name, (text, value) in values.items():
        _, grammar = setting(name)
        type_ = grammar.types.index(parse_type(text))
        first = constant_rule(grammar, type_, value)
        found = [r for _ in range(200) if (r := perturbed(first, grammar, rng)) is not None]
        assert len({one.detail for one in found}) > 3
        assert {type(one.detail) for one in found} == {type(first.detail)}
        assert all(one.code != first.code for one in found)
        by_value = {repr(one.detail): one for one in found}
        assert all(by_value[repr(one.detail)] is one for one in found), "each value is one rule"


def test_a_perturbed_int_stays_within_64_bits() -> None:
    _, grammar = setting("two numbers")
    rng = Random(0)
    rule = constant_rule(grammar, grammar.goal, 2**63 - 1)
    for _ in range(300):
        rule = perturbed(rule, grammar, rng) or rule
        assert -(2**63) <= rule.detail < 2**63


def test_types_without_a_literal_are_made_from_what_is_in_scope() -> None:
    _, grammar = setting("images")
    image = grammar.types.index(IMAGE)
    assert not grammar.leaves[image]
    tree = generate(grammar, Random(0), size=1, depth=1, type_=image)
    assert tree.size > 1  # an item of the list that is the parameter
    lower(tree, grammar)


def test_a_variable_counts_from_the_innermost_of_its_type_and_round_again() -> None:
    _, grammar = setting("two numbers")
    rule = grammar.variables[grammar.goal]
    indices = [lower(node(rule, number=n), grammar).term for n in range(4)]
    assert [t.index for t in indices] == [0, 1, 0, 1]  # type: ignore[attr-defined]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30)
def test_a_shifted_tree_means_the_same_within_a_binder(seed: int) -> None:
    _, grammar = setting("two numbers")
    bound = (grammar.goal,)
    let = next(r for r in grammar.rules[grammar.goal] if r.kind == "let" and r.args[0] == r.result)
    rng = Random(seed)
    tree = generate(grammar, rng, size=12, depth=6)
    value = generate(grammar, rng, size=1, depth=1)
    inside = lower(node(let, (value, shifted(tree, bound))), grammar).term
    assert isinstance(inside, Let)
    made, _ = setting("two numbers")
    rows = [(12, 18), (5, -3)]
    outside = made.program(lower(tree, grammar).term), made.program(inside)
    from_engine = [_run(program, made, rows) for program in outside]
    assert from_engine[0] == from_engine[1]


def _run(program: object, made: Problem, rows: list[tuple[int, ...]]) -> object:

    return run_rows(program, rows, made.dsl, Limits(500, 500), engine="python")  # type: ignore[arg-type]


def test_the_seed_decides_and_the_global_generator_is_let_be() -> None:
    _, grammar = setting("words")

    def made() -> list[object]:
        rng = Random(7)
        first = [ramped(grammar, rng, size=20, depth=8) for _ in range(20)]
        varied = [mutate(tree, grammar, rng, BOUNDS) for tree in first]
        return [lower(tree, grammar).term for tree in varied]

    before = random.getstate()
    assert made() == made()
    assert random.getstate() == before


def test_a_hole_of_another_type_than_the_program_s_has_a_grammar() -> None:
    made = problem("(xs: list[int]) -> int", sum, [([1, 2],), ([3],), ([],)])
    numbers = parse_type("list[int]")
    grammar = make_grammar(replace(made, result=numbers))
    assert grammar.types[grammar.goal] == numbers
