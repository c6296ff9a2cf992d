"""The lists that calls may go over: cheap ones, made of the parameters without lambdas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from progsynth import registry
from progsynth.lang.types import Type
from progsynth.lang.values import Value, identity_key
from progsynth.search.constants import mine
from progsynth.search.goal import working_limits
from progsynth.search.items.calls import has_parts
from progsynth.search.kernels import FAILURES, Kernels
from progsynth.search.loops.cheap import Cheap, Store, pool_of
from progsynth.search.problem import Problem
from progsynth.search.sources import plain
from progsynth.search.space import Space
from progsynth.search.universe import make_space
from progsynth.task import Example

_LISTS = 6  # of one type
_LOOKED = 100  # expressions of one type that are looked at for them
_DEAREST = 4
_LONGEST = 200  # items
_PARTS = {2, 3}  # of an item that is seen as its parts


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """A list: what makes it of the parameters, the type of its items, these on each example.
    Items that are lists of so many `parts` each are seen as these; 0 for the items themselves."""

    made: Cheap
    item: Type
    items: tuple[Sequence[Any], ...]
    parts: int = 0

    @property
    def types(self) -> tuple[Type, ...]:
        """The types of what is seen of an item."""
        return (self.item.types[0],) * self.parts if self.parts else (self.item,)

    @property
    def seen(self) -> list[list[tuple[Value, ...]]]:
        """What is seen of the items, on each example."""
        return [[tuple(x) if self.parts else (x,) for x in some] for some in self.items]

    @property
    def params(self) -> frozenset[int]:
        """The parameters that it is made of."""
        return frozenset(p for p in range(self.made.width) if self.made.uses >> p & 1)


class Lists:
    """The lists at hand of a problem; `space` is that of all its programs without lambdas."""

    def __init__(self, problem: Problem, seed: int):
        examples = list(map(Example, problem.inputs, problem.outputs))
        only = registry.forms(problem.dsl.name).constants
        mined = mine(problem.types, problem.result, examples, problem.constants, only=only)
        self.space: Space = make_space(
            problem.dsl,
            problem.types,
            problem.result,
            mined,
            allowed=problem.allowed,
            max_nesting=0,
        )
        shown = [v for row in problem.inputs for v in row] + list(problem.outputs)
        kernels = Kernels(problem.dsl, working_limits(problem.limits, shown))
        pool = pool_of(problem.types, problem.result, problem.inputs, problem.outputs)
        self._store = Store(plain(self.space), kernels, pool, seed, True)
        self._problem = problem
        self._tried = 0

    @property
    def executions(self) -> int:
        """What making them has run."""
        return self._tried + self._store.executions

    def all(self) -> list[Listed]:
        """The first of each type, the cheapest first."""
        return [
            one
            for type_ in self._store.space.least
            if type_.name == "list"
            for one in islice(self._of(type_), _LISTS)
        ]

    def _of(self, type_: Type) -> Iterator[Listed]:
        known = set()
        shelf = self._store.shelf(self._problem.types, type_)
        for made in islice(shelf.up_to(_DEAREST), _LOOKED):
            if not made.uses:
                continue
            try:
                items = tuple([made.run(row) for row in self._problem.inputs])
            except FAILURES:
                continue
            finally:
                self._tried += len(self._problem.inputs)
            if not 2 <= max(map(len, items)) <= _LONGEST:
                continue
            key = identity_key(list(map(list, items)))
            if key not in known:
                known.add(key)
                yield Listed(made, type_.types[0], items, self._parts(type_.types[0], items))

    def _parts(self, item: Type, items: Sequence[Sequence[Any]]) -> int:
        """How many items all items have, if they are lists of a few each; else 0."""
        if item.name != "list" or not has_parts(self._problem.dsl):
            return 0
        sizes = {len(xs) for some in items for xs in some}
        return sizes.pop() if len(sizes) == 1 and sizes <= _PARTS else 0


def choices(lists: Sequence[Listed]) -> Iterator[tuple[Listed, ...]]:
    """The lists that a call may go over, and pairs of them that go together. One of them differs
    from example to example."""
    varied = [one for one in lists if _varies(one)]
    yield from ((one,) for one in varied)
    for first, second in product(lists, lists):
        if (first in varied or second in varied) and _go_together(first, second):
            yield first, second


def _varies(one: Listed) -> bool:
    first = list(one.items[0])
    return any(list(some) != first for some in one.items)


def _go_together(first: Listed, second: Listed) -> bool:
    """Are they other lists, as long, or the second the same without its first item?"""
    longer = [len(xs) - len(ys) for xs, ys in zip(first.items, second.items, strict=True)]
    if not any(longer):
        return first is not second
    if first.item != second.item or any(more not in (0, 1) for more in longer):
        return False
    rests = [list(xs[1:]) for xs in first.items]
    return identity_key(rests) == identity_key(list(map(list, second.items)))
