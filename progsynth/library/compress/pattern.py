"""Patterns: terms with holes, and the nodes of a corpus that they match.

Legend: L the nodes where a pattern matches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from progsynth.library.compress.figures import Array


@dataclass(frozen=True, slots=True)
class Hole:
    """A hole, with the nodes that are there where the pattern matches."""

    nodes_L: Array
    depth: int  # variables that the pattern binds around it
    lazy: bool  # it is not evaluated exactly once, in its turn


@dataclass(frozen=True, slots=True)
class Done:
    """All children of a node are filled: from here on `failing` holds, or what the label adds."""

    failing: bool | None


@dataclass(frozen=True, slots=True)
class Slot:
    """A parameter of a pattern, with its arguments where the pattern matches."""

    kind: str
    depth: int
    nodes_L: Array
    keys_L: Array  # equal for equal arguments; -1 where the argument reads bound variables


# How the pattern was written, from its root, left to right: a label's number, a whole term, or
# a parameter and the depth of its use.
Step = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern; its holes are a stack, the leftmost last."""

    at_L: Array
    rest: tuple[Hole | Done, ...]
    slots: tuple[Slot, ...]
    repeated_L: Array  # saved by parameters that are used again
    fixed: int  # the cost of what of the body is no parameter
    params: int  # the cost of the parameters' uses in it, at least
    failing: bool  # something that may fail is evaluated before the next hole
    steps: tuple[Step, ...]


def after(pattern: Pattern, done: Done) -> Pattern:
    """The pattern once all children of a node are filled."""
    failing = True if done.failing is None else done.failing
    return replace(pattern, rest=pattern.rest[:-1], failing=failing)


def matching(pattern: Pattern, places: Array) -> Pattern:
    """The pattern where it matches at these places only."""
    if len(places) == len(pattern.at_L):
        return pattern
    return Pattern(
        pattern.at_L[places],
        tuple(
            [
                Hole(one.nodes_L[places], one.depth, one.lazy) if isinstance(one, Hole) else one
                for one in pattern.rest
            ]
        ),
        tuple([Slot(s.kind, s.depth, s.nodes_L[places], s.keys_L[places]) for s in pattern.slots]),
        pattern.repeated_L[places],
        pattern.fixed,
        pattern.params,
        pattern.failing,
        pattern.steps,
    )
