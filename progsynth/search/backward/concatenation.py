"""A sequence as a concatenation of known parts: a shortest path through the outputs.

A state says how far each example's output is written; a part leads from one state to another
where it is the next piece of every output (FlashFill's positions, Gulwani 2011, for all examples
at once). The cheapest path is the cheapest concatenation. It may be asked for some examples
only: those that a condition sends here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import ceil
from typing import Any

from progsynth.search.backward.view import Row
from progsynth.search.evidence import BITS, Evidence, evidence

_PARTS = 20_000  # that are kept
_LEADING = 6  # examples, those of the longest outputs, that a path is found for; others are tried
_LACKING = 4.0  # bits that a part of a text may be worth less than it costs
_WAYS = 3  # concatenations of one set of examples

State = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the outputs of the examples in the mask `where`, somewhere.

    `letters` are those of a piece that is the same in all outputs: two examples may share a year
    by chance, so that of two concatenations the one with fewer letters comes first. It `lacks`
    so many bits to be worth its cost.
    """

    row: Row
    where: int
    cost: int
    letters: int
    handle: Any
    lacks: float = 0.0

    @property
    def weight(self) -> int:
        """What it counts for in a path."""
        return self.cost + self.letters + ceil(self.lacks / BITS)


@dataclass(frozen=True, slots=True)
class Way:
    """A concatenation: its parts, and its cost."""

    cost: int
    parts: tuple[Part, ...]

    @property
    def letters(self) -> int:
        """The letters that it takes to be the same in all outputs."""
        return sum(part.letters for part in self.parts)

    @property
    def lacks(self) -> float:
        """The bits that its parts are not worth."""
        return sum(part.lacks for part in self.parts)

    @property
    def pieces(self) -> int:
        """How many of the parts are texts that differ from output to output."""
        rows = [part.row for part in self.parts]
        return sum(isinstance(row[0], str) and len(set(row)) > 1 for row in rows)


@dataclass
class Concatenation:
    """The parts known of one sequence wanted; putting two together costs `step`."""

    wanted: Row
    step: int
    scale: float = 1.0  # examples that each one stands for
    parts: list[Part] = field(default_factory=list)
    _by_piece: dict[int, dict[Any, list[Part]]] = field(default_factory=dict)

    def note(self, row: Row, where: int, cost: int, handle: Any) -> None:
        """Take in a part; one that is worth much less than its cost is none."""
        lacks = self._worth(row).lacking(where, cost + self.step)
        most = _LACKING if isinstance(row[0], str) else 0.0
        if len(self.parts) < _PARTS and lacks <= most:
            part = Part(row, where, cost, _letters(row), handle, lacks)
            self.parts.append(part)
            for example, pieces in self._by_piece.items():
                pieces.setdefault(_key(row[example]), []).append(part)

    def _worth(self, row: Row) -> Evidence:
        return evidence(row, self.scale)

    def ways(self, mask: int, steps: int) -> Iterator[Way]:
        """Concatenations of at least two parts, right on these examples, the cheapest first.

        Letters count like cost, and so do bits that a part is not worth. At most about so many
        steps from a state to another are tried.
        """
        others = [i for i in range(len(self.wanted)) if mask >> i & 1]
        others.sort(key=lambda i: -len(self.wanted[i]))
        examples = [others.pop(0) for _ in range(min(_LEADING, len(others)))]
        pieces = self._leading(examples[0], mask)
        leads = [self._leads(i, mask) for i in examples]
        if not all(some[0] for some in leads):
            return
        end = tuple(len(self.wanted[i]) for i in examples)
        start = (0,) * len(examples)
        heap: list[tuple[int, int, State, tuple[Part, ...]]] = [(0, 0, start, ())]
        known: dict[State, int] = {start: 0}
        pushed = ways = 0
        while heap and steps > 0 and ways < _WAYS:
            cost, _, state, parts = heappop(heap)
            if state == end:
                if len(parts) > 1 and all(self._makes(parts, i) for i in others):
                    ways += 1
                    own = sum(part.cost for part in parts)
                    yield Way(own + self.step * (len(parts) - 1), parts)
                continue
            if known[state] < cost:
                continue
            steps -= len(pieces[state[0]]) + 1
            for part in pieces[state[0]]:
                after = self._after(part, examples, state)
                if after is None or after == state:
                    continue
                if not all(some[at] for some, at in zip(leads, after, strict=True)):
                    continue
                total = cost + part.weight + self.step
                if after == end or total < known.get(after, total + 1):
                    known[after] = min(total, known.get(after, total))
                    pushed += 1
                    heappush(heap, (total, pushed, after, (*parts, part)))

    def _makes(self, parts: tuple[Part, ...], example: int) -> bool:
        """Is the example's output what these parts make together?"""
        at = 0
        for part in parts:
            piece = part.row[example]
            if not _stands(piece, self.wanted[example], at):
                return False
            at += len(piece)
        return at == len(self.wanted[example])

    def _leading(self, example: int, mask: int) -> list[list[Part]]:
        """The parts that may stand at each place of that example's output."""
        output, pieces = self.wanted[example], self._pieces(example)
        return [
            [
                part
                for stop in range(len(output), at - 1, -1)
                for part in pieces.get(_key(output[at:stop]), ())
                if not mask & ~part.where
            ]
            for at in range(len(output) + 1)
        ]

    def _leads(self, example: int, mask: int) -> list[bool]:
        """From which places of that example's output pieces lead to its end."""
        output, pieces = self.wanted[example], self._pieces(example)
        found = [False] * len(output) + [True]
        for at in range(len(output) - 1, -1, -1):
            found[at] = any(
                found[stop]
                and any(not mask & ~p.where for p in pieces.get(_key(output[at:stop]), ()))
                for stop in range(len(output), at, -1)
            )
        return found

    def _pieces(self, example: int) -> dict[Any, list[Part]]:
        """The parts by their piece of that example's output."""
        found = self._by_piece.get(example)
        if found is None:
            found = self._by_piece[example] = {}
            for part in self.parts:
                found.setdefault(_key(part.row[example]), []).append(part)
        return found

    def _after(self, part: Part, examples: list[int], state: State) -> State | None:
        """The state after the part; None where it is not the next piece of every output."""
        after = []
        for at, example in zip(state, examples, strict=True):
            piece = part.row[example]
            if not _stands(piece, self.wanted[example], at):
                return None
            after.append(at + len(piece))
        return tuple(after)


def _letters(row: Row) -> int:
    """The letters and digits of a text that is the same in all of several examples."""
    first = row[0]
    same = isinstance(first, str) and len(row) > 1 and all(piece == first for piece in row)
    return sum(map(str.isalnum, first)) if same else 0


def _stands(piece: Any, whole: Any, at: int) -> bool:
    """Does the piece stand in the sequence at that place?"""
    if isinstance(whole, str):
        return whole.startswith(piece, at)
    return bool(whole[at : at + len(piece)] == piece)


def _key(piece: Any) -> Any:
    return piece if isinstance(piece, str) else repr(piece)


def places(piece: Any, whole: Any) -> bool:
    """Is it a part of the sequence, in one piece?"""
    if isinstance(whole, str):
        return piece in whole
    size = len(piece)
    return any(whole[at : at + size] == piece for at in range(len(whole) - size + 1))
