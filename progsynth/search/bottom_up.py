"""Bottom-up enumeration in Python: the course over the bank of `bank`. It covers every type, and
is the slow twin of the compiled search (`fast`)."""

from __future__ import annotations

from collections.abc import Callable

from progsynth import registry
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Term
from progsynth.search.aimed import AimedBank
from progsynth.search.assemble import assemble
from progsynth.search.bodies import Noted
from progsynth.search.constants import mine
from progsynth.search.course import Aim, BottomUp
from progsynth.search.goal import Goal, allowed_misses, working_limits
from progsynth.search.guided import guided
from progsynth.search.kernels import Kernels
from progsynth.search.nested import Pace
from progsynth.search.problem import Problem
from progsynth.search.run import Candidate
from progsynth.search.space import Space
from progsynth.search.telling import Telling
from progsynth.search.universe import make_space
from progsynth.task import Example


def bottom_up(problem: Problem, seed: int) -> BottomUp:
    """The method: the search for the problem's function. Nothing in it is random."""
    limits = problem.limits
    space, goal = space_of(problem), goal_of(problem)
    return search_for(space, problem.dsl, goal, problem.wrap, limits=limits)


def space_of(problem: Problem) -> Space:
    """The programs to look at for a problem."""
    pairs = list(map(Example, problem.inputs, problem.outputs))
    only = registry.forms(problem.dsl.name).constants
    constants = mine(problem.types, problem.result, pairs, problem.constants, only=only)
    space = make_space(
        problem.dsl, problem.types, problem.result, constants, allowed=problem.allowed
    )
    return space if problem.guide is None else guided(space, problem, problem.guide)


def goal_of(problem: Problem) -> Goal:
    """The goal that a problem sets."""
    return Goal(
        problem.types,
        problem.result,
        problem.inputs,
        problem.outputs,
        problem.tolerance,
        allowed_misses(problem.accuracy, len(problem.outputs)),
    )


def search_for(
    space: Space,
    dsl: DSL,
    goal: Goal,
    wrap: Callable[[Term, int], Candidate],
    *,
    limits: Limits | None = None,
    max_entries: int = 2_000_000,
    max_level: int = 40,
    backwards: bool = True,
    pace: Pace | None = None,
    bodies: bool = True,
) -> BottomUp:
    """The search for a goal in a space; `wrap` makes a candidate of a term and its cost.

    Banks hold `max_entries` values at most; for the other options see `assemble`.
    """
    whole = limits or Limits()

    def banks(space: Space, telling: Telling, part: int) -> Aim:
        kernels = Kernels(dsl, working_limits(whole, telling.goal.values()))

        def aim(goal: Goal, noted: Noted) -> AimedBank:
            return AimedBank(space, dsl, kernels, goal, noted, max_entries // part)

        return aim

    return assemble(
        banks,
        space,
        dsl,
        goal,
        wrap,
        limits=whole,
        max_level=max_level,
        backwards=backwards,
        pace=pace,
        bodies=bodies,
    )
