"""Bodies of one parameter: map and filter, and what is made of their results."""

from __future__ import annotations

from .draw import Row

LIST, ROWS, NUMBER = "list[int]", "list[list[int]]", "int"

FUNCTIONS = (
    Row("n minus the square of each", "xs n", LIST, lambda xs, n: [n - x * x for x in xs]),
    Row("each times itself plus n", "xs n", LIST, lambda xs, n: [x * (x + n) for x in xs]),
    Row("each rounded down to a multiple", "xs k", LIST, lambda xs, k: [x - x % k for x in xs]),
    Row("how far each is from n", "xs n", LIST, lambda xs, n: [abs(x - n) for x in xs]),
    Row("squares of the distances to n", "xs n", LIST, lambda xs, n: [(x - n) ** 2 for x in xs]),
    Row("times the length", "xs", LIST, lambda xs: [x * len(xs) for x in xs]),
    Row("sum of the others", "xs", LIST, lambda xs: [sum(xs) - x for x in xs]),
    Row("doubled where over n", "xs n", LIST, lambda xs, n: [2 * x if x > n else x for x in xs]),
    Row("other sign for multiples", "xs k", LIST, lambda xs, k: [x if x % k else -x for x in xs]),
    Row("tens and ones added", "xs", LIST, lambda xs: [x // 10 + x % 10 for x in xs], signed=False),
    Row("plus the product of the ends", "xs", LIST, lambda xs: [x + xs[0] * xs[-1] for x in xs]),
    Row(
        "one of two numbers for each",
        "xs n a b",
        LIST,
        lambda xs, n, a, b: [a if x < n else b for x in xs],
    ),
    Row(
        "quotient plus remainder",
        "xs k",
        LIST,
        lambda xs, k: [x // k + x % k for x in xs],
        signed=False,
    ),
    Row("remainders by the length", "xs", LIST, lambda xs: [x % len(xs) for x in xs]),
    Row(
        "the largest in place of those over n",
        "xs n",
        LIST,
        lambda xs, n: [max(xs) if x > n else x for x in xs],
    ),
    Row("odd ones plus n", "xs n", LIST, lambda xs, n: [x + n if x % 2 else x for x in xs]),
    Row("above or below the mean", "xs", LIST, lambda xs: [x - sum(xs) // len(xs) for x in xs]),
    Row("squares up to that of n", "xs n", LIST, lambda xs, n: [min(x * x, n * n) for x in xs]),
    Row("items at places from the end", "xs at", LIST, lambda xs, at: [xs[-1 - i] for i in at]),
    Row("items plus their places", "xs at", LIST, lambda xs, at: [xs[i] + i for i in at]),
    Row(
        "how often each other occurs",
        "xs others",
        LIST,
        lambda xs, others: [xs.count(x) for x in others],
        few=True,
    ),
    Row("n behind each row", "rows n", ROWS, lambda rows, n: [[*row, n] for row in rows]),
    Row("one of each row", "rows first", LIST, lambda rows, first: [row[first] for row in rows]),
    Row("spread of each row", "rows", LIST, lambda rows: [max(row) - min(row) for row in rows]),
    Row("even ones over n", "xs n", LIST, lambda xs, n: [x for x in xs if x > n and x % 2 == 0]),
    Row(
        "those that differ enough from n",
        "xs n k",
        LIST,
        lambda xs, n, k: [x for x in xs if abs(x - n) > k],
    ),
    Row("those below the mean", "xs", LIST, lambda xs: [x for x in xs if x * len(xs) < sum(xs)]),
    Row(
        "those not below either end",
        "xs",
        LIST,
        lambda xs: [x for x in xs if x >= xs[0] and x >= xs[-1]],
    ),
    Row("those with one remainder", "xs k r", LIST, lambda xs, k, r: [x for x in xs if x % k == r]),
    Row(
        "those in both",
        "xs others",
        LIST,
        lambda xs, others: [x for x in xs if x in others],
        few=True,
    ),
    Row(
        "those not in the others",
        "xs others",
        LIST,
        lambda xs, others: [x for x in xs if x not in others],
        few=True,
    ),
    Row(
        "those whose opposite is there",
        "xs",
        LIST,
        lambda xs: [x for x in xs if -x in xs],
        digits=True,
    ),
    Row(
        "those that come more than once",
        "xs",
        LIST,
        lambda xs: [x for x in xs if xs.count(x) > 1],
        few=True,
    ),
    Row("under half of the largest", "xs", LIST, lambda xs: [x for x in xs if 2 * x < max(xs)]),
    Row(
        "those outside two bounds",
        "xs a b",
        LIST,
        lambda xs, a, b: [x for x in xs if x < a or x > b],
    ),
    Row(
        "places of those over n", "xs n", LIST, lambda xs, n: [i for i, x in enumerate(xs) if x > n]
    ),
    Row(
        "rows longer than k", "rows k", ROWS, lambda rows, k: [row for row in rows if len(row) > k]
    ),
    Row(
        "rows with a sum over n",
        "rows n",
        ROWS,
        lambda rows, n: [row for row in rows if sum(row) > n],
    ),
    Row("the largest under n", "xs n", NUMBER, lambda xs, n: max(x for x in xs if x < n)),
    Row("the first over n", "xs n", NUMBER, lambda xs, n: next(x for x in xs if x > n)),
    Row("squares of the multiples", "xs k", LIST, lambda xs, k: [x * x for x in xs if x % k == 0]),
    Row("how many are near n", "xs n k", NUMBER, lambda xs, n, k: sum(abs(x - n) <= k for x in xs)),
    Row(
        "how many are like their place",
        "xs",
        NUMBER,
        lambda xs: sum(i == x for i, x in enumerate(xs)),
        digits=True,
        signed=False,
    ),
    Row(
        "how many are over the mean",
        "xs",
        NUMBER,
        lambda xs: sum(x * len(xs) > sum(xs) for x in xs),
    ),
    Row(
        "sum of the squares over n",
        "xs n",
        NUMBER,
        lambda xs, n: sum(x * x for x in xs if x * x > n),
    ),
    Row("sum of the distances to n", "xs n", NUMBER, lambda xs, n: sum(abs(x - n) for x in xs)),
    Row("sum of the remainders", "xs k", NUMBER, lambda xs, k: sum(x % k for x in xs)),
    Row("largest distance to n", "xs n", NUMBER, lambda xs, n: max(abs(x - n) for x in xs)),
    Row("the item nearest to n", "xs n", NUMBER, lambda xs, n: min(xs, key=lambda x: abs(x - n))),
    Row("sum of the items at places", "xs at", NUMBER, lambda xs, at: sum(xs[i] for i in at)),
    Row(
        "sorted by the distance to n",
        "xs n",
        LIST,
        lambda xs, n: sorted(xs, key=lambda x: abs(x - n)),
    ),
)
