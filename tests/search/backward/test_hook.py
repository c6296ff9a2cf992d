"""Programs found backwards, in a search: over the bank in Python and the compiled one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run
from progsynth.lang.term import Function, Program, Term, Var
from progsynth.lang.types import parse_signature
from progsynth.lang.values import equal
from progsynth.registry import pack
from progsynth.search import bottom_up
from progsynth.search.backward.goals import Goals, Solution
from progsynth.search.backward.hook import PATIENCE, Backward
from progsynth.search.constants import mine
from progsynth.search.course import BottomUp
from progsynth.search.fast.fragment import restrict
from progsynth.search.fast.search import search_for as compiled
from progsynth.search.goal import Goal
from progsynth.search.run import Allowance, Candidate
from progsynth.search.universe import make_space
from progsynth.task import Example

pytestmark = pytest.mark.timeout(900)  # the first to run compiles the kernels


def search(
    request: str,
    examples: list[tuple[Any, ...]],
    *,
    allowed: tuple[str, ...] = (),
    fast: bool = False,
    backwards: bool = True,
    misses: int = 0,
    constants: tuple[Any, ...] = (),
) -> BottomUp:
    read, dsl = parse_signature(request), pack()
    rows = tuple(example[:-1] for example in examples)
    outputs = tuple(example[-1] for example in examples)
    mined = mine(read.types, read.result, list(map(Example, rows, outputs)), constants)
    space = make_space(dsl, read.types, read.result, mined, allowed=allowed)
    goal = Goal(read.types, read.result, rows, outputs, misses=misses)

    def wrap(term: Term, cost: int) -> Candidate:
        return Candidate(Program((Function("f", read.names, read.types, read.result, term),)), cost)

    if fast:
        return compiled(restrict(space, dsl)[0], dsl, goal, wrap, backwards=backwards)
    return bottom_up.search_for(space, dsl, goal, wrap, backwards=backwards)


def found(made: BottomUp, executions: int = 250_000) -> tuple[Candidate, ...]:
    candidates: tuple[Candidate, ...] = ()
    spent = 0
    while not candidates and spent < executions and not made.exhausted:
        batch = made.ask(Allowance(executions - spent, None))
        candidates, spent = batch.candidates, spent + batch.executions + 1
    return candidates


def general(candidate: Candidate, meaning: Callable[..., Any], rows: list[tuple[Any, ...]]) -> bool:
    return all(equal(run(candidate.program, row, pack(), Limits()), meaning(*row)) for row in rows)


# request, examples' inputs, what is meant, primitives, other inputs
TASKS: dict[str, tuple[str, list[tuple[Any, ...]], Callable[..., Any], tuple[str, ...], Any]] = {
    "a text of five parts": (
        "(s: str, t: str) -> str",
        [("Ada", "Lovelace"), ("Alan", "Turing"), ("Grace", "Hopper")],
        lambda s, t: f"{t}, {s[0]}. ({s})",
        ("_ + _", "first", "last"),
        [("Emmy", "Noether")],
    ),
    "the middle of a text": (
        "(s: str) -> str",
        [("abc",), ("wxyz",), ("a",), ("hello",), ("banana",), ("to",), ("program",)],
        lambda s: s[(len(s) - 1) // 2 : len(s) // 2 + 1],
        ("_[_:_]", "len", "_ // _", "_ + _", "_ - _"),
        [("abcdefghi",), ("abcdefghij",)],
    ),
    "four labels": (
        "(n: int) -> str",
        [(n,) for n in range(1, 31)],
        lambda n: ("-", "three", "five", "both")[(n % 3 == 0) + 2 * (n % 5 == 0)],
        ("_ % _", "_ == _"),
        [(90,), (91,), (93,), (95,)],
    ),
    "a bound that nobody named": (
        "(n: int) -> str",
        [(n,) for n in (3, 40, 310, 699, 700, 703, 900, 1200, 5, 690, 710, 2000)],
        lambda n: "low" if n < 700 else "high",
        ("_ < _", "_ + _"),
        [(0,), (10**6,)],
    ),
    "a sum of two products": (
        "(a: int, b: int) -> int",
        [(3, 5), (-4, 7), (10, 2), (6, -9), (13, 11)],
        lambda a, b: a * a * a + b * b,
        ("_ * _", "_ + _"),
        [(100, -3)],
    ),
    "a pair": (
        "(xs: list[int]) -> tuple[int, list[int]]",
        [([3, 1, 4],), ([10, 20],), ([7, 7, 7, -2],)],
        lambda xs: (sum(xs) * len(xs), sorted(xs)[::-1]),
        ("sum", "len", "_ * _", "sort", "reverse"),
        [([5, 6],)],
    ),
    "a list of two lists and a number between": (
        "(xs: list[int]) -> list[int]",
        [([3, 1, 4],), ([10, 20],), ([7, 8, 9, -2],)],
        lambda xs: [*sorted(xs), sum(xs), *xs[::-1]],
        ("sum", "sort", "reverse", "_ + _"),
        [([5, 6, 1],)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("fast", [False, True], ids=["in Python", "compiled"])
@pytest.mark.parametrize("name", TASKS)
def test_found_backwards_and_right_beyond_the_examples(name: str, fast: bool) -> None:
    request, inputs, meaning, allowed, others = TASKS[name]
    examples = [(*row, meaning(*row)) for row in inputs]
    (candidate,) = found(search(request, examples, allowed=allowed, fast=fast))
    assert general(candidate, meaning, [*inputs, *others])
    assert candidate.cost > 8


def test_without_it_they_are_not_found_with_as_many_executions() -> None:
    request, inputs, meaning, allowed, _ = TASKS["a text of five parts"]
    examples = [(*row, meaning(*row)) for row in inputs]
    assert not found(search(request, examples, allowed=allowed, backwards=False), 20_000)


@pytest.mark.parametrize("name", ["a sum of two products", "a text of five parts", "four labels"])
def test_both_banks_find_the_same_program(name: str) -> None:
    request, inputs, meaning, allowed, _ = TASKS[name]
    examples = [(*row, meaning(*row)) for row in inputs]
    programs = [
        found(search(request, examples, allowed=allowed, fast=fast))[0].program
        for fast in (False, True)
    ]
    assert programs[0] == programs[1]


def test_no_branch_for_a_single_exception_before_its_turn() -> None:
    examples = [(n, "" if n == 13 else "x") for n in range(10, 24)]
    made = search("(n: int) -> str", examples, allowed=("_ == _",), constants=(13,))
    candidates = found(made)
    assert candidates and made.level >= candidates[0].cost


@pytest.mark.parametrize(("type_", "lacks", "executions", "early"), [
    ("str", 0.0, PATIENCE, True), ("str", 0.0, PATIENCE - 1, False),
    ("str", 8.0, 15 * PATIENCE, False), ("str", 8.0, 16 * PATIENCE, True),
    ("list[int]", 0.0, PATIENCE, True), ("list[int]", 8.0, 10**9, False),
])  # fmt: skip
def test_a_part_of_a_text_that_is_not_worth_its_cost_waits_for_longer(
    type_: str, lacks: float, executions: int, early: bool
) -> None:
    rows: dict[str, list[Any]] = {
        "str": [(f"Ada {word}", word) for word in ("Byron", "Lovelace", "King", "Noel")],
        "list[int]": [([1, 2, 3], [3, 2, 1]), ([5, 9, 7], [7, 9, 5]), ([8, 8, 4], [4, 8, 8])],
    }
    made = search(f"(x: {type_}) -> {type_}", rows[type_])
    backward = Backward(made.space, pack(), made.root, made.goal.expected, made.aimed.view)
    backward.goals.root.add(Solution(8, Var(0), lacks))
    assert bool(list(backward.collected(4, executions))) == early


def test_outputs_are_parted_at_separators_that_few_of_them_have() -> None:
    examples = [("one.", "one"), ("two, six.", "two, six"), ("a.", "a"), ("", "")]
    made = search("(s: str) -> str", examples, constants=(", ", "o"))
    goals = Goals(made.space, pack(), made.root, made.goal.expected, 1.0).all
    parted = [goal.wanted for goal in goals if str(goal.symbol.type) == "list[str]"]
    assert (["one"], ["two", "six"], ["a"], []) in parted
    assert not any("tw" in some for wanted in parted for some in wanted), "no letters"


def test_programs_that_were_rejected_make_room_for_dearer_ones() -> None:
    request, inputs, meaning, allowed, _ = TASKS["a text of five parts"]
    made = search(request, [(*row, meaning(*row)) for row in inputs], allowed=allowed, fast=True)
    terms = set()
    for _ in range(12):
        terms |= {c.program for c in made.ask(Allowance(400_000, None)).candidates}
    assert len(terms) > 6


@pytest.mark.parametrize("backwards", [False, True])
def test_programs_of_a_level_come_in_order_of_cost(backwards: bool) -> None:
    """Of those that are no dearer than the level; what is found backwards is dearer."""
    examples = [(n, 2 * n) for n in (1, 4, -7)]
    made = search("(n: int) -> int", examples, allowed=("_ + _", "_ * _"), backwards=backwards)
    costs = []
    for _ in range(6):
        batch = made.ask(Allowance(40_000, None))
        costs += [(c.cost, made.level) for c in batch.candidates]
    plain = [cost for cost, level in costs if cost <= level]
    assert len(plain) >= 4 and plain == sorted(plain)
    if not backwards:
        assert len(plain) == len(costs)


def test_examples_that_may_be_wrong_allow_conditionals_only() -> None:
    examples = [(n, "low" if n < 50 or n == 91 else "high") for n in range(40, 60)]
    made = search("(n: int) -> str", [*examples, (91, "low")], allowed=("_ < _",), misses=1)
    (candidate,) = found(made)
    outputs = [run(candidate.program, (n,), pack(), Limits()) for n in range(40, 60)]
    assert (
        sum(
            out == ("low" if n < 50 else "high")
            for out, n in zip(outputs, range(40, 60), strict=True)
        )
        == 20
    )
