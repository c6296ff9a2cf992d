"""Algorithms on lists."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from random import Random
from typing import Any

from progsynth.task import Example

from .algorithm import Algorithm, Draw, Inputs

SORTS = ("sort", "sort_by")
STEPS = ("slice_by.list", "slice_from_by.list", "slice_to_by.list", "slice_all_by.list")


def numbers(rng: Random, length: int, largest: int) -> list[int]:
    """That many numbers, from -largest to largest."""
    return rng.choices(range(-largest, largest + 1), k=length)


def one_list(shortest: int, longest: int, largest: int) -> Draw:
    """A list of numbers from -largest to largest."""
    return lambda rng: (numbers(rng, rng.randint(shortest, longest), largest),)


def lists_to_sort(count: int, length: int, *, seed: int = 0) -> Iterator[Example]:
    """Lists of that length and what they are sorted, drawn as they are asked for."""
    rng = Random(f"{seed} {count} {length}")
    for _ in range(count):
        xs = numbers(rng, length, 10 * length)
        yield Example((xs,), sorted(xs))


def _long_list(rng: Random) -> Inputs:
    """One in five has 1,000 items, the others 500."""
    return (numbers(rng, 1_000 if rng.random() < 0.2 else 500, 10_000),)


def _sorted_and_item(longest: int, largest: int) -> Draw:
    """A sorted list without equal items, and a number that is in it half of the time."""

    def draw(rng: Random) -> Inputs:
        length = rng.randint(max(1, longest // 2), longest)
        xs = sorted(rng.sample(range(-largest, largest), length))
        return xs, rng.choice(xs) if rng.random() < 0.5 else rng.randint(-largest, largest)

    return draw


def _two_sorted(longest: int, largest: int) -> Draw:
    def draw(rng: Random) -> Inputs:
        lengths = [rng.randint(longest // 3, longest) for _ in range(2)]
        return tuple(sorted(numbers(rng, length, largest)) for length in lengths)

    return draw


def _repeating(shortest: int, longest: int, values: int) -> Draw:
    """A list in which items come several times, and often several times in a row."""

    def draw(rng: Random) -> Inputs:
        xs: list[int] = []
        length = rng.randint(shortest, longest)
        while len(xs) < length:
            xs += [rng.randint(0, values)] * rng.choice((1, 1, 2, 3))
        return (xs[:length],)

    return draw


def _run_lengths(xs: list[int]) -> list[tuple[int, int]]:
    return [(x, len(list(run))) for x, run in groupby(xs)]


def _position(xs: list[int], x: int) -> int:
    return xs.index(x) if x in xs else -1


_SMALL_LISTS: tuple[tuple[Any, ...], ...] = (([],), ([3],), ([2, 1],), ([1, 2],), ([3, 1, 2],))

ALGORITHMS = (
    Algorithm(
        name="sort from short lists",
        request="list[int] -> list[int]",
        params=("xs",),
        description="ascending; training lists have at most 5 items, test lists 500 and 1,000",
        answer=sorted,
        edges=(*_SMALL_LISTS, ([2, 2, 1],), ([2, 2, 2],)),
        small=one_list(3, 5, 20),
        large=_long_list,
        num_test=20,
        withheld=SORTS,
        fuel=20_000_000,
        cells=20_000_000,
    ),
    Algorithm(
        name="search in a sorted list",
        request="(list[int], int) -> int",
        params=("xs", "x"),
        description="the position of x in a sorted list without equal items; -1 if it is not there",
        answer=_position,
        edges=(([], 1), ([4], 4), ([4], 5), ([1, 3], 3), ([1, 3], 2)),
        small=_sorted_and_item(10, 20),
        large=_sorted_and_item(1_000, 2_000),
        withheld=("index", "find", "find_if"),
        fuel=2_000_000,
        cells=2_000_000,
    ),
    Algorithm(
        name="reverse",
        request="list[int] -> list[int]",
        params=("xs",),
        description="the items from last to first",
        answer=lambda xs: xs[::-1],
        edges=_SMALL_LISTS,
        small=one_list(3, 6, 20),
        large=one_list(300, 600, 2_000),
        num_test=10,
        withheld=("reverse", *STEPS, *SORTS),
        fuel=2_000_000,
        cells=2_000_000,
    ),
    Algorithm(
        name="merge of two sorted lists",
        request="(list[int], list[int]) -> list[int]",
        params=("xs", "ys"),
        description="the items of two sorted lists as one sorted list",
        answer=lambda xs, ys: sorted(xs + ys),
        edges=(([], []), ([1], []), ([], [1]), ([1, 3], [2]), ([2, 2], [2])),
        small=_two_sorted(5, 20),
        large=_two_sorted(500, 2_000),
        num_test=10,
        withheld=SORTS,
        fuel=10_000_000,
        cells=10_000_000,
    ),
    Algorithm(
        name="each item once",
        request="list[int] -> list[int]",
        params=("xs",),
        description="the items without those that came before",
        answer=lambda xs: list(dict.fromkeys(xs)),
        edges=(([],), ([1],), ([1, 1],), ([2, 1, 2],)),
        small=_repeating(3, 8, 5),
        large=_repeating(400, 800, 500),
        num_test=10,
        withheld=("unique", "counts", "group_by", "dict_of"),
        fuel=5_000_000,
        cells=5_000_000,
    ),
    Algorithm(
        name="run lengths",
        request="list[int] -> list[tuple[int, int]]",
        params=("xs",),
        description="each run of equal items as the item and how long the run is",
        answer=_run_lengths,
        edges=(([],), ([1],), ([1, 1],), ([2, 1, 2],), ([3, 3, 1],)),
        small=_repeating(3, 8, 3),
        large=_repeating(400, 800, 3),
        num_test=10,
        withheld=("runs",),
        fuel=5_000_000,
        cells=5_000_000,
    ),
)
