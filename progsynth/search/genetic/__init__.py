"""Genetic search over typed programs: `solve(task, search=genetic(population=300))`.

Programs are bred as typed trees, or as flat genomes: `genetic(representation="flat")`. What
either is for is in `docs/decisions/genetic_representation.md`.
"""

from __future__ import annotations

from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.genetic.method import genetic
from progsynth.search.genetic.scoring import Proposal, Scored, Scorer
from progsynth.search.genetic.search import GeneticSearch
from progsynth.search.genetic.settings import Settings

__all__ = [
    "FlatSettings",
    "GeneticSearch",
    "Proposal",
    "Scored",
    "Scorer",
    "Settings",
    "genetic",
]
