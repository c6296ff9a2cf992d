"""Conditionals made of what is right in part: decision trees over programs and conditions.

A program is known by the set of examples that it is right on, a condition by the set where it
holds; both are bits of an int. A tree sends each example to a program that is right on it
(EUSolver: Alur, Radhakrishna and Udupa 2017). Of two programs, where one is right wherever the
other is and costs no more, the other is dropped; of conditions that split the examples alike the
cheapest stands for all.

EUSolver grows one tree, by information gain. Here flat trees come first, by iterative deepening:
the last condition of a branch is always looked for among all, in one matrix product; those above
it come from a beam, of two kinds: those that leave one side to a single program (the next line
of a chain of `elif`s), largest side first, and those of the greatest information gain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from math import comb, log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from progsynth.search.evidence import Evidence, bits_of
from progsynth.search.space import IF_COST

_PROGRAMS = 3072  # that are kept
_CONDITIONS = 6144
_LABELS = 64  # programs that the information of a condition is reckoned over
_BEAM = (6, 4, 3, 2, 2, 1, 1)  # conditions of each kind that are tried, by how many are above
_NODES = 150  # sets of examples that are looked at, at most, for trees of one height
_TREES = 4  # that are kept of each set

Matrix = NDArray[np.float32]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Known:
    """A program, with the examples it is right on, or a condition, with those where it holds."""

    mask: int
    cost: int
    handle: Any


@dataclass(frozen=True, slots=True)
class Leaf:
    """The program for the examples `here`, cheapest of those that are right on all of them."""

    program: Known
    here: int

    @property
    def cost(self) -> int:
        """What the program costs."""
        return self.program.cost

    @property
    def num_leaves(self) -> int:
        """One."""
        return 1


@dataclass(frozen=True, slots=True)
class Branch:
    """A condition that sends each of the examples `here` to one of two trees."""

    condition: Known
    then: Tree
    orelse: Tree
    here: int

    @property
    def cost(self) -> int:
        """What the conditional costs, with all that it chooses from."""
        return IF_COST + self.condition.cost + self.then.cost + self.orelse.cost

    @property
    def num_leaves(self) -> int:
        """How many programs it chooses from."""
        return self.then.num_leaves + self.orelse.num_leaves


Tree = Leaf | Branch


def gain(tree: Tree, evidence: Evidence) -> float:
    """By how many bits the examples outweigh the part of the tree that they say least for.

    Below 0 some part serves too few examples to be worth its cost. A condition is paid for
    either by the outputs of each of the leaves that it leads to, or by what it tells apart: which
    of the examples go to which side.
    """
    return max(_gain_of_leaves(tree, evidence, 0), _gain_of_parts(tree, evidence))


def _gain_of_leaves(tree: Tree, evidence: Evidence, asked: int) -> float:
    """The gain of the leaf of least; `asked` is the cost of the condition before the tree."""
    if isinstance(tree, Leaf):
        return evidence.of(tree.here) - bits_of(tree.cost + asked)
    here = IF_COST + tree.condition.cost
    return min(
        _gain_of_leaves(tree.then, evidence, here), _gain_of_leaves(tree.orelse, evidence, here)
    )


def _gain_of_parts(tree: Tree, evidence: Evidence) -> float:
    """The gain of the leaf or condition of least.

    A leaf is paid for by its outputs, a condition by the choice that it makes: where programs of
    both sides are right it makes none.
    """
    if isinstance(tree, Leaf):
        return evidence.of(tree.here) - bits_of(tree.cost)
    then = tree.then.here & ~_right(tree.orelse)
    orelse = tree.orelse.here & ~_right(tree.then)
    chosen, others = then.bit_count(), orelse.bit_count()
    said = evidence.scale * log2(comb(chosen + others, chosen))
    return min(
        said - bits_of(IF_COST + tree.condition.cost),
        _gain_of_parts(tree.then, evidence),
        _gain_of_parts(tree.orelse, evidence),
    )


def _right(tree: Tree) -> int:
    """The examples that some leaf is right on, those sent elsewhere included."""
    if isinstance(tree, Leaf):
        return tree.program.mask
    return _right(tree.then) | _right(tree.orelse)


@dataclass
class Decisions:
    """What is known in part of `count` examples, of which `misses` may be wrong."""

    count: int
    misses: int = 0
    programs: list[Known] = field(default_factory=list)
    conditions: dict[int, Known] = field(default_factory=dict)
    _seen: dict[int, int] = field(default_factory=dict)
    _is_new: bool = False

    def __post_init__(self) -> None:
        self._words = np.zeros((_PROGRAMS, len(_words(0, self.count))), np.uint64)
        self._costs = np.zeros(_PROGRAMS, np.int64)

    def note_program(self, mask: int, cost: int, handle: Any) -> None:
        """Take in a program; most come in order of cost."""
        if not mask or self._seen.get(mask, cost + 1) <= cost or len(self.programs) >= _PROGRAMS:
            return
        self._seen[mask] = cost
        words, num = _words(mask, self.count), len(self.programs)
        known = self._words[:num], self._costs[:num]
        if not ((words & ~known[0] == 0).all(axis=1) & (known[1] <= cost)).any():
            self._words[num], self._costs[num] = words, cost
            self.programs.append(Known(mask, cost, handle))
            self._is_new = True

    def note_condition(self, mask: int, cost: int, handle: Any) -> None:
        """Take in a condition that fails nowhere; most come in order of cost."""
        same = min(mask, self.full & ~mask)  # one asked the other way round splits alike
        known = self.conditions.get(same)
        room = len(self.conditions) < _CONDITIONS if known is None else known.cost > cost
        if same and room:
            self.conditions[same] = Known(mask, cost, handle)
            self._is_new = True

    @property
    def full(self) -> int:
        """All examples."""
        return (1 << self.count) - 1

    def trees(self) -> list[Branch]:
        """Conditionals that are right on all examples, the cheapest first.

        None where nothing is new since they were last asked for.
        """
        if not self._is_new:
            return []
        self._is_new = False
        covered = 0
        for program in self.programs:
            covered |= program.mask
        if (self.full & ~covered).bit_count() > self.misses or not self.conditions:
            return []
        growth = _Growth(self)
        found = growth.nearly(self.misses) if self.misses else growth.flattest()
        return [tree for tree in found if isinstance(tree, Branch)]


class _Growth:
    """Trees over what is known at one time, each set of examples looked at once."""

    def __init__(self, known: Decisions):
        self.programs = sorted(known.programs, key=lambda p: (p.cost, -p.mask.bit_count()))
        self.conditions = sorted(known.conditions.values(), key=lambda c: c.cost)
        self.right = _matrix([p.mask for p in self.programs], known.count)
        self.holds = _matrix([c.mask for c in self.conditions], known.count)
        self.full = known.full
        self.nodes: dict[int, _Node] = {}
        self.made: dict[tuple[int, int], list[Tree]] = {}

    def flattest(self) -> list[Tree]:
        """Trees for all examples, of the least height at which some were found."""
        for height in range(1, len(_BEAM) + 1):
            self.made.clear()
            found = self.trees(self.full, 0, height)
            if found:
                return found
        return []

    def leaf(self, here: int) -> Leaf | None:
        """The cheapest program that is right on all of these examples."""
        return next((Leaf(p, here) for p in self.programs if not here & ~p.mask), None)

    def trees(self, here: int, above: int, height: int) -> list[Tree]:
        """The cheapest trees found for these examples, of so many conditions above another.

        `above` is how many conditions have been asked before.
        """
        found = self.made.get((here, height))
        if found is None:
            leaf = self.leaf(here)
            if leaf is not None:
                found = [leaf]
            elif height and len(self.made) < _NODES:
                found = self.split(here, above, height)
            else:
                return []
            self.made[here, height] = found
        return found

    def split(self, here: int, above: int, height: int) -> list[Tree]:
        """Trees for examples of which no program is right on all."""
        node = self.nodes.get(here)
        if node is None:
            node = self.nodes[here] = _Node(self, here)
        found: list[Tree] = list(islice(node.least(), _TREES))
        if not found and height > 1:
            width = _BEAM[above]
            for place in dict.fromkeys((*node.chains(width), *node.telling(width))):
                found += self.grown(node.condition(place), here, above + 1, height - 1)
        return sorted(dict.fromkeys(found), key=lambda t: (t.cost, t.num_leaves))[:_TREES]

    def grown(self, asked: Known, here: int, above: int, height: int) -> Iterator[Tree]:
        """Trees that ask this first."""
        then = self.trees(here & asked.mask, above, height)
        orelse = self.trees(here & ~asked.mask, above, height) if then else []
        for one, other in product(then[:2], orelse[:2]):
            yield Branch(asked, one, other, here)

    def nearly(self, misses: int) -> list[Tree]:
        """Trees of one condition, wrong on so many examples."""
        found: list[Tree] = []
        for asked in self.conditions:
            for first in range(misses + 1):
                sides = (self.full & asked.mask, first), (self.full & ~asked.mask, misses - first)
                then, orelse = (
                    next((p for p in self.programs if (s & ~p.mask).bit_count() <= m), None)
                    for s, m in sides
                )
                if then and orelse and then is not orelse:
                    leaves = Leaf(then, sides[0][0]), Leaf(orelse, sides[1][0])
                    found.append(Branch(asked, *leaves, self.full))
        return sorted(dict.fromkeys(found), key=lambda t: t.cost)[:_TREES]


class _Node:
    """One set of examples, with the programs and conditions that differ on it."""

    def __init__(self, growth: _Growth, here: int):
        self.growth = growth
        self.here = here
        columns = [i for i in range(growth.full.bit_length()) if here >> i & 1]
        self.programs = _apart([(p.mask & here) for p in growth.programs])
        splits = [min(c.mask & here, here & ~c.mask) for c in growth.conditions]
        self.conditions = _apart(splits)
        self.right = growth.right[np.ix_(self.programs, columns)]
        self.holds = growth.holds[np.ix_(self.conditions, columns)]
        wrong = 1 - self.right
        missed = self.holds @ wrong.T  # [condition, program]: examples of `then` it is wrong on
        self.then = _cheapest(missed < 0.5)
        self.orelse = _cheapest(missed > wrong.sum(axis=1) - 0.5)

    def condition(self, place: int) -> Known:
        """The condition of that row."""
        return self.growth.conditions[self.conditions[place]]

    def program(self, place: int) -> Known:
        """The program of that column."""
        return self.growth.programs[self.programs[place]]

    def least(self) -> Iterator[Tree]:
        """Trees of one condition, the cheapest first."""
        both = np.flatnonzero((self.then >= 0) & (self.orelse >= 0))
        found = []
        for place in both.tolist():
            asked = self.condition(place)
            then = Leaf(self.program(int(self.then[place])), self.here & asked.mask)
            orelse = Leaf(self.program(int(self.orelse[place])), self.here & ~asked.mask)
            found.append(Branch(asked, then, orelse, self.here))
        yield from sorted(found, key=lambda t: t.cost)

    def chains(self, width: int) -> list[int]:
        """Conditions that leave one side to one program, the most examples first."""
        counts = self.holds.sum(axis=1)
        one = np.where(self.then >= 0, counts, self.holds.shape[1] - counts)
        one[(self.then >= 0) == (self.orelse >= 0)] = 0
        order = np.argsort(-one, kind="stable")[:width]
        return [int(i) for i in order if one[i] > 0]

    def telling(self, width: int) -> list[int]:
        """Conditions of the greatest information gain.

        An example's label is one of the programs that are right on it, more likely one that is
        right on many.
        """
        if not len(self.conditions):
            return []
        weights = self.right.sum(axis=1)
        chosen = np.argsort(-weights, kind="stable")[:_LABELS]
        likely = (self.right[chosen] * weights[chosen, None]).T  # [example, label]
        likely /= np.maximum(likely.sum(axis=1, keepdims=True), 1e-9)
        then = self.holds @ likely
        orelse = likely.sum(axis=0) - then
        undecided = _entropy(then) + _entropy(orelse)
        return [int(i) for i in np.argsort(undecided, kind="stable")[:width]]


def _words(mask: int, count: int) -> NDArray[np.uint64]:
    """The bits of a mask in words."""
    return np.frombuffer(mask.to_bytes((count + 63) // 64 * 8, "little"), np.uint64)


def _matrix(masks: Sequence[int], count: int) -> Matrix:
    """The bits of the masks: [mask, example]."""
    size = (count + 7) // 8
    packed = np.frombuffer(b"".join(m.to_bytes(size, "little") for m in masks), np.uint8)
    bits = np.unpackbits(packed.reshape(-1, size), axis=1, count=count, bitorder="little")
    return bits.astype(np.float32)


def _apart(masks: Sequence[int]) -> list[int]:
    """The places of the masks that differ, each at its first, without the empty one."""
    found: dict[int, int] = {}
    for place, mask in enumerate(masks):
        if mask:
            found.setdefault(mask, place)
    return list(found.values())


def _cheapest(fits: Truths) -> NDArray[np.int64]:
    """The first column that is true in each row; -1 where none is."""
    if not fits.size:
        return np.full(len(fits), -1)
    return np.where(fits.any(axis=1), fits.argmax(axis=1), -1)


def _entropy(counts: Matrix) -> Matrix:
    """The entropy of each row of counts, times their sum, in bits."""
    total = counts.sum(axis=1, keepdims=True)
    share = counts / np.maximum(total, 1e-9)
    return -(counts * np.log2(np.maximum(share, 1e-9))).sum(axis=1)
