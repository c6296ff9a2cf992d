"""How the demo's tasks are made: reference functions on inputs drawn with a fixed seed.

`python -m progsynth.tasks.demo.generate` prints the text of tasks.json, which is committed; a
test sees to it that it is the same.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable
from importlib import resources
from typing import Any

from progsynth.task import Example, Suite, Task
from progsynth.task_formats import read_tasks, tasks_to_text

SEED = 1
NUM_TRAIN, NUM_VALIDATION, NUM_TEST = 5, 3, 10

GCD_SKETCH = """\
def gcd(a: int, b: int) -> int:
    while b != 0:
        rest = ??
        a = b
        b = rest
    return a
"""

_WORDS = [
    "apple",
    "bread",
    "cheese",
    "dates",
    "eggs",
    "figs",
    "grapes",
    "honey",
    "level",
    "noon",
    "radar",
    "rice",
    "salt",
    "tea",
]
_TOWNS = ["Arles", "Bern", "Cork", "Derby", "Essen", "Faro", "Gent"]
_NAMES = [
    "Ada",
    "Alan",
    "Barbara",
    "Charles",
    "Donald",
    "Edsger",
    "Grace",
    "John",
    "Kathleen",
    "Niklaus",
    "Radia",
    "Tony",
]


def _numbers(rng: random.Random) -> list[int]:
    return [rng.randint(-9, 20) for _ in range(rng.randint(1, 7))]


def _measurements(rng: random.Random) -> list[float]:
    return [rng.randint(1, 80) / 4 for _ in range(rng.randint(1, 6))]


def _sentence(rng: random.Random) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(rng.randint(1, 4)))


def _full_name(rng: random.Random) -> str:
    return " ".join(rng.choice(_NAMES) for _ in range(rng.randint(1, 4)))


def _prices(rng: random.Random) -> dict[str, int]:
    return {name: rng.randint(1, 30) for name in rng.sample(_WORDS, rng.randint(2, 6))}


def _order(rng: random.Random) -> tuple[dict[str, int], list[str]]:
    prices = _prices(rng)
    return prices, [rng.choice(list(prices)) for _ in range(rng.randint(1, 5))]


def _short(rng: random.Random) -> float:
    return rng.randint(1, 40) / 4


def _journey(rng: random.Random) -> tuple[dict[str, dict[str, float]], str]:
    towns = rng.sample(_TOWNS, rng.randint(3, 6))
    roads = {
        town: {t: rng.randint(1, 9) / 2 for t in rng.sample(towns, rng.randint(0, 2)) if t != town}
        for town in towns
    }
    return roads, rng.choice(towns)


def _in_reach(roads: dict[str, dict[str, float]], start: str) -> list[str]:
    found, todo = {start}, [start]
    while todo:
        new = roads[todo.pop()].keys() - found
        found |= new
        todo += new
    return sorted(found)


Inputs = Callable[[random.Random], tuple[Any, ...]]

# Name, request, parameters, sketch, how inputs are drawn, and what is right.
_TASKS: tuple[tuple[str, str, str, str, Inputs, Callable[..., Any]], ...] = (
    (
        "sum of the positive numbers",
        "list[int] -> int",
        "xs",
        "",
        lambda rng: (_numbers(rng),),
        lambda xs: sum(x for x in xs if x > 0),
    ),
    (
        "doubled, backwards",
        "list[int] -> list[int]",
        "xs",
        "",
        lambda rng: (_numbers(rng),),
        lambda xs: [2 * x for x in reversed(xs)],
    ),
    (
        "first word in capitals",
        "str -> str",
        "text",
        "",
        lambda rng: (_sentence(rng),),
        lambda text: text.split()[0].upper(),
    ),
    (
        "initials",
        "str -> str",
        "name",
        "",
        lambda rng: (_full_name(rng),),
        lambda name: "".join(word[0] for word in name.split()),
    ),
    (
        "the goods in order",
        "dict[str, int] -> list[str]",
        "prices",
        "",
        lambda rng: (_prices(rng),),
        sorted,
    ),
    (
        "cost of an order",
        "(dict[str, int], list[str]) -> int",
        "prices order",
        "",
        _order,
        lambda prices, order: sum(prices[name] for name in order),
    ),
    (
        "towns in reach",
        "(graph[str], str) -> list[str]",
        "roads start",
        "",
        _journey,
        _in_reach,
    ),
    (
        "mean",
        "list[float] -> float",
        "xs",
        "",
        lambda rng: (_measurements(rng),),
        lambda xs: sum(xs) / len(xs),
    ),
    (
        "geometric mean",
        "(float, float) -> float",
        "a b",
        "",
        lambda rng: (_short(rng), _short(rng)),
        lambda a, b: math.sqrt(a * b),
    ),
    (
        "greatest common divisor, from a sketch",
        "(int, int) -> int",
        "a b",
        GCD_SKETCH,
        lambda rng: (rng.randint(1, 12) * rng.randint(1, 12), rng.randint(1, 12) * 6),
        math.gcd,
    ),
)


def generate() -> tuple[Task, ...]:
    """The tasks, made anew."""
    made = []
    for name, request, params, sketch, draw, answer in _TASKS:
        rng = random.Random(f"{SEED} {name}")
        examples: dict[str, Example] = {}
        while len(examples) < NUM_TRAIN + NUM_VALIDATION + NUM_TEST:
            inputs = draw(rng)
            examples[repr(inputs)] = Example(inputs, answer(*inputs))
        drawn = list(examples.values())
        first_test = NUM_TRAIN + NUM_VALIDATION
        made.append(
            Task.from_examples(
                name,
                drawn[:NUM_TRAIN],
                request=request,
                validation=drawn[NUM_TRAIN:first_test],
                test=drawn[first_test:],
                params=tuple(params.split()),
                sketch=sketch,
            )
        )
    return tuple(made)


def make() -> Suite:
    """The suite, as committed."""
    with resources.as_file(resources.files(__package__) / "tasks.json") as path:
        return read_tasks(path)


if __name__ == "__main__":
    sys.stdout.write(tasks_to_text(generate()))
