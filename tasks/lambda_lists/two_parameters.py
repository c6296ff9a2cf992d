"""Bodies of two parameters: zip, fold and scan, alone."""

from __future__ import annotations

from functools import reduce
from itertools import accumulate, pairwise

from .draw import Row

LIST, NUMBER = "list[int]", "int"

FUNCTIONS = (
    Row(
        "twice the one less the other",
        "xs ys",
        LIST,
        lambda xs, ys: [2 * x - y for x, y in zip(xs, ys, strict=True)],
    ),
    Row(
        "products plus n",
        "xs ys n",
        LIST,
        lambda xs, ys, n: [x * y + n for x, y in zip(xs, ys, strict=True)],
    ),
    Row(
        "n times the one plus the other",
        "xs ys n",
        LIST,
        lambda xs, ys, n: [x * n + y for x, y in zip(xs, ys, strict=True)],
    ),
    Row(
        "the larger, squared",
        "xs ys",
        LIST,
        lambda xs, ys: [max(x, y) ** 2 for x, y in zip(xs, ys, strict=True)],
        signed=False,
    ),
    Row(
        "the one where it is larger, else 0",
        "xs ys",
        LIST,
        lambda xs, ys: [x if x > y else 0 for x, y in zip(xs, ys, strict=True)],
    ),
    Row(
        "remainders by the weights",
        "xs weights",
        LIST,
        lambda xs, weights: [x % w for x, w in zip(xs, weights, strict=True)],
    ),
    Row(
        "the one nearer to n",
        "xs ys n",
        LIST,
        lambda xs, ys, n: [
            x if abs(x - n) <= abs(y - n) else y for x, y in zip(xs, ys, strict=True)
        ],
    ),
    Row(
        "the sum of two less the third",
        "xs ys zs",
        LIST,
        lambda xs, ys, zs: [x + y - z for x, y, z in zip(xs, ys, zs, strict=True)],
    ),
    Row(
        "distances added",
        "xs ys",
        NUMBER,
        lambda xs, ys: sum(abs(x - y) for x, y in zip(xs, ys, strict=True)),
    ),
    Row(
        "largest distance apart",
        "xs ys",
        NUMBER,
        lambda xs, ys: max(abs(x - y) for x, y in zip(xs, ys, strict=True)),
    ),
    Row(
        "how many places agree",
        "xs ys",
        NUMBER,
        lambda xs, ys: sum(x == y for x, y in zip(xs, ys, strict=True)),
        few=True,
    ),
    Row(
        "how many of the one are larger",
        "xs ys",
        NUMBER,
        lambda xs, ys: sum(x > y for x, y in zip(xs, ys, strict=True)),
    ),
    Row("sum of the larger ones", "xs ys", NUMBER, lambda xs, ys: sum(map(max, xs, ys))),
    Row("neighbours averaged", "xs", LIST, lambda xs: [(a + b) // 2 for a, b in pairwise(xs)]),
    Row("steps between neighbours", "xs", LIST, lambda xs: [abs(b - a) for a, b in pairwise(xs)]),
    Row("products of neighbours", "xs", LIST, lambda xs: [a * b for a, b in pairwise(xs)]),
    Row("the largest step", "xs", NUMBER, lambda xs: max(abs(b - a) for a, b in pairwise(xs))),
    Row("how many rises", "xs", NUMBER, lambda xs: sum(b > a for a, b in pairwise(xs))),
    Row(
        "differences to the mirror",
        "xs",
        LIST,
        lambda xs: [a - b for a, b in zip(xs, xs[::-1], strict=True)],
    ),
    Row(
        "half of the sum with the sorted",
        "xs",
        LIST,
        lambda xs: [(a + b) // 2 for a, b in zip(xs, sorted(xs), strict=True)],
    ),
    Row("less its place", "xs", LIST, lambda xs: [x - i for i, x in enumerate(xs)]),
    Row("place times n added", "xs n", LIST, lambda xs, n: [x + i * n for i, x in enumerate(xs)]),
    Row(
        "other sign at odd places",
        "xs",
        LIST,
        lambda xs: [-x if i % 2 else x for i, x in enumerate(xs)],
    ),
    Row("sums so far, from n", "xs n", LIST, lambda xs, n: list(accumulate(xs, initial=n))),
    Row(
        "sums so far, never below 0",
        "xs",
        LIST,
        lambda xs: list(accumulate(xs, lambda t, x: max(t + x, 0), initial=0)),
    ),
    Row(
        "sums so far, never over n",
        "xs n",
        LIST,
        lambda xs, n: list(accumulate(xs, lambda t, x: min(t + x, n))),
    ),
    Row(
        "sums so far as remainders",
        "xs k",
        LIST,
        lambda xs, k: list(accumulate(xs, lambda t, x: (t + x) % k)),
    ),
    Row(
        "numbers of the digits so far",
        "xs",
        LIST,
        lambda xs: list(accumulate(xs, lambda t, x: 10 * t + x)),
        digits=True,
        small=(2, 5),
        large=(8, 17),
        signed=False,
    ),
    Row(
        "each less what came before",
        "xs",
        LIST,
        lambda xs: list(accumulate(xs, lambda t, x: x - t)),
    ),
    Row(
        "the last even one so far",
        "xs",
        LIST,
        lambda xs: list(accumulate(xs, lambda t, x: t if x % 2 else x)),
    ),
    Row(
        "falls by k at most",
        "xs k",
        LIST,
        lambda xs, k: list(accumulate(xs, lambda t, x: max(x, t - k))),
    ),
    Row(
        "moves by k at most",
        "xs k",
        LIST,
        lambda xs, k: list(accumulate(xs, lambda t, x: min(max(x, t - k), t + k))),
    ),
    Row(
        "how many over n so far",
        "xs n",
        LIST,
        lambda xs, n: list(accumulate(xs, lambda t, x: t + (x > n), initial=0)),
    ),
    Row(
        "value of a polynomial",
        "xs n",
        NUMBER,
        lambda xs, n: reduce(lambda t, x: t * n + x, xs),
        digits=True,
        small=(2, 4),
        large=(6, 12),
        signed=False,
    ),
    Row(
        "the number of these digits",
        "xs",
        NUMBER,
        lambda xs: reduce(lambda t, x: 10 * t + x, xs),
        digits=True,
        small=(2, 5),
        large=(8, 17),
        signed=False,
    ),
    Row("signs in turn, the last plus", "xs", NUMBER, lambda xs: reduce(lambda t, x: x - t, xs)),
    Row(
        "a balance that stays above 0",
        "xs",
        NUMBER,
        lambda xs: reduce(lambda t, x: max(t + x, 0), xs, 0),
    ),
    Row(
        "half of what was, plus the next",
        "xs",
        NUMBER,
        lambda xs: reduce(lambda t, x: t // 2 + x, xs),
    ),
    Row(
        "the last over n, else 0",
        "xs n",
        NUMBER,
        lambda xs, n: reduce(lambda t, x: x if x > n else t, xs, 0),
    ),
)
