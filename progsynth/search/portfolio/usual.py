"""Which searches a portfolio is made of, and the method that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import progsynth
from progsynth.search.bottom_up import bottom_up
from progsynth.search.portfolio.closeness import Closeness
from progsynth.search.portfolio.member import Member
from progsynth.search.portfolio.portfolio import Portfolio
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Search


def plain_genetic(problem: Problem, seed: int) -> Search:
    """The genetic search as it is set by default; DEAP is loaded where it runs, when it does."""
    return progsynth.genetic()(problem, seed)


# In this order turns are committed; the first one searches alone at the beginning.
USUAL: Mapping[str, Method] = {
    "bottom_up": bottom_up,
    "genetic": plain_genetic,
}


def usual_members(problem: Problem, seed: int) -> tuple[Member, ...]:
    """The members for a problem."""
    return tuple(Member(name, partial(m, problem, seed)) for name, m in USUAL.items())


def portfolio(
    methods: Mapping[str, Method] | None = None,
    *,
    workers: int | None = None,
    memory: int | None = None,
) -> Method:
    """The method for `solve(task, search=...)`: these methods by name, or the usual ones.

    The first of them runs in this process, the others in workers that may have `memory` bytes
    each. A method that is to run in a worker has to be a function of a module.
    """
    chosen = USUAL if methods is None else methods

    def method(problem: Problem, seed: int) -> Search:
        members = [Member(name, partial(m, problem, seed)) for name, m in chosen.items()]
        return Portfolio(members, Closeness.of(problem), workers=workers, memory=memory)

    return method
