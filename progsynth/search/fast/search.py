"""Compiled bottom-up search: the course over the compiled bank, for a space that it covers."""

from __future__ import annotations

from collections.abc import Callable

from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Term
from progsynth.lang.types import FLOAT, walk_type
from progsynth.lang.values import size_of
from progsynth.search.assemble import assemble
from progsynth.search.bodies import Noted
from progsynth.search.course import Aim, BottomUp
from progsynth.search.fast.aimed import AimedFastBank
from progsynth.search.fast.meanings import operations
from progsynth.search.fast.memory import Sizes
from progsynth.search.goal import Goal, working_limits
from progsynth.search.nested import Pace
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

    Banks take `max_bytes` of memory at most; for the other options see `assemble`.
    """
    whole, known = limits or Limits(), operations(dsl)

    def banks(space: Space, telling: Telling, part: int) -> Aim:
        values, floats = telling.goal.values(), any(FLOAT in walk_type(t) for t in space.least)
        cells, total = working_limits(whole, values).cells, sum(map(size_of, values))

        def aim(goal: Goal, noted: Noted) -> AimedFastBank:
            variables = len(goal.params) + 4
            sizes = Sizes(max_bytes // part, len(goal.rows), total, cells, variables, floats)
            return AimedFastBank(space, dsl, goal, noted, sizes, telling.is_right, known=known)

        return aim

    return assemble(
        banks,
        space,
        dsl,
        goal,
        wrap,
        limits=whole,
        max_level=max_level,
        notes=notes,
        backwards=backwards,
        pace=pace,
        bodies=bodies,
    )
