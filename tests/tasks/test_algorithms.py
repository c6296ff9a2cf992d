"""The suite of algorithms: its card, its seeds, and that nothing it withholds is left."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest
from progsynth.tasks.algorithms.generate import make

from progsynth.evaluate import evaluate
from progsynth.lang.read import read_program
from progsynth.registry import pack, suite
from progsynth.request import request_text

PROGRAMS = {
    "greatest common divisor": """
def f(a: int, b: int) -> int:
    while b != 0:
        a, b = b, a % b
    return a
""",
    "fizz-buzz": """
def f(n: int) -> str:
    if n % 15 == 0:
        return "FizzBuzz"
    if n % 5 == 0:
        return "Buzz"
    return "Fizz" if n % 3 == 0 else str(n)
""",
    "word count": """
def f(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words(text):
        found = put(found, word, get(found, word, 0) + 1)
    return found
""",
    "sort": """
def f(xs: list[int]) -> list[int]:
    for i in range(len(xs)):
        for j in range(len(xs)):
            if xs[i] < xs[j]:
                x = xs[i]
                xs = put(put(xs, i, xs[j]), j, x)
    return xs
""",
}


def test_the_card_says_what_is_there() -> None:
    card = tomllib.loads(
        (resources.files("progsynth.tasks.algorithms") / "suite.toml").read_text(encoding="utf-8")
    )
    for task in suite("algorithms"):
        assert request_text(task.request) in card["requests"]
        sizes = {kind: len(getattr(task, kind)) for kind in ("train", "validation", "test")}
        assert sizes == card["splits"][task.name]


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_task_has_a_program_without_what_it_withholds(name: str) -> None:
    task = suite("algorithms")[name]
    dsl = pack().without(*task.withheld) if task.withheld else pack()
    program = read_program(PROGRAMS[name], dsl)
    for examples in (task.train, task.validation, task.test):
        assert evaluate(program, examples, dsl, engine="python").solved


def test_a_seed_draws_the_same_examples_again_and_another_one_others() -> None:
    assert make(3).tasks == make(3).tasks
    assert make(3).tasks != make(4).tasks
