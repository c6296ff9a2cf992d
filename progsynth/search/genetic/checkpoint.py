"""A genetic search kept in a file, from which it goes on as if it had never stopped.

The file is written at the end of a generation, whole or not at all. A search that finds its own
file begins from there: it reports what was used so far with its first batch, hands out again what
it has handed out, and comes to the same result as one that ran through, under any budget but
seconds. What can be made again from the problem and the seed (the tables of local search) is not
in the file, only whether it was paid for.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

import progsynth
from progsynth.errors import ProgsynthError
from progsynth.files import check_writable, read_text, write_text
from progsynth.search.genetic import deap_tools
from progsynth.search.genetic.deap_tools import Individual
from progsynth.search.genetic.grammar import Grammar
from progsynth.search.genetic.saved import FORMAT, Codec, One, Saved
from progsynth.search.genetic.saved_local import restore_local, save_local
from progsynth.search.genetic.settings import Settings
from progsynth.search.genetic.tree import Tree, lower, name_of
from progsynth.search.genetic.vary import Bounds
from progsynth.search.problem import Problem

if TYPE_CHECKING:
    from progsynth.search.genetic.search import GeneticSearch


class Checkpoint:
    """The file of one search: written every so many generations, and when it is asked for.

    Raises ProgsynthError where the file cannot be written.
    """

    def __init__(self, path: Path, *, every: int, owner: dict[str, str]):
        if every < 1:
            raise ProgsynthError(f"every: expected a number of generations from 1, found {every}")
        check_writable(path, "the checkpoint")
        self.path = path
        self.every = every
        self.owner = owner
        self.wanted = False

    def note(self, search: GeneticSearch) -> None:
        """Write the file if it is time to; called at the end of each generation."""
        if self.wanted or search.level % self.every == 0:
            self.wanted = False
            write_text(self.path, msgspec.json.encode(save(search, self.owner)).decode())

    def resume(self, search: GeneticSearch) -> bool:
        """Go on from the file, if there is one. Raises ProgsynthError for that of another."""
        if not self.path.exists():
            return False
        restore(search, self.read())
        return True

    def read(self) -> Saved:
        """What the file has. Raises ProgsynthError."""
        text = read_text(self.path)
        what = f"{self.path}: expected the checkpoint of a genetic search"
        mend = "give another path, or remove the file to begin anew"
        try:
            head = msgspec.json.decode(text, type=dict[str, Any])
            if head.get("format") != FORMAT:
                found = head.get("format", "none")
                raise ProgsynthError(f"{what} of format {FORMAT}, found {found}; {mend}")
            saved = msgspec.json.decode(text, type=Saved)
        except msgspec.MsgspecError as error:
            raise ProgsynthError(f"{what}, found something else ({error}); {mend}") from None
        other = [name for name, digest in self.owner.items() if saved.owner.get(name) != digest]
        if other:
            raise ProgsynthError(
                f"{self.path}: the checkpoint is of a search with another {' and '.join(other)}; "
                f"{mend}"
            )
        return saved


def owner_of(
    problem: Problem, grammar: Grammar, settings: Settings, seed: int, operators: Iterable[str]
) -> dict[str, str]:
    """Digests of what a search is made of; `operators` are those that a user has brought."""
    rules = [rule.code for some in (*grammar.leaves, *grammar.rules) for rule in some]
    weights = [rule.weight for some in (*grammar.leaves, *grammar.rules) for rule in some]
    asked = (problem.types, problem.result, problem.entry_types, problem.entry_result)
    judged = (problem.limits, problem.tolerance, problem.accuracy, problem.error is None)
    return {
        "problem": _digest(asked, problem.inputs, problem.outputs, judged, problem.seeds),
        "language": _digest(grammar.types, rules, weights, dict(problem.dsl.functions)),
        "settings": _digest(settings, sorted(operators)),
        "seed": str(seed),
    }


def _digest(*parts: object) -> str:
    text = "\n".join(map(repr, parts)).encode("utf-8", "backslashreplace")
    return blake2b(text, digest_size=12).hexdigest()


# --------------------------------------------------------------------------------- saving


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
