"""Which calls of a language are folds, told by what they do with their function.

A fold goes over a list, from either end, and hands each item and what it has come to so far to
its function. Nothing in a name says so; but called with a function that notes what it is given,
it shows which argument is the list, which is the first value, where the item stands in the
lambda, and at which end it begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from progsynth.lang.term import Call, Lambda, Term
from progsynth.lang.types import Type
from progsynth.search.kernels import FAILURES, Kernel, Kernels
from progsynth.search.space import Instance, Space

_ITEMS = [101, 102, 103]
_FIRST = 900  # what the trial fold begins with; what its function gives are the numbers after it
# What a call may raise that does not pass on what it is given, but looks at it.
_LOOKED_AT: tuple[type[Exception], ...] = (*FAILURES, TypeError, AttributeError, ValueError)


@dataclass(frozen=True, slots=True)
class Shape:
    """A call that is a fold of items into a state.

    `places` are those of its list, of its first value and of its function among the arguments.
    Of the lambda's two parameters the item is the first one if `item_first`; the last item is
    taken first where it is `backwards`.
    """

    name: str
    cost: int
    item: Type
    state: Type
    places: tuple[int, int, int]
    item_first: bool
    backwards: bool

    def term(self, source: Term, first: Term, body: Term) -> Term:
        """The call; the body sees the state as `Var(0)` if the item is the lambda's first
        parameter, else as `Var(1)`."""
        args: list[Term] = [source] * 3
        for place, arg in zip(self.places, (source, first, Lambda(2, body)), strict=True):
            args[place] = arg
        return Call(self.name, tuple(args))


def shapes(space: Space, kernels: Kernels, result: Type) -> Iterator[Shape]:
    """The folds of the space that give the type."""
    for one in space.instances.get(result, ()):
        if len(one.params) == 3 and sum(one.feedback) == 1:
            found = _shape(one, kernels(one.name, _given(one)))
            if found is not None:
                yield found


def _given(instance: Instance) -> tuple[Type, ...]:
    """The types of its arguments, of a function that of its result."""
    return tuple(t.types[-1] if t.name == "fn" else t for t in instance.params)


def _shape(instance: Instance, kernel: Kernel) -> Shape | None:
    params, state = instance.params, instance.result
    function = instance.feedback.index(True)
    others = [place for place in range(3) if place != function]
    if len(params[function].types) != 3:
        return None
    for source, first in permutations(others):
        item = params[source].types[0] if params[source].name == "list" else None
        if item is None or params[first] != state:
            continue
        for item_first in (True, False):
            if params[function].types[:2] != ((item, state) if item_first else (state, item)):
                continue
            for backwards in (True, False):
                shape = Shape(
                    instance.name,
                    instance.cost,
                    item,
                    state,
                    (source, first, function),
                    item_first,
                    backwards,
                )
                if _does(kernel, shape):
                    return shape
    return None


def _does(kernel: Kernel, shape: Shape) -> bool:
    """Does the call do with its function what a fold of this shape does?"""
    noted: list[tuple[Any, ...]] = []

    def step(*given: Any) -> Any:
        noted.append(given)
        return _FIRST + len(noted)

    args: list[Any] = [None] * 3
    for place, arg in zip(shape.places, (_ITEMS, _FIRST, step), strict=True):
        args[place] = arg
    try:
        found = kernel(*args)
    except _LOOKED_AT:
        return False
    items = _ITEMS[::-1] if shape.backwards else _ITEMS
    pairs = [(item, _FIRST + place) for place, item in enumerate(items)]
    wanted = pairs if shape.item_first else [(state, item) for item, state in pairs]
    return noted == wanted and found == _FIRST + len(items)
