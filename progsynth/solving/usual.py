"""What the portfolio is made of by default."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import progsynth
from progsynth.search.best_first import best_first
from progsynth.search.fast.method import fast_bottom_up
from progsynth.search.first import first
from progsynth.search.items.search import items
from progsynth.search.loops.search import loops
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Search
from progsynth.search.templates import templates

# What found the solutions of DreamCoder's lists and of both PSB suites under shares of 2, 1.5, 1
# and 1 (`found_by` of the records): bottom-up 128, best-first with its loops 6, flat genomes 5,
# trees none. Trees keep a share for what flat genomes cannot express; see also
# docs/decisions/genetic_representation.md.
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"bottom_up": 2.0, "flat_genetic": 2.0, "genetic": 0.5, "best_first": 1.0}
)
_LOOPS = 1_200_000  # executions
_SMALL = 0.1  # of a budget, at most, for small programs before another search


def small_first(method: Method, name: str) -> Method:
    """The method after the small programs of usual shapes, by that name. These have a small share
    of the budget, and none where it is so small that the search itself would hardly begin."""
    return first(templates(), method, share=_SMALL, name=name)


def usual_genetic(problem: Problem, seed: int) -> Search:
    """The genetic search as it is by default. What it is made of is loaded where it runs, and
    when it does."""
    return progsynth.genetic()(problem, seed)


def usual_flat(problem: Problem, seed: int) -> Search:
    """The genetic search over flat genomes; raises NotReadyError while its kernels are being
    compiled, UnsupportedError for problems that are not for it."""
    return progsynth.genetic(representation="flat", wait=False)(problem, seed)


def waiting_flat(problem: Problem, seed: int) -> Search:
    """The genetic search over flat genomes, which waits for its kernels."""
    return progsynth.genetic(representation="flat")(problem, seed)


def usual_best_first(problem: Problem, seed: int) -> Search:
    """The best-first search as it is by default, after the small programs of usual shapes, those
    that treat items by themselves, and the small loops."""
    return _best_first(items(wait=False))(problem, seed)


def waiting_best_first(problem: Problem, seed: int) -> Search:
    """The same, which waits for kernels."""
    return _best_first(items())(problem, seed)


def _best_first(of_items: Method) -> Method:
    small_loops = loops(max_executions=_LOOPS)
    return first(templates(), first(of_items, first(small_loops, best_first())))


def usual_bottom_up(problem: Problem, seed: int) -> Search:
    """Bottom-up search, compiled; in Python while the kernels are being compiled."""
    return fast_bottom_up(wait=False)(problem, seed)


def waiting_bottom_up(problem: Problem, seed: int) -> Search:
    """Bottom-up search, compiled, which waits for its kernels: what it does depends on nothing
    but the problem."""
    return fast_bottom_up()(problem, seed)


def usual(*, wait: bool) -> Mapping[str, Method]:
    """The searches by name, in the order in which turns are committed; the first one stays in
    this process, and begins alone. With `wait` kernels that are not on disk are waited for."""
    return {
        "bottom_up": waiting_bottom_up if wait else usual_bottom_up,
        "flat_genetic": waiting_flat if wait else usual_flat,
        "genetic": usual_genetic,
        "best_first": waiting_best_first if wait else usual_best_first,
    }
