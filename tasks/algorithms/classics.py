"""The first four: the greatest common divisor, fizz-buzz, a word count, a sort.

Training examples are small and cover the cases (a divisor that takes many steps, an empty text,
equal items); test examples are larger, and of the first three the last ones a hundred times as
large. A sort on lists a hundred times as long is the task 'sort from short lists'.
"""

from __future__ import annotations

import math
import random
import string
from collections import Counter
from collections.abc import Callable
from typing import Any

from progsynth.task import Example, Task

NUM_VALIDATION, NUM_TEST = 20, 50
NUM_LARGE = 10  # of the test, at its end

WITHHELD_FROM_COUNTING = ("counts", "group_by", "update", "runs")
WITHHELD_FROM_SORTING = ("sort.list", "sort.str", "sort_by")


def tasks(seed: int) -> tuple[Task, ...]:
    """The four tasks; they draw from one generator, one after the other."""
    rng = random.Random(seed)
    large = random.Random(f"{seed} large")
    return (
        _greatest_common_divisor(rng),
        _fizz_buzz(large),
        _word_count(rng, large),
        _sorting(rng),
    )


def _greatest_common_divisor(rng: random.Random) -> Task:
    def pairs(largest: int, count: int, most_steps: int) -> list[tuple[int, int]]:
        """Pairs that take Euclid's algorithm from few steps to many, alike."""
        found: list[tuple[int, int]] = []
        taken: Counter[int] = Counter()
        while len(found) < count:
            divisor = rng.randint(1, 30)
            a, b = (divisor * rng.randint(1, largest // divisor) for _ in range(2))
            steps = min(_euclid_steps(a, b), most_steps)
            if taken[steps] <= count // most_steps:
                taken[steps] += 1
                found.append((a, b))
        return found

    return _task(
        "greatest common divisor",
        "(int, int) -> int",
        ("a", "b"),
        math.gcd,
        train=pairs(300, 40, 5),
        validation=pairs(300, NUM_VALIDATION, 5),
        test=pairs(100_000, NUM_TEST, 9),
        description="both numbers are from 1",
    )


def _euclid_steps(a: int, b: int) -> int:
    steps = 0
    while b:
        a, b = b, a % b
        steps += 1
    return steps


def _fizz_buzz(large: random.Random) -> Task:
    def word(n: int) -> str:
        return "Fizz" * (n % 3 == 0) + "Buzz" * (n % 5 == 0) or str(n)

    return _task(
        "fizz-buzz",
        "int -> str",
        ("n",),
        word,
        train=[(n,) for n in range(1, 46)],
        validation=[(n,) for n in range(46, 76)],
        test=[(n,) for n in (*range(76, 226), *large.sample(range(4_500, 7_501), NUM_LARGE))],
        constants=("Fizz", "Buzz", "FizzBuzz"),
        description="Fizz for multiples of 3, Buzz for those of 5, FizzBuzz for both",
    )


def _word_count(rng: random.Random, large: random.Random) -> Task:
    words = ["a", "b", "the", "cat", "dog", "on", "red", "sat", "it", "to"]

    def texts(
        rng: random.Random, count: int, longest: int, known: list[str], shortest: int = 2
    ) -> list[tuple[str]]:
        return [
            (" ".join(rng.choice(known) for _ in range(rng.randint(shortest, longest))),)
            for _ in range(count)
        ]

    others = ["".join(rng.choice(string.ascii_lowercase) for _ in range(4)) for _ in range(30)]
    return _task(
        "word count",
        "str -> dict[str, int]",
        ("text",),
        lambda text: dict(Counter(text.split())),
        train=[("",), ("a",), ("a b",), ("a a",), ("b a b",), *texts(rng, 15, 10, words)],
        validation=texts(rng, NUM_VALIDATION, 10, words),
        test=[
            *texts(rng, NUM_TEST, 60, [*words, *others]),
            *texts(large, NUM_LARGE, 1_000, [*words, *others], 500),
        ],
        withheld=WITHHELD_FROM_COUNTING,
        description="how often each word of the text occurs",
    )


def _sorting(rng: random.Random) -> Task:
    def lists(count: int, longest: int, largest: int) -> list[tuple[list[int]]]:
        return [
            ([rng.randint(-largest, largest) for _ in range(rng.randint(3, longest))],)
            for _ in range(count)
        ]

    small: list[tuple[list[int]]] = [
        ([],),
        ([3],),
        ([2, 1],),
        ([1, 2],),
        ([3, 1, 2],),
        ([2, 2, 1],),
        ([2, 2, 2],),
    ]
    return _task(
        "sort",
        "list[int] -> list[int]",
        ("xs",),
        sorted,
        train=[*small, *lists(14, 6, 20)],
        validation=lists(NUM_VALIDATION, 8, 20),
        test=lists(NUM_TEST, 50, 1000),
        withheld=WITHHELD_FROM_SORTING,
        description="ascending",
    )


def _task(
    name: str,
    request: str,
    params: tuple[str, ...],
    answer: Callable[..., Any],
    *,
    train: list[Any],
    validation: list[Any],
    test: list[Any],
    **options: Any,
) -> Task:
    def examples(rows: list[Any]) -> list[Example]:
        return [Example(row, answer(*row)) for row in rows]

    return Task.from_examples(
        name,
        examples(train),
        request=request,
        validation=examples(validation),
        test=examples(test),
        params=params,
        **options,
    )
