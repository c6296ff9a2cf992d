"""Local search: small expressions as trees, steps of loops, subtrees at a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
import pytest

from progsynth.lang.engines import run_rows
from progsynth.lang.term import Call, For, Function, Program, Var
from progsynth.search.genetic import refine
from progsynth.search.genetic.expressions import Expressions
from progsynth.search.genetic.fit import Fitter
from progsynth.search.genetic.grammar import make_grammar
from progsynth.search.genetic.probe import Prober
from progsynth.search.genetic.raise_term import Raiser
from progsynth.search.genetic.refine import Refiner
from progsynth.search.genetic.scope import Scope
from progsynth.search.genetic.scoring import EngineScorer, Proposal, working_limits
from progsynth.search.genetic.tree import Tree, lower, node, nodes, place_at, variable
from progsynth.search.problem import Problem

from .problems import problem


class Local:
    """What the local search of one problem is made of."""

    def __init__(self, made: Problem, seed: int = 0):
        self.problem = made
        self.grammar = make_grammar(made)
        limits = working_limits(made)
        rng = Random(seed)
        self.expressions = Expressions(made, self.grammar, limits)
        self.prober = Prober(made, self.grammar, rng, self.expressions)
        self.refiner = Refiner(made, self.grammar, limits, rng, self.expressions)
        self.fitter = Fitter(made, self.grammar, limits, rng)

    def errors(self, tree: Tree) -> Any:
        """The tree's error on each example."""
        candidate = self.problem.wrap(lower(tree, self.grammar).term, tree.size)
        return EngineScorer(self.problem)([Proposal(candidate)]).errors_PC[0]

    def probed(self, skeletons: int) -> Iterator[Tree]:
        """The loops that so many skeletons give."""
        for _ in range(skeletons):
            for some in self.prober.probe():
                yield from some.trees if some is not None else ()


def reversal() -> Problem:
    rows = [([1, 2, 3],), ([],), ([5],), ([2, 2, 1, 0],), ([9, 8],), ([0, 4, 4],)]
    return problem(
        "(xs: list[int]) -> list[int]",
        lambda xs: xs[::-1],
        rows,
        allowed=("append", "concat.list", "insert", "put.list", "init.list", "last.list"),
    )


def test_expressions_are_one_of_each_behaviour_and_the_same_as_trees() -> None:
    local = Local(reversal())
    grammar, dsl = local.grammar, local.problem.dsl
    number = grammar.goal
    variables = (number, local.expressions.numbers[grammar.types[number].types[0]])
    settings = [([1, 2], 3), ([], 0), ([4], 4), ([7, 7, 0], -1)]
    enumeration = local.expressions.over(variables, settings, number)
    found = [one for one in enumeration.expressions(20_000) if one is not None]
    scope = Scope.of(variables)
    types = tuple(grammar.types[t] for t in variables)
    seen: Counter[Any] = Counter()
    for one in found[:150]:
        tree = local.expressions.tree(one, scope)
        assert tree is not None
        term = lower(tree, grammar.within(scope)).term
        program = Program((Function("f", ("xs", "x"), types, types[0], term),))
        values = run_rows(program, settings, dsl, local.problem.limits, engine="python")
        seen[repr(values)] += 1
        for row, value in zip(settings, values, strict=True):
            if isinstance(value, list):
                assert one.run(row) == value
    assert seen.most_common(1)[0][1] == 1
    assert [one.cost for one in found] == sorted(one.cost for one in found)


def test_a_loop_is_seen_through() -> None:
    local = Local(reversal())
    right = next(tree for tree in local.probed(40) if not local.errors(tree).any())
    assert right.rule.kind in ("for", "while")


def test_the_condition_of_a_loop_that_was_seen_through_is_fitted() -> None:
    def gcd(a: int, b: int) -> int:
        while b:
            a, b = b, a % b
        return a

    rows = [(12, 18), (7, 5), (9, 6), (100, 75), (8, 8), (1, 4), (21, 14), (30, 42)]
    names = ("add.int", "sub.int", "mod.int", "min.int", "lt", "gt", "eq", "ne")
    local = Local(problem("(a: int, b: int) -> int", gcd, rows, allowed=names))
    for tree in local.probed(60):
        fitted = local.fitter.fit(tree).tree if local.fitter.applies(tree) else None
        if fitted is not None and not local.errors(fitted).any():
            return
    pytest.fail("no condition ends the loop where it should")


def test_loops_that_grow_without_end_are_left() -> None:
    # xs + xs, and worse, in each of ten turns
    rows = [([1, 2, 3],)] * 3
    names = ("concat.list",)
    local = Local(problem("(xs: list[int]) -> list[int]", lambda xs: xs * 3, rows, allowed=names))
    same, sizes = local.prober.runs.same, []

    def noting(value: Any, output: Any) -> Any:
        sizes.append(len(value))
        return same(value, output)

    local.prober.runs.same = noting
    for _ in local.probed(6):
        pass
    assert max(sizes) > local.prober.runs.most, "none of them grew"
    assert max(sizes) < 10 * local.prober.runs.most


def test_a_skeleton_is_tried_once() -> None:
    local = Local(reversal())
    met = [local.prober.skeletons.drawn_anew() for _ in range(60)]
    told = [
        (
            found.rule.kind,
            found.source,
            sorted((one.rule.kind, str(one.rule.detail), one.number) for one in found.starts),
        )
        for found in met
        if found is not None
    ]
    assert len(told) > 5
    assert all(told.count(one) == 1 for one in told)


def test_no_skeleton_has_a_variable_that_nothing_can_begin() -> None:
    # A pair is made of two values; there is no pair to begin a loop with but a parameter.
    rows = [(n, n + 3) for n in range(6)]
    pair = Local(problem("(n: int, m: int) -> tuple[int, int]", lambda n, m: (m, n), rows))
    assert list(pair.probed(50)) == []
    given = Local(
        problem("(p: tuple[int, int]) -> tuple[int, int]", lambda p: p, [(row,) for row in rows])
    )
    assert given.prober.skeletons.loops and not pair.prober.skeletons.loops


def test_a_half_right_loop_is_put_right_at_one_place() -> None:
    def counted(xs: list[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for x in xs:
            found[x] = found.get(x, 0) + 1
        return found

    rows = [([1, 1, 2],), ([],), ([3],), ([2, 2, 2, 1],), ([4, 1, 4],)]
    made = problem(
        "(xs: list[int]) -> dict[int, int]",
        counted,
        rows,
        allowed=("put.dict", "get.dict", "add.int", "sub.int", "in.dict", "len.dict"),
    )
    local = Local(made)
    tree = half_right(local)
    errors = local.errors(tree)
    assert 0 < np.count_nonzero(errors) < len(rows)
    for _ in range(12):  # each place once and more
        for found in local.refiner.refine(tree, errors):
            if found is not None and any(not local.errors(t).any() for t in found.trees[:20]):
                return
    pytest.fail("1 is not replaced by get(found, x, 0) + 1")


def half_right(local: Local) -> Tree:
    """`for x in xs: found[x] = 1`."""
    grammar, goal = local.grammar, local.grammar.goal
    (loop,) = (
        rule
        for rule in grammar.rules[goal]
        if rule.kind == "for"
        and rule.args[1:2] == (goal,)
        and rule.detail == 1
        and rule.args[0] == grammar.scope.types[0]
    )
    put = next(r for r in grammar.rules[goal] if r.kind == "call" and r.detail == "put.dict")
    one = next(r for r in grammar.leaves[put.args[2]] if r.kind == "constant" and r.detail == 1)
    empty = next(r for r in grammar.leaves[goal] if r.kind == "empty")
    inside = grammar.scope.inside(loop.binds[-2])
    body = node(put, (variable(grammar, inside, 1), variable(grammar, inside, 2), node(one)))
    after = grammar.scope.inside(loop.binds[-1])
    children = (variable(grammar, grammar.scope, 0), node(empty), body, variable(grammar, after, 1))
    return node(loop, children)


def test_a_filling_that_grows_in_each_turn_is_stopped() -> None:
    made = problem(
        "(xs: list[int]) -> list[int]", lambda xs: xs * 2, [(list(range(16)),), ([3, 4],)]
    )
    local = Local(made)
    loop = For(1, Var(0), Var(0), Call("append", (Var(1), Var(0))))
    tree = Raiser(local.grammar, made).tree(loop)
    assert tree is not None
    sizes: list[int] = []

    def doubled(values: tuple[Any, ...]) -> Any:
        sizes.append(len(values[1]))
        return values[1] + values[1]

    places = [place_at(tree, n, local.grammar.scope) for n in range(tree.size)]
    (body,) = (one for one in places if one.tree.rule.detail == "append")
    local.refiner.screen(body, np.ones(2))(doubled, 0)
    assert len(sizes) > 4
    assert max(sizes) <= local.refiner.limits.cells < 16 * 2**15


def test_a_place_is_taken_again_only_when_all_others_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refine, "_EXECUTIONS", 5_000)
    local = Local(
        problem(
            "(xs: list[int]) -> dict[int, int]", lambda xs: dict.fromkeys(xs, 2), [([1, 2],)] * 3
        )
    )
    tree = half_right(local)
    errors = np.ones(3)
    inside = len(local.refiner.places(tree))
    assert 3 < inside < sum(1 for _ in nodes(tree))
    for _ in range(inside):
        assert local.refiner.times(tree) == 0
        for _ in local.refiner.refine(tree, errors):
            pass
    assert local.refiner.times(tree) == 1
