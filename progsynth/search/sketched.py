"""A sketch as its searches share it: the program, its holes, and what may stand in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from progsynth import registry
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program, Term
from progsynth.lang.values import Value
from progsynth.search.constants import mine
from progsynth.search.holes import Site, fill
from progsynth.search.run import Candidate, Filling
from progsynth.search.space import Space
from progsynth.search.universe import make_space
from progsynth.task import Example

Row = tuple[Value, ...]
Spaces = dict[tuple[Any, ...], Space]


@dataclass(frozen=True, slots=True)
class Sketched:
    """A sketch and what its searches share; `spaces` are kept for other sketches of the pack."""

    program: Program
    sites: tuple[Site, ...]
    dsl: DSL
    examples: tuple[Example, ...]
    tolerance: float
    limits: Limits
    constants: Sequence[int | float | bool | str]
    misses: int
    spaces: Spaces

    def space(self, site: Site, pairs: Sequence[Example]) -> Space:
        """The fillings of one hole, which the examples give constants for."""
        only = registry.forms(self.dsl.name).constants
        found = mine(site.types, site.type, pairs, self.constants, only=only)
        allowed = site.hole.allowed
        key = (site.visible, site.type, repr(found), allowed)
        space = self.spaces.get(key)
        if space is None:
            space = make_space(self.dsl, site.visible, site.type, found, allowed=allowed)
            self.spaces[key] = space
        return space

    def pairs(self, site: Site) -> list[Example]:
        """The examples as far as they say something of the hole: their numbers and texts."""
        if site.tail and site.types == self.program.entry.types and site.hole.args is None:
            return list(self.examples)
        return [Example((), e.output) for e in self.examples] if site.tail else []

    def candidate(self, terms: Sequence[Term], cost: int) -> Candidate:
        """The sketch with its holes filled."""
        fillings = zip(terms, self.sites, strict=True)
        made = tuple(Filling(t, s.names, s.types, s.type, s.hidden) for t, s in fillings)
        return Candidate(fill(self.program, terms), cost, made)
