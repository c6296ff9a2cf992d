"""Programs that are one loop: found from examples, right on others, or not proposed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

import progsynth as ps
from progsynth.lang.failure import Limits
from progsynth.lang.interpret import run
from progsynth.lang.term import For, While, subterms
from progsynth.search.loops.search import loops
from progsynth.search.run import Allowance, Candidate, Search
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

Rows = list[tuple[Any, ...]]


def numbers(low: int, high: int, *, count: int = 1, rows: int = 14, seed: int = 0) -> Rows:
    rng = Random(f"{seed} {low} {high}")
    return [tuple(rng.randint(low, high) for _ in range(count)) for _ in range(rows)]


def task_of(name: str, answer: Callable[..., Any], rows: Rows) -> Task:
    return Task.from_pairs(name, [(row, answer(*row)) for row in rows])


def lucas(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def halvings(n: int) -> int:
    count = 0
    while n > 1:
        n, count = n // 2, count + 1
    return count


def below(n: int) -> list[int]:
    found, power = [], 1
    while power < n:
        found.append(power)
        power *= 2
    return found


# name: the answer, rows to learn from, rows to be judged by, the kind of loop
FOUND: dict[str, tuple[Callable[..., Any], Rows, Rows, type]] = {
    "common divisor": (
        math.gcd,
        numbers(1, 200, count=2, rows=20),
        numbers(1, 90_000, count=2, seed=1),
        While,
    ),
    "two before": (lucas, [(n,) for n in range(14)], [(40,), (60,)], For),
    "times itself": (
        lambda a, n: a**n,
        numbers(0, 6, count=2),
        [(3, 20), (2, 40), (7, 0)],
        For,
    ),
}
FOUND |= {
    "halves, listed": (
        lambda n: [n >> k for k in range(n.bit_length())],
        numbers(1, 300),
        [(1,), (10**6,)],
        While,
    ),
}
SLOW: dict[str, tuple[Callable[..., Any], Rows, Rows, type]] = {
    "halvings": (halvings, [(1,), *numbers(1, 500)], [(1,), (2**40,), (10**9,)], While),
    "down in steps": (
        lambda a, k: list(range(a, 0, -k)),
        [(a, k) for a in (1, 5, 9, 16) for k in (1, 2, 4)],
        [(100, 7), (3, 50)],
        While,
    ),
    "powers below": (below, numbers(1, 200), [(0,), (10**5,)], While),
}


def search_on(task: Task, **options: Any) -> Search:
    return loops(**options)(make_problem(make_setting(task)), 0)


def judged(name: str, table: dict[str, Any]) -> None:
    answer, rows, others, kind = table[name]
    search = search_on(task_of(name, answer, rows))
    found: list[Candidate] = []
    while not found and not search.exhausted:
        found += search.ask(Allowance(50_000, None)).candidates
    program = found[0].program
    assert any(isinstance(node, kind) for node in subterms(program.entry.body))
    limits = Limits(10_000_000, 10_000_000)
    assert [run(program, row, ps.pack(), limits) for row in others] == [
        answer(*row) for row in others
    ]


@pytest.mark.parametrize("name", FOUND)
def test_a_loop_is_found_and_right_on_larger_inputs(name: str) -> None:
    judged(name, FOUND)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_a_longer_loop_is_found_and_right_on_larger_inputs(name: str) -> None:
    judged(name, SLOW)


def everything(search: Search, slice_: int = 50_000) -> tuple[list[Any], int]:
    """All that it proposes until it is exhausted, and the executions it says it used."""
    found, used = [], 0
    while not search.exhausted:
        batch = search.ask(Allowance(slice_, None))
        found += batch.candidates
        used += batch.executions
    return found, used


def coins(rows: Sequence[tuple[Any, ...]]) -> Task:
    """A task that nothing solves: the outputs are drawn."""
    rng = Random(7)
    return Task.from_pairs("coins", [(row, rng.randint(0, 10**6)) for row in rows])


def test_what_cannot_be_found_ends_near_its_bound_and_says_so() -> None:
    search = search_on(coins([(n,) for n in range(14)]), max_executions=100_000)
    found, used = everything(search)
    assert not found
    assert search.exhausted and 100_000 <= used <= 800_000  # a shelf is filled in one go
    assert search.ask(Allowance(10, None)).candidates == ()


def test_too_few_examples_bear_no_loop() -> None:
    rows = [(12, 18), (7, 5)]
    found, _ = everything(search_on(task_of("divisor", math.gcd, rows), max_executions=200_000))
    assert not found


def test_slices_of_any_size_give_the_same() -> None:
    task = task_of("two before", lucas, [(n,) for n in range(14)])
    results = [
        [c.program for c in everything(search_on(task, max_executions=200_000), size)[0]]
        for size in (3_000, 200_000)
    ]
    assert results[0] and results[0] == results[1]


@pytest.mark.parametrize("pack_name", ["dreamcoder_lists", "lambdabeam"])
def test_a_pack_without_loops_gets_none(pack_name: str) -> None:
    task = replace(task_of("length", len, [([1] * n,) for n in range(5)]), pack=pack_name)
    assert everything(search_on(task)) == ([], everything(search_on(task))[1])


def test_a_sketch_is_for_others() -> None:
    task = task_of("double", lambda n: n + n, [(n,) for n in range(5)])
    sketch = ps.read_program("def f(n: int) -> int:\n    return n + ??\n", ps.pack())
    search = loops()(make_problem(make_setting(task, sketch=sketch)), 0)
    assert everything(search) == ([], 0)
