"""Terms become trees that lower to them again; what the grammar lacks has no tree."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from progsynth.lang.engines import run_rows
from progsynth.lang.infer import Typed, infer
from progsynth.lang.primitive import called_names
from progsynth.lang.read import read_program
from progsynth.lang.term import Build, Call, Term, While, const
from progsynth.lang.types import Type
from progsynth.search.genetic.generate import ramped
from progsynth.search.genetic.grammar import make_grammar
from progsynth.search.genetic.raise_term import Raiser, plain, seed_trees
from progsynth.search.genetic.tree import UnboundError, lower, nodes
from progsynth.search.problem import Problem

from .problems import problem
from .test_trees import SIGNATURES, setting


@pytest.mark.parametrize("name", ["two numbers", "a list", "words"])
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_what_was_lowered_is_raised_and_lowered_to_itself(name: str, seed: int) -> None:
    made, grammar = setting(name)
    try:
        typed = lower(ramped(grammar, Random(seed), size=25, depth=8), grammar)
    except UnboundError:
        return
    again = infer(plain(typed.term), made.types, made.dsl, result=made.result)
    if all_types(again) != all_types(typed):
        return  # such as those of `len([])`, which nothing determines
    raised = Raiser(grammar, made).tree(typed.term)
    assert raised is not None
    assert lower(raised, grammar).term == plain(typed.term)


def all_types(typed: Typed) -> list[tuple[Type, ...]]:
    found, todo = [], [typed]
    while todo:
        one = todo.pop()
        found.append(one.types)
        todo += one.children
    return found


def body(text: str, made: Problem) -> Term:
    return read_program(text, made.dsl).entry.body


TEXTS = {
    "two numbers": [
        """
def gcd(a: int, b: int) -> int:
    while b != 0:
        a, b = b, a % b
    return a
""",
        """
def f(a: int, b: int) -> int:
    low, high = a, b
    if a > b:
        low = b
        high = a
    total = 12345
    for x in range(low, high):
        if x % 2 == 0 and x > 3 or x == 77:
            total += x
    return total
""",
        """
def by_subtraction(a: int, b: int) -> int:
    while a * b > 0:
        if a < b:
            a, b = b - a, a
        else:
            a = a - b
    return a + b
""",
    ],
    "a list": [
        """
def f(xs: list[int]) -> list[int]:
    ys = [1, 2, 3, 4]
    for x in xs:
        ys = append(ys, x * x)
    return [y + 1 for y in ys if y > 2]
""",
    ],
    "words": [
        """
def f(s: str) -> dict[str, int]:
    counts = {}
    for word in words(s):
        counts[word] = get(counts, word, 0) + 1
    return counts
""",
    ],
}
ROWS = {
    "two numbers": [(12, 18), (7, 0), (0, 5), (30, 4)],
    "a list": [([],), ([3, 1, 2],)],
    "words": [("",), ("a b a",)],
}


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, some in TEXTS.items() for t in some])
def test_programs_of_people_keep_their_meaning(name: str, text: str) -> None:
    made, grammar = setting(name)
    term = body(text, made)
    tree = Raiser(grammar, made).tree(term)
    assert tree is not None
    again = lower(tree, grammar).term
    outputs = [
        run_rows(made.program(one), ROWS[name], made.dsl, engine="interpreter")
        for one in (term, again)
    ]
    assert outputs[0] == outputs[1]
    assert called_names(made.program(again).entry) == called_names(made.program(term).entry)


def test_a_constant_that_the_grammar_lacks_has_a_rule_of_its_own() -> None:
    made, grammar = setting("two numbers")
    tree = Raiser(grammar, made).tree(const(123_456))
    assert tree is not None
    assert tree.rule.detail == 123_456
    assert tree.rule not in grammar.leaves[tree.type]


@pytest.mark.parametrize(
    "term",
    [
        Call("no such name", ()),
        Build("tuple", (const(1), const(2))),
        Build("dict", (const(1), const(2))),
        While(5, Build("list", ()), const(True), Build("list", ())),
    ],
)
def test_what_is_outside_the_fragment_has_no_tree(term: Term) -> None:
    made, grammar = setting("two numbers")
    assert Raiser(grammar, made).tree(term) is None


def test_loops_of_more_variables_than_the_grammar_has_are_outside() -> None:
    made, grammar = setting("two numbers")
    text = """
def f(a: int, b: int) -> int:
    c, d = 1, 2
    while a > 0:
        a, b, c, d = a - 1, b + c, c + d, d + 1
    return b
"""
    assert Raiser(grammar, made).tree(body(text, made)) is None


def test_seeds_are_raised_in_their_order_and_without_those_that_have_no_tree() -> None:
    made = problem(SIGNATURES["two numbers"], lambda a, b: a, [(1, 2)])
    seeds = (
        const(3),
        Call("no such name", ()),
        body("def f(a: int, b: int) -> int: return b", made),
    )
    made = replace(made, seeds=seeds)
    grammar = make_grammar(made)
    found = seed_trees(made, grammar)
    assert [lower(tree, grammar).term for tree in found] == [seeds[0], seeds[2]]
    assert seed_trees(made, grammar, max_size=0) == []


def test_a_term_10_000_deep_is_raised() -> None:
    made, grammar = setting("two numbers")
    term: Term = const(1)
    for _ in range(10_000):
        term = Call("neg.int", (term,))
    tree = Raiser(grammar, made).tree(term)
    assert tree is not None
    assert sum(1 for _ in nodes(tree)) == 10_001
