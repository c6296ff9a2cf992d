"""A bottom-up search put together: the course over one kind of bank, with the searches for bodies.

What differs from bank to bank is how one is aimed at a goal; all else is here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Term
from progsynth.search.aggregated import Aggregates
from progsynth.search.course import Aim, Aimed, BottomUp
from progsynth.search.goal import Goal
from progsynth.search.nested import BODY, PART, Nested, Pace, flat
from progsynth.search.run import Candidate
from progsynth.search.sources import Sources, plain
from progsynth.search.space import Space
from progsynth.search.telling import Telling


class Banks(Protocol):
    """How banks are aimed: for a space and what is telling of a goal, of which a bank may hold
    one in `part` of the values that a whole search may."""

    def __call__(self, space: Space, telling: Telling, part: int, /) -> Aim: ...


def assemble(
    banks: Banks,
    space: Space,
    dsl: DSL,
    goal: Goal,
    wrap: Callable[[Term, int], Candidate],
    *,
    limits: Limits,
    max_level: int,
    notes: tuple[str, ...] = (),
    backwards: bool = True,
    pace: Pace | None = None,
    bodies: bool = True,
    part: int = 1,
) -> BottomUp:
    """The search for a goal in a space; `wrap` makes a candidate of a term and its cost.

    Without `backwards` nothing is found backwards from the outputs (`backward`), and without
    `bodies` no body of a lambda is searched for by itself (`nested`). `pace` says how soon
    dear programs are put together.
    """
    telling = Telling(goal, dsl, limits)
    inner = flat(space)

    def search_body(goal: Goal) -> BottomUp:
        return assemble(
            banks,
            inner,
            dsl,
            goal,
            wrap,
            limits=limits,
            max_level=_LEVELS,
            pace=BODY,
            bodies=False,
            part=part * PART,
        )

    nested = aggregates = None
    if bodies and backwards:
        few = plain(space)
        sources = Sources(few, banks(few, telling, part * PART))
        nested = Nested(space, dsl, limits, search_body, sources)

        def aim_at_items(space: Space, goal: Goal) -> Aimed:
            return banks(space, Telling(goal, dsl, limits), part * PART)(goal, {})

        aggregates = Aggregates(space, dsl, limits, aim_at_items, sources, nested.arounds)
    return BottomUp(
        space,
        telling,
        wrap,
        banks(space, telling, part),
        max_level=max_level,
        notes=notes,
        backwards=backwards,
        pace=pace,
        nested=nested,
        aggregates=aggregates,
    )


_LEVELS = 40  # of a body
