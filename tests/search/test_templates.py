"""Small programs first: which are tried, in which order, at what cost; and what comes after."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import progsynth as ps
from progsynth.lang.failure import Failure
from progsynth.lang.interpret import run as interpreted
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Call, Lambda, Program, Term
from progsynth.search.best_first import best_first
from progsynth.search.brute_force import all_terms, row_key
from progsynth.search.constants import mine
from progsynth.search.first import First, first
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Search
from progsynth.search.templates import Templates, templates
from progsynth.search.typed_rules import is_whole
from progsynth.search.universe import make_space
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting

NAMES = ["add.int", "sub.int", "mul.int", "lt", "max.list", "sum.int", "append", "len.list"]
NAMES += ["map", "filter", "fold", "sort.list", "item.list", "reverse.list"]


def small_pack(names: list[str]) -> DSL:
    whole = ps.pack()
    primitives = {n: whole.primitives[n] for n in names if n in whole.primitives}
    functions = {n: whole.functions[n] for n in names if n in whole.functions}
    return DSL("small", primitives, functions, {})


SMALL = small_pack(NAMES)
ROWS = [[3, -1, 4], [1, 5], [9, -2, 6, 5], [-7, 8, -3, 0, 2], [6, 6, -5, 1]]

# name: the program that is looked for, and the stage it is of
SHAPES = {
    "a call": ("max(xs)", 1),
    "a map of a call": ("map(lambda x: x * x, xs)", 2),
    "a filter by a call": ("filter(lambda x: 2 < x, xs)", 2),
    "a fold with a call": ("fold(lambda a, x: a - x, 0, xs)", 2),
    "a call over a call": ("sort(xs)[1]", 3),
    "a call over the input and a call": ("append(xs, max(xs))", 3),
    "a call over a map": ("sum(map(lambda x: x * x, xs))", 4),
    "a map over a call": ("map(lambda x: x * x, sort(xs))", 5),
}


HARD = "fold(lambda a, x: a * 3 - x * x + 7, 1, sort(xs)) - len(xs)"


def task_of(expression: str, **options: Any) -> ps.Task:
    """The task whose outputs the expression gives, in a program that reads `xs`."""
    kind = "int" if not expression.startswith(("map", "filter", "append")) else "list[int]"
    text = f"def f(xs: list[int]) -> {kind}:\n    return {expression}\n"
    program = ps.read_program(text, ps.pack())
    pairs = [(xs, interpreted(program, (xs,), ps.pack())) for xs in ROWS]
    return ps.Task.from_pairs("task", pairs, **options)


def search_in(task: ps.Task, method: Any, **options: Any) -> tuple[ps.Result, Search]:
    made: list[Search] = []

    def captured(problem: Problem, seed: int) -> Search:
        made.append(method(problem, seed))
        return made[0]

    options = {"seconds": None, "executions": 400_000, "dsl": SMALL, "choose": False, **options}
    return ps.solve(task, search=captured, **options), made[0]


@pytest.mark.parametrize("name", SHAPES)
def test_a_program_of_each_shape_is_found_in_its_stage(name: str) -> None:
    expression, stage = SHAPES[name]
    result, search = search_in(task_of(expression), templates())
    assert result.solved, result
    assert search.level == stage, result.program


def test_every_program_of_one_call_or_two_nested_ones_is_tried() -> None:
    dsl = small_pack(["add.int", "neg.int", "mul.int"])
    pairs = [((3, 7), 1), ((5, -2), 1), ((-4, 11), 1)]
    task = ps.Task.from_pairs("task", pairs)
    rows = [inputs for inputs, _ in pairs]
    constants = [c for c in mine(task.types, task.result, task.train) if c.cost == 1]
    space = make_space(dsl, task.types, task.result, constants)
    root = space.symbol(space.top(task.types), task.result)
    known: dict[Hashable, tuple[int, ...]] = {}
    for cost in range(2, 5):
        for term in all_terms(space, root, cost):
            if _calls(term) in ((0, 0), (0, 1)):
                values = [interpreted(_program(task, term), row, dsl) for row in rows]
                if not any(isinstance(v, Failure) for v in values):
                    known.setdefault(row_key(values), tuple(values))  # type: ignore[arg-type]
    assert len(known) > 40
    for outputs in list(known.values())[::20]:
        wanted = ps.Task.from_pairs("task", list(zip(rows, outputs, strict=True)))
        result, _ = search_in(wanted, templates(), dsl=dsl)
        assert result.solved, outputs


def _program(task: ps.Task, term: Term) -> Any:
    function = ps.read_program("def f(x: int, y: int) -> int:\n    return x\n", ps.pack()).entry
    assert function.types == task.types
    return Program((replace(function, body=term),))


def _calls(term: Term) -> tuple[int, int]:
    """Of a call: how many of its arguments hold calls of calls, and how many are calls."""
    deep = sum(any(isinstance(c, Call) for c in a.children) for a in term.children)
    if not isinstance(term, Call) or any(isinstance(a, Lambda) for a in term.args):
        return (9, 9)
    return deep, sum(isinstance(a, Call) for a in term.args)


def test_its_executions_are_bounded_and_each_stage_has_its_share() -> None:
    task = ps.Task.from_pairs("none", [([3, 1, 4], 12345), ([1, 5], -777), ([9, 2], 31)])

    for bound in (300, 3_000):
        result, search = search_in(task, templates(max_executions=bound))
        assert result.stop_reason == "exhausted"
        assert search.level == 5
        assert bound * 0.8 <= result.executions <= bound * 1.1 + 64 * 3 * 5


def test_the_same_each_time() -> None:
    task = task_of("sort(xs)[1]")
    found = [search_in(task, templates(max_executions=20_000), seed=seed)[0] for seed in (0, 1)]
    assert found[0].program == found[1].program
    assert found[0].executions == found[1].executions


def test_what_comes_after_takes_over_with_what_is_left_of_the_budget() -> None:
    task = task_of("sort(map(lambda x: x * x, xs))[1] + max(xs)")
    method = first(templates(max_executions=2_000), best_first())
    result, search = search_in(task, method, executions=4_000)
    assert isinstance(search, First)
    assert [part.search for part in search.parts] == ["templates", "best_first"]
    assert search.name == "best_first" == result.search
    assert search.parts[0].executions >= 1_800
    assert sum(part.executions for part in search.parts) <= result.executions < 4_500
    assert not result.solved


def test_of_three_one_after_the_other_the_whole_goes_by_the_name_of_the_last() -> None:
    small = templates(max_executions=200)
    method = first(small, first(small, best_first()))
    result, search = search_in(task_of(HARD), method, executions=2_000)
    assert search.name == "best_first" == result.search


def test_a_small_program_is_credited_to_the_templates() -> None:
    result, search = search_in(task_of("max(xs)"), first(templates(), best_first()))
    assert result.solved
    assert isinstance(search, First)
    assert [part.search for part in search.parts] == ["templates"]


def test_what_validation_rejects_leaves_others_to_come() -> None:
    pairs = [([3, 1], 3), ([5, 2], 5)]
    task = ps.Task.from_pairs("first", pairs, validation=[([1, 7], 1)])
    result, _ = search_in(task, templates())
    assert result.solved
    assert result.rejected
    assert "xs[0]" in str(result.program)


def test_tensors_are_compared_as_values() -> None:
    one, other = np.array([1.0, 2.0]), np.array([0.5, 4.0])
    pairs = [(([one], 3), 3), (([other, other], -2), -4)]
    task = ps.Task.from_pairs("t", pairs, request="(list[tensor[2]], int) -> int")
    result, _ = search_in(task, templates())
    assert result.solved
    same = ps.Task.from_pairs("t", [((one, 3), one)], request="(tensor[2], int) -> tensor[2]")
    assert search_in(same, templates())[0].solved


def test_in_a_sketch_it_has_nothing_to_try() -> None:
    task = task_of("max(xs)")
    sketch = "def f(xs: list[int]) -> int:\n    return ??(sort(xs)) + 0\n"
    wholes: list[bool] = []

    def method(problem: Problem, seed: int) -> Search:
        wholes.append(is_whole(problem))
        return Templates(problem)

    result = ps.solve(
        task, seconds=None, executions=10_000, search=method, sketch=sketch, dsl=SMALL
    )
    assert wholes == [False]
    assert result.stop_reason == "exhausted"
    assert result.executions == 0


def test_candidates_are_told_apart_by_who_found_them() -> None:
    task = task_of("max(xs)")
    _, search = search_in(task, first(templates(), best_first()), executions=1)
    assert isinstance(search, First)
    batch = search.ask(Allowance(None, None))
    while not batch.candidates:
        batch = search.ask(Allowance(None, None))
    assert search.finder(batch.candidates[0]) == "templates"
    other = ps.solve(task, seconds=1, search=best_first(), dsl=SMALL)
    assert other.solved


def _halting(share: float, **bounds: int) -> First:
    """Both searches on a task that no small program solves, after a first ask with that share."""
    hard = task_of(HARD)
    problem = make_problem(make_setting(hard, dsl=SMALL))
    search = first(templates(), best_first(), share=share, name="both")(problem, 0)
    assert isinstance(search, First)
    left = dict(bounds)
    for _ in range(1_000):
        if len(search.parts) == 2:
            break
        batch = search.ask(Allowance(left.get("executions"), None, programs=left.get("programs")))
        used = {"executions": batch.executions, "programs": batch.programs}
        left = {name: n - used[name] for name, n in left.items()}
    assert [part.search for part in search.parts] == ["templates", "best_first"]
    assert search.name == "both"
    return search


def test_small_programs_have_a_share_of_the_budget_and_no_more() -> None:
    before, _ = _halting(0.1, executions=40_000).parts
    assert 4_000 <= before.executions < 5_000
    before, _ = _halting(0.1, programs=4_000).parts
    assert 400 <= before.programs < 600


@pytest.mark.parametrize("bounds", [{"executions": 50}, {"programs": 50}])
def test_of_a_budget_that_is_tiny_they_have_nothing(bounds: dict[str, int]) -> None:
    before, then = _halting(0.1, **bounds).parts
    assert (before.programs, before.executions) == (0, 0)
    assert then.programs > 0


def test_a_share_of_seconds_ends_by_the_clock() -> None:
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 0.01
        return now

    hard = make_problem(make_setting(task_of(HARD), dsl=SMALL))
    search = first(templates(), best_first(), share=0.1)(hard, 0)
    assert isinstance(search, First)
    while len(search.parts) == 1:
        search.ask(Allowance(None, clock() + 0.2, clock, end=20.0))
    assert 2.0 <= now < 3.0


@pytest.mark.parametrize("search", ["best_first", "genetic", "flat_genetic"])
def test_they_come_before_the_searches_that_solve_knows_by_name(search: str) -> None:
    result = ps.solve(task_of("max(xs)"), search=search, dsl=SMALL, seconds=60)
    assert result.solved
    assert (result.search, result.found_by) == (search, "templates")
    assert [used.search for used in result.searches] == ["templates"]
