"""The genetic search: generations of typed trees, scored at once, as a search of the one loop.

A generation is bred from parents that lexicase selection chose, and scored a part at a time, so
that a search can be asked for as little as one part. Programs that were seen before are not
scored again. When a population has not come nearer for a while, the search starts over from new
random programs; a candidate that the loop rejected is not handed out again.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from deap import base

from progsynth.errors import UnsupportedError
from progsynth.lang.types import FLOAT, walk_type
from progsynth.search.genetic import deap_tools
from progsynth.search.genetic.checkpoint import checkpoint_of, restore, save
from progsynth.search.genetic.checkpoint_file import Checkpoint
from progsynth.search.genetic.deap_tools import Individual
from progsynth.search.genetic.generate import ramped
from progsynth.search.genetic.grammar import Grammar, make_grammar
from progsynth.search.genetic.guests import Guests, widened
from progsynth.search.genetic.judge import Judge
from progsynth.search.genetic.lexicase.selection import deviations, lexicase
from progsynth.search.genetic.local import Local
from progsynth.search.genetic.saved import Saved
from progsynth.search.genetic.scoring import EngineScorer, Proposal, Scorer, working_limits
from progsynth.search.genetic.settings import Settings
from progsynth.search.genetic.tree import (
    Tree,
    UnboundError,
    is_idle,
    loops_of,
    lower,
    lowered,
    name_of,
)
from progsynth.search.genetic.vary import MUTATIONS, Bounds, crossover, mutate
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Batch, Candidate, Told

_FIRST = 0.5  # the share of new programs where a population begins from others
_PART = 125  # programs that are scored at a time
_LOOK = 50_000  # executions of fitting between two looks at the clock
_TRIES = 8  # times a child is bred before one that was seen before is let be
_FARTHEST = (2.0, 0.0)  # no program is so far off


@dataclass(frozen=True, slots=True, eq=False)
class _Child:
    """A program to be scored, and the individuals it was made from."""

    tree: Tree
    key: Any
    proposal: Proposal


class GeneticSearch:
    """A genetic search for the problem; `scorer` None runs each generation in the VM at once.

    With `rescore` the individuals that live on are scored again in each generation, and programs
    may come again: for scorers that train. `checkpoint` is a file that the search is kept in
    every so many generations, and goes on from (see `checkpoint`).
    """

    name = "genetic"

    def __init__(
        self,
        problem: Problem,
        seed: int,
        *,
        settings: Settings | None = None,
        toolbox: base.Toolbox | None = None,
        scorer: Scorer | None = None,
        rescore: bool = False,
        checkpoint: str | Path | None = None,
        every: int = 1,
    ):
        if checkpoint is not None and (scorer is not None or rescore):
            raise UnsupportedError(
                "a checkpoint holds no networks: genetic() takes no checkpoint with a scorer"
            )
        self.problem = problem
        self.settings = settings or Settings()
        self.rng = Random(seed)
        self.grammar = make_grammar(problem)
        self.bounds = Bounds(self.settings.max_size, self.settings.max_depth)
        self.judge = Judge(problem, self.settings, scorer or EngineScorer(problem))
        self.rescore = rescore
        limits = working_limits(problem)
        share = self.settings.local if scorer is None else 0.0
        self.local = Local(problem, self.grammar, limits, self.rng, share)
        self.guests = Guests(problem, self.grammar)
        self.toolbox = deap_tools.toolbox(toolbox, self._operators())
        self.mutations = [
            (getattr(self.toolbox, operator.__name__), weight) for operator, weight in MUTATIONS
        ]
        self.hall = deap_tools.hall_of_fame()
        self.statistics = deap_tools.statistics()
        self.logbook = deap_tools.logbook()
        self.population: list[Individual] = []
        self.exhausted = False
        self.level = 0
        self.least_errors: tuple[float, ...] = ()  # on each case, in the last generation
        self.starts = 0
        self.programs = self.executions = self.gradient_steps = 0
        self.seen: set[int] = set()  # numbers of programs
        self.handed: list[Tree] = []  # those handed out, and their numbers
        self.told: set[int] = set()
        self.best, self.waited = _FARTHEST, 0
        self._reported = (0, 0, 0)  # of what was used
        self.remarks: tuple[str, ...] = ()  # of whoever made it
        self._again: tuple[Candidate, ...] = ()  # to be handed out again, after a resumption
        self._steps = self._run()
        self.checkpoint: Checkpoint[Saved] | None = None
        if checkpoint is not None:
            brought = [name for name in self._operators() if hasattr(toolbox, name)]
            path = Path(checkpoint)
            self.checkpoint = checkpoint_of(self, path, every=every, seed=seed, operators=brought)
            saved = self.checkpoint.read()
            if saved is not None:
                restore(self, saved)
                self._again = tuple(map(self._candidate, self.handed))

    @property
    def notes(self) -> tuple[str, ...]:
        """How often it had to start over."""
        if self.starts < 2:
            return self.remarks
        return (*self.remarks, f"started over {self.starts - 1} times, when it came no nearer")

    @property
    def details(self) -> Mapping[str, Any]:
        """What the last generation was like (see `deap_tools.statistics`), and `errors`, the least
        of any of its programs on each case."""
        if not len(self.logbook):
            return {}
        return {**self.logbook[-1], "errors": self.least_errors}

    # ------------------------------------------------------------------------- protocol

    def ask(self, allowance: Allowance) -> Batch:
        """The programs found to be right on the training examples, if any."""
        before = self._reported
        found: list[Candidate] = list(self._again)
        self._again = ()
        used = self._since(before)
        if found or (any(used) and allowance.is_spent(*used)):  # before it was resumed
            return self._batch(found)
        for hits in self._steps:
            found += hits
            if found or allowance.is_spent(*self._since(before)):
                break
        else:
            self.exhausted = True
        return self._batch(found)

    def _batch(self, found: Sequence[Candidate]) -> Batch:
        used = self._since(self._reported)
        self._reported = (self.programs, self.executions, self.gradient_steps)
        return Batch(tuple(found), *used)

    def tell(self, results: Told) -> None:
        """Nothing to learn: what was handed out once is not handed out again."""

    def partial(self) -> tuple[Candidate, ...]:
        """The programs that come nearest so far, best first."""
        return tuple(one.candidate for one in self.hall)

    def seed(self, candidates: Sequence[Candidate]) -> None:
        """Take programs of others into the next generation; they may be wrong."""
        self.guests.admit(candidates)

    def _since(self, before: tuple[int, int, int]) -> tuple[int, int, int]:
        """What was used of each since there was so much: programs, executions, gradient steps."""
        programs, executions, gradient_steps = before
        return (
            self.programs - programs,
            self.executions - executions,
            self.gradient_steps - gradient_steps,
        )

    # ------------------------------------------------------------------------- evolution

    def _run(self) -> Iterator[list[Candidate]]:
        while True:
            if not self.population:
                self.starts += 1
                self.seen.clear()
                self.best, self.waited = _FARTHEST, 0
            while self.waited < self.settings.patience:
                self.population = yield from self._generation()
                if not self.population:
                    return
                self._note()
                yield from self.local.improve(self)
                least = min(one.fitness.values[:2] for one in self.population)
                self.waited = 0 if least < self.best else self.waited + 1
                self.best = min(self.best, least)
                if self.checkpoint is not None:
                    self.checkpoint.note(self.level, partial(save, self))
            self.population = []

    def _generation(self) -> Generator[list[Candidate], None, list[Individual]]:
        """The individuals of the next generation; yields what is right after each part.

        Parents and those who live on are judged by the cases of their own generation.
        """
        made: list[Individual] = []
        left = self.settings.population
        parents, elite = self._parents(2 * left), self._elite()
        self.executions += self.judge.draw(self.population, self.level, self.rng)
        guests = self.guests.take(beginning=not self.population)
        self.bounds = widened(self.bounds, guests)
        first, hits = self.trial(guests, ())
        if first:
            made += first
            yield hits
        parents = parents or made[:]
        while left > 0:
            part = yield from self._children(parents, min(left, _PART))
            left -= _PART
            if not part:
                yield []
                continue
            scored = self._scored(part)
            made += scored
            yield self._hits(scored)
        return [*elite, *made]

    def trial(
        self, trees: Sequence[Tree], parents: tuple[Individual, ...]
    ) -> tuple[list[Individual], list[Candidate]]:
        """Score those of the trees that are new; which of them are right."""
        part = [child for tree in trees if (child := self._new(tree, parents)) is not None]
        scored = self._scored(part) if part else []
        return scored, self._hits(scored)

    def select(self, individuals: Sequence[Individual], count: int) -> list[Individual]:
        """Parents among them, by the toolbox's operator."""
        self.executions += self.judge.complete(individuals, self.judge.cases)
        chosen: list[Individual] = self.toolbox.select(individuals, count)
        return chosen

    def _parents(self, count: int) -> list[Individual]:
        if not self.population:
            return []
        return self._spread(count)

    def _spread(self, count: int) -> list[Individual]:
        """So many of the population, as many of each niche: a loop that is not yet right would
        lose against expressions that are right by accident, before it had a chance to be."""
        niches: dict[Any, list[Individual]] = {}
        for one in self.population:
            niches.setdefault(loops_of(one.tree), []).append(one)
        chosen: list[Individual] = []
        for place, niche in enumerate(niches[key] for key in sorted(niches)):
            share = count * (place + 1) // len(niches) - count * place // len(niches)
            chosen += self.select(niche, share)
        return chosen

    def _children(
        self, parents: list[Individual], count: int
    ) -> Generator[list[Candidate], None, list[_Child]]:
        """So many children, or fewer; yields now and then, for to fit them may take long."""
        part: list[_Child] = []
        looked = self.executions
        for _ in range(count):
            child = self._child(parents)
            if child is not None:
                part.append(child)
            if self.executions - looked > _LOOK:
                looked = self.executions
                yield []
        return part

    def _child(self, parents: list[Individual]) -> _Child | None:
        """A program that was not seen before, if one comes in a few tries."""
        for _ in range(_TRIES):
            tree, origin = self._bred(parents)
            tree, executions = self.local.fitted(tree, self.rng, self.settings.fits)
            self.executions += executions
            child = self._new(tree, origin)
            if child is not None:
                return child
        return None

    def _new(self, tree: Tree, origin: tuple[Individual, ...]) -> _Child | None:
        """The tree as a program to be scored, unless it does nothing or was seen before."""
        if is_idle(tree):
            return None
        try:
            found = lowered(tree, self.grammar.scope, self.grammar)
        except UnboundError:
            return None
        if found.name in self.seen and not self.rescore:
            return None
        self.seen.add(found.name)
        typed = found.typed
        key = typed.term
        candidate = self._candidate(tree)
        parents = tuple(one.candidate for one in origin)
        return _Child(tree, key, Proposal(candidate, parents, typed))

    def _candidate(self, tree: Tree) -> Candidate:
        return self.problem.wrap(lower(tree, self.grammar).term, tree.size)

    def _bred(self, parents: list[Individual]) -> tuple[Tree, tuple[Individual, ...]]:
        rng, settings = self.rng, self.settings
        if not parents or rng.random() < (settings.fresh if self.population else _FIRST):
            return self.toolbox.generate(self.grammar, rng), ()
        parent = parents[rng.randrange(len(parents))]
        if rng.random() < settings.crossovers:
            other = parents[rng.randrange(len(parents))]
            tree, _ = self.toolbox.mate(parent.tree, other.tree, self.grammar, rng)
            return tree, (parent, other)
        (tree,) = self.toolbox.mutate(parent.tree, self.grammar, rng)
        return tree, (parent,)

    def _scored(self, part: Sequence[_Child]) -> list[Individual]:
        scored = self.judge.score([child.proposal for child in part])
        self.programs += len(part)
        self.executions += scored.executions
        self.gradient_steps += scored.gradient_steps
        several = scored.numbers_PCK
        numbers = [None] * len(part) if several is None else list(several)
        rows = zip(part, scored.candidates, scored.errors_PC, numbers, strict=True)
        return [deap_tools.individual(c.tree, c.key, *row) for c, *row in rows]

    def _hits(self, scored: Sequence[Individual]) -> list[Candidate]:
        """The candidates that are right on enough examples, the least first, each once."""
        hits = []
        for one in sorted(scored, key=lambda one: one.tree.size):
            if not np.isnan(one.errors).any() and self.judge.is_right(one.errors):
                name = name_of(one.tree, self.grammar)
                if name not in self.told or self.rescore:
                    self.told.add(name)
                    self.handed.append(one.tree)
                    hits.append(one.candidate)
        return hits

    def _elite(self) -> list[Individual]:
        count = round(self.settings.elite * self.settings.population)
        if not self.population or not count:
            return []
        return list(dict.fromkeys(self._spread(count)))

    def _note(self) -> None:
        self.level += 1
        self.hall.update(self.population)
        counts = (
            ("generation", self.level),
            ("programs", self.programs),
            ("executions", self.executions),
        )
        deap_tools.log(self.logbook, self.statistics.compile(self.population), counts)
        self.least_errors = tuple(deap_tools.least_errors(self.population).tolist())

    # ------------------------------------------------------------------------- operators

    def _operators(self) -> dict[str, Any]:
        return {
            "generate": self._generate,
            "mutate": self._mutate,
            "mate": self._mate,
            "select": self._select,
            **{operator.__name__: operator for operator, _ in MUTATIONS},
        }

    def _generate(self, grammar: Grammar, rng: Random) -> Tree:
        return ramped(grammar, rng, size=self.settings.first_size, depth=self.bounds.depth)

    def _mutate(self, tree: Tree, grammar: Grammar, rng: Random) -> tuple[Tree]:
        return (mutate(tree, grammar, rng, self.bounds, self.mutations),)

    def _mate(self, left: Tree, right: Tree, grammar: Grammar, rng: Random) -> tuple[Tree, Tree]:
        cross = partial(crossover, grammar=grammar, rng=rng, bounds=self.bounds)
        return cross(left, right) or left, cross(right, left) or right

    def _select(self, individuals: Sequence[Individual], count: int) -> list[Individual]:
        judged = deap_tools.judged(individuals, self.judge.cases)
        real = any(t == FLOAT for t in walk_type(self.problem.entry_result))
        epsilon = deviations(judged) if real else None
        found = lexicase(judged, count, self.rng, epsilon_C=epsilon)
        return [individuals[place] for place in found]
