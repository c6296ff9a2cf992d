"""Bottom-up enumeration in Python: the course over the bank of `bank`. It covers every type, and
is the slow twin of the compiled search (`fast`)."""

from __future__ import annotations

from collections.abc import Callable

from progsynth import registry
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Term
from progsynth.search.aimed import AimedBank
from progsynth.search.bodies import Noted
from progsynth.search.constants import mine
from progsynth.search.course import BottomUp
from progsynth.search.goal import Goal, allowed_misses, working_limits
from progsynth.search.kernels import Kernels
from progsynth.search.nested import BODY, PART, Nested, Pace, flat
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
    return make_space(
        problem.dsl, problem.types, problem.result, constants, allowed=problem.allowed
    )


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

    Without `backwards` nothing is found backwards from the outputs (`backward`), and without
    `bodies` no body of a lambda is searched for by itself (`nested`). `pace` says how soon
    dear programs are put together.
    """
    whole = limits or Limits()
    kernels = Kernels(dsl, working_limits(whole, goal.values()))

    def aim(goal: Goal, noted: Noted) -> AimedBank:
        return AimedBank(space, dsl, kernels, goal, noted, max_entries)

    telling = Telling(goal, dsl, whole)

    inner = flat(space)

    def search_body(goal: Goal) -> BottomUp:
        return search_for(
            inner,
            dsl,
            goal,
            wrap,
            limits=whole,
            max_entries=max_entries // PART,
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
        backwards=backwards,
        pace=pace,
        nested=nested,
    )
