"""Local search beside evolution: where a population has no slope to climb, look at all there is.

It gets a share of the work (`Settings.local`), by turns in two ways: skeletons of loops are run
with all small steps (`probe`), and at one place of a promising loop all small subtrees are put
(`refine`). What is bred besides has its conditions fitted now and then (`fit`, `decide`).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from random import Random
from typing import Any, Protocol

import numpy as np

from progsynth.lang.failure import Limits
from progsynth.search.genetic.deap_tools import Individual
from progsynth.search.genetic.decide import Decider
from progsynth.search.genetic.expressions import Expressions
from progsynth.search.genetic.fit import Fitter
from progsynth.search.genetic.grammar import Grammar
from progsynth.search.genetic.probe import Prober
from progsynth.search.genetic.refine import Refiner
from progsynth.search.genetic.tree import Tree, loops_of
from progsynth.search.problem import Problem
from progsynth.search.run import Candidate

_WORK = 400  # executions of local search that take as long as breeding a program
_LOOPS = 400  # that are kept to be refined
_PROMISING = 8  # of these one is
_KEPT = 10  # programs of a refinement that join the population, at most
_PART = 125  # programs that are scored at a time

Hits = list[Candidate]


class Host(Protocol):
    """The search that local search is a part of."""

    population: list[Individual]
    programs: int
    executions: int

    def trial(
        self, trees: Sequence[Tree], parents: tuple[Individual, ...]
    ) -> tuple[list[Individual], Hits]:
        """Score those that are new; which of them are right."""
        ...

    def select(self, individuals: Sequence[Individual], count: int) -> list[Individual]:
        """Parents among them."""
        ...


class Local:
    """The local search of one problem; `share` is the work for each unit that is bred."""

    def __init__(
        self, problem: Problem, grammar: Grammar, limits: Limits, rng: Random, share: float
    ):
        self.share = share
        self.work = [0.0, 0.0]  # of probing and of refining
        self.loops: dict[bytes, Individual] = {}  # the least of each row of errors
        self.fitter = Fitter(problem, grammar, limits, rng)
        self.decider = Decider(problem, grammar, limits, rng)
        expressions = Expressions(problem, grammar, limits)
        self.prober = Prober(problem, grammar, rng, expressions)
        self.refiner = Refiner(problem, grammar, limits, rng, expressions)

    def improve(self, host: Host) -> Generator[Hits, None, None]:
        """Search for its share of what was bred so far; yields what is right now and then."""
        while sum(self.work) < self.share * host.programs:
            before, bred = host.executions, host.programs
            way = int(self.work[1] < self.work[0])
            yield from self._refined(host) if way else self._probed(host)
            self.work[way] += 1 + (host.executions - before) / _WORK
            self.work[way] += (1 + self.share) * (host.programs - bred)

    def _refined(self, host: Host) -> Generator[Hits, None, None]:
        """Put all small subtrees at a place of a loop that is promising; keep the best."""
        promising = self._promising(host)
        if promising is None:
            return
        made: list[Individual] = []
        for found in self.refiner.refine(promising.tree, promising.errors):
            if found is None:
                yield []
                continue
            host.executions += found.executions
            for start in range(0, len(found.trees), _PART):
                scored, hits = host.trial(found.trees[start : start + _PART], (promising,))
                if scored:
                    made += scored
                    yield hits
        if made:
            host.population += dict.fromkeys(host.select(made, _KEPT))

    def _promising(self, host: Host) -> Individual | None:
        """A loop to be refined: of several that selection takes, small and not refined often."""
        for one in host.population:
            known = self.loops.get(key := one.errors.tobytes())
            if loops_of(one.tree) and (known is None or one.tree.size < known.tree.size):
                self.loops[key] = one
        if len(self.loops) > _LOOPS:
            best = sorted(self.loops.items(), key=lambda item: _wrong_and_size(item[1]))
            self.loops = dict(best[:_LOOPS])
        if not self.loops:
            return None
        chosen = host.select(list(self.loops.values()), _PROMISING)
        return min(chosen, key=lambda one: one.tree.size * (1 + self.refiner.times(one.tree)))

    def _probed(self, host: Host) -> Generator[Hits, None, None]:
        """Add loops whose variables meet the outputs, of one skeleton (see `probe`)."""
        for found in self.prober.probe():
            if found is None:
                yield []
                continue
            host.executions += found.executions
            trees = []
            for tree in found.trees:
                fitted = self.fitter.fit(tree) if self.fitter.applies(tree) else None
                host.executions += fitted.executions if fitted else 0
                trees.append(tree if fitted is None else fitted.tree)
            scored, hits = host.trial([tree for tree in trees if tree], ())
            if scored:
                host.population += scored
                yield hits

    def fitted(self, tree: Tree, rng: Random, share: float) -> tuple[Tree, int]:
        """The tree, its conditions fitted as often as that share says; executions that took."""
        executions = 0
        for local in (self.fitter, self.decider):
            if local.applies(tree) and rng.random() < share:
                found = local.fit(tree)
                executions += found.executions
                tree = found.tree or tree
        return tree, executions


def _wrong_and_size(one: Individual) -> tuple[Any, int]:
    return int(np.count_nonzero(one.errors)), one.tree.size
