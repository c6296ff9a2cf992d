"""Tables made of tables: filtered, merged, renamed, joined."""

from __future__ import annotations

from typing import Any

from .draw import COUNTRIES, GOODS, TOWNS, Question, balances, few, homes, numbers, some_keys


def _with_keys(rng: Any, table: dict[str, int]) -> tuple[Any, ...]:
    return table, some_keys(rng, table, GOODS)


def _added(d: dict[str, int], e: dict[str, int]) -> dict[str, int]:
    return {k: d.get(k, 0) + e.get(k, 0) for k in {**d, **e}}


def _overlapping(rng: Any, size: int) -> tuple[dict[str, int], dict[str, int]]:
    """Two tables that have some keys in common, and some of these with the same value."""
    one = few(rng, size)
    kept = rng.sample(list(one), rng.randint(0, len(one)))
    other = {k: rng.choice((one[k], rng.randint(1, 9))) for k in kept}
    return one, {**other, **few(rng, 1 + size // 3)}


def _renaming(rng: Any, size: int) -> tuple[dict[str, int], dict[str, str]]:
    table = numbers(rng, size)
    renamed = rng.sample(list(table), rng.randint(0, len(table)))
    return table, {name: f"new {name}" for name in renamed}


def _countries(rng: Any, size: int) -> tuple[dict[str, str], dict[str, str]]:
    known = rng.sample(TOWNS, len(TOWNS) - 3)
    return homes(rng, size), {town: rng.choice(COUNTRIES) for town in known}


QUESTIONS = (
    Question(
        name="keys and values swapped",
        request="dict[str, int] -> dict[int, str]",
        params="table",
        description="for each value its key, the last one where there are several",
        answer=lambda d: {v: k for k, v in d.items()},
        draw=lambda rng, size: (few(rng, size),),
    ),
    Question(
        name="all prices raised",
        request="(dict[str, int], int) -> dict[str, int]",
        params="prices more",
        description="each value with the number added",
        answer=lambda d, n: {k: v + n for k, v in d.items()},
        draw=lambda rng, size: (numbers(rng, size), rng.randint(-5, 20)),
        edges=(({}, 3),),
    ),
    Question(
        name="above a bound",
        request="(dict[str, int], int) -> dict[str, int]",
        params="prices bound",
        description="the entries whose value is above the bound",
        answer=lambda d, n: {k: v for k, v in d.items() if v > n},
        draw=lambda rng, size: (numbers(rng, size), rng.randint(5, 45)),
    ),
    Question(
        name="without some keys",
        request="(dict[str, int], list[str]) -> dict[str, int]",
        params="table wanted",
        description="the entries whose key is none of those; some of these are not in the table",
        answer=lambda d, ks: {k: v for k, v in d.items() if k not in ks},
        draw=lambda rng, size: _with_keys(rng, numbers(rng, size)),
    ),
    Question(
        name="some keys only",
        request="(dict[str, int], list[str]) -> dict[str, int]",
        params="table wanted",
        description="the entries whose key is one of those; some of these are not in the table",
        answer=lambda d, ks: {k: v for k, v in d.items() if k in ks},
        draw=lambda rng, size: _with_keys(rng, numbers(rng, size)),
    ),
    Question(
        name="keys in capitals",
        request="dict[str, int] -> dict[str, int]",
        params="table",
        description="the same values under the keys in capitals",
        answer=lambda d: {k.upper(): v for k, v in d.items()},
        draw=lambda rng, size: (numbers(rng, size),),
    ),
    Question(
        name="merged by adding",
        request="(dict[str, int], dict[str, int]) -> dict[str, int]",
        params="one other",
        description="the entries of both; where both have a key, the sum",
        answer=_added,
        draw=_overlapping,
        edges=(({}, {}),),
    ),
    Question(
        name="merged by the larger",
        request="(dict[str, int], dict[str, int]) -> dict[str, int]",
        params="one other",
        description="the entries of both; where both have a key, the larger value; all are above 0",
        answer=lambda d, e: {k: max(d.get(k, 0), e.get(k, 0)) for k in {**d, **e}},
        draw=_overlapping,
    ),
    Question(
        name="in both alike",
        request="(dict[str, int], dict[str, int]) -> list[str]",
        params="one other",
        description="the keys, in the first table's order, that have the same value in both",
        answer=lambda d, e: [k for k in d if d[k] == e.get(k)],
        draw=_overlapping,
    ),
    Question(
        name="changed or new",
        request="(dict[str, int], dict[str, int]) -> dict[str, int]",
        params="old new",
        description="the entries of the new table that the old one does not have alike",
        answer=lambda d, e: {k: v for k, v in e.items() if d.get(k) != v},
        draw=_overlapping,
    ),
    Question(
        name="missing stock",
        request="(dict[str, int], dict[str, int]) -> dict[str, int]",
        params="needed stock",
        description="how many are missing of what is needed, where any are",
        answer=lambda d, e: {k: v - e.get(k, 0) for k, v in d.items() if v > e.get(k, 0)},
        draw=_overlapping,
    ),
    Question(
        name="renamed",
        request="(dict[str, int], dict[str, str]) -> dict[str, int]",
        params="table names",
        description="each key by its new name, where it has one",
        answer=lambda d, names: {names.get(k, k): v for k, v in d.items()},
        draw=_renaming,
    ),
    Question(
        name="countries of people",
        request="(dict[str, str], dict[str, str]) -> dict[str, str]",
        params="homes countries",
        description="for each person the country of the town, where the town is known",
        answer=lambda homes, of: {k: of[v] for k, v in homes.items() if v in of},
        draw=_countries,
    ),
    Question(
        name="countries of people, or none",
        request="(dict[str, str], dict[str, str]) -> dict[str, str]",
        params="homes countries",
        description="for each person the country of the town, ? where the town is not known",
        answer=lambda homes, of: {k: of.get(v, "?") for k, v in homes.items()},
        draw=_countries,
    ),
    Question(
        name="debts settled",
        request="dict[str, int] -> dict[str, int]",
        params="balances",
        description="values below 0 made 0",
        answer=lambda d: {k: max(v, 0) for k, v in d.items()},
        draw=lambda rng, size: (balances(rng, size),),
    ),
)
