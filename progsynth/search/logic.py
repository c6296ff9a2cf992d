"""Truth values made of conditions: the conjunctions and disjunctions that are wanted.

A condition is known by the examples where it holds, as bits of an int. The parts of a conjunction
hold wherever it is to hold, and no other example is left to all of them; a disjunction is the
same of the examples that its parts lack. So both are one question: which sets have nothing in
common?
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import combinations

from progsynth.search.decisions import Known
from progsynth.search.space import LOGIC_COST

_MOST = 600  # conditions that are looked at, the cheapest
_FEW = 48  # of which three are put together
_KEPT = 4  # combinations of one kind


@dataclass(frozen=True, slots=True)
class Combination:
    """Conditions put together by "and" or "or"."""

    kind: str
    parts: tuple[Known, ...]

    @property
    def cost(self) -> int:
        """What it costs."""
        return sum(part.cost for part in self.parts) + LOGIC_COST * (len(self.parts) - 1)


def combined(wanted: int, full: int, known: Sequence[Known]) -> list[Combination]:
    """The cheapest combinations that hold for the examples wanted and for no other.

    Those of which a part alone would do are left out, as are negations: they are conditions.
    """
    found = []
    for kind in ("and", "or"):
        if kind == "and":
            lacks = [(part.mask & ~wanted, part) for part in known if not wanted & ~part.mask]
        else:
            lacks = [(wanted & ~part.mask, part) for part in known if not part.mask & ~wanted]
        all_of = full & ~wanted if kind == "and" else wanted
        some = _cheapest([(lack, part) for lack, part in lacks if lack and lack != all_of])
        made = (Combination(kind, parts) for parts in _disjoint(some))
        found += nsmallest(_KEPT, made, key=lambda one: one.cost)
    return sorted(found, key=lambda one: one.cost)


def _cheapest(lacks: Sequence[tuple[int, Known]]) -> list[tuple[int, Known]]:
    """The cheapest of each set, without those of which a cheaper one lacks less."""
    kept: list[tuple[int, Known]] = []
    for lack, part in sorted(lacks, key=lambda one: (one[1].cost, one[0].bit_count())):
        if len(kept) < _MOST and all(less & ~lack for less, _ in kept):
            kept.append((lack, part))
    return kept


def _disjoint(some: Sequence[tuple[int, Known]]) -> Iterator[tuple[Known, ...]]:
    """Two, or else three, of the sets that have nothing in common."""
    pairs = [(a, b) for (x, a), (y, b) in combinations(some, 2) if not x & y]
    yield from pairs
    if not pairs:
        for (x, a), (y, b), (z, c) in combinations(some[:_FEW], 3):
            if not x & y & z:
                yield a, b, c
