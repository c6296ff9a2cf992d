"""The genetic search, fed with what other searches have found.

Programs of others wait until the search draws a fresh one, as it does for its first generation
and for a share of each later one: then they take its place, and from there on have to survive
by selection as all others have.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from random import Random

from progsynth.lang.term import Term
from progsynth.search.genetic import GeneticSearch
from progsynth.search.genetic.grammar import Grammar
from progsynth.search.genetic.raise_term import Raiser
from progsynth.search.genetic.tree import Tree
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told

_WAITING = 40  # programs of others at most; the newest stay


class SeededGenetic:
    """A genetic search that takes in programs of others."""

    name = GeneticSearch.name

    def __init__(self, search: GeneticSearch):
        self.search = search
        self._raiser = Raiser(search.grammar, search.problem)
        self._waiting: deque[Tree] = deque(maxlen=_WAITING)
        self._generate = search.toolbox.generate
        search.toolbox.register("generate", self._seed_or_fresh)

    def seed(self, candidates: Sequence[Candidate]) -> None:
        """Have these bred from; those outside of the grammar are left out."""
        largest = self.search.settings.max_size
        for candidate in candidates:
            body = _body(candidate)
            tree = None if body is None else self._raiser.tree(body)
            if tree is not None and tree.size <= largest:
                self._waiting.append(tree)

    def _seed_or_fresh(self, grammar: Grammar, rng: Random) -> Tree:
        if self._waiting:
            return self._waiting.popleft()
        found: Tree = self._generate(grammar, rng)
        return found

    # ------------------------------------------------------------------------- protocol

    @property
    def exhausted(self) -> bool:
        """As the genetic search."""
        return self.search.exhausted

    @property
    def level(self) -> int:
        """The number of generations."""
        return self.search.level

    @property
    def notes(self) -> tuple[str, ...]:
        """As the genetic search."""
        return self.search.notes

    def ask(self, allowance: Allowance) -> Batch:
        """As the genetic search."""
        return self.search.ask(allowance)

    def tell(self, results: Told) -> None:
        """As the genetic search."""
        self.search.tell(results)

    def partial(self) -> tuple[Candidate, ...]:
        """As the genetic search."""
        return self.search.partial()


def _body(candidate: Candidate) -> Term | None:
    """What a search would have found to propose the candidate; None where that is several terms."""
    if not candidate.filled:
        return candidate.program.entry.body
    return candidate.filled[0].term if len(candidate.filled) == 1 else None


def seeded_genetic(problem: Problem, seed: int) -> Search:
    """The method: a genetic search, as it is set by default, that takes in programs of others."""
    return SeededGenetic(GeneticSearch(problem, seed))
