"""The genetic search: generations of typed trees, scored at once, as a search of the one loop."""

from __future__ import annotations

from dataclasses import dataclass

from deap import base

from progsynth.search.genetic.scoring import Scorer
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Batch, Candidate, Told


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set of a genetic search; sizes are numbers of nodes."""

    population: int = 500
    max_size: int = 60
    max_depth: int = 16


class GeneticSearch:
    """A genetic search for the problem; `scorer` None runs each generation in the VM at once."""

    name = "genetic"

    def __init__(
        self,
        problem: Problem,
        seed: int,
        *,
        settings: Settings | None = None,
        toolbox: base.Toolbox | None = None,
        scorer: Scorer | None = None,
    ):
        self.problem = problem
        self.seed = seed
        self.settings = settings or Settings()
        self.toolbox = toolbox
        self.scorer = scorer
        self.exhausted = False
        self.level = 0
        self.notes: tuple[str, ...] = ()

    def ask(self, allowance: Allowance) -> Batch:
        """The programs found to be right on the training examples, if any."""
        self.exhausted = True
        return Batch((), 0, 0)

    def tell(self, results: Told) -> None:
        """What is handed out is not handed out again."""

    def partial(self) -> tuple[Candidate, ...]:
        """The programs that come nearest so far, best first."""
        return ()
