"""The genetic search over flat genomes as a method, and the problems that it is for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from progsynth import registry
from progsynth.errors import NotReadyError, UnsupportedError
from progsynth.grammar.forms import EVERY
from progsynth.lang import vm
from progsynth.search.genetic import flat
from progsynth.search.genetic.flat.alphabet import default_of
from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.genetic.flat.start import ready
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Search

_ELSE = "use the search by trees (search='genetic')"


def flat_genetic(
    *,
    population: int | None = None,
    max_size: int | None = None,
    settings: FlatSettings | None = None,
    checkpoint: str | Path | None = None,
    every: int = 1,
    wait: bool = True,
) -> Method:
    """The method for `solve(task, search=...)`.

    `settings` are all that can be set; `population` and `max_size` change those two of them.
    `checkpoint` is a file in which the search is kept, `every` so many generations, and from
    which it goes on (see `genetic`).
    The method raises UnsupportedError for problems that flat programs cannot be judged on (see
    `refusal`). While its kernels are not on disk it compiles them first (half a minute); without
    `wait` it has that done in the background and raises NotReadyError for the time being.
    """
    chosen = settings or FlatSettings()
    if population is not None:
        chosen = replace(chosen, population=population)
    if max_size is not None:
        first_size = min(chosen.first_size, max_size)
        chosen = replace(chosen, max_size=max_size, first_size=first_size)

    def method(problem: Problem, seed: int) -> Search:
        reason = refusal(problem)
        if reason:
            raise UnsupportedError(f"the flat genetic search: {reason}: {_ELSE}")
        if not (wait or ready()):
            raise NotReadyError("the flat genetic search: its kernels are being compiled")
        made: Search = flat.engine.FlatSearch(
            problem, seed, settings=chosen, checkpoint=checkpoint, every=every
        )
        return made

    return method


def refusal(problem: Problem) -> str:
    """Why the problem is not one for flat programs; empty where it is."""
    if problem.neural:
        return "its programs call neural submodules"
    if not vm.available():
        return "Numba is not installed"
    if registry.forms(problem.dsl.name) != EVERY:
        return f"the pack '{problem.dsl.name}' leaves out forms of the language or constants"
    start = default_of(problem.entry_result)
    if start is None:
        return f"there is no literal of the result's type {problem.entry_result}"
    if not problem.is_whole or problem.program(start).entry.body != start:
        return "only a part of the program is to be found"
    return ""
