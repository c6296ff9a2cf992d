"""Compiled bottom-up search: the course over the compiled bank, for a space that it covers."""

from __future__ import annotations

from collections.abc import Callable

from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Term
from progsynth.lang.types import FLOAT, walk_type
from progsynth.lang.values import size_of
from progsynth.search.bodies import Noted
from progsynth.search.course import BottomUp
from progsynth.search.fast.aimed import AimedFastBank
from progsynth.search.fast.memory import Sizes
from progsynth.search.goal import Goal, working_limits
from progsynth.search.nested import BODY, PART, Nested, Pace, flat
from progsynth.search.run import Candidate
from progsynth.search.space import Space
from progsynth.search.telling import Telling


def search_for(
    space: Space,
    dsl: DSL,
    goal: Goal,
    wrap: Callable[[Term, int], Candidate],
    *,
    limits: Limits | None = None,
    max_bytes: int = 1 << 30,
    max_level: int = 40,
    notes: tuple[str, ...] = (),
    backwards: bool = True,
    pace: Pace | None = None,
    bodies: bool = True,
) -> BottomUp:
    """The search for a goal in a space; `wrap` makes a candidate of a term and its cost.

    Without `backwards` nothing is found backwards from the outputs (`backward`), and without
    `bodies` no body of a lambda is searched for by itself (`nested`). `pace` says how soon
    dear programs are put together.
    """
    whole = limits or Limits()
    values = goal.values()
    cells, total = working_limits(whole, values).cells, sum(map(size_of, values))

    floats = any(FLOAT in walk_type(t) for t in space.least)

    def aim(goal: Goal, noted: Noted) -> AimedFastBank:
        variables = len(goal.params) + 4
        sizes = Sizes(max_bytes, len(goal.rows), total, cells, variables, floats)
        return AimedFastBank(space, dsl, goal, noted, sizes, telling.is_right)

    telling = Telling(goal, dsl, whole)

    inner = flat(space)

    def search_body(goal: Goal) -> BottomUp:
        return search_for(
            inner,
            dsl,
            goal,
            wrap,
            limits=whole,
            max_bytes=max_bytes // PART,
            pace=BODY,
            bodies=False,
        )

    nested = Nested(space, dsl, whole, search_body) if bodies and backwards else None
    return BottomUp(
        space,
        telling,
        wrap,
        aim,
        max_level=max_level,
        notes=notes,
        backwards=backwards,
        pace=pace,
        nested=nested,
    )
