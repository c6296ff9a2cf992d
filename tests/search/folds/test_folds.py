"""Programs that are one fold: what counts as one, and that its step and its condition are found."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from progsynth.evaluate import evaluate
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.read import read_prelude
from progsynth.lang.types import INT, list_of
from progsynth.registry import pack
from progsynth.search.folds.folding import Folding
from progsynth.search.folds.search import folds
from progsynth.search.folds.shapes import shapes
from progsynth.search.kernels import Kernels
from progsynth.search.loops.each import sources
from progsynth.search.loops.ground import Ground
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Budget, run
from progsynth.search.universe import make_space
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

ORIGAMI = pack("origami")
FORWARDS = """
def sweep(f: (b, a) -> b, xs: list[a], init: b) -> b:
    result = init
    for x in xs:
        result = f(result, x)
    return result


def unsweep(f: (b, a) -> b, xs: list[a], init: b) -> b:
    result = init
    for x in xs:
        result = f(init, x)
    return result
"""
LISTS = [[], [0], [4], [3, 0, 0, 4], [0, 2, 0], [7, 1, 5, 0, 6, 2], [0] * 9, [8, 0, 0, 0, 3, 0, 1]]


def forwards() -> DSL:
    """A language whose folds go the other way, by another name, with another order of all."""
    return read_prelude(FORWARDS, ORIGAMI.without("fold", "unfold"), "forwards.psl")


def task(answer: Callable[..., Any], request: str, words: DSL = ORIGAMI) -> Task:
    pairs = [(xs, answer(xs)) for xs in LISTS]
    return Task.from_pairs("one", pairs, request=request, pack=words)


def problem_of(one: Task) -> Problem:
    assert isinstance(one.pack, DSL)
    return make_problem(make_setting(one, dsl=one.pack))


def solved(one: Task, executions: int = 60_000) -> bool:
    problem = problem_of(one)
    outcome = run(
        folds()(problem, 0),
        lambda candidate: evaluate(candidate.program, one.train, problem.dsl),
        lambda candidate: evaluate(candidate.program, (), problem.dsl),
        Budget(None, executions),
    )
    return outcome.solved


def test_a_fold_is_told_by_what_it_does() -> None:
    for words, name, item_first, backwards, places in (
        (ORIGAMI, "fold", True, True, (0, 1, 2)),
        (forwards(), "sweep", False, False, (1, 2, 0)),
    ):
        space = make_space(words, (list_of(INT),), INT, (), max_nesting=0)
        found = {s.name: s for s in shapes(space, Kernels(words, Limits()), INT) if s.item == INT}
        assert list(found) == [name], "what forgets the state is none"
        shape = found[name]
        assert (shape.item_first, shape.backwards) == (item_first, backwards)
        assert shape.places == places


@pytest.mark.parametrize(
    ("answer", "request_"),
    [
        (len, "list[int] -> int"),
        (lambda xs: [x + 1 for x in xs], "list[int] -> list[int]"),
        (lambda xs: [x for x in xs if x != 0], "list[int] -> list[int]"),
        (lambda xs: sum(x == 0 for x in xs), "list[int] -> int"),
    ],
)
def test_steps_and_conditions_are_found(answer: Callable[..., Any], request_: str) -> None:
    assert solved(task(answer, request_))


def test_any_language_with_a_fold_is_served() -> None:
    count = task(lambda xs: sum(x == 0 for x in xs), "list[int] -> int", forwards())
    assert solved(count)


def test_what_is_no_fold_is_soon_left() -> None:
    search = folds()(problem_of(task(lambda xs: 77 if xs else 5, "list[int] -> int")), 0)
    while not search.exhausted:
        assert not search.ask(Allowance(None, None)).candidates
    without = ORIGAMI.without("fold")
    search = folds()(problem_of(task(len, "list[int] -> int", without)), 0)
    assert search.ask(Allowance(None, None)).executions < 2_000 and search.exhausted


def test_branches_are_judged_as_all_ways_through_the_items_are() -> None:
    problem = problem_of(task(lambda xs: [x for x in xs if x != 0], "list[int] -> list[int]"))
    ground = Ground(problem, 0, 0)
    (shape,) = [
        s for s in shapes(ground.outside.space, ground.kernels, problem.result) if s.item == INT
    ]
    (start,) = [s for s in ground.starts(problem.result) if s.param < 0]
    folding = Folding(ground, shape, sources(ground)[0], start)
    steps = list(folding.shelf.up_to(3))[:12]
    for left, right in product(steps, steps):
        for number in folding.judged:
            assert folding._may_end(left.run, right.run, number) == any(
                _way(folding, (left.run, right.run), choice, number) == problem.outputs[number]
                for choice in product((0, 1), repeat=len(folding.items[number]))
            )


def _way(folding: Folding, runs: Any, choice: Any, number: int) -> Any:
    """What the fold comes to when the branches are taken in this order."""
    state = folding.start.values[number]
    for item, side in zip(folding.items[number], choice, strict=True):
        try:
            state = runs[side]((*folding.ground.fixed(folding.plan.kept, number), state, item))
        except Exception:  # whatever a step fails with
            return None
    return state
