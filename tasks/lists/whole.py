"""Families about the list as a whole: its order, sums and counts, and questions about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import prod

from .draw import Family, a_list, few_values, often, reaching, small_numbers
from .each import LISTS, is_prime, singles
from .parts import ITEM

QUESTION = "list[int] -> bool"

_ANY = a_list()
_WIDE = a_list(near=False)


def _same_or_mirrored(xs: list[int], _: Sequence[int]) -> list[int]:
    """Equal items, or the same backwards: these two are not to be one."""
    return xs[:1] * len(xs) if len(xs) % 2 else xs + xs[::-1]


ORDERED = (
    Family("upwards", LISTS, sorted, _WIDE),
    Family("downwards", LISTS, lambda xs: sorted(xs, reverse=True), _WIDE),
    Family("each once, upwards", LISTS, lambda xs: sorted(set(xs)), few_values()),
    Family("each once, downwards", LISTS, lambda xs: sorted(set(xs), reverse=True), few_values()),
    Family(
        "number {} from the top",
        ITEM,
        lambda xs, k: sorted(xs)[-k],
        reaching(),
        singles(2, 4, 5),
    ),
    Family(
        "number {} from the bottom",
        ITEM,
        lambda xs, k: sorted(xs)[k - 1],
        reaching(),
        singles(2, 6),
    ),
    Family("the {} largest", LISTS, lambda xs, k: sorted(xs)[-k:][::-1], reaching(), singles(2, 3)),
    Family("the {} smallest", LISTS, lambda xs, k: sorted(xs)[:k], reaching(), singles(2, 4)),
    Family("by the last digit", LISTS, lambda xs: sorted(xs, key=lambda x: x % 10), _WIDE),
    Family("even ones first", LISTS, lambda xs: sorted(xs, key=lambda x: x % 2), _WIDE),
    Family(
        "by the distance to {}",
        LISTS,
        lambda xs, k: sorted(xs, key=lambda x: abs(x - k)),
        _WIDE,
        singles(5, 10),
    ),
    Family(
        "the item in the middle of the order", ITEM, lambda xs: sorted(xs)[len(xs) // 2], a_list(1)
    ),
)

SUMMED = (
    Family("sum plus {}", ITEM, lambda xs, k: sum(xs) + k, _WIDE, singles(1, 3)),
    Family("sum modulo {}", ITEM, lambda xs, k: sum(xs) % k, _WIDE, singles(2, 5, 10)),
    Family(
        "sum of those over {}",
        ITEM,
        lambda xs, k: sum(x for x in xs if x > k),
        _ANY,
        singles(3, 6, 9),
    ),
    Family("sum of the first {}", ITEM, lambda xs, k: sum(xs[:k]), reaching(), singles(2, 3, 4)),
    Family("sum of the even ones", ITEM, lambda xs: sum(x for x in xs if x % 2 == 0), _WIDE),
    Family("sum of squares", ITEM, lambda xs: sum(x * x for x in xs), _WIDE),
    Family("sum of the odd places", ITEM, lambda xs: sum(xs[1::2]), _WIDE),
    Family("sum of the ends", ITEM, lambda xs: xs[0] + xs[-1], a_list(1)),
    Family("sum with signs in turn", ITEM, lambda xs: sum(xs[::2]) - sum(xs[1::2]), _WIDE),
    Family(
        "sum weighted by position", ITEM, lambda xs: sum(i * x for i, x in enumerate(xs)), _WIDE
    ),
    Family("product of all", ITEM, prod, small_numbers()),
    Family(
        "product of the smallest and the largest", ITEM, lambda xs: min(xs) * max(xs), a_list(1)
    ),
    Family("largest minus smallest", ITEM, lambda xs: max(xs) - min(xs), a_list(1)),
    Family("largest plus {}", ITEM, lambda xs, k: max(xs) + k, a_list(1), singles(2, 5)),
    Family("mean, rounded down", ITEM, lambda xs: sum(xs) // len(xs), a_list(1)),
    Family("sums so far", LISTS, lambda xs: list(accumulate(xs)), _WIDE),
    Family("largest so far", LISTS, lambda xs: list(accumulate(xs, max)), _WIDE),
    Family(
        "products so far",
        LISTS,
        lambda xs: list(accumulate(xs, lambda a, b: a * b)),
        small_numbers(),
    ),
    Family(
        "differences of neighbours",
        LISTS,
        lambda xs: [b - a for a, b in pairwise(xs)],
        _WIDE,
    ),
    Family(
        "sums of neighbours",
        LISTS,
        lambda xs: [a + b for a, b in pairwise(xs)],
        _WIDE,
    ),
    Family(
        "sums with the mirror",
        LISTS,
        lambda xs: [a + b for a, b in zip(xs, xs[::-1], strict=True)],
        _WIDE,
    ),
)

COUNTED = (
    Family("how many are {}", ITEM, lambda xs, k: xs.count(k), _ANY, singles(1, 2, 4, 7)),
    Family(
        "how many are over {}", ITEM, lambda xs, k: sum(x > k for x in xs), _ANY, singles(2, 5, 8)
    ),
    Family(
        "how many are multiples of {}",
        ITEM,
        lambda xs, k: sum(x % k == 0 for x in xs),
        _WIDE,
        singles(2, 4, 5),
    ),
    Family("length plus {}", ITEM, lambda xs, k: len(xs) + k, _WIDE, singles(1, 2)),
    Family("length doubled", ITEM, lambda xs: 2 * len(xs), _WIDE),
    Family("how many different ones", ITEM, lambda xs: len(set(xs)), few_values()),
    Family("how often the largest comes", ITEM, lambda xs: xs.count(max(xs)), few_values(1)),
    Family(
        "how often the last comes before", ITEM, lambda xs: xs[:-1].count(xs[-1]), few_values(1)
    ),
    Family(
        "how often the most frequent comes",
        ITEM,
        lambda xs: max(Counter(xs).values()),
        few_values(1),
    ),
    Family("how many primes", ITEM, lambda xs: sum(map(is_prime, xs)), _WIDE),
    Family(
        "how many are over the one before",
        ITEM,
        lambda xs: sum(a < b for a, b in pairwise(xs)),
        _WIDE,
    ),
)

QUESTIONS = (
    Family(
        "is {} in it",
        QUESTION,
        lambda xs, k: k in xs,
        often(lambda xs, s: [*xs[: len(xs) // 2], s[0], *xs[len(xs) // 2 :]], _WIDE),
        singles(1, 2, 4, 6),
    ),
    Family(
        "is one over {}",
        QUESTION,
        lambda xs, k: any(x > k for x in xs),
        often(lambda xs, s: [x % (s[0] + 1) for x in xs], _WIDE),
        singles(8, 12),
    ),
    Family(
        "are all over {}",
        QUESTION,
        lambda xs, k: all(x > k for x in xs),
        often(lambda xs, s: [x + s[0] + 1 for x in xs], _WIDE),
        singles(1, 4),
    ),
    Family(
        "are all multiples of {}",
        QUESTION,
        lambda xs, k: all(x % k == 0 for x in xs),
        often(lambda xs, s: [x - x % s[0] for x in xs], _WIDE),
        singles(4, 5, 6),
    ),
    Family(
        "are there more than {}",
        QUESTION,
        lambda xs, k: len(xs) > k,
        often(lambda xs, s: xs[: s[0] + len(xs) % 2], _WIDE),
        singles(3, 5),
    ),
    Family(
        "is the sum a multiple of {}",
        QUESTION,
        lambda xs, k: sum(xs) % k == 0,
        _WIDE,
        singles(2, 3),
    ),
    Family("is the length even", QUESTION, lambda xs: len(xs) % 2 == 0, _WIDE),
    Family(
        "is it in order",
        QUESTION,
        lambda xs: xs == sorted(xs),
        often(lambda xs, _: sorted(xs), _WIDE),
    ),
    Family(
        "is it the same backwards",
        QUESTION,
        lambda xs: xs == xs[::-1],
        often(lambda xs, _: xs[: len(xs) // 2] + xs[: len(xs) // 2][::-1], _WIDE),
    ),
    Family(
        "are all the same",
        QUESTION,
        lambda xs: len(set(xs)) < 2,
        often(_same_or_mirrored, a_list(2, near=False)),
    ),
    Family(
        "are all different",
        QUESTION,
        lambda xs: len(set(xs)) == len(xs),
        often(lambda xs, _: list(dict.fromkeys(xs)), few_values()),
    ),
    Family(
        "does the first come again",
        QUESTION,
        lambda xs: xs[0] in xs[1:],
        often(lambda xs, _: [*xs[:1], *xs[2:], xs[0], *xs[1:2]], a_list(2, near=False)),
    ),
    Family(
        "is the last the largest",
        QUESTION,
        lambda xs: xs[-1] == max(xs),
        often(lambda xs, _: [*xs, max(xs)], a_list(1, near=False)),
    ),
    Family(
        "are the ends the same",
        QUESTION,
        lambda xs: xs[0] == xs[-1],
        often(lambda xs, _: [*xs, xs[0]], a_list(1, near=False)),
    ),
)

FAMILIES = (*ORDERED, *SUMMED, *COUNTED, *QUESTIONS)
