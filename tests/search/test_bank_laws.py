"""The bank's laws: each value once, in order of cost, and no value of the fragment missing."""

from __future__ import annotations

from typing import Any

import pytest

from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.types import INT, STR, Type, parse_type
from progsynth.lang.values import identity_key
from progsynth.registry import pack
from progsynth.search import fast
from progsynth.search.bank import Bank
from progsynth.search.bottom_up import search_for
from progsynth.search.brute_force import least_costs, row_key
from progsynth.search.course import BottomUp
from progsynth.search.fast.fragment import restrict
from progsynth.search.goal import Goal
from progsynth.search.kernels import FAIL, Kernels
from progsynth.search.levels import Levels
from progsynth.search.run import Allowance, Candidate
from progsynth.search.space import Constant, Space, Symbol
from progsynth.search.universe import make_space

pytestmark = pytest.mark.timeout(900)  # the first to run compiles the kernels

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
        ["lt", "eq", "not", "add.int"],
        "(int, int) -> bool",
        [ONE],
        [(1, 2), (2, 2), (3, 1), (0, 5)],
        5,
    ),
    "conditionals": (["lt", "neg.int"], "(int) -> int", [ZERO], [(3,), (-2,), (0,)], 8),
    "lists": (
        ["append", "reverse.list", "item.list", "len.list", "slice_from.list"],
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
    "map of map meets new elements": (
        ["map", "mul.int"],
        "(list[int]) -> list[int]",
        [TWO],
        [([1],), ([0, 2],)],
        9,
    ),
    "filter": (
        ["filter", "lt", "add.int"],
        "(list[int], int) -> list[int]",
        [],
        [([1, 5, 2], 3), ([4, 0], 0)],
        6,
    ),
    "fold": (
        ["fold", "add.int", "sub.int"],
        "(list[int]) -> int",
        [ZERO],
        [([1, 2, 3],), ([5],), ([],)],
        7,
    ),
    "sort by": (
        ["sort_by", "neg.int", "mod.int"],
        "(list[int]) -> list[int]",
        [TWO],
        [([3, 1, 2, 4],), ([5, 2],)],
        7,
    ),
    "text": (
        ["concat.str", "upper", "item.str", "len.str"],
        "(str) -> str",
        [Constant("-", STR, 1), ZERO],
        [("ab",), ("",), ("Xyz",)],
        5,
    ),
    "scan": (
        ["scan", "add.int", "mul.int"],
        "(list[int], int) -> list[int]",
        [],
        [([1, 2, 3], 2), ([5], 0), ([], 1), ([4, -1], 3)],
        7,
    ),
    "accumulate": (
        ["accumulate", "sub.int", "max.int"],
        "(list[int]) -> list[int]",
        [TWO],
        [([1, 7, 3],), ([5],), ([4, -1],)],
        7,
    ),
    "take while": (
        ["take_while", "drop_while", "lt", "add.int"],
        "(list[int], int) -> list[int]",
        [],
        [([1, 5, 2], 3), ([4, 0], 4), ([3, 4, 9, 0], 5)],
        6,
    ),
    "pairs": (
        ["enumerate.list", "map", "add.int"],
        "(list[int]) -> list[int]",
        [],
        [([7, 8],), ([1, 1, 1],)],
        8,
    ),
    "floats": (
        ["add.float", "mul.float", "neg.float", "lt"],
        "(float, float) -> float",
        [],
        [(1.5, 4.0), (-0.5, 0.25), (2.0, 3.0)],
        5,
    ),
    "dicts": (
        ["put.dict", "get.dict", "keys", "len.list"],
        "(dict[int, int], int) -> int",
        [],
        [({1: 2}, 1), ({}, 3), ({3: 4, 5: 6}, 5)],
        6,
    ),
}


def space_of(names: list[str], request: Type, constants: list[Constant]) -> tuple[Space, DSL]:
    whole = pack()
    dsl = DSL("fragment", {n: whole.primitives[n] for n in names if n in whole.primitives}, {}, {})
    if len(dsl.primitives) < len(names):  # those of the prelude need others
        dsl = whole
    *params, result = request.types
    return make_space(dsl, tuple(params), result, constants, allowed=tuple(names)), dsl


def filled(
    space: Space, dsl: DSL, request: Type, rows: list[tuple[object, ...]], cost: int
) -> tuple[Bank, Symbol]:
    """A bank over all passes: until its lambdas meet nothing new."""
    *params, result = request.types
    root = space.symbol(space.top(tuple(params)), result)
    noted: dict[object, dict[object, object]] = {}
    while True:
        hints = [list(zip(params, row, strict=True)) for row in rows]
        bank = Bank(space, Kernels(dsl, Limits()), root.scope, rows, hints, noted=noted)
        levels = Levels(space, bank, root, keep_root=True)
        for level in range(1, cost + 1):
            for _ in levels.fill(level):
                pass
        before = sum(map(len, noted.values()))
        for scope, pool in bank.pools.items():
            noted.setdefault(scope, {}).update(pool.noted)
        if sum(map(len, noted.values())) == before:
            return bank, root


@pytest.mark.parametrize("name", FRAGMENTS)
def test_the_bank_has_each_value_of_the_fragment_once_at_its_least_cost(name: str) -> None:
    names, text, constants, rows, cost = FRAGMENTS[name]
    request = parse_type(text)
    space, dsl = space_of(names, request, constants)
    bank, root = filled(space, dsl, request, rows, cost)
    found: dict[object, int] = {}
    for entries in bank.shelf(root).cells:
        for entry in entries:
            values = [Failure(FailureKind.DOMAIN) if v is FAIL else v for v in entry.row]
            key = row_key(values)
            assert key not in found, f"twice: {values}"
            found[key] = entry.cost
    expected = least_costs(space, root, rows, dsl, cost)
    assert len(expected) > 3
    assert found == expected


def compiled(
    space: Space, dsl: DSL, goal: Goal, wrap: Any, *, max_level: int, backwards: bool
) -> BottomUp:
    covered, left_out = restrict(space, dsl, tables=True)
    assert not left_out
    limits = Limits()
    bounds = {"max_bytes": 1 << 24, "max_level": max_level, "backwards": backwards}
    made: BottomUp = fast.engine.search_for(covered, dsl, goal, wrap, limits=limits, **bounds)
    return made


SEARCHES = {"in Python": search_for, "compiled": compiled}


@pytest.mark.parametrize("make", SEARCHES.values(), ids=SEARCHES)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("name", FRAGMENTS)
def test_each_value_of_the_fragment_is_found_as_a_goal_at_its_least_cost(
    name: str, make: Any, backwards: bool
) -> None:
    names, text, constants, rows, cost = FRAGMENTS[name]
    request = parse_type(text)
    space, dsl = space_of(names, request, constants)
    *params, result = request.types
    root = space.symbol(space.top(tuple(params)), result)
    wanted: dict[object, tuple[int, tuple[object, ...]]] = {}
    bank, _ = filled(space, dsl, request, rows, cost)
    for entry in [e for cell in bank.shelf(root).cells for e in cell if e.whole][::7]:
        goal = Goal(tuple(params), result, tuple(rows), entry.row)
        search = make(
            space, dsl, goal, lambda term, cost: Candidate(term, cost), max_level=cost,
            backwards=backwards,
        )  # fmt: skip
        batch = search.ask(Allowance(None, None))
        while not batch.candidates and not search.exhausted:
            batch = search.ask(Allowance(None, None))
        assert batch.candidates, f"{entry.row} of cost {entry.cost} is not found"
        # What is found backwards may come before its turn.
        costs = batch.candidates[0].cost, entry.cost
        assert costs[0] >= costs[1] if backwards else costs[0] == costs[1]
        wanted[row_key(entry.row)] = (entry.cost, entry.row)
    assert wanted


@pytest.mark.parametrize("make", SEARCHES.values(), ids=SEARCHES)
@pytest.mark.parametrize("misses", [1, 2])
@pytest.mark.parametrize("name", FRAGMENTS)
def test_with_misses_allowed_the_cheapest_value_right_on_enough_rows_is_found(
    name: str, misses: int, make: Any
) -> None:
    names, text, constants, rows, cost = FRAGMENTS[name]
    if len(rows) <= misses:
        return
    request = parse_type(text)
    space, dsl = space_of(names, request, constants)
    *params, result = request.types
    bank, root = filled(space, dsl, request, rows, cost)
    entries = [entry for cell in bank.shelf(root).cells for entry in cell if entry.whole]
    tried = []
    for entry, other in zip(entries[:: max(1, len(entries) // 12)], entries[1:], strict=False):
        expected = (*other.row[:misses], *entry.row[misses:])  # wrong on the first rows
        least = min(
            e.cost
            for cell in bank.shelf(root).cells
            for e in cell
            if sum(not same(*pair) for pair in zip(e.row, expected, strict=True)) <= misses
        )
        goal = Goal(tuple(params), result, tuple(rows), expected, misses=misses)
        search = make(
            space, dsl, goal, lambda term, cost: Candidate(term, cost), max_level=cost,
            backwards=False,
        )  # fmt: skip
        batch = search.ask(Allowance(None, None))
        while not batch.candidates and not search.exhausted:
            batch = search.ask(Allowance(None, None))
        assert [c.cost for c in batch.candidates] == [least], expected
        tried.append(least)
    assert max(tried) > 1 or misses == len(rows) - 1


def same(left: object, right: object) -> bool:
    return left is not FAIL and identity_key(left) == identity_key(right)
