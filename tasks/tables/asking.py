"""Questions to tables: the best key, a sum, a look-up with a default, a running balance."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from .draw import GOODS, NAMES, Question, balances, bookings, few, marks, numbers


def _balances(opening: dict[str, int], booked: list[tuple[str, int]]) -> dict[str, int]:
    found = dict(opening)
    for name, amount in booked:
        found[name] = found.get(name, 0) + amount
    return found


def _end(table: dict[str, str], key: str) -> str:
    while key in table:
        key = table[key]
    return key


def _chains(rng: Any, size: int) -> tuple[dict[str, str], str]:
    """Chains of names without a circle, and where to begin."""
    names = rng.sample(NAMES, min(size + 2, len(NAMES)))
    table = {
        name: rng.choice(names[i + 1 : i + 4])
        for i, name in enumerate(names[:-1])
        if rng.random() < 0.9
    }
    return table, rng.choice(names[: len(names) // 2 + 1])


def _order(rng: Any, size: int) -> tuple[dict[str, int], list[str]]:
    return numbers(rng, size), [rng.choice(GOODS) for _ in range(rng.randint(1, size + 1))]


def _turned(table: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row, entries in table.items():
        for column, value in entries.items():
            found.setdefault(column, {})[row] = value
    return found


def _best(entries: dict[str, int]) -> str:
    return max(entries, key=lambda key: entries[key])


def _stars(table: dict[str, int]) -> list[str]:
    return sorted(table, key=lambda key: -table[key])


QUESTIONS = (
    Question(
        name="key of the largest value",
        request="dict[str, int] -> str",
        params="table",
        description="the first of the keys with the largest value",
        answer=_best,
        draw=lambda rng, size: (numbers(rng, size),),
    ),
    Question(
        name="keys by falling value",
        request="dict[str, int] -> list[str]",
        params="table",
        description="all keys, that of the largest value first; equal ones in the table's order",
        answer=_stars,
        draw=lambda rng, size: (few(rng, size),),
        edges=(({},),),
    ),
    Question(
        name="three best",
        request="dict[str, int] -> list[str]",
        params="table",
        description="the keys of the three largest values, fewer where there are not three",
        answer=lambda d: _stars(d)[:3],
        draw=lambda rng, size: (numbers(rng, size),),
    ),
    Question(
        name="keys with a value",
        request="(dict[str, int], int) -> list[str]",
        params="table value",
        description="the keys that have that value, in alphabetical order",
        answer=lambda d, n: sorted(k for k, v in d.items() if v == n),
        draw=lambda rng, size: (few(rng, size), rng.randint(1, 4)),
    ),
    Question(
        name="sum of the values",
        request="dict[str, int] -> int",
        params="table",
        description="the sum of all values",
        answer=lambda d: sum(d.values()),
        draw=lambda rng, size: (balances(rng, size),),
        edges=(({},),),
    ),
    Question(
        name="mean of the values",
        request="dict[str, int] -> float",
        params="table",
        description="the mean of all values",
        answer=lambda d: sum(d.values()) / len(d),
        draw=lambda rng, size: (numbers(rng, size),),
    ),
    Question(
        name="a value comes twice",
        request="dict[str, int] -> bool",
        params="table",
        description="do two keys have the same value?",
        answer=lambda d: len(set(d.values())) < len(d),
        draw=lambda rng, size: (rng.choice((few, balances))(rng, min(size, 9)),),
    ),
    Question(
        name="cost of an order",
        request="(dict[str, int], list[str]) -> int",
        params="prices order",
        description="the sum of the prices; what has no price costs nothing",
        answer=lambda d, xs: sum(d.get(x, 0) for x in xs),
        draw=_order,
    ),
    Question(
        name="prices of an order",
        request="(dict[str, int], list[str]) -> list[int]",
        params="prices order",
        description="the price of each, -1 where there is none",
        answer=lambda d, xs: [d.get(x, -1) for x in xs],
        draw=_order,
    ),
    Question(
        name="value of several",
        request="(dict[str, int], dict[str, int]) -> int",
        params="prices order",
        description="the sum of price times number; all goods have a price",
        answer=lambda prices, order: sum(prices[k] * n for k, n in order.items()),
        draw=lambda rng, size: (numbers(rng, len(GOODS)), few(rng, size)),
    ),
    Question(
        name="balances after bookings",
        request="(dict[str, int], list[tuple[str, int]]) -> dict[str, int]",
        params="opening bookings",
        description="the amounts added to the balances; who has none begins with 0",
        answer=_balances,
        draw=lambda rng, size: (balances(rng, 1 + size // 2), bookings(rng, size)),
        edges=(({}, []),),
    ),
    Question(
        name="running balance of one",
        request="(list[tuple[str, int]], str) -> list[int]",
        params="bookings name",
        description="the balance of the one after each of their bookings, from 0",
        answer=lambda xs, name: list(accumulate(n for k, n in xs if k == name)),
        draw=lambda rng, size: _of_one(bookings(rng, size), rng),
    ),
    Question(
        name="end of a chain",
        request="(dict[str, str], str) -> str",
        params="next start",
        description="where one comes who goes on from key to value for as long as there is one",
        answer=_end,
        draw=_chains,
    ),
    Question(
        name="total of each",
        request="dict[str, dict[str, int]] -> dict[str, int]",
        params="table",
        description="for each row the sum of its values",
        answer=lambda d: {k: sum(row.values()) for k, row in d.items()},
        draw=lambda rng, size: (marks(rng, size),),
    ),
    Question(
        name="total of all",
        request="dict[str, dict[str, int]] -> int",
        params="table",
        description="the sum of the values of all rows",
        answer=lambda d: sum(sum(row.values()) for row in d.values()),
        draw=lambda rng, size: (marks(rng, size),),
    ),
    Question(
        name="best of each",
        request="dict[str, dict[str, int]] -> dict[str, str]",
        params="table",
        description="for each row the first of its keys with the largest value",
        answer=lambda d: {k: _best(row) for k, row in d.items()},
        draw=lambda rng, size: (marks(rng, size),),
    ),
    Question(
        name="value in a row",
        request="(dict[str, dict[str, int]], str, str) -> int",
        params="table row column",
        description="the value, 0 where there is no such row or column",
        answer=lambda d, row, column: d.get(row, {}).get(column, 0),
        draw=lambda rng, size: _asked_for(marks(rng, size), rng),
    ),
    Question(
        name="one column",
        request="(dict[str, dict[str, int]], str) -> dict[str, int]",
        params="table column",
        description="the value of each row that has the column",
        answer=lambda d, c: {k: row[c] for k, row in d.items() if c in row},
        draw=lambda rng, size: (marks(rng, size), rng.choice(GOODS[:8])),
    ),
    Question(
        name="rows and columns swapped",
        request="dict[str, dict[str, int]] -> dict[str, dict[str, int]]",
        params="table",
        description="for each column the rows that have it, with their values",
        answer=_turned,
        draw=lambda rng, size: (marks(rng, size),),
    ),
)


def _of_one(booked: list[tuple[str, int]], rng: Any) -> tuple[list[tuple[str, int]], str]:
    return booked, rng.choice(booked)[0]


def _asked_for(table: dict[str, dict[str, int]], rng: Any) -> tuple[Any, str, str]:
    row = rng.choice([*table, *table, *NAMES[:3]])
    columns = [*table.get(row, {}), rng.choice(GOODS[:8])]
    return table, row, rng.choice(columns)
