"""Families about positions: parts of the list, items put in, moved, taken out, repeated."""

from __future__ import annotations

from itertools import chain, groupby

from .draw import Family, a_list, few_values, reaching
from .each import LISTS, singles

ITEM = "list[int] -> int"
ROWS = "list[int] -> list[list[int]]"

_ANY = a_list(near=False)
_PAIR = reaching(which=1)


def _between(xs: list[int], k: int) -> list[int]:
    return list(chain.from_iterable((x, k) for x in xs))[:-1]


PARTS = (
    Family("take {}", LISTS, lambda xs, k: xs[:k], _ANY, singles(2, 3, 5, 6)),
    Family("drop {}", LISTS, lambda xs, k: xs[k:], _ANY, singles(1, 2, 4, 6)),
    Family("take the last {}", LISTS, lambda xs, k: xs[-k:], reaching(), singles(2, 3, 4)),
    Family("drop the last {}", LISTS, lambda xs, k: xs[:-k], reaching(), singles(1, 2, 3)),
    Family(
        "from {} up to {}",
        LISTS,
        lambda xs, i, j: xs[i:j],
        _PAIR,
        ((1, 2), (1, 4), (1, 6), (2, 4), (2, 7), (3, 5), (4, 6)),
    ),
    Family("items in steps of {}", LISTS, lambda xs, k: xs[::k], _ANY, singles(2, 3, 4)),
    Family("every second from {}", LISTS, lambda xs, k: xs[k::2], _ANY, singles(1, 2)),
    Family("all but the ends", LISTS, lambda xs: xs[1:-1], a_list(2)),
    Family("the first half", LISTS, lambda xs: xs[: len(xs) // 2], _ANY),
    Family("the second half", LISTS, lambda xs: xs[len(xs) // 2 :], _ANY),
    Family("the largest and all behind it", LISTS, lambda xs: xs[xs.index(max(xs)) :], a_list(1)),
    Family("all before the smallest", LISTS, lambda xs: xs[: xs.index(min(xs))], a_list(1)),
    Family("as many as the first says", LISTS, lambda xs: xs[1 : 1 + xs[0]], a_list(1)),
)

ITEMS = (
    Family("item {}", ITEM, lambda xs, k: xs[k], reaching(), singles(0, 2, 4, 6)),
    Family("item {} from the end", ITEM, lambda xs, k: xs[-k], reaching(), singles(1, 2, 3)),
    Family("the middle item", ITEM, lambda xs: xs[len(xs) // 2], a_list(1)),
    Family("where the largest is", ITEM, lambda xs: xs.index(max(xs)), few_values(1)),
    Family("where the smallest is", ITEM, lambda xs: xs.index(min(xs)), few_values(1)),
    Family("the item that the first points to", ITEM, lambda xs: xs[xs[0] % len(xs)], a_list(1)),
)

MOVED = (
    Family("rotate left by {}", LISTS, lambda xs, k: xs[k:] + xs[:k], reaching(), singles(1, 2, 3)),
    Family(
        "rotate right by {}", LISTS, lambda xs, k: xs[-k:] + xs[:-k], reaching(), singles(1, 2, 3)
    ),
    Family(
        "swap {} and {}",
        LISTS,
        lambda xs, i, j: [*xs[:i], xs[j], *xs[i + 1 : j], xs[i], *xs[j + 1 :]],
        _PAIR,
        ((0, 1), (0, 3), (1, 3)),
    ),
    Family("reverse the first {}", LISTS, lambda xs, k: xs[:k][::-1] + xs[k:], _ANY, singles(3, 4)),
    Family("backwards", LISTS, lambda xs: xs[::-1], _ANY),
    Family("swap the ends", LISTS, lambda xs: [xs[-1], *xs[1:-1], xs[0]], a_list(2)),
    Family("swap the halves", LISTS, lambda xs: xs[len(xs) // 2 :] + xs[: len(xs) // 2], a_list(2)),
    Family("even places, then odd places", LISTS, lambda xs: xs[::2] + xs[1::2], _ANY),
)

PUT_IN = (
    Family("{} in front", LISTS, lambda xs, k: [k, *xs], _ANY, singles(1, 2, 5)),
    Family("{} behind", LISTS, lambda xs, k: [*xs, k], _ANY, singles(1, 2, 7)),
    Family("{} at both ends", LISTS, lambda xs, k: [k, *xs, k], _ANY, singles(0, 4)),
    Family("item {} in front", LISTS, lambda xs, k: [xs[k], *xs], reaching(), singles(3, 5)),
    Family("item {} behind", LISTS, lambda xs, k: [*xs, xs[k]], reaching(), singles(0, 1, 5)),
    Family(
        "{} put before place {}",
        LISTS,
        lambda xs, x, i: [*xs[:i], x, *xs[i:]],
        _PAIR,
        ((7, 1), (0, 2), (4, 3)),
    ),
    Family(
        "{} in place {}",
        LISTS,
        lambda xs, x, i: [*xs[:i], x, *xs[i + 1 :]],
        _PAIR,
        ((9, 0), (5, 2), (0, 3)),
    ),
    Family("the length in front", LISTS, lambda xs: [len(xs), *xs], _ANY),
    Family("the sum behind", LISTS, lambda xs: [*xs, sum(xs)], _ANY),
    Family("{} between all", LISTS, _between, _ANY, singles(0, 1)),
)


TAKEN_OUT = (
    Family("without item {}", LISTS, lambda xs, k: xs[:k] + xs[k + 1 :], _ANY, singles(1, 3, 5)),
    Family(
        "without {} to {}",
        LISTS,
        lambda xs, i, j: xs[:i] + xs[j + 1 :],
        _PAIR,
        ((1, 2), (1, 3), (2, 4)),
    ),
    Family(
        "without the first that is the largest",
        LISTS,
        lambda xs: [x for i, x in enumerate(xs) if i != xs.index(max(xs))],
        a_list(1),
    ),
    Family("each once", LISTS, lambda xs: list(dict.fromkeys(xs)), few_values()),
    Family("neighbours that are equal once", LISTS, lambda xs: [k for k, _ in groupby(xs)], _ANY),
)

REPEATED = (
    Family("the list {} times", LISTS, lambda xs, k: xs * k, _ANY, singles(3, 4, 5)),
    Family(
        "each item {} times",
        LISTS,
        lambda xs, k: [x for x in xs for _ in range(k)],
        _ANY,
        singles(2, 3),
    ),
    Family("the list and its mirror", LISTS, lambda xs: xs + xs[::-1], _ANY),
    Family(
        "each item as often as it says",
        LISTS,
        lambda xs: [x for x in xs for _ in range(x)],
        a_list(near=False),
    ),
    Family(
        "the last item {} more times",
        LISTS,
        lambda xs, k: xs + xs[-1:] * k,
        a_list(1),
        singles(2, 3),
    ),
)

CUT = (
    Family(
        "pieces of {}",
        ROWS,
        lambda xs, k: [xs[i : i + k] for i in range(0, len(xs), k)],
        _ANY,
        singles(2, 3, 4),
    ),
    Family(
        "neighbours, {} at a time",
        ROWS,
        lambda xs, k: [xs[i : i + k] for i in range(len(xs) - k + 1)],
        _ANY,
        singles(2, 3),
    ),
    Family("each in a list", ROWS, lambda xs: [[x] for x in xs], _ANY),
    Family("all beginnings", ROWS, lambda xs: [xs[: i + 1] for i in range(len(xs))], _ANY),
    Family("runs of equal items", ROWS, lambda xs: [list(g) for _, g in groupby(xs)], a_list()),
    Family("cut at item {}", ROWS, lambda xs, k: [xs[:k], xs[k:]], _ANY, singles(1, 3)),
)

FAMILIES = (*PARTS, *ITEMS, *MOVED, *PUT_IN, *TAKEN_OUT, *REPEATED, *CUT)
