"""How tables are drawn: small ones to learn from, larger ones for tests."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..asked import Asked, Inputs

SMALL, LARGE = (1, 6), (7, 20)  # entries of a table, items of a list


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMES = _words(
    "ada bob cem dan eva fay gus hal ida jon kim leo mia ned ola pia quin ray sue tim uma vic wes "
    "xia yan zoe"
)
GOODS = _words(
    "apple bread cheese dates eggs figs grapes honey icing jam kale lemon milk nuts oil peas rice "
    "salt tea umami vinegar wine yeast zest"
)
TOWNS = _words("arles bern cork derby essen faro gent hull izmir jena kyoto lima")
COUNTRIES = _words("chad egypt france ghana japan peru spain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A function of tables: what is right, and its inputs, drawn for a number of entries."""

    name: str
    request: str
    params: str
    description: str
    answer: Callable[..., Any]
    draw: Callable[[random.Random, int], Inputs]
    edges: Sequence[Inputs] = ()

    @property
    def asked(self) -> Asked:
        """The question as what a task asks."""
        return Asked(
            name=self.name,
            request=self.request,
            params=self.params,
            description=self.description,
            answer=self.answer,
            draws=(lambda rng: self.draw(rng, rng.randint(*SMALL)),),
            larger=(lambda rng: self.draw(rng, rng.randint(*LARGE)),),
            edges=self.edges,
        )


def numbers(rng: random.Random, size: int) -> dict[str, int]:
    """Goods and whole numbers from 1 to 50; values come twice now and then."""
    return {name: rng.randint(1, 50) for name in rng.sample(GOODS, min(size, len(GOODS)))}


def balances(rng: random.Random, size: int) -> dict[str, int]:
    """Names and whole numbers, negative ones among them."""
    return {name: rng.randint(-30, 60) for name in rng.sample(NAMES, size)}


def few(rng: random.Random, size: int) -> dict[str, int]:
    """Goods and numbers from 1 to 4, so that values come several times."""
    return {name: rng.randint(1, 4) for name in rng.sample(GOODS, size)}


def homes(rng: random.Random, size: int) -> dict[str, str]:
    """Names and the towns where they live, several in one."""
    towns = rng.sample(TOWNS, 2 + size // 3)
    return {name: rng.choice(towns) for name in rng.sample(NAMES, size)}


def words(rng: random.Random, size: int) -> list[str]:
    """Goods, some of them several times."""
    known = rng.sample(GOODS, 2 + size // 2)
    return [rng.choice(known) for _ in range(size)]


def bookings(rng: random.Random, size: int) -> list[tuple[str, int]]:
    """Names with amounts, each name several times, negative amounts among them."""
    known = rng.sample(NAMES, 2 + size // 4)
    return [(rng.choice(known), rng.randint(-20, 40)) for _ in range(size)]


def marks(rng: random.Random, size: int) -> dict[str, dict[str, int]]:
    """For names, the goods that they have and how many of each: up to four goods."""
    names = rng.sample(NAMES, max(1, size // 2))
    return {
        name: {g: rng.randint(1, 30) for g in rng.sample(GOODS[:8], rng.randint(1, 4))}
        for name in names
    }


def some_keys(rng: random.Random, table: dict[str, Any], others: Sequence[str]) -> list[str]:
    """Keys, some of the table's and some not, in any order."""
    known = rng.sample(list(table), rng.randint(0, len(table)))
    unknown = [name for name in others if name not in table]
    keys = known + rng.sample(unknown, min(len(unknown), rng.randint(0, 2)))
    rng.shuffle(keys)
    return keys
