"""Where the numbers come from: in each domain something has to be read off before a question."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..digits.generate import DIGIT, REQUEST, Deck
from ..graphs.draw import sparse
from ..tables.draw import GOODS
from .functions import Numbers

_LETTERS = "abcdefghijklmnoprstuvwy"
Drawn = tuple[Any, Numbers]  # an input, and the numbers in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Inputs of one kind, drawn for so many numbers.

    `said` is what the numbers are. Where images are read, `draw` takes them from the deck of a
    split; a program has to be right on a share `accuracy` of the examples.
    """

    name: str
    request: str
    param: str
    said: str
    draw: Callable[[random.Random, int, Deck], Drawn]
    neural: tuple[str, ...] = ()
    accuracy: float = 1.0


def _list(rng: random.Random, count: int, _: Deck) -> Drawn:
    xs = [rng.randint(0, 9) for _ in range(count)]
    return xs, xs


def _table(rng: random.Random, count: int, _: Deck) -> Drawn:
    table = {name: rng.randint(1, 9) for name in rng.sample(GOODS, count)}
    return table, list(table.values())


def _graph(rng: random.Random, count: int, _: Deck) -> Drawn:
    graph = sparse(1.5)(rng, count)
    return graph, [len(ends) for ends in graph.values()]


def _text(rng: random.Random, count: int, _: Deck) -> Drawn:
    lengths = [rng.randint(1, 7) for _ in range(count)]
    words = ["".join(rng.choices(_LETTERS, k=length)) for length in lengths]
    return " ".join(words), lengths


def _images(rng: random.Random, count: int, deck: Deck) -> Drawn:
    digits = [rng.randrange(10) for _ in range(count)]
    return [rng.choice(deck.by_digit[digit]) for digit in digits], digits


DOMAINS = (
    Domain(
        name="lists",
        request="list[int] -> int",
        param="xs",
        said="the numbers in the list",
        draw=_list,
    ),
    Domain(
        name="tables",
        request="dict[str, int] -> int",
        param="table",
        said="the numbers in the table",
        draw=_table,
    ),
    Domain(
        name="graphs",
        request="graph[int] -> int",
        param="graph",
        said="the numbers of edges that lead from each node",
        draw=_graph,
    ),
    Domain(
        name="text",
        request="str -> int",
        param="text",
        said="the lengths of the words",
        draw=_text,
    ),
    Domain(
        name="perception",
        request=REQUEST,
        param="images",
        said="the digits in the images",
        draw=_images,
        neural=(DIGIT,),
        accuracy=0.8,
    ),
)
