"""Finite random values of a program, known up to the probabilities of what they depend on.

A `Source` is a random variable: the answer of one submodule (`Choice`), or the result of merging
others (`Merged`). A `Leaf` is a value of the program that depends on one source: one program
value for each of the source's. Two leaves on one source are known jointly, so an operation on
them is done value by value. Leaves on different sources that read no common choice are
independent: an operation on them makes a new source, whose values are merged where they are
equal - the sum of ten digits has 91 values, not 10**10. Where two sources have a choice in
common, the younger is unfolded into what it was made of until they have it in common openly;
where that takes too much, `Conflict` says which choices are in the way.

Nothing here knows probabilities: sources are a plan for computing them, made once a program and
carried out by `propagate` for every mini-batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from progsynth.errors import ProgsynthError
from progsynth.lang.failure import Fail, FailureKind
from progsynth.lang.values import Value, identity_key

MAX_SUPPORT = 20_000  # combinations of values that one operation may have

Numbers = npt.NDArray[np.int64]
Reads = frozenset[int]  # numbers of choices


class NotExact(ProgsynthError):
    """The likelihood of this program cannot be propagated exactly; the message says why."""


class Conflict(Exception):
    """Two values read the same choices and cannot be combined as they are."""

    def __init__(self, choices: Reads):
        self.choices = choices
        super().__init__(f"choices {sorted(choices)} are read more than once")


class _Marker:
    """A value that no program has."""

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return self.name


VOID = _Marker("VOID")  # the program has failed where this would be the value
ABSENT = _Marker("ABSENT")  # the item of a list that is not there


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The answer of a submodule: variable number `variable` of the layout.

    Where it answers yes or no to several questions at once, each is a choice: number `item`.
    `number` tells the choices of a layout apart.
    """

    number: int
    variable: int
    size: int
    item: int | None = None

    @property
    def reads(self) -> Reads:
        """The choices that it depends on."""
        return frozenset((self.number,))

    @property
    def covers(self) -> frozenset[Merged]:
        """The worlds (see `world`) whose probability is part of its own."""
        return frozenset()

    @property
    def height(self) -> int:
        """How many steps it is away from choices."""
        return 0


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some ways to come by the values of a merged source.

    `ids` has for each combination of the parents' values (the last changing fastest) the number
    of the value that it gives, -1 where the combination does not occur here.
    """

    parents: tuple[Source, ...]
    ids: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """A source with the values that its parts give; a value's probability is their sum."""

    parts: tuple[Part, ...]
    size: int
    reads: Reads
    covers: frozenset[Merged]
    height: int


Source = Choice | Merged


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A value of the program that depends on a source: `values[n]` for the source's value n.

    `codes[n]` numbers the different ones of these. Make one by `leaf`.
    """

    source: Source
    values: tuple[Value, ...]
    codes: Numbers

    @property
    def different(self) -> list[Value]:
        """Its different values."""
        _, first = np.unique(self.codes, return_index=True)
        return [self.values[n] for n in first]


def leaf(source: Source, values: Iterable[Value]) -> Leaf | Value:
    """The leaf of these values; the value itself where there is but one.

    Raises Fail where the program fails whatever the source.
    """
    given = tuple(values)
    found = Leaf(source, given, _codes(given))
    if found.codes.any():
        return found
    if given[0] is VOID:
        raise Fail(FailureKind.DOMAIN)
    return given[0]


def _codes(values: Sequence[Value]) -> Numbers:
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(key_of(v), len(numbers)) for v in values], np.int64)


def key_of(value: Value) -> Any:
    """A hashable key that tells values, and markers, apart."""
    if isinstance(value, tuple):
        return ("tuple", *map(key_of, value))
    return value if isinstance(value, _Marker) else identity_key(value)


def merged(parts: Iterable[Part], size: int) -> Merged:
    """The source with these parts."""
    given = tuple(parts)
    parents = [p for part in given for p in part.parents]
    covers = [frozenset().union(*(p.covers for p in part.parents)) for part in given]
    return Merged(
        given,
        size,
        frozenset().union(*(p.reads for p in parents)),
        frozenset.intersection(*covers) if covers else frozenset(),
        1 + max((p.height for p in parents), default=0),
    )


def world(source: Source, holds: npt.NDArray[np.bool_]) -> Merged:
    """The source where `holds` does: its values there, with the probabilities they have.

    They do not add up to 1: what is computed in a world has the world's probability as part of
    its own (it `covers` the world), or is independent of it.
    """
    ids = np.where(holds, np.cumsum(holds) - 1, -1)
    plain = merged([Part((source,), ids)], int(holds.sum()))
    made = Merged(plain.parts, plain.size, plain.reads, plain.covers, plain.height)
    object.__setattr__(made, "covers", plain.covers | {made})
    return made


# ------------------------------------------------------------------------- putting together


@dataclass(slots=True)
class _Column:
    """A leaf as a function of several sources: the number of its value, -1 where it has none."""

    bases: tuple[Source, ...]
    index: Numbers  # one axis a base


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Several leaves over the combinations of independent sources in which all have values.

    `places` has the number of each combination among all of the `sources`; `index` has for each
    leaf the number of its value in each combination.
    """

    sources: tuple[Source, ...]
    places: Numbers
    index: tuple[Numbers, ...]

    def part(self, ids: Sequence[int] | Numbers) -> Part:
        """The part of a merged source in which combination n gives value ids[n]."""
        whole = np.full(math.prod(s.size for s in self.sources), -1, np.int64)
        whole[self.places] = ids
        return Part(self.sources, whole)


def join(leaves: Sequence[Leaf]) -> Joint:
    """The leaves jointly. Raises Conflict, NotExact where there are too many combinations."""
    columns = [_Column((x.source,), np.arange(x.source.size)) for x in leaves]
    while (overlap := _overlap(columns)) is not None:
        _unfold(columns, *overlap)
    _compress(columns, leaves)
    bases = _bases(columns)
    _bounded(bases, NotExact(_too_many(bases)))
    grid = np.indices([b.size for b in bases]).reshape(len(bases), -1)
    index, occurs = [], np.ones(grid.shape[1], np.bool_)
    for column in columns:
        found = column.index[tuple(grid[bases.index(b)] for b in column.bases)]
        index.append(found)
        occurs &= found >= 0
    places = np.flatnonzero(occurs)
    return Joint(tuple(bases), places, tuple(i[places] for i in index))


def _bases(columns: Sequence[_Column]) -> list[Source]:
    return list(dict.fromkeys(b for column in columns for b in column.bases))


def _too_many(bases: Sequence[Source]) -> str:
    count = math.prod(b.size for b in bases)
    return f"one step would have {count} combinations of values (at most {MAX_SUPPORT})"


def _bounded(bases: Sequence[Source], error: Exception) -> None:
    if math.prod(b.size for b in bases) > MAX_SUPPORT:
        raise error


def _overlap(columns: Sequence[_Column]) -> tuple[Merged, Reads] | None:
    """A source to unfold, because another reads the same choices, and these choices."""
    bases = _bases(columns)
    if sum(len(b.reads) for b in bases) == len(frozenset().union(*(b.reads for b in bases))):
        return None
    for number, one in enumerate(bases):
        for other in bases[:number]:
            shared = one.reads & other.reads
            if shared:
                open_ = [b for b in (one, other) if isinstance(b, Merged) and len(b.parts) == 1]
                if not open_:
                    raise Conflict(shared)
                return max(open_, key=lambda b: b.height), shared
    return None


def _unfold(columns: list[_Column], source: Merged, shared: Reads) -> None:
    """Make columns of the source columns of what it was made of."""
    (part,) = source.parts
    for column in columns:
        if source not in column.bases:
            continue
        kept = [b for b in column.bases if b is not source]
        bases = list(dict.fromkeys([*kept, *part.parents]))
        _bounded(bases, Conflict(shared))
        grid = dict(zip(bases, np.indices([b.size for b in bases]), strict=True))
        sizes = [p.size for p in part.parents]
        numbers = part.ids.reshape(sizes)[tuple(grid[p] for p in part.parents)]
        place = tuple(numbers if b is source else grid[b] for b in column.bases)
        column.index = np.where(numbers < 0, -1, column.index[place])
        column.bases = tuple(bases)


def _compress(columns: list[_Column], leaves: Sequence[Leaf]) -> None:
    """Where several sources meet: take together the values of one that give the same leaves."""
    bases = _bases(columns)
    if len(bases) < 2:
        return
    for base in bases:
        using = [n for n, column in enumerate(columns) if base in column.bases]
        if any(len(columns[n].bases) > 1 for n in using):
            continue
        patterns = np.stack([leaves[n].codes for n in using])
        _, first, ids = np.unique(patterns, axis=1, return_index=True, return_inverse=True)
        if len(first) == base.size:
            continue
        smaller = merged([Part((base,), ids.reshape(-1).astype(np.int64))], len(first))
        for n in using:
            columns[n] = _Column((smaller,), first.astype(np.int64))


def combine(leaves: Sequence[Leaf], step: Callable[[tuple[Value, ...]], Value]) -> Leaf | Value:
    """What `step` gives of the leaves' values; VOID where one of them is VOID.

    On one source it is a leaf of that source; else of a new one, with equal values merged.
    """

    def guarded(values: tuple[Value, ...]) -> Value:
        return VOID if any(v is VOID for v in values) else step(values)

    joint = join(leaves)
    sources = {x.source for x in leaves}
    rows = zip(*(_column(x, i) for x, i in zip(leaves, joint.index, strict=True)), strict=True)
    if len(sources) == 1:
        return leaf(leaves[0].source, map(guarded, rows))
    known: dict[Any, Value] = {}
    codes = zip(*(x.codes[i].tolist() for x, i in zip(leaves, joint.index)), strict=True)
    found = []
    for code, row in zip(codes, rows, strict=True):
        if code not in known:
            known[code] = guarded(row)
        found.append(known[code])
    ids, values = unique(found)
    return leaf(merged([joint.part(ids)], len(values)), values)


def _column(one: Leaf, index: Numbers) -> list[Value]:
    return [one.values[n] for n in index.tolist()]


def unique(values: Sequence[Value]) -> tuple[list[int], list[Value]]:
    """The number of each value among the different ones, and these."""
    numbers: dict[Any, int] = {}
    kept: list[Value] = []
    ids = []
    for value in values:
        number = numbers.setdefault(key_of(value), len(kept))
        if number == len(kept):
            kept.append(value)
        ids.append(number)
    return ids, kept


def tuples(leaves: Sequence[Leaf], joint: Joint) -> list[tuple[Value, ...]]:
    """The leaves' values in each combination of a joint."""
    if not leaves:
        return [() for _ in joint.places]
    columns = (_column(x, i) for x, i in zip(leaves, joint.index))
    return list(zip(*columns, strict=False))
