"""The variables in sight at a place of a tree, by the numbers of their types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The types of the variables in sight, outermost first, and where those of each type stand.

    `inner` counts those that the innermost binder brings. A scope is made once from each scope
    around it, so that scopes are compared by identity.
    """

    types: tuple[int, ...]
    places: dict[int, tuple[int, ...]]
    held: frozenset[int]
    inner: dict[int, int]
    _inner: dict[tuple[int, ...], Scope] = field(default_factory=dict)
    ready: dict[Any, Any] = field(default_factory=dict)  # of each rule, here (see `generate`)

    @classmethod
    def of(cls, types: tuple[int, ...], bound: tuple[int, ...] = ()) -> Scope:
        """The scope of variables of these types, the last of them from the innermost binder."""
        places = {
            one: tuple(at for at, other in enumerate(types) if other == one)
            for one in dict.fromkeys(types)
        }
        inner = {one: bound.count(one) for one in bound}
        return cls(types, places, frozenset(types), inner)

    def inside(self, bound: tuple[int, ...]) -> Scope:
        """The scope within a binder of variables of these types."""
        if not bound:
            return self
        found = self._inner.get(bound)
        if found is None:
            found = self._inner[bound] = Scope.of((*self.types, *bound), bound)
        return found

    def index(self, type_: int, number: int) -> int | None:
        """How many binders out the variable is: `number` counts those of its type, innermost
        first, and round again; None where none is in sight."""
        places = self.places.get(type_)
        if places is None:
            return None
        return len(self.types) - 1 - places[-1 - number % len(places)]
