"""Programs from elsewhere that evolution goes on from: proposals, finds of other searches, and
what a library has for the request."""

from __future__ import annotations

from collections.abc import Sequence

from progsynth import registry
from progsynth.lang.term import Term
from progsynth.lang.types import fn_of, match
from progsynth.search.genetic.grammar import Grammar
from progsynth.search.genetic.raise_term import Raiser, seed_trees
from progsynth.search.genetic.tree import Tree
from progsynth.search.genetic.vary import Bounds
from progsynth.search.problem import Problem
from progsynth.search.run import Candidate

_LARGEST = 200  # nodes of a program that is let in
FAMILIAR = 20  # programs of a library with which a population begins, at most
_ROOM = 1.5  # times its size and depth, which its children may have


class Guests:
    """The trees of programs from elsewhere: those of the problem's `seeds` and of its library,
    with which every population begins, and those that came since."""

    def __init__(self, problem: Problem, grammar: Grammar):
        self.problem = problem
        self.beginnings = [
            *seed_trees(problem, grammar, max_size=_LARGEST),
            *library_trees(problem, grammar),
        ]
        self.arrived: list[Tree] = []
        self._grammar = grammar
        self._raiser: Raiser | None = None

    def admit(self, candidates: Sequence[Candidate]) -> None:
        """Let programs in, as far as the grammar has trees of them."""
        self._raiser = self._raiser or Raiser(self._grammar, self.problem)
        for candidate in candidates:
            body = body_of(candidate)
            tree = None if body is None else self._raiser.tree(body)
            if tree is not None and tree.size <= _LARGEST:
                self.arrived.append(tree)

    def take(self, *, beginning: bool) -> list[Tree]:
        """The trees that join the next generation; at the beginning the seeds among them."""
        taken = [*(self.beginnings if beginning else ()), *self.arrived]
        self.arrived = []
        return taken


def library_trees(problem: Problem, grammar: Grammar) -> list[Tree]:
    """The trees of `library_bodies`, the smallest first."""
    raiser = Raiser(grammar, problem)
    trees = map(raiser.tree, library_bodies(problem))
    found = [tree for tree in trees if tree is not None and tree.size <= _LARGEST]
    return sorted(found, key=lambda tree: tree.size)[:FAMILIAR]


def library_bodies(problem: Problem) -> list[Term]:
    """The library's subroutines of the request's type, as they are written.

    Calls of them need no seed: they are rules of the grammar. What was written for another task
    of the same type can be varied only if it is unfolded. The pack's own functions are no
    library.
    """
    own = registry.pack(problem.dsl.name).functions if problem.dsl.name in registry.packs() else {}
    asked = fn_of(problem.types, problem.result)
    return [
        function.body
        for name, function in problem.dsl.functions.items()
        if name not in own and match(fn_of(function.types, function.result), asked) is not None
    ]


def body_of(candidate: Candidate) -> Term | None:
    """What a search would have found to propose the candidate; None where that is several terms."""
    if not candidate.filled:
        return candidate.program.entry.body
    return candidate.filled[0].term if len(candidate.filled) == 1 else None


def widened(bounds: Bounds, guests: Sequence[Tree]) -> Bounds:
    """Bounds in which these trees can be varied."""
    size = max((tree.size for tree in guests), default=0)
    depth = max((tree.depth for tree in guests), default=0)
    return Bounds(max(bounds.size, int(_ROOM * size)), max(bounds.depth, int(_ROOM * depth)))
