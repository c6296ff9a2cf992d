"""The genetic search as a method, over typed trees or over flat genomes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from deap import base

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.search.genetic.flat.method import flat_genetic, refusal
from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.genetic.scoring import Scorer
from progsynth.search.genetic.search import GeneticSearch
from progsynth.search.genetic.settings import Settings
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Search

REPRESENTATIONS = ("trees", "flat", "auto")


def genetic(
    *,
    representation: str | None = None,
    population: int | None = None,
    max_size: int | None = None,
    settings: Settings | FlatSettings | None = None,
    toolbox: base.Toolbox | None = None,
    scorer: Scorer | None = None,
    rescore: bool = False,
    checkpoint: str | Path | None = None,
    every: int = 1,
    wait: bool = True,
) -> Method:
    """The method for `solve(task, search=...)`.

    `representation` is what is bred: "trees" of typed expressions with a local search of loops
    and conditions; "flat" genomes of typed statements, which are tried many times faster but not
    for each problem (UnsupportedError says why); or "auto", flat genomes where they are for the
    problem and trees elsewhere, which a note of the result says. Left out it is what `settings`
    are of, else trees.

    `settings` are all that can be set, `Settings` of trees or `FlatSettings`; `population` and
    `max_size` change those two of them. `toolbox` brings operators of your own (see
    `deap_tools`), `scorer` another way to score a generation (see `scoring`); `rescore` scores
    survivors again, for scorers that train.

    `checkpoint` is a file in which the search is kept at the end of each generation, or `every`
    so many; where it is there the search goes on from it, to the same result as if it had not
    been stopped, under a budget of programs or executions. It raises ProgsynthError where the
    file is of another problem, pack, setting or seed. `toolbox`, `scorer` and `rescore` are for
    trees only. Without `wait` flat genomes are not for any problem while their kernels are being
    compiled.
    """
    wanted = _representation(representation, settings)
    brought = {"toolbox": toolbox, "scorer": scorer}
    names = [name for name, value in brought.items() if value is not None]
    if wanted != "trees" and (names or rescore):
        raise UnsupportedError(
            f"genetic() over flat genomes takes no {' and no '.join(names or ['rescore'])}: "
            "breed trees (representation='trees')"
        )
    chosen = settings if isinstance(settings, Settings) else Settings()
    sizes = {"population": population, "max_size": max_size}
    chosen = replace(chosen, **{name: n for name, n in sizes.items() if n is not None})
    own = settings if isinstance(settings, FlatSettings) else None
    flat = flat_genetic(
        population=population,
        max_size=max_size,
        settings=own,
        checkpoint=checkpoint,
        every=every,
        wait=wait,
    )

    def trees(problem: Problem, seed: int) -> GeneticSearch:
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

    def either(problem: Problem, seed: int) -> Search:
        reason = refusal(problem)
        if not reason:
            return flat(problem, seed)
        search = trees(problem, seed)
        search.remarks = (f"trees were bred, not flat genomes: {reason}",)
        return search

    return {"trees": trees, "flat": flat, "auto": either}[wanted]


def _representation(wanted: str | None, settings: Settings | FlatSettings | None) -> str:
    """What is to be bred. Raises ProgsynthError where the settings are of something else."""
    if wanted is None:
        return "flat" if isinstance(settings, FlatSettings) else "trees"
    if wanted not in REPRESENTATIONS:
        raise ProgsynthError(
            f"representation: expected one of {', '.join(REPRESENTATIONS)}, found {wanted!r}"
        )
    mine = Settings if wanted == "trees" else FlatSettings
    if settings is not None and not isinstance(settings, mine):
        raise ProgsynthError(
            f"settings: expected {mine.__name__} for the representation '{wanted}', "
            f"found {type(settings).__name__}"
        )
    return wanted
