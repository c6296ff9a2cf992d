"""What the portfolio is made of by default."""

from __future__ import annotations

from collections.abc import Mapping

import progsynth
from progsynth.search.best_first import best_first
from progsynth.search.bottom_up import bottom_up
from progsynth.search.first import first
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Search
from progsynth.search.templates import templates


def usual_genetic(problem: Problem, seed: int) -> Search:
    """The genetic search as it is by default. What it is made of is loaded where it runs, and
    when it does."""
    return progsynth.genetic()(problem, seed)


def usual_best_first(problem: Problem, seed: int) -> Search:
    """The best-first search as it is by default, after the small programs of usual shapes."""
    return first(templates(), best_first())(problem, seed)


# In this order turns are committed; the first one stays in this process, and begins alone.
USUAL: Mapping[str, Method] = {
    "bottom_up": bottom_up,
    "genetic": usual_genetic,
    "best_first": usual_best_first,
}
