"""Programs that are to be repaired: which of many, and what is in them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from progsynth.lang.term import Const, Program, holes, size, subterms
from progsynth.search.proposals.score import Score
from progsynth.task import Example

MAX_BROKEN = 4  # programs that are repaired
MAX_SIZE = 400  # nodes of one of them

_BETTER, _NEAREST = 2, 2  # programs that are repaired further


@dataclass(frozen=True, slots=True)
class Broken:
    """A program that is wrong on some examples; `key` says which proposal it is."""

    key: int
    program: Program
    score: Score


def wrong_first(broken: Broken, examples: Sequence[Example]) -> list[Example]:
    """The examples, those first on which the program is not right."""
    right = dict(enumerate(broken.score.right))
    order = sorted(range(len(examples)), key=lambda place: right.get(place, False))
    return [examples[place] for place in order]


def has_holes(program: Program) -> bool:
    """Is something of it left open?"""
    return any(holes(function.body) for function in program.functions)


def has_number(sketch: Program) -> bool:
    """Is an unknown number in it?"""
    found = [hole for function in sketch.functions for hole in holes(function.body)]
    return any(hole.kind == "param" for hole in found)


def constants_in(program: Program) -> tuple[int | float | bool | str, ...]:
    """The constants of a program, which its repair may need elsewhere."""
    found = [
        term.value
        for function in program.functions
        for term in subterms(function.body)
        if isinstance(term, Const) and term.type.name != "bool"
    ]
    return tuple({(type(value), value): value for value in found}.values())


def worth_repairing(broken: Sequence[Broken]) -> list[Broken]:
    """Those to be repaired: right on most examples first, nearest first, of equal behaviour the
    smallest.

    What has holes comes before all others: its proposer knew where it is wrong.
    """
    small = [one for one in broken if _size(one.program) <= MAX_SIZE]
    chosen: dict[Hashable, Broken] = {}
    for one in sorted(small, key=_merit):
        behaviour = one.key if has_holes(one.program) else repr(one.score.outputs)
        chosen.setdefault(behaviour, one)
    return list(chosen.values())[:MAX_BROKEN]


def most_promising(better: Sequence[Broken]) -> list[Broken]:
    """Those of a round that are repaired further: some right on most examples, some nearest."""
    chosen = worth_repairing(better)[:_BETTER]
    taken = {repr(one.score.outputs) for one in chosen}
    left = [one for one in better if repr(one.score.outputs) not in taken]
    nearest: dict[str, Broken] = {}
    for one in sorted(left, key=lambda one: (one.score.error, *_merit(one))):
        nearest.setdefault(repr(one.score.outputs), one)
    return [*chosen, *list(nearest.values())[:_NEAREST]]


def _merit(broken: Broken) -> tuple[bool, int, float, int, int]:
    is_whole, score = not has_holes(broken.program), broken.score
    return is_whole, -score.passed, score.error, _size(broken.program), broken.key


def _size(program: Program) -> int:
    return sum(size(function.body) for function in program.functions)
