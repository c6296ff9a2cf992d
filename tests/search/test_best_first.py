"""Best-first search: order, once, complete; what is pruned changes nothing; bounds and budgets."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import replace
from itertools import takewhile
from random import Random
from typing import Any

import pytest

import progsynth as ps
from progsynth.grammar.derive import derivation
from progsynth.grammar.guide import GrammarGuide, Policy, UniformGuide
from progsynth.grammar.pcfg import Pcfg
from progsynth.grammar.rules import Place, Rules
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Build, Function, Let, Program, Term, subterms
from progsynth.lang.types import INT, parse_type
from progsynth.search.best_first import BestFirst, best_first
from progsynth.search.best_first_values import closed_term
from progsynth.search.brute_force import all_terms, least_costs, row_key
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Candidate
from progsynth.search.space import Constant, Space
from progsynth.search.typed_rules import rules_of_space
from progsynth.search.universe import make_space

ONE, ZERO, TWO = Constant(1, INT, 1), Constant(0, INT, 1), Constant(2, INT, 2)

# name: primitives, request, constants, rows, greatest cost
FRAGMENTS = {
    "arithmetic": (
        ["add.int", "mul.int", "floordiv.int", "neg.int"],
        "(int, int) -> int",
        [ONE, TWO],
        [(3, 0), (5, 2), (-4, 2)],
        5,
    ),
    "comparisons": (
        ["lt", "not", "add.int"],
        "(int, int) -> bool",
        [ONE],
        [(1, 2), (2, 2), (3, 1), (0, 5)],
        5,
    ),
    "conditionals": (["lt", "neg.int"], "(int) -> int", [ZERO], [(3,), (-2,), (0,)], 8),
    "lists": (
        ["append", "reverse.list", "item.list", "len.list"],
        "(list[int]) -> list[int]",
        [ONE],
        [([1, 2, 3],), ([],), ([4],)],
        5,
    ),
    "map": (
        ["map", "add.int", "mul.int"],
        "(list[int]) -> list[int]",
        [ONE],
        [([1, 2],), ([0],)],
        7,
    ),
    "filter": (
        ["filter", "lt", "add.int"],
        "(list[int], int) -> list[int]",
        [],
        [([1, 5, 2], 3), ([4, 0], 0)],
        6,
    ),
    "fold": (
        ["fold", "sub.int"],
        "(list[int]) -> int",
        [ZERO],
        [([1, 2, 3],), ([5],), ([],)],
        8,
    ),
    "pairs": (
        ["neg.int", "not"],
        "(tuple[int, bool]) -> tuple[int, bool]",
        [ONE],
        [((2, True),), ((3, False),)],
        7,
    ),
}


class Whole:
    """A policy of whole numbers: rules cost what they cost the enumeration."""

    def __init__(self, rules: Rules):
        self.rules = rules

    def key(self, place: Place) -> Hashable:
        return None

    def costs(self, place: Place) -> Sequence[float]:
        return [float(rule.cost) for rule in self.rules.at(place)]


class Uneven:
    """A policy of arbitrary costs, other ones below each rule and argument."""

    def __init__(self, rules: Rules):
        self.rules = rules

    def key(self, place: Place) -> Hashable:
        return (place.parent.group, place.argument) if place.parent else "whole"

    def costs(self, place: Place) -> Sequence[float]:
        found = []
        for rule in self.rules.at(place):
            rng = Random(f"{self.key(place)} {rule.group} {rule.member} {rule.detail}")
            found.append(rng.uniform(0.5, 3.0))
        return found


def problem_of(
    name: str, expected: Sequence[Any] = (), **changes: Any
) -> tuple[Problem, Space, DSL]:
    names, text, constants, rows, _ = FRAGMENTS[name]
    *params, result = parse_type(text).types
    dsl = DSL("fragment", {n: ps.pack().primitives[n] for n in names}, {}, {})
    space = make_space(dsl, tuple(params), result, constants)
    types = tuple(params)

    def wrap(term: Term, cost: int) -> Candidate:
        variables = tuple(f"x{n}" for n in range(len(types)))
        return Candidate(Program((Function("f", variables, types, result, term),)), cost)

    wanted = tuple(expected) or (None,) * len(rows)
    made = Problem(types, result, tuple(rows), wanted, dsl, wrap, types, result, Limits())
    return replace(made, **changes), space, dsl


def search_of(
    name: str,
    expected: Sequence[Any] = (),
    *,
    policy: type[Whole | Uneven] = Whole,
    max_lets: int = 0,
    prune: bool = True,
) -> BestFirst:
    problem, space, _ = problem_of(name, expected)
    rules = rules_of_space(space, problem.types, problem.result, max_lets=max_lets)
    return BestFirst(problem, rules, policy(rules), prune=prune)


def listed(search: BestFirst, up_to: float) -> list[tuple[float, Term]]:
    """All programs up to a cost, as they come."""
    within = takewhile(lambda one: one[0] <= up_to + 1e-9, search.complete())
    return [(cost, closed_term(part)) for cost, part in within]


def first_hit(search: BestFirst) -> tuple[Candidate, float] | None:
    while not search.exhausted and search.reached < 40:
        batch = search.ask(Allowance(None, None))
        if batch.candidates:
            return batch.candidates[0], search.reached
    return None


# ---------------------------------------------------------------------------------- laws


@pytest.mark.parametrize("name", FRAGMENTS)
def test_all_programs_come_once_each_in_order_of_cost_none_is_missing(name: str) -> None:
    problem, space, dsl = problem_of(name)
    cost = FRAGMENTS[name][-1]
    search = search_of(name, prune=False)
    found = listed(search, cost)
    assert [c for c, _ in found] == sorted(c for c, _ in found)
    rules = search.chart.rules
    root = space.symbol(space.top(problem.types), problem.result)
    folds = name == "fold"  # brute force leaves out bodies that do not use all parameters
    for level in range(1, cost + 1):
        mine = [term for c, term in found if c == level]
        wanted = {
            term
            for term in all_terms(space, root, level)
            if derivation(problem.program(term), rules, dsl)  # but for what `and`, `or` say twice
        }
        assert wanted <= set(mine)
        assert folds or wanted == set(mine)
        assert _each_once(mine)
    assert len(found) > 10


def _each_once(terms: Sequence[Term]) -> bool:
    """Is each there once? But for an empty list, which may stand for one of other items."""
    plain = [term for term in terms if not _has_empty(term)]
    return len(set(plain)) == len(plain)


def _has_empty(term: Term) -> bool:
    return any(isinstance(t, Build) and not t.items for t in subterms(term))


@pytest.mark.parametrize("policy", [Whole, Uneven])
@pytest.mark.parametrize("max_lets", [0, 1])
def test_programs_come_in_order_whatever_they_cost(
    policy: type[Whole | Uneven], max_lets: int
) -> None:
    search = search_of("map", policy=policy, max_lets=max_lets, prune=False)
    found = listed(search, 7)
    costs = [c for c, _ in found]
    assert costs == pytest.approx(sorted(costs), abs=1e-9)
    rules, (problem, _, dsl) = search.chart.rules, problem_of("map")
    plain = [one for one in found if not _has_empty(one[1])]
    for cost, term in plain[:: max(1, len(plain) // 50)]:
        steps = derivation(problem.program(term), rules, dsl)
        assert steps is not None
        paid = [
            dict(zip(rules.at(place), search.chart.policy.costs(place), strict=True))[rule]
            for place, rule in steps
        ]
        assert math.fsum(paid) == pytest.approx(cost)
    assert any(isinstance(t, Let) for _, term in found for t in subterms(term)) == bool(max_lets)


@pytest.mark.parametrize("name", FRAGMENTS)
def test_each_value_of_the_fragment_is_found_as_a_goal_at_its_least_cost(name: str) -> None:
    _, _, _, rows, cost = FRAGMENTS[name]
    problem, space, dsl = problem_of(name)
    root = space.symbol(space.top(problem.types), problem.result)
    known = least_costs(space, root, rows, dsl, cost)
    goals = {key: c for key, c in known.items() if None not in key}  # type: ignore[operator]
    assert len(goals) > 2
    chosen = sorted(goals.items(), key=repr)
    values = values_by_key(name, cost)
    for key, least in chosen[:: max(1, len(chosen) // 8)]:
        hit = first_hit(search_of(name, values[key]))
        assert hit is not None
        if name == "fold":  # the search has bodies that brute force leaves out
            assert hit[0].cost <= least
        else:
            assert hit[0].cost == least == hit[1]


def values_by_key(name: str, cost: int) -> dict[Hashable, tuple[Any, ...]]:
    """The values themselves of all programs up to a cost, by the keys of `least_costs`."""
    found: dict[Hashable, tuple[Any, ...]] = {}
    search = search_of(name, prune=False)
    for c, part in search.complete():
        if c > cost:
            break
        assert part.row is not None
        if not part.fails:
            found.setdefault(row_key(part.row), part.row)
    return found


@pytest.mark.parametrize("name", ["conditionals", "comparisons", "lists", "map", "filter", "pairs"])
@pytest.mark.parametrize("max_lets", [0, 1])
def test_pruning_changes_neither_what_is_found_nor_its_cost(name: str, max_lets: int) -> None:
    least: dict[Hashable, tuple[float, tuple[Any, ...]]] = {}
    whole = search_of(name, policy=Uneven, max_lets=max_lets, prune=False)
    for cost, part in whole.complete():
        if len(least) > 150 or whole.programs > 400:
            break
        assert part.row is not None
        if not part.fails:
            least.setdefault(part.key, (cost, part.row))
    goals = list(least.values())
    assert len(goals) > 3
    for cost, row in goals[:: max(1, len(goals) // 4)]:
        pruned = search_of(name, row, policy=Uneven, max_lets=max_lets)
        hit = first_hit(pruned)
        assert hit is not None
        assert hit[1] == pytest.approx(cost)
        bare = search_of(name, row, policy=Uneven, max_lets=max_lets, prune=False)
        same = first_hit(bare)
        assert same is not None
        assert same[1] == pytest.approx(cost)
        assert pruned.expansions <= bare.expansions


# ---------------------------------------------------------------------------------- use


def found_by(task: ps.Task, **options: Any) -> ps.Result:
    return ps.solve(task, seconds=None, search=best_first(), **{"dsl": SMALL, **options})


def small_pack() -> DSL:
    names = ["add.int", "sub.int", "mul.int", "lt", "eq", "max.int", "max.list", "sum.int"]
    names += ["map", "filter", "sum_by", "len.list", "reverse.list", "item.list", "append"]
    whole = ps.pack()
    return DSL(
        "small",
        {n: whole.primitives[n] for n in names if n in whole.primitives},
        {n: whole.functions[n] for n in names if n in whole.functions},
        {},
    )


SMALL = small_pack()


TASKS = {
    "clamp": ([(1, 1), (-3, 0), (5, 5), (-9, 0)], "max(n, 0)"),
    "squares": ([([1, 2, 3], 14), ([5], 25), ([], 0)], "sum_by(lambda x: x * x, xs)"),
    "pairs": ([((3, "a"), ("a", 3)), ((4, "b"), ("b", 4))], ""),
}


@pytest.mark.parametrize("name", TASKS)
def test_tasks_are_solved_the_same_each_time(name: str) -> None:
    pairs, text = TASKS[name]
    task = ps.Task.from_pairs(name, pairs)
    results = [found_by(task, executions=100_000, seed=seed, choose=False) for seed in (0, 1)]
    assert results[0].solved
    assert text in str(results[0].program)
    assert results[0].program == results[1].program
    assert (results[0].executions, results[0].programs) == (
        results[1].executions,
        results[1].programs,
    )


def test_an_unsolved_task_gives_its_best_partial_program_and_stays_in_its_budget() -> None:
    task = ps.Task.from_pairs("hard", [([1, 2, 3], 3), ([5], 5), ([], 77), ([9, 4], 9)])
    result = found_by(task, executions=400)
    assert not result.solved
    assert result.stop_reason == "executions"
    assert result.executions < 400 + 64 * 4 * 2  # it looks up after so many expansions
    assert len(result.failed) < 4


def test_it_is_a_search_by_name() -> None:
    task = ps.Task.from_pairs("clamp", TASKS["clamp"][0])
    result = ps.solve(task, seconds=None, executions=5_000, search="best_first", dsl=SMALL)
    assert result.solved
    assert result.search == "best_first"


def test_some_examples_may_be_wrong_where_the_task_says_so() -> None:
    pairs = [([1, 2], 2), ([5, 4, 1], 5), ([7], 7), ([8, 0], 1)]
    task = replace(ps.Task.from_pairs("largest", pairs), accuracy=0.75)
    result = found_by(task, executions=20_000)
    assert result.solved
    assert "max(xs)" in str(result.program)


def test_a_hole_of_a_sketch_is_filled_by_running_whole_programs() -> None:
    task = ps.Task.from_pairs("f", [([1, 2], 5), ([5, 5], 12), ([], 2)])
    sketch = "def f(xs: list[int]) -> int:\n    return ??(sum(xs)) + 1\n"
    result = found_by(task, executions=20_000, sketch=sketch)
    assert result.solved
    assert len(result.filled) == 1
    assert "?" not in str(result.program)


def test_a_guide_that_has_seen_the_like_finds_sooner() -> None:
    task = ps.Task.from_pairs("f", [([1, 2], [2, 4]), ([5], [10]), ([], [])])
    like = "def f(xs: list[int]) -> list[int]:\n    return map(lambda x: x * x, xs)\n"
    (problem,) = captured(task)
    rules = captured_rules(problem)
    weights = Pcfg.fit(rules, [ps.read_program(like, ps.pack())], ps.pack()).weights
    assert weights.programs == 1
    expansions = []
    for guide in (GrammarGuide(weights), GrammarGuide()):
        search = best_first(guide)(problem, 0)
        assert isinstance(search, BestFirst)
        assert first_hit(search) is not None
        expansions.append(search.expansions)
    assert expansions[0] * 2 < expansions[1]


def captured(task: ps.Task) -> list[Problem]:
    """The problem that `solve` makes of a task."""
    found: list[Problem] = []

    def method(problem: Problem, seed: int) -> Any:
        found.append(problem)
        return best_first(UniformGuide())(problem, seed)

    ps.solve(task, seconds=None, executions=1, search=method, dsl=SMALL)
    return found


def captured_rules(problem: Problem) -> Rules:
    search = best_first()(problem, 0)
    assert isinstance(search, BestFirst)
    return search.chart.rules


def test_a_full_frontier_drops_its_dearest_and_says_so() -> None:
    problem, space, _ = problem_of("arithmetic", (77, 78, 79))
    rules = rules_of_space(space, problem.types, problem.result, max_lets=0)
    policy: Policy = Whole(rules)
    search = BestFirst(problem, rules, policy, max_frontier=50)
    while not search.exhausted and search.expansions < 5_000:
        search.ask(Allowance(2_000, None))
    assert len(search._frontier) <= 50
    assert "the frontier was full at 50 partial programs" in search.notes[0]
    assert search.reached > 5


def test_values_are_remembered_up_to_a_bound_and_the_search_goes_on() -> None:
    problem, space, _ = problem_of("arithmetic", (12, 42, 6))
    rules = rules_of_space(space, problem.types, problem.result, max_lets=0)
    bounded = BestFirst(problem, rules, Whole(rules), max_values=50)
    free = BestFirst(problem, rules, Whole(rules))
    hits = [first_hit(bounded), first_hit(free)]
    assert hits[0] is not None
    assert hits[1] is not None
    assert hits[0][1] == hits[1][1]
    assert "50 values are remembered" in bounded.notes[0]
    assert not free.notes
    assert len(bounded.workshop._made) == 50 < len(free.workshop._made)


def test_doubling_in_a_fold_fails_soon() -> None:
    """A body that doubles what it is given, forty times, would need a terabyte."""
    dsl = DSL(
        "doubling", {n: ps.pack().primitives[n] for n in ("fold", "concat.list", "append")}, {}, {}
    )
    pairs = [([1] * 40, [0, 0]), ([2] * 39, [0])]
    task = ps.Task.from_pairs("doubling", pairs)
    result = found_by(task, executions=3_000, dsl=dsl)
    assert result.executions >= 3_000
