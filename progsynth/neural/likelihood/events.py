"""Which outputs are right, as events over the sources that the output depends on.

Parts of an output that read no common choice are right independently of each other; parts that
do are taken together.

Shapes: E different expected outputs, U values of a source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from progsynth.lang.values import Value, close
from progsynth.neural.likelihood.additive import Additive, SumChances, reach
from progsynth.neural.likelihood.distributions import (
    VOID,
    Leaf,
    NotExact,
    Source,
    join,
    merged,
    tuples,
    unique,
)
from progsynth.neural.likelihood.random_values import is_known, whole
from progsynth.neural.likelihood.real_answers import Answer, Real, Step

Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """What makes an output right.

    `chances` are independent: a source, and which of its values are right for which expected
    outputs [E, U]. So are `sums`, with the chances of what is expected of them. `reals` are real
    parts with what is expected of them [E]. `possible_E` says for which expected outputs all that
    is known is right.
    """

    chances: tuple[tuple[Source, Truths], ...]
    reals: tuple[tuple[Real, npt.NDArray[np.float64]], ...]
    possible_E: Truths
    sums: tuple[SumChances, ...] = ()


_NEVER = object()  # expected of a part of the output that cannot be what is expected


@dataclass(frozen=True, slots=True)
class _Column:
    """A part of the output, and what is expected of it for each expected output."""

    value: Any
    wanted: list[Any]


def events_of(
    result: Any, checks: Sequence[Leaf], expected: Sequence[Value], tolerance: float
) -> Events:
    """What makes the output of a run right. Raises Conflict, NotExact."""
    possible_E = np.ones(len(expected), np.bool_)
    leaves: list[_Column] = [_Column(check, [True] * len(expected)) for check in checks]
    reals, sums = [], []
    for column in _columns(result, list(expected)):
        impossible = np.array([w is _NEVER for w in column.wanted], np.bool_)
        if isinstance(column.value, Answer | Step):
            wanted = [0.0 if w is _NEVER else w for w in column.wanted]
            reals.append((column.value, np.array(wanted, np.float64)))
        elif isinstance(column.value, Leaf):
            leaves.append(column)
        elif isinstance(column.value, Additive):
            sums.append(column)
        else:
            impossible |= ~_right([column.value], column.wanted, tolerance)[:, 0]
        possible_E &= ~impossible
    if reals and (leaves or sums):
        raise NotExact("the output has real answers and choices in it")
    chances = []
    for group in _dependent(leaves):
        source, right_EU = _event(group, tolerance)
        possible_E &= right_EU.any(1)
        chances.append((source, right_EU))
    found = [reach(column.value, column.wanted) for column in sums]
    _require_apart([*(frozenset(s.reads) for s, _ in chances), *map(_reads_of, sums)], bool(sums))
    for one in found:
        possible_E &= one.possible_E
    return Events(tuple(chances), tuple(reals), possible_E, tuple(found))


def _reads_of(column: _Column) -> frozenset[int]:
    return frozenset().union(*(term.source.reads for term in column.value.terms))


def _require_apart(reads: Sequence[frozenset[int]], has_sums: bool) -> None:
    """Raise NotExact where a sum reads a choice that another part of the output reads too."""
    if has_sums and sum(map(len, reads)) != len(frozenset().union(*reads)):
        raise NotExact("a sum with many values and another part of the output read one choice")


def _columns(value: Any, wanted: list[Any]) -> list[_Column]:
    """The parts of a list or tuple that has random parts; else the value itself."""
    if isinstance(value, list | tuple) and not is_known(value):
        fits = [w is not _NEVER and len(w) == len(value) for w in wanted]
        found = [_Column(None, [None if fit else _NEVER for fit in fits])]
        for place, part in enumerate(value):
            inner = [w[place] if fit else _NEVER for w, fit in zip(wanted, fits, strict=True)]
            found += _columns(part, inner)
        return found
    as_it_is = isinstance(value, Answer | Step | Additive)
    return [_Column(value if as_it_is else whole(value), wanted)]


def _right(values: Sequence[Any], wanted: Sequence[Any], tolerance: float) -> Truths:
    """Which values U are right for which of those expected E."""
    return np.array(
        [[_matches(w, value, tolerance) for value in values] for w in wanted], np.bool_
    ).reshape(len(wanted), len(values))


def _matches(wanted: Any, value: Any, tolerance: float) -> bool:
    if wanted is None or value is None:
        return wanted is None
    return wanted is not _NEVER and value is not VOID and close(wanted, value, tolerance)


def _dependent(columns: Sequence[_Column]) -> list[list[_Column]]:
    """The columns in groups that read no common choice."""
    groups: list[tuple[frozenset[int], list[_Column]]] = []
    for column in columns:
        reads = column.value.source.reads
        apart = [g for g in groups if not g[0] & reads]
        joined = [g for g in groups if g[0] & reads]
        members = [c for g in joined for c in g[1]]
        groups = [*apart, (reads.union(*(g[0] for g in joined)), [*members, column])]
    return [members for _, members in groups]


def _event(group: Sequence[_Column], tolerance: float) -> tuple[Source, Truths]:
    """A source that decides a group of columns, and which of its values are right."""
    leaves = [column.value for column in group]
    if len({x.source for x in leaves}) == 1:
        source, rows = leaves[0].source, list(zip(*(x.values for x in leaves), strict=True))
    else:
        joint = join(leaves)
        ids, rows = unique(tuples(leaves, joint))
        source = merged([joint.part(ids)], len(rows))
    rights = [_right([row[n] for row in rows], c.wanted, tolerance) for n, c in enumerate(group)]
    return source, np.logical_and.reduce(rights)
