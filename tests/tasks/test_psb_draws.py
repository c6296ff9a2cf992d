"""What the generators of 'psb1' and 'psb2' draw: the published ranges, shares and promises."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from itertools import combinations, pairwise
from typing import Any

import pytest
from progsynth.tasks.psb1.generate import PROBLEMS as PSB1
from progsynth.tasks.psb1.problem import random_inputs
from progsynth.tasks.psb2.generate import PROBLEMS as PSB2

NAMED = {problem.name: problem for problem in (*PSB1, *PSB2)}
COUNT = 300

Holds = Callable[..., Any]


def drawn(name: str, count: int = COUNT) -> list[tuple[Any, ...]]:
    return list(random_inputs(NAMED[name], count, random.Random(f"test {name}")))


def within(low: float, high: float, shortest: int, longest: int) -> Holds:
    """Are the items of all lists in the range, and as many as that?"""

    def holds(*lists: list[float]) -> bool:
        return all(
            shortest <= len(xs) <= longest and all(low <= x <= high for x in xs) for xs in lists
        )

    return holds


def texts(shortest: int, longest: int, codes: range, besides: str = "") -> Holds:
    """Are all texts of such a length and of such characters?"""

    def holds(*some: str) -> bool:
        return all(
            shortest <= len(s) <= longest and all(ord(c) in codes or c in besides for c in s)
            for s in some
        )

    return holds


VISIBLE, LOWER = range(33, 127), range(97, 123)

RANGES: dict[str, Holds] = {
    "number-io": lambda n, x: -100 <= n <= 100 and -100 <= x <= 100,
    "small-or-large": lambda n: -10_000 <= n <= 10_000,
    "for-loop-index": lambda start, end, step: (
        -500 <= start < 500 and 1 <= step <= 10 and start < end <= start + 20 * step
    ),
    "compare-string-lengths": texts(0, 49, VISIBLE, " \t\n"),
    "double-letters": texts(0, 20, VISIBLE, " \t\n"),
    "collatz-numbers": lambda n: 1 <= n <= 10_000,
    "replace-space-with-newline": texts(0, 20, VISIBLE, " "),
    "string-differences": texts(0, 10, VISIBLE),
    "even-squares": lambda n: 1 <= n <= 9999,
    "wallis-pi": lambda n: 1 <= n <= 200,
    "string-lengths-backwards": lambda some: (
        len(some) <= 50 and texts(0, 50, VISIBLE, " \t\n")(*some)
    ),
    "last-index-of-zero": lambda xs: within(-50, 50, 1, 50)(xs) and 0 in xs,
    "vector-average": within(-1000, 1000, 1, 50),
    "count-odds": within(-1000, 1000, 0, 50),
    "mirror-image": lambda xs, ys: within(-1000, 1000, 0, 50)(xs, ys) and len(xs) == len(ys),
    "super-anagrams": texts(0, 20, LOWER),
    "vectors-summed": lambda xs, ys: within(-1000, 1000, 0, 50)(xs, ys) and len(xs) == len(ys),
    "x-word-lines": lambda s, n: texts(1, 100, VISIBLE, " \n")(s) and 1 <= n <= 10,
    "pig-latin": lambda s: (texts(0, 50, LOWER, " ")(s) and s.split() == s.split(" ")) or not s,
    "negative-to-zero": within(-1000, 1000, 0, 50),
    "scrabble-score": texts(0, 20, VISIBLE, " \t\n"),
    "word-stats": lambda s: texts(1, 100, VISIBLE, " \t\n")(s) and any(end in s for end in ".!?"),
    "checksum": texts(0, 50, VISIBLE, " \t\n"),
    "digits": lambda n: abs(n) <= 9_999_999_999,
    "grade": lambda *all_: within(0, 100, 5, 5)(all_) and all(a > b for a, b in pairwise(all_[:4])),
    "median": lambda *all_: within(-100, 100, 3, 3)(all_),
    "smallest": lambda *all_: within(-100, 100, 4, 4)(all_),
    "syllables": lambda s: texts(0, 20, VISIBLE, " ")(s) and s == s.lower(),
    "basement": lambda xs: within(-100, 100, 1, 20)(xs) and NAMED["basement"].answer(xs) >= 0,
    "bouncing-balls": lambda start, first, n: 1 <= first <= start < 100 and 1 <= n <= 20,
    "camel-case": lambda s: texts(0, 20, LOWER, "- ")(s) and all(map(str.isalpha, words(s))),
    "coin-sums": lambda n: 1 <= n <= 10_000,
    "cut-vector": within(0, 10_000, 1, 20),
    "dice-game": lambda n, m: 1 <= n <= 1000 and 1 <= m <= 1000,
    "find-pair": lambda xs, target: (
        within(-10_000, 10_000, 2, 20)(xs)
        and [a + b for a, b in combinations(xs, 2)].count(target) == 1
    ),
    "fizz-buzz": lambda n: 1 <= n <= 1_000_000,
    "fuel-cost": within(6, 10_000, 1, 20),
    "gcd": lambda a, b: 1 <= a <= 1_000_000 and 1 <= b <= 1_000_000,
    "indices-of-substring": texts(1, 20, VISIBLE, " "),
    "leaders": within(0, 1000, 0, 20),
    "luhn": within(0, 9, 16, 16),
    "mastermind": lambda code, guess: (
        len(code) == len(guess) == 4 and {*code, *guess} <= {*"BRWYOG"}
    ),
    "middle-character": texts(1, 100, VISIBLE, " "),
    "paired-digits": texts(2, 20, range(48, 58)),
    "shopping-list": lambda prices, discounts: (
        within(0, 50, 1, 20)(prices) and within(0, 100, len(prices), len(prices))(discounts)
    ),
    "snow-day": lambda hours, snow, rate, melt: (
        0 <= hours <= 20 and 0 <= snow < 20 and 0 <= rate < 10 and 0 <= melt < 1
    ),
    "solve-boolean": lambda s: (
        {*s[::2]} <= {*"tf"} and {*s[1::2]} <= {*"&|"} and len(s) in range(3, 40, 2)
    ),
    "spin-words": lambda s: texts(0, 20, LOWER, " ")(s) and (not s or all(s.split(" "))),
    "square-digits": lambda n: 0 <= n <= 1_000_000,
    "substitution-cipher": lambda plain, coded, message: (
        texts(0, 26, LOWER)(plain, coded, message)
        and len({*plain}) == len(plain) == len({*coded}) == len(coded)
        and {*message} <= {*plain}
    ),
    "twitter": texts(0, 200, VISIBLE),
    "vector-distance": lambda xs, ys: within(-100, 100, 1, 20)(xs, ys) and len(xs) == len(ys),
    "bowling": lambda game: 11 <= len(game) <= 21 and {*game} <= {*"123456789-/X"},
}


def words(s: str) -> list[str]:
    return s.replace("-", " ").split(" ") if s else []


def test_all_problems_that_draw_are_checked() -> None:
    assert {*RANGES} == {*NAMED} - {"sum-of-squares"}


@pytest.mark.parametrize("name", RANGES)
def test_inputs_are_in_the_published_ranges(name: str) -> None:
    assert [inputs for inputs in drawn(name) if not RANGES[name](*inputs)] == []


@pytest.mark.parametrize("name", RANGES)
def test_a_problem_has_many_answers(name: str) -> None:
    answers = Counter(repr(NAMED[name].answer(*inputs)) for inputs in drawn(name))
    (_, most), *others = answers.most_common()
    assert others
    assert most < 0.8 * COUNT


def test_shares_are_kept() -> None:
    equal = [len({len(s) for s in inputs}) == 1 for inputs in drawn("compare-string-lengths", 1000)]
    assert 100 <= sum(equal) < 110
    assert sum(len({*inputs}) == 1 for inputs in drawn("median")) >= COUNT // 10
    near = [n for (n,) in drawn("small-or-large", 1000) if min(abs(n - 1000), abs(n - 2000)) <= 10]
    assert 80 <= len(near) < 95
    lengths = Counter(len(xs) for (xs,) in drawn("cut-vector", 190))
    assert lengths[1] >= 20 and lengths[2] >= 20


def test_the_place_that_basement_asks_for_is_anywhere() -> None:
    answers = Counter(NAMED["basement"].answer(*inputs) for inputs in drawn("basement", 2000))
    assert {*answers} == {*range(20)}
    assert answers[0] < 0.25 * 2000
