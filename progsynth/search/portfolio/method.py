"""The portfolio as a method: of a problem and a seed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from progsynth.search.portfolio.closeness import Closeness
from progsynth.search.portfolio.member import Member
from progsynth.search.portfolio.portfolio import Portfolio
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Search


def members_of(methods: Mapping[str, Method], problem: Problem, seed: int) -> tuple[Member, ...]:
    """The members that those methods make for a problem."""
    return tuple(Member(name, partial(m, problem, seed)) for name, m in methods.items())


def portfolio(
    methods: Mapping[str, Method],
    *,
    own: int = 1,
    workers: int | None = None,
    memory: int | None = None,
) -> Method:
    """The method for `solve(task, search=...)`: these methods, by the names that they shall have.

    The first `own` of them run in this process, the others in workers that may have `memory`
    bytes each. A method that is to run in a worker has to be a function of a module.
    """

    def method(problem: Problem, seed: int) -> Search:
        members = members_of(methods, problem, seed)
        closeness = Closeness.of(problem)
        return Portfolio(members, closeness, own=own, workers=workers, memory=memory)

    return method
