"""Loops that count their turns: with plain steps, and with steps that are conditionals."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import pytest

import progsynth as ps
from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run
from progsynth.lang.term import Program
from progsynth.lang.types import INT
from progsynth.search.loops.branching import Branching
from progsynth.search.loops.counting import Counting, counters
from progsynth.search.loops.ground import Ground
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

Step = Callable[[int], int]


def halved_or_less_one(n: int) -> int:
    return n // 2 if n % 2 == 0 else n - 1


def thirds_or_up(n: int) -> int:
    return n // 3 if n % 3 == 0 else n + 1


def turns(step: Step, last: int, n: int) -> int:
    count = 0
    while n > last:
        n, count = step(n), count + 1
    return count


def task_of(step: Step, last: int, extra: int = 0) -> Task:
    rows = [*range(24), 36, 40, 55, 77, 81, 100]
    return Task.from_pairs("turns", [((n,), turns(step, last, n) + extra) for n in rows])


def ground_of(task: Task) -> Ground:
    return Ground(make_problem(make_setting(task)), 0, 100_000)


def first_found(task: Task) -> Program:
    ground = ground_of(task)
    (first,) = (start for start in ground.starts(INT) if start.param == 0)
    counting = Counting(ground, counters(ground)[0], first)
    plain = (found for cost in range(2, 12) for found in counting.at(cost))
    found = next(one for one in chain(plain, counting.conditional()) if one is not None)
    return ground.problem.program(found.term)


@pytest.mark.parametrize(
    ("step", "last", "extra"),
    [(halved_or_less_one, 0, 0), (thirds_or_up, 2, 1), (lambda n: n // 2, 0, 0)],
    ids=["halved or less one", "thirds or up", "halved"],
)
def test_turns_are_counted(step: Step, last: int, extra: int) -> None:
    program = first_found(task_of(step, last, extra))
    limits = Limits(10_000_000, 10_000_000)
    others = [(n,) for n in (1, 2, 999, 1000, 54_321, 10**6)]
    expected = [turns(step, last, n) + extra for (n,) in others]
    assert [run(program, row, ps.pack(), limits) for row in others] == expected


def steps_of(task: Task) -> list[Callable[[tuple[int]], int]]:
    ground = ground_of(task)
    counter = counters(ground)[0]
    pairs = zip((row[0] for row in ground.inputs), counter.turns, strict=True)
    return [step.run for step in Branching(ground, pairs).steps() if step is not None]


def test_conditional_steps_are_right_wherever_it_is_known_what_is_left() -> None:
    task = task_of(halved_or_less_one, 0)
    left = {example.inputs[0]: example.output for example in task.train}
    found = steps_of(task)
    assert found
    for step in found:
        for n, count in left.items():
            if count and step((n,)) in left and n < 20:
                assert left[step((n,))] == count - 1


def test_there_are_no_steps_where_the_same_start_takes_different_turns() -> None:
    pairs = [((n, k), n + k) for n in range(6) for k in range(3)]
    task = Task.from_pairs("sum", pairs)
    ground = ground_of(task)
    starts = [(row[0], output) for row, output in zip(ground.inputs, ground.outputs, strict=True)]
    assert list(Branching(ground, starts).steps()) == []


def test_the_counter_that_makes_no_turn_on_some_example_comes_first() -> None:
    ground = ground_of(task_of(thirds_or_up, 2, 1))
    assert [min(counter.turns) for counter in counters(ground)] == [0, 1, 2]
