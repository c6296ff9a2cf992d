"""Loops as terms of core: the state's variables, what they start with, and what they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from progsynth.lang.term import For, Let, Term, Values, Var, While


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the variables of a loop's parts stand: so many parameters, so many of the state.

    A part sees some of the parameters, `kept`, then some or all of the state's variables, and in
    the body of a `for` the item.
    """

    num_params: int
    num_states: int
    has_item: bool = False

    def places(self, kept: Sequence[int], states: Sequence[int], item: bool = False) -> list[int]:
        """The indices of these variables, as a part of the loop sees them."""
        inner = self.num_states + self.has_item
        own = [inner - 1 - state for state in states]
        return [inner + self.num_params - 1 - p for p in kept] + own + [0] * item


def outer_places(num_params: int, kept: Sequence[int]) -> list[int]:
    """The indices of these parameters outside loops."""
    return [num_params - 1 - p for p in kept]


def while_term(starts: Sequence[Term], test: Term, steps: Sequence[Term], goal: int) -> Term:
    """The loop, giving the last value of the variable `goal`."""
    count = len(starts)
    return _last(While(count, _several(starts), test, _several(steps)), count, goal)


def for_term(source: Term, starts: Sequence[Term], steps: Sequence[Term], goal: int) -> Term:
    """The loop over a list, giving the last value of the variable `goal`."""
    count = len(starts)
    return _last(For(count, source, _several(starts), _several(steps)), count, goal)


def _several(terms: Sequence[Term]) -> Term:
    return terms[0] if len(terms) == 1 else Values(tuple(terms))


def _last(loop: Term, count: int, goal: int) -> Term:
    return loop if count == 1 else Let(count, loop, Var(count - 1 - goal))
