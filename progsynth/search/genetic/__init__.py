"""Genetic search over typed programs: `solve(task, search=genetic(population=300))`."""

from __future__ import annotations

from deap import base

from progsynth.search.genetic.scoring import Proposal, Scored, Scorer
from progsynth.search.genetic.search import GeneticSearch, Settings
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Search

__all__ = ["GeneticSearch", "Proposal", "Scored", "Scorer", "Settings", "genetic"]


def genetic(
    *,
    population: int = Settings().population,
    max_size: int = Settings().max_size,
    max_depth: int = Settings().max_depth,
    toolbox: base.Toolbox | None = None,
    scorer: Scorer | None = None,
) -> Method:
    """The method for `solve(task, search=...)`: see `Settings` for the options."""
    settings = Settings(population, max_size, max_depth)

    def method(problem: Problem, seed: int) -> Search:
        return GeneticSearch(problem, seed, settings=settings, toolbox=toolbox, scorer=scorer)

    return method
