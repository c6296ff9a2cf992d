"""What is taken from DEAP: toolbox, fitness, hall of fame, statistics, logbook.

Not `creator`, which makes classes at run time in a module's globals, and none of the operators
that draw from the global `random`. A user's `deap.base.Toolbox` may bring operators of its own
under these names; what it lacks is ours:

* `generate(grammar, rng) -> Tree`: a tree of a first generation;
* `mutate(tree, grammar, rng) -> (Tree,)`;
* `mate(left, right, grammar, rng) -> (Tree, Tree)`;
* `select(individuals, count) -> list of individuals`: parents, as in `deap.tools`. An individual
  has `tree`, `errors` (one number a case, 0.0 where it is right) and `fitness`;
* `subtree`, `point`, `constant`, `perturbation`, `variable`, `exchange`, `addition`, `deletion`,
  `renewal`, of which our `mutate` draws: `(tree, grammar, rng, bounds) -> Tree`, or None where
  there is nothing to change (see `vary`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from deap import base, tools

from progsynth.search.genetic.lexicase.selection import Errors
from progsynth.search.genetic.tree import Tree
from progsynth.search.run import Candidate

HALL = 10  # individuals in the hall of fame


class Fitness(base.Fitness):  # type: ignore[misc]
    """The share of cases that are wrong, the sum of bounded errors, and the size: all least."""

    weights = (-1.0, -1.0, -1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Individual:
    """A tree that was scored. `errors` has its error on each case, `key` is its program's term."""

    tree: Tree
    key: Any
    candidate: Candidate
    errors: Errors
    fitness: Fitness

    def __deepcopy__(self, memo: dict[int, Any]) -> Individual:
        return self  # it never changes: the hall of fame need not copy it


def individual(tree: Tree, key: Any, candidate: Candidate, errors: Errors) -> Individual:
    """The individual with its fitness."""
    wrong = float(np.count_nonzero(errors)) / max(1, len(errors))
    # A bounded sum: one enormous error must not hide what the others say.
    total = float(np.sum(1.0 - 1.0 / (1.0 + errors)))
    return Individual(tree, key, candidate, errors, Fitness((wrong, total, float(tree.size))))


def toolbox(given: base.Toolbox | None, ours: Mapping[str, Callable[..., Any]]) -> base.Toolbox:
    """The user's toolbox with what it lacks of ours; the user's is left as it is."""
    made = base.Toolbox()
    for name, operator in ours.items():
        own = getattr(given, name, None)
        made.register(name, operator if own is None else own)
    return made


def hall_of_fame() -> tools.HallOfFame:
    """An empty hall of fame, which keeps one individual of each program."""
    return tools.HallOfFame(HALL, similar=lambda one, other: one.key == other.key)


def statistics() -> tools.Statistics:
    """What the logbook says of each generation: shares wrong and sizes."""
    found = tools.Statistics(lambda one: (one.fitness.values[0], one.tree.size))
    found.register("least", lambda rows: float(min(wrong for wrong, _ in rows)))
    found.register("mean", lambda rows: float(np.mean([wrong for wrong, _ in rows])))
    found.register("size", lambda rows: float(np.mean([size for _, size in rows])))
    return found


def logbook() -> tools.Logbook:
    """An empty logbook, with a row to come for each generation."""
    made = tools.Logbook()
    made.header = ["generation", "programs", "executions", "least", "mean", "size"]
    return made


def log(
    book: tools.Logbook, compiled: Mapping[str, float], counts: Iterable[tuple[str, int]]
) -> None:
    """Write a generation down."""
    book.record(**dict(counts), **compiled)
