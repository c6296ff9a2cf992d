"""Genetic search over typed programs: `solve(task, search=genetic(population=300))`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from deap import base

from progsynth.search.genetic.scoring import Proposal, Scored, Scorer
from progsynth.search.genetic.search import GeneticSearch
from progsynth.search.genetic.settings import Settings
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Search

__all__ = ["GeneticSearch", "Proposal", "Scored", "Scorer", "Settings", "genetic"]


def genetic(
    *,
    population: int | None = None,
    max_size: int | None = None,
    settings: Settings | None = None,
    toolbox: base.Toolbox | None = None,
    scorer: Scorer | None = None,
    rescore: bool = False,
    checkpoint: str | Path | None = None,
    every: int = 1,
) -> Method:
    """The method for `solve(task, search=...)`.

    `settings` are all that can be set; `population` and `max_size` change those two of them.
    `toolbox` brings operators of your own (see `deap_tools`), `scorer` another way to score a
    generation (see `scoring`); `rescore` scores survivors again, for scorers that train.

    `checkpoint` is a file in which the search is kept at the end of each generation, or `every`
    so many; where it is there the search goes on from it, to the same result as if it had not
    been stopped, under a budget of programs or executions. It raises ProgsynthError where the
    file is of another problem, pack, setting or seed.
    """
    chosen = settings or Settings()
    if population is not None:
        chosen = replace(chosen, population=population)
    if max_size is not None:
        chosen = replace(chosen, max_size=max_size)

    def method(problem: Problem, seed: int) -> Search:
        return GeneticSearch(
            problem,
            seed,
            settings=chosen,
            toolbox=toolbox,
            scorer=scorer,
            rescore=rescore,
            checkpoint=checkpoint,
            every=every,
        )

    return method
