"""What bodies under aggregates come to: their values on the items of lists, reduced.

The items of all examples are the rows on which bodies are tried, each once. How often each stands
in the list of an example is a matrix, so that sums and counts are its product with the values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from progsynth.search.backward.view import Row
from progsynth.search.bodies import key_function
from progsynth.search.goal import Goal
from progsynth.search.space import Scope

_SETTINGS = 64  # of the variables of a body
_EXAMPLES = 4  # at least

Numbers = NDArray[np.float64]


class Settings:
    """The items of some lists, the arguments of a body in that scope, each once, and where they
    stand in the lists of each example.

    `examples` are the numbers of the examples that were taken, the smallest.
    """

    def __init__(self, goal: Goal, scope: Scope, lists: Sequence[Row]):
        key = key_function(scope.own)
        columns = [list(zip(*row, strict=False)) for row in zip(*lists, strict=True)]
        order = sorted(range(len(columns)), key=lambda i: (len(columns[i]), i))
        known: dict[Any, int] = {}
        places: dict[int, list[int]] = {}
        self.rows: list[Row] = []
        for i in order:
            outer = () if scope.closed else goal.rows[i]
            new = dict.fromkeys((0 if scope.closed else i, key(*args)) for args in columns[i])
            if len(known) + sum(one not in known for one in new) > _SETTINGS:
                break
            here = []
            for args in columns[i]:
                setting = 0 if scope.closed else i, key(*args)
                if setting not in known:
                    known[setting] = len(known)
                    self.rows.append((*outer, *args))
                here.append(known[setting])
            places[i] = here
        self.examples = sorted(places)
        self.places = [np.array(places[i], np.intp) for i in self.examples]
        self.times_ES = np.zeros((len(self.places), len(self.rows)))
        for number, here_ in enumerate(self.places):
            np.add.at(self.times_ES[number], here_, 1.0)

    @property
    def many(self) -> bool:
        """Are there more items than examples?"""
        return self.times_ES.sum() > len(self.examples)

    @property
    def contents(self) -> str:
        """What the lists hold, in whatever order."""
        columns = map(str, self.times_ES.T.tolist())
        return repr(sorted(zip(map(repr, self.rows), columns, strict=True)))

    @property
    def serves(self) -> bool:
        """Do they say enough?"""
        times = self.times_ES
        differ = len(self.rows) > 1 and bool((times != times[:1]).any())
        return len(self.examples) >= _EXAMPLES and differ


def reduced(kind: str, values_NS: Numbers, settings: Settings) -> Numbers:
    """What the bodies' values come to on each example, one row a body; NaN where it is nothing."""
    times_ES = settings.times_ES
    sizes_E = times_ES.sum(axis=1)
    if kind == "sum":
        return values_NS @ times_ES.T
    if kind == "any":
        return (values_NS @ times_ES.T > 0).astype(np.float64)
    if kind == "all":
        return (values_NS @ times_ES.T == sizes_E).astype(np.float64)
    found = np.full((len(values_NS), len(sizes_E)), np.nan)
    for example, here in enumerate(settings.places):
        some = values_NS[:, here]
        if kind == "first":
            first = some.argmax(axis=1) if len(here) else np.zeros(len(some), np.intp)
            is_there = some.any(axis=1) if len(here) else np.zeros(len(some), np.bool_)
            found[:, example] = np.where(is_there, first, -1)
        elif len(here):
            found[:, example] = some.max(axis=1) if kind == "max" else some.min(axis=1)
    return found
