"""Tables made by counting and by grouping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from .draw import Question, bookings, few, homes, words


def _groups(
    items: Iterable[Any], key: Callable[[Any], Hashable], value: Callable[[Any], Any]
) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(value(item))
    return groups


def _first_letter(word: str) -> str:
    return word[0]


def _first(pair: tuple[str, Any]) -> str:
    return pair[0]


def _second(pair: tuple[str, Any]) -> Any:
    return pair[1]


def _same(item: Any) -> Any:
    return item


QUESTIONS = (
    Question(
        name="items that come twice",
        request="list[str] -> dict[str, int]",
        params="goods",
        description="the items that come at least twice, with how often they come",
        answer=lambda xs: {x: xs.count(x) for x in xs if xs.count(x) > 1},
        draw=lambda rng, size: (words(rng, size + 2),),
        edges=(([],),),
    ),
    Question(
        name="most frequent item",
        request="list[str] -> str",
        params="goods",
        description="the first of those that come most often",
        answer=lambda xs: Counter(xs).most_common(1)[0][0],
        draw=lambda rng, size: (words(rng, size + 1),),
    ),
    Question(
        name="number of different values",
        request="dict[str, int] -> int",
        params="table",
        description="how many different values the table has",
        answer=lambda d: len(set(d.values())),
        draw=lambda rng, size: ({k: rng.randint(1, size + 1) for k in few(rng, size)},),
        edges=(({},),),
    ),
    Question(
        name="lengths of words",
        request="list[str] -> dict[str, int]",
        params="goods",
        description="each word with its number of letters",
        answer=lambda xs: {x: len(x) for x in xs},
        draw=lambda rng, size: (words(rng, size),),
        edges=(([],),),
    ),
    Question(
        name="how many of each length",
        request="list[str] -> dict[int, int]",
        params="goods",
        description="for each length, how many words have it",
        answer=lambda xs: dict(Counter(map(len, xs))),
        draw=lambda rng, size: (words(rng, size),),
        edges=(([],),),
    ),
    Question(
        name="first letters counted",
        request="list[str] -> dict[str, int]",
        params="goods",
        description="for each letter, how many words begin with it",
        answer=lambda xs: dict(Counter(x[0] for x in xs)),
        draw=lambda rng, size: (words(rng, size),),
    ),
    Question(
        name="people in each town",
        request="dict[str, str] -> dict[str, int]",
        params="homes",
        description="for each town, how many live there",
        answer=lambda d: dict(Counter(d.values())),
        draw=lambda rng, size: (homes(rng, size),),
        edges=(({},),),
    ),
    Question(
        name="bookings of each",
        request="list[tuple[str, int]] -> dict[str, int]",
        params="bookings",
        description="for each name, how many bookings there are",
        answer=lambda xs: dict(Counter(name for name, _ in xs)),
        draw=lambda rng, size: (bookings(rng, size),),
    ),
    Question(
        name="words by length",
        request="list[str] -> dict[int, list[str]]",
        params="goods",
        description="for each length, the words that have it, in their order",
        answer=lambda xs: _groups(xs, len, _same),
        draw=lambda rng, size: (words(rng, size),),
        edges=(([],),),
    ),
    Question(
        name="words by first letter, once",
        request="list[str] -> dict[str, list[str]]",
        params="goods",
        description="for each letter, the different words that begin with it, in their order",
        answer=lambda xs: _groups(dict.fromkeys(xs), _first_letter, _same),
        draw=lambda rng, size: (words(rng, size + 1),),
    ),
    Question(
        name="people by town",
        request="dict[str, str] -> dict[str, list[str]]",
        params="homes",
        description="for each town, who lives there, in the order of the table",
        answer=lambda d: _groups(d.items(), _second, _first),
        draw=lambda rng, size: (homes(rng, size),),
    ),
    Question(
        name="sums by name",
        request="list[tuple[str, int]] -> dict[str, int]",
        params="bookings",
        description="for each name, the sum of its amounts",
        answer=lambda xs: {k: sum(v) for k, v in _groups(xs, _first, _second).items()},
        draw=lambda rng, size: (bookings(rng, size),),
        edges=(([],),),
    ),
    Question(
        name="amounts by name",
        request="list[tuple[str, int]] -> dict[str, list[int]]",
        params="bookings",
        description="for each name, its amounts, in their order",
        answer=lambda xs: _groups(xs, _first, _second),
        draw=lambda rng, size: (bookings(rng, size),),
    ),
    Question(
        name="largest by name",
        request="list[tuple[str, int]] -> dict[str, int]",
        params="bookings",
        description="for each name, the largest of its amounts",
        answer=lambda xs: {k: max(v) for k, v in _groups(xs, _first, _second).items()},
        draw=lambda rng, size: (bookings(rng, size),),
    ),
    Question(
        name="first by name",
        request="list[tuple[str, int]] -> dict[str, int]",
        params="bookings",
        description="for each name, the first of its amounts",
        answer=lambda xs: {k: v[0] for k, v in _groups(xs, _first, _second).items()},
        draw=lambda rng, size: (bookings(rng, size + 1),),
    ),
    Question(
        name="even and odd",
        request="list[int] -> dict[bool, list[int]]",
        params="numbers",
        description="the even numbers under True, the odd ones under False, where there are any",
        answer=lambda xs: _groups(xs, lambda x: x % 2 == 0, _same),
        draw=lambda rng, size: ([rng.randint(-9, 30) for _ in range(size)],),
        edges=(([],),),
    ),
)
