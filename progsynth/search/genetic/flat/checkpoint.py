"""The state of a genetic search over flat genomes, kept in a file from which it goes on as if it
had never stopped.

As with trees (`genetic.checkpoint`): a search that finds its own file reports what was used so
far with its first batch, hands out again what it has handed out, and comes to the same result as
one that ran through, under any budget but seconds. Genomes are in the file as words, which mean
something in the tables of this problem and these settings only: their digest is in it, too.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import progsynth
from progsynth.search.genetic.checkpoint_file import Checkpoint, owner_of
from progsynth.search.genetic.flat import gene
from progsynth.search.genetic.flat.population import Generation, Near, Population

if TYPE_CHECKING:
    from progsynth.search.genetic.flat.search import FlatSearch

FORMAT = "flat 1"

Words = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SavedGenomes:
    """Genomes: how many genes each has, and the words of all, compressed."""

    lengths: list[int]
    words: bytes


@dataclass(frozen=True, slots=True)
class SavedPopulation:
    """A population; arrays as the bytes of their words, compressed."""

    genomes: SavedGenomes
    keys: bytes
    sizes: bytes
    errors: bytes


@dataclass(frozen=True, slots=True)
class SavedNear:
    """The programs that come nearest; keys as bytes."""

    genomes: SavedGenomes
    ranks: list[tuple[float, float, int]]
    keys: bytes


@dataclass(frozen=True, slots=True)
class FlatSaved:
    """The state of a search at the end of a generation."""

    format: str
    version: str
    owner: dict[str, str]  # digests of what the search was made of
    random: list[int]
    gauss: float | None
    draws: str  # the state of NumPy's generator, as JSON: its numbers have 128 bits
    counts: dict[str, int]
    best: tuple[float, float]
    waited: int
    population: SavedPopulation
    near: SavedNear
    handed: SavedGenomes
    told: bytes  # keys
    arrived: SavedGenomes
    log: list[Generation]


def checkpoint_of(
    search: FlatSearch, path: Path, *, every: int, seed: int
) -> Checkpoint[FlatSaved]:
    """The file of a search."""
    language = search.language
    tables = [table.tobytes() for table in language.tables]
    owner = owner_of(
        search.problem,
        language=(language.alphabet.types, tables, language.image.tobytes()),
        settings=(search.settings,),
        seed=seed,
    )
    return Checkpoint(path, every=every, owner=owner, kind=FlatSaved, version=FORMAT)


_COUNTS = ("programs", "executions", "level", "starts")


def save(search: FlatSearch, owner: dict[str, str]) -> FlatSaved:
    """The state of a search at the end of a generation."""
    population, near = search.population, search.near
    assert population is not None, "a generation has ended"
    _, state, gauss = search.rng.getstate()
    members = [
        genome[:length]
        for genome, length in zip(population.genomes, population.lengths, strict=True)
    ]
    return FlatSaved(
        FORMAT,
        progsynth.__version__,
        owner,
        list(state),
        gauss,
        json.dumps(search.draws.bit_generator.state),
        {name: getattr(search, name) for name in _COUNTS},
        search.best,
        search.waited,
        SavedPopulation(
            _packed(members),
            _bytes(population.keys, "<u8"),
            _bytes(population.sizes, "<i8"),
            _bytes(population.errors_NC, "<f8"),
        ),
        SavedNear(
            _packed([one.genome for one in near]),
            [one.rank for one in near],
            _bytes(np.array([one.key for one in near], np.uint64), "<u8"),
        ),
        _packed(search.handed),
        _bytes(np.array(sorted(search.told), np.uint64), "<u8"),
        _packed(search.arrived),
        list(search.log),
    )


def restore(search: FlatSearch, saved: FlatSaved) -> None:
    """Put a search that has not begun into the state that was saved."""
    search.rng.setstate((Random.VERSION, tuple(saved.random), saved.gauss))
    search.draws.bit_generator.state = json.loads(saved.draws)
    for name in _COUNTS:
        setattr(search, name, saved.counts[name])
    search.best, search.waited = saved.best, saved.waited
    population = _population(saved.population, search.settings.max_size)
    search.population = population
    search.remember(population)
    keys = _array(saved.near.keys, "<u8").tolist()
    near = zip(saved.near.ranks, _unpacked(saved.near.genomes), keys, strict=True)
    search.near = [Near(*one) for one in near]
    search.handed = _unpacked(saved.handed)
    search.told = set(_array(saved.told, "<u8").tolist())
    search.arrived = _unpacked(saved.arrived)
    search.log = list(saved.log)


def _population(saved: SavedPopulation, most: int) -> Population:
    """The population, its genomes with room for `most` genes each."""
    members = _unpacked(saved.genomes)
    genomes = np.zeros((len(members), most, gene.WIDTH), np.int64)
    for place, one in enumerate(members):
        genomes[place, : len(one)] = one
    return Population(
        genomes,
        np.array(saved.genomes.lengths, np.int64),
        _array(saved.keys, "<u8").astype(np.uint64),
        _array(saved.sizes, "<i8").astype(np.int64),
        _array(saved.errors, "<f8").astype(np.float64).reshape(len(members), -1),
    )


def _packed(genomes: Sequence[Words]) -> SavedGenomes:
    words = np.concatenate([np.empty((0, gene.WIDTH), np.int64), *genomes])
    return SavedGenomes([len(one) for one in genomes], _bytes(words, "<i8"))


def _unpacked(saved: SavedGenomes) -> list[Words]:
    words = _array(saved.words, "<i8").astype(np.int64).reshape(-1, gene.WIDTH)
    ends = np.cumsum(saved.lengths).tolist()
    return [
        words[end - length : end].copy() for end, length in zip(ends, saved.lengths, strict=True)
    ]


def _bytes(array: NDArray[np.generic], type_: str) -> bytes:
    return zlib.compress(array.astype(type_).tobytes(), level=1)


def _array(saved: bytes, type_: str) -> NDArray[np.generic]:
    found: NDArray[np.generic] = np.frombuffer(zlib.decompress(saved), type_)
    return found
