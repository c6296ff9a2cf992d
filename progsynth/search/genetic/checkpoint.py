"""The state of a genetic search over trees, kept in a file from which it goes on as if it had
never stopped.

A search that finds its own file begins from there: it reports what was used so far with its first
batch, hands out again what it has handed out, and comes to the same result as one that ran
through, under any budget but seconds. What can be made again from the problem and the seed (the
tables of local search) is not in the file, only whether it was paid for.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np

import progsynth
from progsynth.search.genetic import deap_tools
from progsynth.search.genetic.checkpoint_file import Checkpoint, owner_of
from progsynth.search.genetic.deap_tools import Individual
from progsynth.search.genetic.saved import FORMAT, Codec, One, Saved
from progsynth.search.genetic.saved_local import restore_local, save_local
from progsynth.search.genetic.tree import Tree, lower, name_of
from progsynth.search.genetic.vary import Bounds

if TYPE_CHECKING:
    from progsynth.search.genetic.search import GeneticSearch


def checkpoint_of(
    search: GeneticSearch, path: Path, *, every: int, seed: int, operators: Iterable[str]
) -> Checkpoint[Saved]:
    """The file of a search; `operators` are those that a user has brought."""
    grammar = search.grammar
    rules = [rule.code for some in (*grammar.leaves, *grammar.rules) for rule in some]
    weights = [rule.weight for some in (*grammar.leaves, *grammar.rules) for rule in some]
    owner = owner_of(
        search.problem,
        language=(grammar.types, rules, weights, dict(search.problem.dsl.functions)),
        settings=(search.settings, sorted(operators)),
        seed=seed,
    )
    return Checkpoint(path, every=every, owner=owner, kind=Saved, version=FORMAT)


def save(search: GeneticSearch, owner: dict[str, str]) -> Saved:
    """The state of a search at the end of a generation."""
    codec = Codec(search.grammar)
    programs: list[list[int]] = []
    individuals: list[One] = []
    places: dict[int, int] = {}

    def keep(tree: Tree) -> int:
        programs.append(codec.write(tree))
        return len(programs) - 1

    def place(one: Individual) -> int:
        if id(one) not in places:
            places[id(one)] = len(individuals)
            known = one.errors if one.numbers is None else one.numbers
            individuals.append(One(keep(one.tree), known.astype("<f8").tobytes()))
        return places[id(one)]

    _, state, gauss = search.rng.getstate()
    distances = search.judge.distances
    return Saved(
        FORMAT,
        progsynth.__version__,
        owner,
        list(state),
        gauss,
        {name: getattr(search, name) for name in _COUNTS},
        (search.bounds.size, search.bounds.depth),
        search.best,
        search.waited,
        np.array(sorted(search.seen), "<i8").tobytes(),
        population=list(map(place, search.population)),
        hall=list(map(place, search.hall)),
        handed=list(map(keep, search.handed)),
        arrived=list(map(keep, search.guests.arrived)),
        cases=list(search.judge.cases),
        distances=[] if distances is None else distances.tolist(),
        log=[dict(row) for row in search.logbook],
        local=save_local(search.local, codec, place),
        programs=programs,
        individuals=individuals,
        rules=codec.made(),
    )


_COUNTS = ("programs", "executions", "gradient_steps", "level", "starts")


def restore(search: GeneticSearch, saved: Saved) -> None:
    """Put a search that has not begun into the state that was saved."""
    codec = Codec(search.grammar, saved.rules)
    trees = [codec.read(code) for code in saved.programs]
    individuals = [_individual(search, trees[one.program], one.errors) for one in saved.individuals]
    search.rng.setstate((Random.VERSION, tuple(saved.random), saved.gauss))
    for name in _COUNTS:
        setattr(search, name, saved.counts[name])
    search.bounds = Bounds(*saved.bounds)
    search.best, search.waited = saved.best, saved.waited
    search.seen = set(np.frombuffer(saved.seen, "<i8").tolist())
    search.population = [individuals[place] for place in saved.population]
    search.hall.items = [individuals[place] for place in saved.hall]
    search.hall.keys = [one.fitness for one in reversed(search.hall.items)]
    search.judge.cases = list(saved.cases)
    if saved.distances:
        search.judge.distances = np.array(saved.distances, np.int64)
    search.handed = [trees[place] for place in saved.handed]
    search.told = {name_of(tree, search.grammar) for tree in search.handed}
    search.guests.arrived = [trees[place] for place in saved.arrived]
    for row in saved.log:
        search.logbook.record(**row)
    restore_local(search.local, saved.local, codec, individuals)


def _individual(search: GeneticSearch, tree: Tree, errors: bytes) -> Individual:
    term = lower(tree, search.grammar).term
    candidate = search.problem.wrap(term, tree.size)
    known = np.frombuffer(errors, "<f8").copy()
    width = search.judge.width
    if width == 1:
        return deap_tools.individual(tree, term, candidate, known)
    numbers = known.reshape(-1, width)
    return deap_tools.individual(tree, term, candidate, numbers.sum(axis=1), numbers)
