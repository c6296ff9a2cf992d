"""Sums that have too many values to list, and how likely each expected one is.

A number put together from digits, `10 * n + digit(x)` in a fold, has as many values as there are
numbers: distributions cannot be propagated through it. But it is a sum of independent terms,
and for one expected value few partial sums matter: taken largest first, what is left must lie
between what the smaller terms can make up for. Of two numbers of 15 digits each that are added,
two partial sums are left at each place - with and without a carry. So an `Additive` is kept as
its terms while it is only added, negated and scaled, and the chance of each expected value
is found by dynamic programming over these partial sums, once in integers for the plan (`reach`)
and in every mini-batch in log-probabilities.

Shapes: ... any leading dimensions, B rows, E expected values, U values of a term's source, S
partial sums that are left, M ways to come to one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from progsynth.neural.likelihood.distributions import (
    VOID,
    Leaf,
    NotExact,
    Source,
    leaf,
)
from progsynth.neural.likelihood.enumerate import masked_logsumexp

Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

MANY = 2_000  # combinations of values, from which a sum that hardly merges is kept as its terms
MERGING = 0.5  # a sum with fewer values than this share of the combinations merges
MAX_WAYS = 20_000_000  # entries of a plan
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Additive:
    """A whole number: `constant` and the sum of leaves that read no common choice."""

    constant: int
    terms: tuple[Leaf, ...]


def additive(constant: int, parts: Iterable[Leaf | int]) -> Additive | None:
    """The sum of these, leaves of one source taken together.

    None where two read a common choice otherwise, or one may have failed. Raises NotExact for
    sums outside 64 bits.
    """
    by_source: dict[Source, list[Leaf]] = {}
    for part in parts:
        if isinstance(part, Leaf):
            if any(value is VOID for value in part.values):
                return None
            by_source.setdefault(part.source, []).append(part)
        else:
            constant += part
    terms = []
    for source, several in by_source.items():
        total = leaf(source, [sum(values) for values in zip(*(x.values for x in several))])
        if isinstance(total, Leaf):
            terms.append(total)
        else:
            constant += total
    reads = [x.source.reads for x in terms]
    if sum(map(len, reads)) != len(frozenset().union(*reads)):
        return None
    most = abs(constant) + sum(max(abs(v) for v in x.values) for x in terms)
    if most > _LARGEST:
        raise NotExact("a sum may be outside 64 bits")
    return Additive(constant, tuple(terms))


def terms_of(value: Any) -> tuple[int, tuple[Leaf, ...]] | None:
    """The constant and the terms of a whole number; None for what is none."""
    if isinstance(value, Additive):
        return value.constant, value.terms
    if isinstance(value, Leaf):
        whole = all(isinstance(v, int) and not isinstance(v, bool) for v in value.values)
        return (0, (value,)) if whole else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value, ()
    return None


def scaled(value: Additive, by: int) -> Additive | None:
    """The number times a known one."""
    terms = [leaf(x.source, [v * by for v in x.values]) for x in value.terms]
    return additive(value.constant * by, terms)


def plus(left: Any, right: Any, sign: int = 1) -> Additive | None:
    """The sum (or with sign -1 the difference), where it is to be kept as its terms; else None.

    That is where one is kept so already, or where it has many values and hardly any twice.
    """
    one, other = terms_of(left), terms_of(right)
    if one is None or other is None:
        return None
    if not (isinstance(left, Additive) or isinstance(right, Additive) or _is_large(left, right)):
        return None
    turned = [leaf(x.source, [sign * v for v in x.values]) for x in other[1]]
    return additive(one[0] + sign * other[0], [*one[1], *turned])


def _is_large(left: Any, right: Any) -> bool:
    if not (isinstance(left, Leaf) and isinstance(right, Leaf)) or left.source is right.source:
        return False
    if any(v is VOID for v in (*left.values, *right.values)):
        return False
    sizes = [len(set(x.values)) for x in (left, right)]
    if sizes[0] * sizes[1] < MANY:
        return False
    a, b = [np.array(sorted(set(x.values)), object) for x in (left, right)]
    return len(np.unique(np.add.outer(a, b))) > MERGING * sizes[0] * sizes[1]


# -------------------------------------------------------------------------------- the plan


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One term of a sum: for each expected value, the partial sums left after it.

    `before` and `values` [E, S, M] are the ways to come to each: the number of the partial sum
    before, and of the value of the source. `holds` says which of the M there are.
    """

    source: Source
    before: Numbers
    values: Numbers
    holds: Truths


@dataclass(frozen=True, slots=True, eq=False)
class SumChances:
    """How likely a sum has each expected value; see `reach`."""

    levels: tuple[Level, ...]
    possible_E: Truths

    @property
    def sources(self) -> tuple[Source, ...]:
        """What it is computed from."""
        return tuple(level.source for level in self.levels)

    def log_probs(self, known: Mapping[Source, Tensor], ids_B: Numbers) -> Tensor:
        """The log-probability [..., B] of the expected value of each row, by its number.

        `known` has log-probabilities [..., B, U] of the values of the sources.
        """
        first = known[self.levels[0].source]
        left_BS = torch.zeros_like(first[..., :1])
        for level in self.levels:
            chances_BU = known[level.source]
            before, values, holds = [
                torch.as_tensor(a[ids_B], device=first.device)
                for a in (level.before, level.values, level.holds)
            ]
            lead = first.shape[:-2]
            ways = _gathered(left_BS, before, lead) + _gathered(chances_BU, values, lead)
            left_BS = masked_logsumexp(ways, holds.expand(ways.shape))
        return left_BS[..., 0]


def _gathered(x_BN: Tensor, index_BSM: Tensor, lead: torch.Size) -> Tensor:
    """Of each row the entries at these places [..., B, S, M]."""
    flat = index_BSM.flatten(-2).expand(*lead, -1, -1)
    return x_BN.gather(-1, flat).reshape(*lead, *index_BSM.shape)


def reach(value: Additive, expected: Sequence[Any]) -> SumChances:
    """The plan for the chances of these expected values. Raises NotExact where it is too large."""
    terms = sorted(value.terms, key=lambda x: max(x.values) - min(x.values), reverse=True)
    numbers = [np.array(x.values, np.int64) for x in terms]
    whole = [isinstance(e, int) and not isinstance(e, bool) for e in expected]
    low = [sum(int(n.min()) for n in numbers[t:]) for t in range(len(terms) + 1)]
    high = [sum(int(n.max()) for n in numbers[t:]) for t in range(len(terms) + 1)]
    left = [e - value.constant if w else high[0] + 1 for e, w in zip(expected, whole, strict=True)]
    fits = np.array([low[0] <= n <= high[0] for n in left], np.bool_)
    which = np.flatnonzero(fits)  # of each partial sum that is left: of which expected value
    sums = np.array([left[e] for e in which], np.int64)
    levels, size = [], 0
    for term, own, least, most in zip(terms, numbers, low[1:], high[1:], strict=True):
        level, which, sums = _level(term.source, len(expected), which, sums, own, (least, most))
        levels.append(level)
        size += level.before.size
        if size > MAX_WAYS:
            raise NotExact(f"a sum has more than {MAX_WAYS} ways to come to what is expected")
    possible = np.zeros(len(expected), np.bool_)
    possible[which] = True
    return SumChances(tuple(levels), possible)


def _level(
    source: Source,
    count: int,
    which: Numbers,
    sums: Numbers,
    values: Numbers,
    bounds: tuple[int, int],
) -> tuple[Level, Numbers, Numbers]:
    """The level of one term, and the partial sums left after it."""
    rest = sums[:, None] - values[None, :]
    state, value = np.nonzero((rest >= bounds[0]) & (rest <= bounds[1]))
    rest, owner = rest[state, value], which[state]
    order = np.lexsort((rest, owner))
    state, value, rest, owner = state[order], value[order], rest[order], owner[order]
    fresh = np.ones(len(rest), np.bool_)
    fresh[1:] = (owner[1:] != owner[:-1]) | (rest[1:] != rest[:-1])
    new = np.cumsum(fresh) - 1  # of each way: the number of the partial sum it leads to
    slots = _rank(owner[fresh])
    way = _rank(new)
    width = (int(slots.max()) + 1, int(way.max()) + 1) if len(rest) else (1, 1)
    if count * width[0] * width[1] > MAX_WAYS:
        raise NotExact(f"a sum has more than {MAX_WAYS} ways to come to what is expected")
    before, taken = np.zeros((2, count, *width), np.int64)
    holds = np.zeros((count, *width), np.bool_)
    at = (owner, slots[new], way)
    before[at], taken[at], holds[at] = _rank(which)[state], value, True
    return Level(source, before, taken, holds), owner[fresh], rest[fresh]


def _rank(groups: Numbers) -> Numbers:
    """Of each entry of sorted groups, its number within its group."""
    if not len(groups):
        return np.zeros(0, np.int64)
    begins = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    sizes = np.diff(np.r_[begins, len(groups)])
    return np.arange(len(groups)) - np.repeat(begins, sizes)
