"""The portfolio as a method: of a problem and a seed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from progsynth.search.portfolio.closeness import Closeness
from progsynth.search.portfolio.member import Member
from progsynth.search.portfolio.portfolio import Portfolio
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Search


def members_of(
    methods: Mapping[str, Method],
    problem: Problem,
    seed: int,
    weights: Mapping[str, float] = MappingProxyType({}),
) -> tuple[Member, ...]:
    """The members that those methods make for a problem."""
    return tuple(
        Member(name, partial(method, problem, seed), weights.get(name, 1.0))
        for name, method in methods.items()
    )


def portfolio(
    methods: Mapping[str, Method],
    *,
    own: int = 1,
    workers: int | None = None,
    memory: int | None = None,
    weights: Mapping[str, float] = MappingProxyType({}),
) -> Method:
    """The method for `solve(task, search=...)`: these methods, by the names that they shall have.

    The first `own` of them run in this process, the others in workers that may have `memory`
    bytes each. A method that is to run in a worker has to be a function of a module. Until one
    of them pays, each has a share of the budget in proportion to its weight, 1 if left out.
    """

    def method(problem: Problem, seed: int) -> Search:
        members = members_of(methods, problem, seed, weights)
        closeness = Closeness.of(problem)
        return Portfolio(members, closeness, own=own, workers=workers, memory=memory)

    return method
