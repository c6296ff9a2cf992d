"""The genetic search over flat genomes, as a search of the one loop.

A generation is bred, lowered and scored as arrays. Programs that are the same after what does
not count is left out are one behaviour: they are run once, and not again while one of them lives.

N: individuals, G: genes, C: cases (training examples); where several numbers grade an output
there are as many columns a case.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from progsynth.lang.term import Term
from progsynth.lang.types import FLOAT, walk_type
from progsynth.search.genetic.checkpoint_file import Checkpoint
from progsynth.search.genetic.flat import gene
from progsynth.search.genetic.flat.alphabet import make_alphabet
from progsynth.search.genetic.flat.checkpoint import FlatSaved, checkpoint_of, restore, save
from progsynth.search.genetic.flat.decode import Decoder
from progsynth.search.genetic.flat.population import (
    Generation,
    Near,
    Population,
    failed,
    joined,
    ranks,
)
from progsynth.search.genetic.flat.raising import Raiser
from progsynth.search.genetic.flat.running import Errors, Lowered, Runner, flat_limits
from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.genetic.flat.tables import make_language
from progsynth.search.genetic.flat.vary import breed
from progsynth.search.genetic.guests import FAMILIAR, body_of, library_bodies
from progsynth.search.genetic.lexicase.selection import deviations, lexicase
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Batch, Candidate, Told

Words = NDArray[np.int64]

_PART = 25_000  # executions between two looks at the clock
_KEPT = 10  # programs that come nearest, for `partial`
_TRIED = 4  # of a generation, on all cases, for whether they are among these
_GUESTS = 0.25  # of a generation may be programs from elsewhere
_FARTHEST = (np.inf, np.inf)  # no program is so far off


class FlatSearch:
    """A genetic search over flat genomes for the problem. Raises UnsupportedError.

    `checkpoint` is a file that the search is kept in every so many generations, and goes on from
    (see `checkpoint`).
    """

    name = "flat_genetic"

    def __init__(
        self,
        problem: Problem,
        seed: int,
        *,
        settings: FlatSettings | None = None,
        checkpoint: str | Path | None = None,
        every: int = 1,
    ):
        self.problem = problem
        self.settings = settings or FlatSettings()
        self.rng = Random(seed)
        self.draws = np.random.default_rng(seed)
        self.language = make_language(make_alphabet(problem, self.settings), problem.dsl)
        self.runner = Runner(problem, self.language, flat_limits(problem))
        self.order = self.draws.permutation(len(problem.inputs))
        self.decoder = Decoder(self.language.alphabet)
        self.rates = self._rates()
        self.epsilon = any(t == FLOAT for t in walk_type(problem.result))
        self.exhausted = False
        self.level = 0
        self.starts = 0
        self.programs = self.executions = 0
        self.log: list[Generation] = []
        self.near: list[Near] = []
        self.raiser = Raiser(problem, self.language.alphabet)
        seeds = self._raised(problem.seeds)
        self.beginnings = [*seeds, *self._raised(library_bodies(problem))[:FAMILIAR]]
        self.arrived: list[Words] = []
        self.population: Population | None = None
        self.best, self.waited = _FARTHEST, 0
        self.handed: list[Words] = []  # genomes handed out, and the keys of these programs
        self.told: set[int] = set()
        self._known: dict[int, Errors] = {}  # of behaviours that live, on all cases
        self._reported = (0, 0)  # of what was used
        self._again: tuple[Candidate, ...] = ()  # to be handed out again, after a resumption
        self._steps = self._run()
        self.checkpoint: Checkpoint[FlatSaved] | None = None
        if checkpoint is not None:
            self.checkpoint = checkpoint_of(self, Path(checkpoint), every=every, seed=seed)
            saved = self.checkpoint.read()
            if saved is not None:
                restore(self, saved)
                self._again = tuple(map(self._candidate, self.handed))

    def _rates(self) -> Errors:
        s = self.settings
        rates = (s.fresh, s.crossover, s.touch, s.perturb, s.rate, s.aimed, s.first_size)
        return np.array(rates, np.float64)

    @property
    def notes(self) -> tuple[str, ...]:
        """How often it had to start over."""
        if self.starts < 2:
            return ()
        return (f"started over {self.starts - 1} times, when it came no nearer",)

    @property
    def details(self) -> Mapping[str, Any]:
        """What the last generation was like (see `Generation`)."""
        return asdict(self.log[-1]) if self.log else {}

    # ------------------------------------------------------------------------- protocol

    def ask(self, allowance: Allowance) -> Batch:
        """The programs found to be right on the training examples, if any."""
        found, self._again = self._again, ()
        used = self._unreported()
        if found or (any(used) and allowance.is_spent(*used)):  # before it was resumed
            return self._batch(found)
        for hits in self._steps:
            found = hits
            if found or allowance.is_spent(*self._unreported()):
                break
        return self._batch(found)

    def _unreported(self) -> tuple[int, int]:
        """The programs and executions that no batch has told of yet."""
        return self.programs - self._reported[0], self.executions - self._reported[1]

    def _batch(self, found: tuple[Candidate, ...]) -> Batch:
        used = self._unreported()
        self._reported = self.programs, self.executions
        return Batch(found, *used)

    def tell(self, results: Told) -> None:
        """Nothing to learn: what was handed out once is not handed out again."""

    def partial(self) -> tuple[Candidate, ...]:
        """The programs that come nearest so far, best first."""
        return tuple(self._candidate(one.genome) for one in self.near)

    def seed(self, candidates: Sequence[Candidate]) -> None:
        """Take programs of others into the next generation; they may be wrong."""
        bodies = map(body_of, candidates)
        self.arrived += self._raised(body for body in bodies if body is not None)

    def _raised(self, bodies: Iterable[Term]) -> list[Words]:
        """The genomes of bodies, of those that have one."""
        genomes = (self.raiser.genome(body, most=self.settings.max_size) for body in bodies)
        return [genome for genome in genomes if genome is not None]

    def _candidate(self, genome: Words) -> Candidate:
        return self.problem.wrap(self.decoder.term(genome), len(genome))

    # ------------------------------------------------------------------------- evolution

    def _run(self) -> Iterator[tuple[Candidate, ...]]:
        while True:
            if self.population is None:
                self.starts += 1
                self._known = {}
                self.best, self.waited = _FARTHEST, 0
            while self.waited < self.settings.patience:
                self.population = population = yield from self._generation(self.population)
                wrong, distance = ranks(population.errors_NC, self.runner.width)
                least = min(zip(wrong.tolist(), distance.tolist(), strict=True))
                self.waited = 0 if least < self.best else self.waited + 1
                self.best = min(self.best, least)
                if self.checkpoint is not None:
                    self.checkpoint.note(self.level, partial(save, self))
                yield ()  # a search that is resumed here looks at its budget, too
            self.population = None

    def _generation(
        self, before: Population | None
    ) -> Generator[tuple[Candidate, ...], None, Population]:
        """The next population; yields what is right after each part of it."""
        genomes, lengths = self._children(before)
        cases = self._cases()
        keys = np.empty(len(genomes), np.uint64)
        sizes = np.empty(len(genomes), np.int64)
        fresh: dict[int, Errors] = {}
        for lowered in self.runner.lowered(genomes, lengths):
            keys[lowered.begin : lowered.end] = lowered.keys[lowered.begin : lowered.end]
            sizes[lowered.begin : lowered.end] = lowered.sizes[lowered.begin : lowered.end]
            for part in self._parts(lowered, fresh):
                right = self._score(lowered, part, cases, fresh)
                hits = [genomes[n, : lengths[n]].copy() for n in right]
                self.handed += hits
                yield tuple(map(self._candidate, hits))
        errors_NC = np.stack([fresh[key] for key in keys.tolist()])
        population = Population(genomes, lengths, keys, sizes, errors_NC)
        self._note(population)
        if self.settings.sample < 1.0:
            return population
        population = self._with_elite(population, before)
        self.remember(population)
        return population

    def remember(self, population: Population) -> None:
        """Know its behaviours from now on, if they were judged by all cases."""
        if self.settings.sample >= 1.0:
            self._known = dict(zip(population.keys.tolist(), population.errors_NC, strict=True))

    def _children(self, before: Population | None) -> tuple[Words, Words]:
        """The genomes of the next generation, and their lengths."""
        count, limit = self.settings.population, self.settings.max_size
        genomes = np.zeros((count, limit, gene.WIDTH), np.int64)
        lengths = np.zeros(count, np.int64)
        mothers = fathers = np.full(count, -1)
        parents, parent_lengths = genomes[:1].copy(), lengths[:1]
        if before is not None:
            chosen = np.array(self._selected(before, 2 * count))
            mothers, fathers = chosen[:count], chosen[count:]
            parents, parent_lengths = before.genomes, before.lengths
        seeds = self.draws.integers(0, 2**64, count, np.uint64)
        breed(
            *(self.language.tables, parents, parent_lengths, mothers, fathers, seeds, self.rates),
            *(genomes, genomes.view(np.float64), lengths),
        )
        guests = [*(self.beginnings if before is None else ()), *self.arrived]
        self.arrived = []
        for place, guest in enumerate(guests[: round(_GUESTS * count)]):
            genomes[place, : len(guest)], lengths[place] = guest, len(guest)
        return genomes, lengths

    def _selected(self, population: Population, count: int) -> list[int]:
        """The places of so many parents."""
        epsilon = deviations(population.errors_NC) if self.epsilon else None
        return lexicase(population.errors_NC, count, self.rng, epsilon_C=epsilon)

    def _cases(self) -> Words:
        """The cases that a generation is judged by, in a random order."""
        cases = len(self.problem.inputs)
        if self.settings.sample >= 1.0:
            return self.order
        count = min(cases, max(1, round(self.settings.sample * cases)))
        return np.array(self.rng.sample(range(cases), count))

    def _parts(self, lowered: Lowered, fresh: dict[int, Errors]) -> Iterator[list[int]]:
        """The programs that have to be run, each behaviour once, a part at a time."""
        most = max(1, _PART // max(1, len(self.problem.inputs)))
        part: list[int] = []
        met: set[int] = set()
        for n, key in enumerate(lowered.keys[lowered.begin : lowered.end].tolist(), lowered.begin):
            if key in self._known:
                fresh[key] = self._known[key]
            elif key not in fresh and key not in met:
                met.add(key)
                part.append(n)
                if len(part) == most:
                    yield part
                    part = []
        yield part

    def _score(
        self, lowered: Lowered, part: Sequence[int], cases: Words, fresh: dict[int, Errors]
    ) -> list[int]:
        """Run the programs of a part; those that are right on all cases and were not handed out,
        the least first."""
        if not part:
            return []
        errors, used = self.runner.try_out(lowered, part, cases)
        self.programs += len(part)
        self.executions += used
        keys = lowered.keys[list(part)].tolist()
        fresh.update(zip(keys, errors, strict=True))
        right = self._right(part, errors)
        if len(cases) < len(self.problem.inputs) and right:
            whole = self.runner.run(lowered, right)
            self.executions += len(right) * len(self.problem.inputs)
            right = self._right(right, whole)
        right = [n for n in right if int(lowered.keys[n]) not in self.told]
        self.told.update(int(lowered.keys[n]) for n in right)
        return sorted(right, key=lambda n: (int(lowered.sizes[n]), n))

    def _right(self, places: Sequence[int], errors_NC: Errors) -> list[int]:
        """Those of the places whose row of errors says right on enough cases."""
        cases = errors_NC.shape[1] // self.runner.width
        most = (1 - self.problem.accuracy) * cases + 1e-9
        wrong = failed(errors_NC, self.runner.width)
        return [n for n, count in zip(places, wrong.tolist(), strict=True) if count <= most]

    def _with_elite(self, children: Population, before: Population | None) -> Population:
        """The children, and some of those before them."""
        count = round(self.settings.elite * self.settings.population)
        if before is None or not count:
            return children
        chosen = list(dict.fromkeys(self._selected(before, count)))
        return joined(before, children, chosen)

    def _note(self, population: Population) -> None:
        """Report the generation, and keep the programs that come nearest."""
        self.level += 1
        wrong, distance = ranks(population.errors_NC, self.runner.width)
        self.log.append(
            Generation(
                self.level,
                self.programs,
                self.executions,
                int(wrong.min()),
                len(np.unique(population.errors_NC, axis=0)),
                float(population.lengths.mean()),
                float(population.sizes.mean()),
            )
        )
        order = np.lexsort((population.sizes, distance, wrong))[:_TRIED]
        known = {one.key for one in self.near}
        places = {int(population.keys[n]): n for n in order.tolist()}
        new = {key: n for key, n in places.items() if key not in known}
        if new:
            self._keep(population, new)

    def _keep(self, population: Population, new: Mapping[int, int]) -> None:
        """Keep programs, by their keys, if they come nearer on all cases than those that are kept:
        near on a sample may be luck."""
        some = list(new.values())
        errors = population.errors_NC[some]
        if errors.shape[1] < len(self.problem.inputs) * self.runner.width:
            (lowered,) = self.runner.lowered(population.genomes[some], population.lengths[some])
            errors = self.runner.run(lowered, range(len(some)))
            self.executions += len(some) * len(self.problem.inputs)
        wrong, distance = ranks(errors, self.runner.width)
        for n, key, *rank in zip(some, new, wrong.tolist(), distance.tolist(), strict=True):
            genome = population.genomes[n, : population.lengths[n]].copy()
            self.near.append(Near((*rank, int(population.sizes[n])), genome, key))
        self.near = sorted(self.near, key=lambda one: (one.rank, one.key))[:_KEPT]
