"""Several higher-order steps, or lambdas within lambdas."""

from __future__ import annotations

from itertools import accumulate, pairwise
from operator import mul

from .draw import Row

LIST, NUMBER = "list[int]", "int"

FUNCTIONS = (
    Row(
        "new largest less each",
        "xs",
        LIST,
        lambda xs: [m - x for m, x in zip(accumulate(xs, max), xs, strict=True)],
    ),
    Row(
        "sums so far beside the others",
        "xs ys",
        LIST,
        lambda xs, ys: [s + y for s, y in zip(accumulate(xs), ys, strict=True)],
    ),
    Row(
        "the highest sum so far less the lowest",
        "xs",
        NUMBER,
        lambda xs: max(accumulate(xs)) - min(accumulate(xs)),
    ),
    Row(
        "the longest run over n",
        "xs n",
        NUMBER,
        lambda xs, n: max(accumulate(xs, lambda t, x: t + 1 if x > n else 0, initial=0)),
    ),
    Row(
        "sums of neighbours over n",
        "xs n",
        LIST,
        lambda xs, n: [a + b for a, b in pairwise(xs) if a + b > n],
    ),
    Row(
        "the widest gap in the order",
        "xs",
        NUMBER,
        lambda xs: max(b - a for a, b in pairwise(sorted(xs))),
    ),
    Row(
        "weighted mean",
        "xs weights",
        NUMBER,
        lambda xs, weights: sum(map(mul, xs, weights)) // sum(weights),
    ),
    Row(
        "sums of pieces",
        "xs k",
        LIST,
        lambda xs, k: [sum(xs[i : i + k]) for i in range(0, len(xs), k)],
    ),
    Row(
        "table times list",
        "xs table",
        LIST,
        lambda xs, table: [sum(map(mul, row, xs)) for row in table],
    ),
    Row(
        "how many of the list each is over",
        "xs",
        LIST,
        lambda xs: [sum(y < x for y in xs) for x in xs],
        few=True,
    ),
)
