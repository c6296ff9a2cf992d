"""Program values of which parts are random: what the propagation of distributions computes with.

Such a value is an ordinary one in which leaves (see `distributions`) stand for random parts, so
that the length of a list of random items is known. A `Sieve` is a list of which it is random
which items are there, and a `Real` a number that networks give, with a gradient of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.lang.term import Lambda
from progsynth.lang.values import Value
from progsynth.neural.likelihood.additive import Additive
from progsynth.neural.likelihood.distributions import (
    ABSENT,
    MAX_SUPPORT,
    Leaf,
    NotExact,
    combine,
)
from progsynth.neural.likelihood.real_answers import Answer, Real, Step

Env = tuple[Any, ...]  # the values in scope, innermost last
Fill = Callable[[Sequence[Value]], Value]


@dataclass(frozen=True, slots=True, eq=False)
class Sieve:
    """A list whose items may be ABSENT."""

    items: tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A lambda with the values its body may use."""

    function: Lambda
    env: Env


def sieve(items: Sequence[Any]) -> Sieve | list[Any]:
    """The list of those items that are not ABSENT: a sieve where that is random."""
    there = [item for item in items if item is not ABSENT]
    if any(may_be_absent(item) for item in there):
        return Sieve(tuple(map(whole, there)))
    return there


def may_be_absent(item: Any) -> bool:
    """May the item of a sieve be absent?"""
    return isinstance(item, Leaf) and any(v is ABSENT for v in item.values)


# --------------------------------------------------------------------------- looking inside


def parts_of(value: Any) -> Sequence[Any]:
    """What a container or a closure holds; keys of tables are known and not among it."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, Sieve):
        return value.items
    if isinstance(value, Additive):
        return value.terms
    return value.env if isinstance(value, Closure) else ()


def random_parts(value: Any) -> Iterator[Leaf | Real]:
    """The leaves and reals in it, one for each place."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, Leaf | Answer | Step):
            yield one
        else:
            todo.extend(parts_of(one))


def is_known(value: Any) -> bool:
    """Is it an ordinary value, without random parts?"""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, Leaf | Answer | Step | Sieve | Additive):
            return False
        todo.extend(parts_of(one))
    return True


def leaves_of(value: Any) -> list[Leaf]:
    """Its leaves, each once. Raises NotExact where it holds reals."""
    found: dict[Leaf, None] = {}
    for one in random_parts(value):
        if not isinstance(one, Leaf):
            raise NotExact("a real answer of a network meets a choice or leaves arithmetic")
        found[one] = None
    return list(found)


def filler(value: Any, order: Sequence[Leaf]) -> Fill:
    """The value as a function of those of its leaves, given in this order."""
    if isinstance(value, Leaf):
        place = order.index(value)
        return lambda given: given[place]
    if is_known(value):
        return lambda _: value
    fills = [filler(part, order) for part in parts_of(value)]
    if isinstance(value, list):
        return lambda given: [fill(given) for fill in fills]
    if isinstance(value, tuple):
        return lambda given: tuple([fill(given) for fill in fills])
    if isinstance(value, Additive):
        return lambda given: value.constant + sum([fill(given) for fill in fills])
    if isinstance(value, Sieve):
        return lambda given: [v for fill in fills if (v := fill(given)) is not ABSENT]
    keys = list(value)
    return lambda given: {k: fill(given) for k, fill in zip(keys, fills, strict=True)}


def whole(value: Any) -> Any:
    """The value as one leaf, or known."""
    leaves = leaves_of(value)
    if isinstance(value, Leaf) or (not leaves and not isinstance(value, Sieve)):
        return value
    if isinstance(value, Additive) and math.prod(x.source.size for x in leaves) > MAX_SUPPORT:
        raise NotExact("a sum with more values than can be listed is more than added to")
    fill = filler(value, leaves)
    return combine(leaves, fill) if leaves else fill(())
