"""Worlds and mixtures: what random values are in one case of several, and what comes of all.

A program that branches on a random value is run in each case. A value seen in a case is what it
is there; what the cases give is mixed, by their probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from progsynth.lang.failure import Fail, FailureKind
from progsynth.lang.values import Value
from progsynth.neural.likelihood.additive import Additive, additive
from progsynth.neural.likelihood.distributions import (
    VOID,
    Leaf,
    Merged,
    NotExact,
    Part,
    Source,
    join,
    key_of,
    leaf,
    merged,
    tuples,
    unique,
)
from progsynth.neural.likelihood.random_values import (
    Closure,
    Fill,
    Sieve,
    filler,
    leaves_of,
    parts_of,
)
from progsynth.neural.likelihood.real_answers import Answer, Step


def moved(value: Any, source: Source, inside: Merged, holds: npt.NDArray[np.bool_]) -> Any:
    """The value seen in a world of the source: of its leaves on the source, what holds there."""
    if isinstance(value, Leaf):
        if value.source is not source:
            return value
        return leaf(inside, (v for v, there in zip(value.values, holds.tolist()) if there))
    old = parts_of(value)
    if not old:
        return value
    new = [moved(part, source, inside, holds) for part in old]
    if all(a is b for a, b in zip(new, old, strict=True)):
        return value
    if isinstance(value, Closure):
        return Closure(value.function, tuple(new))
    return _with_parts(value, new)


def _with_parts(value: Any, parts: Sequence[Any]) -> Any:
    if isinstance(value, dict):
        return dict(zip(value, parts, strict=True))
    if isinstance(value, Sieve):
        return Sieve(tuple(parts))
    if isinstance(value, Additive):
        return additive(value.constant, parts)
    return list(parts) if isinstance(value, list) else tuple(parts)


@dataclass(frozen=True, slots=True)
class Branch:
    """What came of a branch: its world, its values (None: it fails), and what must hold in it."""

    world: Merged
    values: tuple[Any, ...] | None
    checks: tuple[Leaf, ...]


def mixture(branches: Sequence[Branch]) -> tuple[tuple[Any, ...], Leaf | bool]:
    """The values of branches of which one is taken, and whether the one taken succeeds.

    What is the same in all branches stays as it is. The rest is put on one new source, so that
    it stays known jointly; where that is too much, each value is put on a source of its own.
    """
    reached = [b.values for b in branches if b.values is not None]
    if not reached:
        raise Fail(FailureKind.DOMAIN)
    columns: list[list[Any]] = []
    shapes = [_columns(list(values), columns) for values in zip(*reached, strict=True)]
    safe = len(reached) == len(branches) and not any(b.checks for b in branches)
    if safe and not columns:
        return tuple(shape(iter(())) for shape in shapes), True
    spread = [_spread(column, branches) for column in columns]
    if not safe:
        spread.append([b.values is not None and b.checks for b in branches])
    try:
        made = _mixed(branches, spread, safe)
    except NotExact:
        if len(spread) == 1:
            raise
        made = [_mixed(branches, [c], safe or c is not spread[-1])[0] for c in spread]
    succeeds = True if safe else made.pop()
    given = iter(made)
    return tuple(shape(given) for shape in shapes), succeeds


def _spread(column: list[Any], branches: Sequence[Branch]) -> list[Any]:
    """A column with VOID for the branches that fail."""
    given = iter(column)
    return [VOID if b.values is None else next(given) for b in branches]


def _columns(values: list[Any], columns: list[list[Any]]) -> Callable[[Iterator[Any]], Any]:
    """Find what differs between the values of one variable; gives how to build it again."""
    first = values[0]
    if all(_same(first, v) for v in values[1:]):
        return lambda _: first
    inner = [parts_of(v) for v in values]
    alike = isinstance(first, list | tuple | dict | Sieve) and all(
        type(v) is type(first) and len(p) == len(inner[0])
        for v, p in zip(values, inner, strict=True)
    )
    if isinstance(first, dict):
        alike = alike and all(list(v) == list(first) for v in values)
    if not alike:
        columns.append(values)
        return next
    shapes = [_columns(list(parts), columns) for parts in zip(*inner, strict=True)]
    return lambda given: _with_parts(first, [shape(given) for shape in shapes])


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if isinstance(one, Leaf) and isinstance(other, Leaf):
        return one.source is other.source and key_of(one.values) == key_of(other.values)
    if type(one) is not type(other) or isinstance(
        one, Leaf | Sieve | Additive | Answer | Step | Closure
    ):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(_same, one.values(), other.values()))
    return bool(key_of(one) == key_of(other))


def _mixed(branches: Sequence[Branch], columns: Sequence[Sequence[Any]], safe: bool) -> list[Any]:
    """The columns as leaves of one new source. Unless `safe` the last says what succeeds."""
    if all(x.source is b.world for n, b in enumerate(branches) for x in _leaves(columns, n)):
        return _on_the_same_source(branches, columns, safe)
    rows: list[tuple[Value, ...]] = []
    joints = []
    for number, branch in enumerate(branches):
        row = tuple(column[number] for column in columns)
        leaves = leaves_of(row)
        if not any(branch.world in x.source.covers for x in leaves):
            size = branch.world.size
            leaves.append(Leaf(branch.world, (None,) * size, np.zeros(size, np.int64)))
        joint = join(leaves)
        joints.append(joint)
        fills = _fills(row, leaves, safe)
        rows += [tuple([fill(given) for fill in fills]) for given in tuples(leaves, joint)]
    ids, values = unique(rows)
    parts: list[Part] = []
    begin = 0
    for joint in joints:
        end = begin + len(joint.places)
        parts.append(joint.part(ids[begin:end]))
        begin = end
    source = merged(parts, len(values))
    return [leaf(source, column) for column in zip(*values, strict=True)]


def _leaves(columns: Sequence[Sequence[Any]], number: int) -> list[Leaf]:
    return leaves_of([column[number] for column in columns])


def _on_the_same_source(
    branches: Sequence[Branch], columns: Sequence[Sequence[Any]], safe: bool
) -> list[Any]:
    """The columns as leaves of the source that was branched on, where they depend on no other."""
    (source,) = branches[0].world.parts[0].parents
    rows: list[tuple[Value, ...]] = [(VOID,) * len(columns)] * source.size
    for number, branch in enumerate(branches):
        row = tuple(column[number] for column in columns)
        leaves = leaves_of(row)
        fills = _fills(row, leaves, safe)
        for place, inside in enumerate(branch.world.parts[0].ids.tolist()):
            if inside >= 0:
                given = [x.values[inside] for x in leaves]
                rows[place] = tuple([fill(given) for fill in fills])
    return [leaf(source, column) for column in zip(*rows, strict=True)]


def _fills(row: Sequence[Any], leaves: Sequence[Leaf], safe: bool) -> list[Fill]:
    """How each column of a branch follows from the leaves' values."""
    fills = [_guarded(part, leaves) for part in row]
    if not safe:
        fills[-1] = _succeeds(row[-1], leaves)
    return fills


def _guarded(value: Any, order: Sequence[Leaf]) -> Fill:
    """The filler of a value, VOID where one of its leaves is."""
    fill, places = filler(value, order), [order.index(x) for x in leaves_of(value)]
    return lambda given: VOID if any(given[n] is VOID for n in places) else fill(given)


def _succeeds(checks: Any, order: Sequence[Leaf]) -> Fill:
    if checks is False:
        return lambda _: False
    places = [order.index(x) for x in leaves_of(checks)]
    return lambda given: all(given[n] is True for n in places)
