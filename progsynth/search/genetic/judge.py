"""By which cases programs are judged, and what is known of their errors on these.

Where a generation is judged by a sample (`Settings.sample`), its programs are run on that only;
errors on other cases are NaN until they are needed. A program that is right on the whole sample
is run on all the rest at once. Scorers of a user's own run all cases; then the sample decides on
selection alone.

C: cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from progsynth.search.genetic.deap_tools import Individual, fitness_values
from progsynth.search.genetic.lexicase.sampling import Distances, distances, farthest_first
from progsynth.search.genetic.lexicase.selection import Errors
from progsynth.search.genetic.scoring import EngineScorer, Proposal, Scored, Scorer
from progsynth.search.genetic.settings import Settings
from progsynth.search.problem import Problem

_PARENTS = 0.01  # the share of a population that tells cases apart, two at least


class Judge:
    """The judge of one search; `cases` are those of this generation."""

    def __init__(self, problem: Problem, settings: Settings, scorer: Scorer):
        self.problem = problem
        self.settings = settings
        self.scorer = scorer
        self.width = scorer.grade.width if isinstance(scorer, EngineScorer) else 1
        self._take(len(problem.inputs))
        self.distances: Distances | None = None

    def _take(self, num_cases: int) -> None:
        """Judge by so many cases."""
        self.all = list(range(num_cases))
        self.cases = self.all
        self.count = num_cases
        if self.settings.sample < 1.0 and num_cases:
            self.count = max(1, round(self.settings.sample * num_cases))

    def draw(self, population: Sequence[Individual], level: int, rng: Random) -> int:
        """Draw the cases of a generation; the executions that took."""
        executions = 0
        if self.count == len(self.all):
            return executions
        every = self.settings.informed
        if every and population and (self.distances is None or level % every == 0):
            some = rng.sample(population, min(len(population), _few(len(population))))
            executions = self.complete(some, self.all)
            self.distances = distances(np.stack([one.errors for one in some]))
        if every and self.distances is not None:
            self.cases = farthest_first(self.distances, self.count, rng)
        else:
            self.cases = rng.sample(self.all, self.count)
        return executions

    def score(self, proposals: Sequence[Proposal]) -> Scored:
        """The proposals' errors: all that will be needed of them for now."""
        if not isinstance(self.scorer, EngineScorer) or self.count == len(self.all):
            scored = self.scorer(proposals)
            num_cases = scored.errors_PC.shape[1]
            if num_cases != len(self.all):  # a scorer may have cases of its own
                self._take(num_cases)
            return scored
        found = self.scorer.numbers(proposals, self.cases)
        numbers_PCK = np.full((len(proposals), len(self.all), found.shape[2]), np.nan)
        numbers_PCK[:, self.cases] = found
        executions = len(proposals) * self.count
        right = [n for n, row in enumerate(numbers_PCK.sum(axis=2)) if self.is_right(row)]
        rest = sorted(set(self.all) - set(self.cases))
        if right:
            found = self.scorer.numbers([proposals[n] for n in right], rest)
            numbers_PCK[np.ix_(right, rest)] = found
            executions += len(right) * len(rest)
        return self.scorer.scored(proposals, numbers_PCK, executions)

    def complete(self, individuals: Sequence[Individual], cases: Sequence[int]) -> int:
        """Run individuals on cases, those of which something is not known; how many executions
        that took."""
        if not isinstance(self.scorer, EngineScorer) or self.count == len(self.all):
            return 0
        lacking = [one for one in individuals if np.isnan(one.errors[cases]).any()]
        if not lacking:
            return 0
        found = self.scorer.numbers([Proposal(one.candidate) for one in lacking], cases)
        for one, numbers in zip(lacking, found, strict=True):
            one.errors[cases] = numbers.sum(axis=1)
            if one.numbers is not None:
                one.numbers[cases] = numbers
            one.fitness.values = fitness_values(one.tree, one.errors)
        return len(lacking) * len(cases)

    def is_right(self, errors_C: Errors) -> bool:
        """Are enough of the errors that are known zero?"""
        known = errors_C[~np.isnan(errors_C)]
        wrong = np.count_nonzero(known)
        return bool(wrong <= (1 - self.problem.accuracy) * len(known) + 1e-9)


def _few(population: int) -> int:
    return max(2, round(_PARENTS * population))
