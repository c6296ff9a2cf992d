"""The functions, the easier ones first; most of the later ones are short in terms of the others."""

from __future__ import annotations

import random
from collections.abc import Sequence

from ..asked import Asked, Draw, Inputs

LIST, NUMBER = "list[int]", "int"


def numbers(rng: random.Random, shortest: int, longest: int, largest: int = 9) -> list[int]:
    """A list of so many numbers from 0 on; some come twice."""
    return [rng.randint(0, largest) for _ in range(rng.randint(shortest, longest))]


def a_list(least: int = 0, *, longest: int = 5) -> Draw:
    """A list of at least so many items."""

    def draw(rng: random.Random) -> Inputs:
        return (numbers(rng, least, longest),)

    return draw


def two_lists(longest: int = 4) -> Draw:
    """Two lists."""

    def draw(rng: random.Random) -> Inputs:
        return numbers(rng, 0, longest), numbers(rng, 0, longest)

    return draw


def lists(longest: int = 4) -> Draw:
    """A list of lists."""

    def draw(rng: random.Random) -> Inputs:
        return ([numbers(rng, 0, 3) for _ in range(rng.randint(0, longest))],)

    return draw


def list_and_number(longest: int = 5) -> Draw:
    """A list and a number."""

    def draw(rng: random.Random) -> Inputs:
        return numbers(rng, 0, longest), rng.randint(0, 9)

    return draw


def number_in(margin: int, *, longest: int = 6) -> Draw:
    """A list, and a number that is smaller than its length by `margin` or more."""

    def draw(rng: random.Random) -> Inputs:
        xs = numbers(rng, margin, longest)
        return xs, rng.randint(0, len(xs) - margin)

    return draw


def a_number(largest: int, *, least: int = 0) -> Draw:
    """A number."""

    def draw(rng: random.Random) -> Inputs:
        return (rng.randint(least, largest),)

    return draw


def two_numbers(largest: int) -> Draw:
    """Two numbers."""

    def draw(rng: random.Random) -> Inputs:
        return rng.randint(0, largest), rng.randint(0, largest)

    return draw


def occurring(longest: int = 6) -> Draw:
    """A list and a number that is often in it."""

    def draw(rng: random.Random) -> Inputs:
        xs = numbers(rng, 1, longest, 3)
        return xs, rng.choice((*xs, rng.randint(0, 4)))

    return draw


def _asked(
    name: str,
    types: str,
    params: str,
    description: str,
    answer: object,
    draw: Draw,
    larger: Draw,
    edges: Sequence[Inputs] = (),
) -> Asked:
    assert callable(answer)
    return Asked(
        name=name,
        request=types,
        params=params,
        description=description,
        answer=answer,
        draws=[draw],
        edges=edges,
        larger=[larger],
    )


_SMALL, _LONG = a_list(), a_list(8, longest=14)
_EMPTY: Sequence[Inputs] = (([],), ([7],))

FUNCTIONS = (
    _asked(
        "length",
        "list[int] -> int",
        "xs",
        "The number of items.",
        len,
        _SMALL,
        _LONG,
        _EMPTY,
    ),
    _asked(
        "one more each",
        "list[int] -> list[int]",
        "xs",
        "Each item, and one more.",
        lambda xs: [x + 1 for x in xs],
        _SMALL,
        _LONG,
        _EMPTY,
    ),
    _asked(
        "each twice",
        "list[int] -> list[int]",
        "xs",
        "Each item twice in a row.",
        lambda xs: [x for x in xs for _ in "12"],
        _SMALL,
        _LONG,
        _EMPTY,
    ),
    _asked(
        "without zeros",
        "list[int] -> list[int]",
        "xs",
        "The items that are not 0.",
        lambda xs: [x for x in xs if x != 0],
        lambda rng: (numbers(rng, 0, 6, 2),),
        lambda rng: (numbers(rng, 8, 14, 2),),
        (([],), ([0],), ([3, 0, 0, 4],)),
    ),
    _asked(
        "one at the end",
        "(list[int], int) -> list[int]",
        "xs n",
        "The list, and then n.",
        lambda xs, n: [*xs, n],
        list_and_number(),
        list_and_number(14),
        (([], 3),),
    ),
    _asked(
        "one after the other",
        "(list[int], list[int]) -> list[int]",
        "xs ys",
        "The items of xs, and then those of ys.",
        lambda xs, ys: xs + ys,
        two_lists(),
        two_lists(12),
        (([], [1]), ([2], [])),
    ),
    _asked(
        "down to one",
        "int -> list[int]",
        "n",
        "The numbers from n down to 1.",
        lambda n: list(range(n, 0, -1)),
        a_number(12),
        a_number(40, least=13),
        ((0,), (1,)),
    ),
    _asked(
        "all in one",
        "list[list[int]] -> list[int]",
        "xss",
        "The items of all lists.",
        lambda xss: [x for xs in xss for x in xs],
        lists(),
        lists(9),
        (([],),),
    ),
    _asked(
        "backwards",
        "list[int] -> list[int]",
        "xs",
        "The items from the last to the first.",
        lambda xs: xs[::-1],
        _SMALL,
        _LONG,
        _EMPTY,
    ),
    _asked(
        "last",
        "list[int] -> int",
        "xs",
        "The last item.",
        lambda xs: xs[-1],
        a_list(1),
        _LONG,
        (([4],), ([4, 6],), ([5, 0],)),
    ),
    _asked(
        "all but the last",
        "list[int] -> list[int]",
        "xs",
        "The items before the last.",
        lambda xs: xs[:-1],
        a_list(1),
        _LONG,
        (([4],), ([4, 6],), ([5, 0],)),
    ),
    _asked(
        "how often",
        "(list[int], int) -> int",
        "xs n",
        "How often n is in the list.",
        lambda xs, n: xs.count(n),
        occurring(),
        occurring(14),
    ),
    _asked(
        "sum of two",
        "(int, int) -> int",
        "m n",
        "The sum of the two.",
        lambda m, n: m + n,
        two_numbers(9),
        two_numbers(40),
        ((0, 3), (3, 0)),
    ),
    _asked(
        "so many of them",
        "(int, int) -> list[int]",
        "x n",
        "A list of n times x.",
        lambda x, n: [x] * n,
        two_numbers(7),
        two_numbers(30),
        ((3, 0), (0, 3)),
    ),
    _asked(
        "without the first",
        "(list[int], int) -> list[int]",
        "xs n",
        "All but the first n.",
        lambda xs, n: xs[n:],
        number_in(0),
        number_in(6, longest=15),
    ),
    _asked(
        "item at",
        "(list[int], int) -> int",
        "xs n",
        "The item at position n, from 0.",
        lambda xs, n: xs[n],
        number_in(1),
        number_in(6, longest=15),
    ),
    _asked(
        "sum",
        "list[int] -> int",
        "xs",
        "The sum of all items.",
        sum,
        _SMALL,
        _LONG,
        _EMPTY,
    ),
    _asked(
        "product of two",
        "(int, int) -> int",
        "m n",
        "The product of the two.",
        lambda m, n: m * n,
        two_numbers(7),
        two_numbers(20),
        ((0, 3), (3, 0), (2, 3)),
    ),
    _asked(
        "up from zero",
        "int -> list[int]",
        "n",
        "The numbers from 0 up to before n.",
        lambda n: list(range(n)),
        a_number(12),
        a_number(40, least=13),
        ((0,), (1,)),
    ),
    _asked(
        "only the first",
        "(list[int], int) -> list[int]",
        "xs n",
        "The first n items.",
        lambda xs, n: xs[:n],
        number_in(0),
        number_in(6, longest=15),
    ),
)
