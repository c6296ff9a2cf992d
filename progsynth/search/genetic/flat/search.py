"""The genetic search over flat genomes, as a search of the one loop.

A generation is bred, lowered and scored as arrays. Programs that are the same after what does
not count is left out are one behaviour: they are run once, and not again while one of them lives.

N: individuals, G: genes, C: cases (training examples).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from progsynth.lang.term import Term
from progsynth.lang.types import FLOAT, walk_type
from progsynth.search.genetic.flat import gene
from progsynth.search.genetic.flat.alphabet import make_alphabet
from progsynth.search.genetic.flat.decode import Decoder
from progsynth.search.genetic.flat.raising import Raiser
from progsynth.search.genetic.flat.running import Errors, Keys, Lowered, Runner, flat_limits
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


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Genomes with what is known of them, in one order; `errors_NC` are of the cases judged by."""

    genomes: Words  # [individual, gene, word]
    lengths: Words
    keys: Keys
    sizes: Words  # genes that count
    errors_NC: Errors


@dataclass(frozen=True, slots=True)
class Generation:
    """What is reported of a generation: `wrong` is the least number of cases that a program
    fails, `behaviours` how many rows of errors differ, sizes are means of genes."""

    number: int
    programs: int
    executions: int
    wrong: int
    behaviours: int
    length: float
    size: float


@dataclass(frozen=True, slots=True, eq=False)
class _Near:
    """A program that comes near: how many cases it fails, by how much, and of what size."""

    rank: tuple[float, float, int]
    genome: Words
    key: int


class FlatSearch:
    """A genetic search over flat genomes for the problem. Raises UnsupportedError."""

    name = "flat_genetic"

    def __init__(self, problem: Problem, seed: int, *, settings: FlatSettings | None = None):
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
        self.near: list[_Near] = []
        self.raiser = Raiser(problem, self.language.alphabet)
        seeds = self._raised(problem.seeds)
        self.beginnings = [*seeds, *self._raised(library_bodies(problem))[:FAMILIAR]]
        self.arrived: list[Words] = []
        self._told: set[int] = set()
        self._known: dict[int, Errors] = {}  # of behaviours that live, on all cases
        self._steps = self._run()

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
        programs, executions = self.programs, self.executions
        found: tuple[Candidate, ...] = ()
        for hits in self._steps:
            found = hits
            used = self.programs - programs, self.executions - executions
            if found or allowance.is_spent(*used):
                break
        return Batch(found, self.programs - programs, self.executions - executions)

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
            self.starts += 1
            self._known = {}
            population: Population | None = None
            best, waited = (np.inf, np.inf), 0
            while waited < self.settings.patience:
                population = yield from self._generation(population)
                least = min(zip(*_ranks(population.errors_NC), strict=True))
                waited = 0 if least < best else waited + 1
                best = min(best, least)

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
                hits = [genomes[n, : lengths[n]] for n in right]
                yield tuple(map(self._candidate, hits))
        errors_NC = np.stack([fresh[key] for key in keys.tolist()])
        population = Population(genomes, lengths, keys, sizes, errors_NC)
        self._note(population)
        if self.settings.sample < 1.0:
            return population
        population = self._with_elite(population, before)
        self._known = dict(zip(population.keys.tolist(), population.errors_NC, strict=True))
        return population

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
        right = [n for n, row in zip(part, errors, strict=True) if self._is_right(row)]
        if len(cases) < len(self.problem.inputs) and right:
            whole = self.runner.run(lowered, right)
            self.executions += whole.size
            right = [n for n, row in zip(right, whole, strict=True) if self._is_right(row)]
        right = [n for n in right if int(lowered.keys[n]) not in self._told]
        self._told.update(int(lowered.keys[n]) for n in right)
        return sorted(right, key=lambda n: (int(lowered.sizes[n]), n))

    def _is_right(self, errors_C: Errors) -> bool:
        wrong = np.count_nonzero(errors_C)
        return bool(wrong <= (1 - self.problem.accuracy) * len(errors_C) + 1e-9)

    def _with_elite(self, children: Population, before: Population | None) -> Population:
        """The children, and some of those before them."""
        count = round(self.settings.elite * self.settings.population)
        if before is None or not count:
            return children
        chosen = list(dict.fromkeys(self._selected(before, count)))
        pairs = ((getattr(before, name)[chosen], getattr(children, name)) for name in _COLUMNS)
        return Population(*(np.concatenate(pair) for pair in pairs))

    def _note(self, population: Population) -> None:
        """Report the generation, and keep the programs that come nearest."""
        self.level += 1
        wrong, distance = _ranks(population.errors_NC)
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
        if errors.shape[1] < len(self.problem.inputs):
            (lowered,) = self.runner.lowered(population.genomes[some], population.lengths[some])
            errors = self.runner.run(lowered, range(len(some)))
            self.executions += errors.size
        for n, key, *rank in zip(some, new, *_ranks(errors), strict=True):
            genome = population.genomes[n, : population.lengths[n]].copy()
            self.near.append(_Near((*rank, int(population.sizes[n])), genome, key))
        self.near = sorted(self.near, key=lambda one: (one.rank, one.key))[:_KEPT]


_COLUMNS = ("genomes", "lengths", "keys", "sizes", "errors_NC")
_FAR = 1e6  # what an error counts at most


def _ranks(errors_NC: Errors) -> tuple[Errors, Errors]:
    """For each individual how many cases it fails, and by how much on average."""
    wrong = np.count_nonzero(errors_NC, axis=1).astype(np.float64)
    return wrong, np.minimum(errors_NC, _FAR).mean(axis=1)
